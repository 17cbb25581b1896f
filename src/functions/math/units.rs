//! `convert_length(1.2, 'Meter', 'Foot')` and its like: a value in other units.
//!
//! Each unit is a factor to the base unit of its quantity. Temperatures are a line each.
//!
//! Traps: names of units are case-sensitive; an unknown one gives null. `Tilt` is no factor: the sine
//! of an angle.

use super::super::rows::kernel;
use super::super::{Cx, Function, Naming};
use crate::value::Value;

const SIGNATURE: &[&str] = &["(value: real, from: string, to: string) -> real"];

pub const ROWS: &[Function] = &[
    kernel("convert_angle", SIGNATURE, "An angle in another unit.", Naming::None, |a, _| angle(a)),
    kernel("convert_energy", SIGNATURE, "An energy in another unit.", Naming::None, |a, _| {
        convert(a, ENERGY)
    }),
    kernel("convert_force", SIGNATURE, "A force in another unit.", Naming::None, |a, _| convert(a, FORCE)),
    kernel("convert_length", SIGNATURE, "A length in another unit.", Naming::None, |a, _| convert(a, LENGTH)),
    kernel("convert_mass", SIGNATURE, "A mass in another unit.", Naming::None, |a, _| convert(a, MASS)),
    kernel("convert_speed", SIGNATURE, "A speed in another unit.", Naming::None, |a, _| convert(a, SPEED)),
    kernel("convert_volume", SIGNATURE, "A volume in another unit.", Naming::None, |a, _| convert(a, VOLUME)),
    kernel("convert_temperature", SIGNATURE, "A temperature in another unit.", Naming::None, temperature),
];

type Units = &'static [(&'static str, f64)];

fn factor(units: Units, name: &Value) -> Option<f64> {
    let name = name.as_str()?;
    units.iter().find(|(unit, _)| *unit == name).map(|(_, factor)| *factor)
}

fn convert(args: &[Value], units: Units) -> Value {
    let factors = factor(units, &args[1]).zip(factor(units, &args[2]));
    match (args[0].as_f64(), factors) {
        (Some(x), Some((from, to))) => Value::Real(x * from / to),
        _ => Value::Null,
    }
}

fn angle(args: &[Value]) -> Value {
    let tilt = |unit: &Value| unit.as_str() == Some("Tilt");
    let Some(x) = args[0].as_f64() else { return Value::Null };
    let degrees =
        if tilt(&args[1]) { Some(x.asin().to_degrees()) } else { factor(ANGLE, &args[1]).map(|f| x * f) };
    let Some(degrees) = degrees else { return Value::Null };
    if tilt(&args[2]) {
        return Value::Real(degrees.to_radians().sin());
    }
    factor(ANGLE, &args[2]).map_or(Value::Null, |f| Value::Real(degrees / f))
}

/// Kelvin as `(value + before) * factor + after`.
const TEMPERATURE: &[(&str, f64, f64, f64)] = &[
    ("DegreeCelsius", 0.0, 1.0, 273.15),
    ("DegreeDelisle", 0.0, -2.0 / 3.0, 373.15),
    ("DegreeFahrenheit", 459.67, 5.0 / 9.0, 0.0),
    ("DegreeNewton", 0.0, 100.0 / 33.0, 273.15),
    ("DegreeRankine", 0.0, 5.0 / 9.0, 0.0),
    ("DegreeReaumur", 0.0, 5.0 / 4.0, 273.15),
    ("DegreeRoemer", -7.5, 40.0 / 21.0, 273.15),
    ("Kelvin", 0.0, 1.0, 0.0),
    ("MillidegreeCelsius", 0.0, 1e-3, 273.15),
    ("SolarTemperature", 0.0, 5778.0, 0.0),
];

fn temperature(args: &[Value], _: &Cx) -> Value {
    let find = |name: &Value| TEMPERATURE.iter().find(|(unit, ..)| name.as_str() == Some(*unit));
    match (args[0].as_f64(), find(&args[1]), find(&args[2])) {
        (Some(x), Some((_, before, factor, after)), Some((_, less, divisor, taken))) => {
            let kelvin = (x + before) * factor + after;
            Value::Real((kelvin - taken) / divisor - less)
        }
        _ => Value::Null,
    }
}

const RADIAN: f64 = 180.0 / std::f64::consts::PI;
const BTU: f64 = 1055.05585262;
const EV: f64 = 1.602176565e-19;
const GRAVITY: f64 = 9.80665;
const POUND: f64 = 0.45359237;
const FOOT: f64 = 0.3048;
const INCH: f64 = 0.0254;
const LIGHT_YEAR: f64 = 9.46073047258e15;
const PARSEC: f64 = 3.08567758128e16;
const CUBIC_INCH: f64 = INCH * INCH * INCH;
const CUBIC_FOOT: f64 = FOOT * FOOT * FOOT;
const US_GALLON: f64 = 231.0 * CUBIC_INCH;
const IMPERIAL_GALLON: f64 = 4.54609e-3;

/// To degrees.
const ANGLE: Units = &[
    ("Arcminute", 1.0 / 60.0),
    ("Arcsecond", 1.0 / 3600.0),
    ("Centiradian", 0.01 * RADIAN),
    ("Deciradian", 0.1 * RADIAN),
    ("Degree", 1.0),
    ("Gradian", 0.9),
    ("Microdegree", 1e-6),
    ("Microradian", 1e-6 * RADIAN),
    ("Millidegree", 1e-3),
    ("Milliradian", 1e-3 * RADIAN),
    ("Nanodegree", 1e-9),
    ("Nanoradian", 1e-9 * RADIAN),
    ("NatoMil", 9.0 / 160.0),
    ("Radian", RADIAN),
    ("Revolution", 360.0),
];

/// To joules.
const ENERGY: Units = &[
    ("BritishThermalUnit", BTU),
    ("Calorie", 4.184),
    ("DecathermEc", BTU * 1e6),
    ("DecathermImperial", BTU * 1e6),
    ("DecathermUs", 1.054804e9),
    ("ElectronVolt", EV),
    ("Erg", 1e-7),
    ("FootPound", 1.3558179483),
    ("GigabritishThermalUnit", BTU * 1e9),
    ("GigaelectronVolt", EV * 1e9),
    ("Gigajoule", 1e9),
    ("GigawattDay", 24.0 * 3600.0 * 1e9),
    ("GigawattHour", 3600.0 * 1e9),
    ("HorsepowerHour", 2.684519537696173e6),
    ("Joule", 1.0),
    ("KilobritishThermalUnit", BTU * 1e3),
    ("Kilocalorie", 4184.0),
    ("KiloelectronVolt", EV * 1e3),
    ("Kilojoule", 1e3),
    ("KilowattDay", 24.0 * 3600.0 * 1e3),
    ("KilowattHour", 3600.0 * 1e3),
    ("MegabritishThermalUnit", BTU * 1e6),
    ("Megacalorie", 4.184e6),
    ("MegaelectronVolt", EV * 1e6),
    ("Megajoule", 1e6),
    ("MegawattDay", 24.0 * 3600.0 * 1e6),
    ("MegawattHour", 3600.0 * 1e6),
    ("Millijoule", 1e-3),
    ("TeraelectronVolt", EV * 1e12),
    ("TerawattDay", 24.0 * 3600.0 * 1e12),
    ("TerawattHour", 3600.0 * 1e12),
    ("ThermEc", BTU * 1e5),
    ("ThermImperial", BTU * 1e5),
    ("ThermUs", 1.054804e8),
    ("WattDay", 24.0 * 3600.0),
    ("WattHour", 3600.0),
];

/// To newtons.
const FORCE: Units = &[
    ("Decanewton", 10.0),
    ("Dyn", 1e-5),
    ("KilogramForce", GRAVITY),
    ("Kilonewton", 1e3),
    ("KiloPond", GRAVITY),
    ("KilopoundForce", POUND * GRAVITY * 1e3),
    ("Meganewton", 1e6),
    ("Micronewton", 1e-6),
    ("Millinewton", 1e-3),
    ("Newton", 1.0),
    ("OunceForce", POUND * GRAVITY / 16.0),
    ("Poundal", POUND * FOOT),
    ("PoundForce", POUND * GRAVITY),
    ("ShortTonForce", POUND * GRAVITY * 2000.0),
    ("TonneForce", GRAVITY * 1e3),
];

/// To metres.
const LENGTH: Units = &[
    ("Angstrom", 1e-10),
    ("AstronomicalUnit", 1.495978707e11),
    ("Centimeter", 1e-2),
    ("Chain", 66.0 * FOOT),
    ("DataMile", 6000.0 * FOOT),
    ("Decameter", 10.0),
    ("Decimeter", 0.1),
    ("DtpPica", INCH / 6.0),
    ("DtpPoint", INCH / 72.0),
    ("Fathom", 6.0 * FOOT),
    ("Foot", FOOT),
    ("Hand", 4.0 * INCH),
    ("Hectometer", 100.0),
    ("Inch", INCH),
    ("KilolightYear", LIGHT_YEAR * 1e3),
    ("Kilometer", 1e3),
    ("Kiloparsec", PARSEC * 1e3),
    ("LightYear", LIGHT_YEAR),
    ("MegalightYear", LIGHT_YEAR * 1e6),
    ("Megaparsec", PARSEC * 1e6),
    ("Meter", 1.0),
    ("Microinch", INCH * 1e-6),
    ("Micrometer", 1e-6),
    ("Mil", INCH * 1e-3),
    ("Mile", 5280.0 * FOOT),
    ("Millimeter", 1e-3),
    ("Nanometer", 1e-9),
    ("NauticalMile", 1852.0),
    ("Parsec", PARSEC),
    ("PrinterPica", INCH * 400.0 / 2409.0),
    ("PrinterPoint", INCH * 400.0 / 28908.0),
    ("Shackle", 90.0 * FOOT),
    ("SolarRadius", 6.95510000e8),
    ("Twip", INCH / 1440.0),
    ("UsSurveyFoot", 1200.0 / 3937.0),
    ("Yard", 3.0 * FOOT),
];

/// To kilograms.
const MASS: Units = &[
    ("Centigram", 1e-5),
    ("Decagram", 1e-2),
    ("Decigram", 1e-4),
    ("EarthMass", 5.9722e24),
    ("Grain", POUND / 7000.0),
    ("Gram", 1e-3),
    ("Hectogram", 0.1),
    ("Kilogram", 1.0),
    ("Kilopound", POUND * 1e3),
    ("Kilotonne", 1e6),
    ("LongHundredweight", POUND * 112.0),
    ("LongTon", POUND * 2240.0),
    ("Megapound", POUND * 1e6),
    ("Megatonne", 1e9),
    ("Microgram", 1e-9),
    ("Milligram", 1e-6),
    ("Nanogram", 1e-12),
    ("Ounce", POUND / 16.0),
    ("Pound", POUND),
    ("ShortHundredweight", POUND * 100.0),
    ("ShortTon", POUND * 2000.0),
    ("Slug", POUND * GRAVITY / FOOT),
    ("SolarMass", 1.98847e30),
    ("Stone", POUND * 14.0),
    ("Tonne", 1e3),
];

/// To metres a second.
const SPEED: Units = &[
    ("CentimeterPerHour", 1e-2 / 3600.0),
    ("CentimeterPerMinute", 1e-2 / 60.0),
    ("CentimeterPerSecond", 1e-2),
    ("DecimeterPerMinute", 0.1 / 60.0),
    ("DecimeterPerSecond", 0.1),
    ("FootPerHour", FOOT / 3600.0),
    ("FootPerMinute", FOOT / 60.0),
    ("FootPerSecond", FOOT),
    ("InchPerHour", INCH / 3600.0),
    ("InchPerMinute", INCH / 60.0),
    ("InchPerSecond", INCH),
    ("KilometerPerHour", 1e3 / 3600.0),
    ("KilometerPerMinute", 1e3 / 60.0),
    ("KilometerPerSecond", 1e3),
    ("MeterPerHour", 1.0 / 3600.0),
    ("MeterPerMinute", 1.0 / 60.0),
    ("MeterPerSecond", 1.0),
    ("MicrometerPerMinute", 1e-6 / 60.0),
    ("MicrometerPerSecond", 1e-6),
    ("MilePerHour", 5280.0 * FOOT / 3600.0),
    ("MillimeterPerHour", 1e-3 / 3600.0),
    ("MillimeterPerMinute", 1e-3 / 60.0),
    ("MillimeterPerSecond", 1e-3),
    ("NanometerPerMinute", 1e-9 / 60.0),
    ("NanometerPerSecond", 1e-9),
    ("UsSurveyFootPerHour", 1200.0 / 3937.0 / 3600.0),
    ("UsSurveyFootPerMinute", 1200.0 / 3937.0 / 60.0),
    ("UsSurveyFootPerSecond", 1200.0 / 3937.0),
    ("YardPerHour", 3.0 * FOOT / 3600.0),
    ("YardPerMinute", 3.0 * FOOT / 60.0),
    ("YardPerSecond", 3.0 * FOOT),
    ("Knot", 1852.0 / 3600.0),
];

/// To cubic metres.
const VOLUME: Units = &[
    ("AcreFoot", 1.0 / 0.000810714),
    ("AuTablespoon", 2e-5),
    ("BoardFoot", CUBIC_FOOT / 12.0),
    ("Centiliter", 1e-5),
    ("CubicCentimeter", 1e-6),
    ("CubicDecimeter", 1e-3),
    ("CubicFoot", CUBIC_FOOT),
    ("CubicHectometer", 1e6),
    ("CubicInch", CUBIC_INCH),
    ("CubicKilometer", 1e9),
    ("CubicMeter", 1.0),
    ("CubicMicrometer", 1e-18),
    ("CubicMile", CUBIC_FOOT * 5280.0 * 5280.0 * 5280.0),
    ("CubicMillimeter", 1e-9),
    ("CubicYard", CUBIC_FOOT * 27.0),
    ("Decaliter", 1e-2),
    ("DecausGallon", US_GALLON * 10.0),
    ("Deciliter", 1e-4),
    ("DeciusGallon", US_GALLON / 10.0),
    ("HectocubicFoot", CUBIC_FOOT * 100.0),
    ("HectocubicMeter", 100.0),
    ("Hectoliter", 0.1),
    ("HectousGallon", US_GALLON * 100.0),
    ("ImperialBeerBarrel", IMPERIAL_GALLON * 36.0),
    ("ImperialGallon", IMPERIAL_GALLON),
    ("ImperialOunce", IMPERIAL_GALLON / 160.0),
    ("ImperialPint", IMPERIAL_GALLON / 8.0),
    ("KilocubicFoot", CUBIC_FOOT * 1e3),
    ("KilocubicMeter", 1e3),
    ("KiloimperialGallon", IMPERIAL_GALLON * 1e3),
    ("Kiloliter", 1.0),
    ("KilousGallon", US_GALLON * 1e3),
    ("Liter", 1e-3),
    ("MegacubicFoot", CUBIC_FOOT * 1e6),
    ("MegaimperialGallon", IMPERIAL_GALLON * 1e6),
    ("Megaliter", 1e3),
    ("MegausGallon", US_GALLON * 1e6),
    ("MetricCup", 2.5e-4),
    ("MetricTeaspoon", 5e-6),
    ("Microliter", 1e-9),
    ("Milliliter", 1e-6),
    ("OilBarrel", US_GALLON * 42.0),
    ("UkTablespoon", 1.5e-5),
    ("UsBeerBarrel", US_GALLON * 31.0),
    ("UsCustomaryCup", US_GALLON / 16.0),
    ("UsGallon", US_GALLON),
    ("UsLegalCup", 2.4e-4),
    ("UsOunce", US_GALLON / 128.0),
    ("UsPint", US_GALLON / 8.0),
    ("UsQuart", US_GALLON / 4.0),
    ("UsTablespoon", US_GALLON / 256.0),
    ("UsTeaspoon", US_GALLON / 768.0),
];

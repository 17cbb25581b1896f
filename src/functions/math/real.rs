//! Functions of reals: powers, logarithms, trigonometry, and what a real is (`isnan`, …).

use super::super::rows::kernel;
use super::super::{Body, Cx, Function, Naming};
use super::{real1, real2};
use crate::value::Value;

use std::f64::consts::PI;
use std::sync::atomic::{AtomicU64, Ordering};

const ONE: &[&str] = &["(number: real) -> real"];
const IS: &[&str] = &["(number: real) -> bool"];
const FIRST: Naming = Naming::FirstArgument;

pub const ROWS: &[Function] = &[
    kernel("acos", ONE, "The angle with that cosine.", FIRST, |a, _| real1(a, f64::acos)),
    kernel("asin", ONE, "The angle with that sine.", FIRST, |a, _| real1(a, f64::asin)),
    kernel("atan", ONE, "The angle with that tangent.", FIRST, |a, _| real1(a, f64::atan)),
    kernel("atan2", &["(y: real, x: real) -> real"], "The angle of the ray to (x, y).", FIRST, |a, _| {
        real2(a, f64::atan2)
    }),
    kernel("cos", ONE, "The cosine of an angle.", FIRST, |a, _| real1(a, f64::cos)),
    kernel("sin", ONE, "The sine of an angle.", FIRST, |a, _| real1(a, f64::sin)),
    kernel("tan", ONE, "The tangent of an angle.", FIRST, |a, _| real1(a, f64::tan)),
    kernel("cot", ONE, "The cotangent of an angle.", Naming::None, |a, _| real1(a, |x| 1.0 / x.tan())),
    kernel("degrees", &["(radians: real) -> real"], "Radians as degrees.", Naming::None, |a, _| {
        real1(a, |x| 180.0 / PI * x)
    }),
    kernel("radians", &["(degrees: real) -> real"], "Degrees as radians.", Naming::None, |a, _| {
        real1(a, |x| PI / 180.0 * x)
    }),
    kernel("exp", ONE, "e to that power.", FIRST, |a, _| real1(a, f64::exp)),
    kernel("exp2", ONE, "2 to that power.", FIRST, |a, _| real1(a, f64::exp2)),
    kernel("exp10", ONE, "10 to that power.", FIRST, |a, _| real1(a, |x| 10_f64.powf(x))),
    kernel("log", ONE, "The natural logarithm.", FIRST, |a, _| real1(a, f64::ln)),
    kernel("log2", ONE, "The logarithm to base 2.", FIRST, |a, _| real1(a, f64::log2)),
    kernel("log10", ONE, "The logarithm to base 10.", FIRST, |a, _| real1(a, f64::log10)),
    kernel("pow", &["(base: real, exponent: real) -> real"], "A power.", FIRST, |a, _| real2(a, f64::powf)),
    kernel("sqrt", ONE, "The square root.", FIRST, |a, _| real1(a, f64::sqrt)),
    kernel("sign", ONE, "1, 0 or -1, as the number is above, at or below 0.", Naming::None, |a, _| {
        real1(a, |x| if x == 0.0 || x.is_nan() { x } else { x.signum() })
    }),
    kernel("isnan", IS, "Is it not a number?", Naming::None, |a, _| is(a, f64::is_nan)),
    kernel("isinf", IS, "Is it infinite?", Naming::None, |a, _| is(a, f64::is_infinite)),
    kernel("isfinite", IS, "Is it neither infinite nor NaN?", Naming::None, |a, _| is(a, f64::is_finite)),
    kernel(
        "pi",
        &["() -> real"],
        "The ratio of a circle's circumference to its diameter.",
        Naming::None,
        |_, _| Value::Real(PI),
    ),
    Function {
        name: "rand",
        aliases: &[],
        signatures: &["([number: integer]) -> real"],
        doc: "A random number from 0 up to 1, or a whole one from 0 up to the argument.",
        naming: FIRST,
        body: Body::Kernel(rand),
        volatile: true,
    },
];

fn is(args: &[Value], f: fn(f64) -> bool) -> Value {
    args[0].as_f64().map_or(Value::Null, |x| Value::Bool(f(x)))
}

/// How many numbers were drawn in this process.
static DRAWN: AtomicU64 = AtomicU64::new(0);

/// SplitMix64 over the query's clock and a counter.
fn rand(args: &[Value], cx: &Cx) -> Value {
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    let mut z = (cx.now as u64) ^ drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let unit = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    match args.first().map(Value::as_i64) {
        None => Value::Real(unit),
        Some(Some(n)) if n > 1 => Value::Real((unit * n as f64).floor()),
        Some(Some(_)) => Value::Real(unit),
        Some(None) => Value::Null,
    }
}

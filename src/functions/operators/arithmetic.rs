//! `+ - * / %` and the unary minus, over numbers, datetimes and timespans.
//!
//! Integers wrap around as 64-bit numbers and divide towards zero; the remainder is never negative
//! (`-14 % 12` is 10). Dividing an integer or a timespan by zero gives null; reals follow IEEE 754.
//!
//! Trap: the result of two ints is a long. A datetime outside years 1 to 9999 is null.

use crate::decimal::Decimal;
use crate::functions::convert::{convert, truncate};
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::time;
use crate::types::Type;
use crate::value::Value;

const INTEGERS: &str = "(a: int, b: int) -> long";
const NUMBERS: &str = "(a: number, b: number) -> widest";
const TIMESPANS: &str = "(a: timespan, b: timespan) -> timespan";

pub const ROWS: &[Function] = &[
    plain(
        "+",
        &[
            INTEGERS,
            NUMBERS,
            "(a: datetime, b: timespan) -> datetime",
            "(a: timespan, b: datetime) -> datetime",
            TIMESPANS,
        ],
        "The sum of two numbers, of two timespans, of a datetime and a timespan.",
        |a, cx| arithmetic(a, cx, &ADD),
    ),
    plain(
        "-",
        &[
            INTEGERS,
            NUMBERS,
            "(a: datetime, b: datetime) -> timespan",
            "(a: datetime, b: timespan) -> datetime",
            TIMESPANS,
        ],
        "The difference of two numbers, of two datetimes or timespans, of a datetime and a timespan.",
        |a, cx| arithmetic(a, cx, &SUBTRACT),
    ),
    plain(
        "*",
        &[INTEGERS, NUMBERS, "(a: number, b: timespan) -> timespan", "(a: timespan, b: number) -> timespan"],
        "The product of two numbers, of a number and a timespan.",
        multiply,
    ),
    plain(
        "/",
        &[INTEGERS, NUMBERS, "(a: timespan, b: timespan) -> real", "(a: timespan, b: number) -> timespan"],
        "The quotient of two numbers (integers are cut towards zero), of a timespan and a timespan or number.",
        divide,
    ),
    plain(
        "%",
        &[INTEGERS, NUMBERS, TIMESPANS, "(a: datetime, b: timespan) -> timespan"],
        "The remainder of a division, never negative.",
        |a, cx| arithmetic(a, cx, &MODULO),
    ),
    plain(
        "negate",
        &["(value: int) -> long", "(value: number) -> value", "(value: timespan) -> timespan"],
        "The number or timespan with the opposite sign: `-value`.",
        negate,
    ),
];

/// One operation, per kind of number.
struct Operation {
    long: fn(i64, i64) -> Option<i64>,
    real: fn(f64, f64) -> f64,
    decimal: fn(Decimal, Decimal) -> Option<Decimal>,
    /// On ticks.
    ticks: fn(i64, i64) -> Option<i64>,
}

const ADD: Operation = Operation {
    long: |a, b| Some(a.wrapping_add(b)),
    real: |a, b| a + b,
    decimal: Decimal::checked_add,
    ticks: i64::checked_add,
};

const SUBTRACT: Operation = Operation {
    long: |a, b| Some(a.wrapping_sub(b)),
    real: |a, b| a - b,
    decimal: Decimal::checked_sub,
    ticks: i64::checked_sub,
};

const MULTIPLY: Operation = Operation {
    long: |a, b| Some(a.wrapping_mul(b)),
    real: |a, b| a * b,
    decimal: Decimal::checked_mul,
    ticks: i64::checked_mul,
};

const DIVIDE: Operation = Operation {
    long: |a, b| if b == 0 { None } else { Some(a.wrapping_div(b)) },
    real: |a, b| a / b,
    decimal: Decimal::checked_div,
    ticks: i64::checked_div,
};

const MODULO: Operation = Operation {
    long: modulo,
    real: f64::rem_euclid,
    decimal: |a, b| {
        let rest = a.checked_rem(b)?;
        let zero = Decimal::from_i64(0);
        let size = if b < zero { b.negated() } else { b };
        if rest < zero { rest.checked_add(size) } else { Some(rest) }
    },
    ticks: modulo,
};

fn modulo(a: i64, b: i64) -> Option<i64> {
    if b == 0 { None } else { Some(a.wrapping_rem_euclid(b)) }
}

fn arithmetic(args: &[Value], cx: &Cx, op: &Operation) -> Value {
    compute(&args[0], &args[1], cx.returns, op).unwrap_or(Value::Null)
}

fn compute(a: &Value, b: &Value, returns: Type, op: &Operation) -> Option<Value> {
    match returns {
        Type::Real => Some(Value::Real((op.real)(a.as_f64()?, b.as_f64()?))),
        Type::Decimal => (op.decimal)(decimal(a)?, decimal(b)?).map(Value::Decimal),
        Type::Datetime => {
            (op.ticks)(a.as_i64()?, b.as_i64()?).filter(|t| time::in_range(*t)).map(Value::Datetime)
        }
        Type::Timespan => (op.ticks)(a.as_i64()?, b.as_i64()?).map(Value::Timespan),
        _ => (op.long)(a.as_i64()?, b.as_i64()?).map(Value::Long),
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match convert(value, Type::Decimal) {
        Value::Decimal(d) => Some(d),
        _ => None,
    }
}

/// Ticks from a computation in reals.
fn timespan(ticks: f64) -> Value {
    truncate(ticks.round()).map_or(Value::Null, Value::Timespan)
}

fn multiply(args: &[Value], cx: &Cx) -> Value {
    let real = |v: &Value| matches!(v, Value::Real(_) | Value::Decimal(_));
    if cx.returns == Type::Timespan && args.iter().any(real) {
        let (Some(a), Some(b)) = (scalar_f64(&args[0]), scalar_f64(&args[1])) else { return Value::Null };
        return timespan(a * b);
    }
    arithmetic(args, cx, &MULTIPLY)
}

/// A number, or the ticks of a timespan.
fn scalar_f64(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_i64().map(|t| t as f64))
}

fn divide(args: &[Value], cx: &Cx) -> Value {
    let (a, b) = (&args[0], &args[1]);
    match (a, b) {
        (Value::Timespan(a), Value::Timespan(b)) => Value::Real(*a as f64 / *b as f64),
        (Value::Timespan(a), Value::Real(_) | Value::Decimal(_)) => match b.as_f64() {
            Some(b) if b != 0.0 => timespan(*a as f64 / b),
            _ => Value::Null,
        },
        _ => arithmetic(args, cx, &DIVIDE),
    }
}

fn negate(args: &[Value], _: &Cx) -> Value {
    match &args[0] {
        Value::Int(n) => Value::Long(-i64::from(*n)),
        Value::Long(n) => Value::Long(n.wrapping_neg()),
        Value::Real(x) => Value::Real(-x),
        Value::Decimal(d) => Value::Decimal(d.negated()),
        Value::Timespan(t) => t.checked_neg().map_or(Value::Null, Value::Timespan),
        _ => Value::Null,
    }
}

//! `sum(x)`, `avg(x)`, `binary_all_and(x)` and their like.
//!
//! Traps: the sum of nothing is 0, its average NaN. Integers add up in 128 bits; a sum that is no
//! `long` ends the query instead of wrapping around.

use super::super::{Accumulator, Aggregate, Cx, Naming};
use super::{row, special};
use crate::decimal::Decimal;
use crate::types::Type;
use crate::value::Value;

pub const ROWS: &[Aggregate] = &[
    row(
        "sum",
        &[
            "(expr: real) -> real",
            "(expr: integer) -> long",
            "(expr: decimal) -> decimal",
            "(expr: timespan) -> timespan",
        ],
        "The sum of the values.",
        Naming::Prefix("sum"),
        || Box::new(Total::new(false)),
    ),
    special(
        "sumif",
        &[
            "(expr: real, predicate: bool) -> real",
            "(expr: integer, predicate: bool) -> long",
            "(expr: decimal, predicate: bool) -> decimal",
            "(expr: timespan, predicate: bool) -> timespan",
        ],
        "The sum of the values of the rows for which the predicate holds.",
        Naming::Prefix("sumif"),
    ),
    row(
        "avg",
        &[
            "(expr: real) -> real",
            "(expr: integer) -> real",
            "(expr: decimal) -> decimal",
            "(expr: timespan) -> timespan",
            "(expr: datetime) -> datetime",
        ],
        "The average of the values.",
        Naming::Prefix("avg"),
        || Box::new(Total::new(true)),
    ),
    special(
        "avgif",
        &[
            "(expr: real, predicate: bool) -> real",
            "(expr: integer, predicate: bool) -> real",
            "(expr: decimal, predicate: bool) -> decimal",
            "(expr: timespan, predicate: bool) -> timespan",
            "(expr: datetime, predicate: bool) -> datetime",
        ],
        "The average of the values of the rows for which the predicate holds.",
        Naming::Prefix("avgif"),
    ),
    row("binary_all_and", BITS, "The bits set in every value.", Naming::FirstArgument, || {
        Box::new(Bits { join: |a, b| a & b, bits: None })
    }),
    row("binary_all_or", BITS, "The bits set in any value.", Naming::FirstArgument, || {
        Box::new(Bits { join: |a, b| a | b, bits: None })
    }),
    row(
        "binary_all_xor",
        BITS,
        "The bits set in an odd number of the values.",
        Naming::FirstArgument,
        || Box::new(Bits { join: |a, b| a ^ b, bits: None }),
    ),
];

const BITS: &[&str] = &["(expr: integer) -> expr", "(expr: timespan) -> expr"];

/// Sum and average: only the field of the argument's type is used.
struct Total {
    average: bool,
    count: i64,
    whole: i128,
    real: f64,
    decimal: Option<Decimal>,
}

impl Total {
    fn new(average: bool) -> Total {
        Total { average, count: 0, whole: 0, real: 0.0, decimal: Some(Decimal::from_i64(0)) }
    }
}

impl Accumulator for Total {
    fn add(&mut self, args: &[Value], _: &Cx) {
        match &args[0] {
            Value::Real(x) => self.real += x,
            Value::Decimal(d) => self.decimal = self.decimal.and_then(|sum| sum.checked_add(*d)),
            value => match value.as_i64() {
                Some(n) => self.whole += i128::from(n),
                None => return,
            },
        }
        self.count += 1;
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        let divisor = if self.average { self.count } else { 1 };
        if divisor == 0 {
            return if cx.returns == Type::Real { Value::Real(f64::NAN) } else { Value::Null };
        }
        let whole = i64::try_from(self.whole / i128::from(divisor));
        match cx.returns {
            // One of the two is zero: a column has one type.
            Type::Real => Value::Real((self.real + self.whole as f64) / divisor as f64),
            Type::Decimal => {
                let sum = self.decimal.and_then(|sum| sum.checked_div(Decimal::from_i64(divisor)));
                sum.map_or(Value::Null, Value::Decimal)
            }
            _ if whole.is_err() => {
                cx.fail("sum(): the sum is beyond the range of its type");
                Value::Null
            }
            Type::Timespan => Value::Timespan(whole.unwrap_or_default()),
            Type::Datetime => Value::Datetime(whole.unwrap_or_default()),
            _ => Value::Long(whole.unwrap_or_default()),
        }
    }
}

struct Bits {
    join: fn(i64, i64) -> i64,
    bits: Option<i64>,
}

impl Accumulator for Bits {
    fn add(&mut self, args: &[Value], _: &Cx) {
        if let Some(n) = args[0].as_i64() {
            self.bits = Some(self.bits.map_or(n, |bits| (self.join)(bits, n)));
        }
    }

    fn finish(&mut self, cx: &Cx) -> Value {
        match (self.bits, cx.returns) {
            (None, _) => Value::Null,
            (Some(n), Type::Int) => i32::try_from(n).map_or(Value::Null, Value::Int),
            (Some(n), Type::Timespan) => Value::Timespan(n),
            (Some(n), _) => Value::Long(n),
        }
    }
}

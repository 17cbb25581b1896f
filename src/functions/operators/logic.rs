//! `and`, `or`, `not` in three-valued logic.
//!
//! Trap: false wins an `and`, true wins an `or`, also against null; all else with a null is null.

use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    plain("and", &["(a: bool, b: bool) -> bool"], "Are both true?", |a, _| decided_by(a, false)),
    plain("or", &["(a: bool, b: bool) -> bool"], "Is one of them true?", |a, _| decided_by(a, true)),
    plain("not", &["(value: bool) -> bool"], "True for false, false for true.", not),
];

/// Any argument that is `winner` decides; else a null does; else the opposite of `winner` is left.
fn decided_by(args: &[Value], winner: bool) -> Value {
    if args.iter().any(|v| v.as_bool() == Some(winner)) {
        return Value::Bool(winner);
    }
    if args.iter().any(Value::is_null) { Value::Null } else { Value::Bool(!winner) }
}

fn not(args: &[Value], _: &Cx) -> Value {
    args[0].as_bool().map_or(Value::Null, |b| Value::Bool(!b))
}

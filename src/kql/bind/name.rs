//! How KQL names a column that has no name.
//!
//! `a` is `a`; `a.b`, `a["b"]` are `a_b`; `a[0].b` is `a_0_b`; a function whose row says so has the name
//! of its first argument (`tostring(a.b)` is `a_b`, `round(x = a / b)` is `x`); all else is `Column1` (`print_0` in `print`).
//!
//! Trap: the name comes from what was written, not from what it means; so it is read off the tree.

use crate::functions::{self, Naming};
use crate::kql::ast::{Argument, Expr, ExprKind};
use crate::value::Value;

/// The name that an unnamed expression gives its column, if it gives one.
pub fn implied_name(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Member(object, member) => match &object.kind {
            ExprKind::Name(side) if side.text.starts_with('$') => Some(member.text.clone()),
            _ => Some(format!("{}_{}", implied_name(object)?, member.text)),
        },
        ExprKind::Index(object, index) => {
            let index = match &index.kind {
                ExprKind::Literal(Value::String(s), _) => s.clone(),
                ExprKind::Literal(value, _) => value.to_text(),
                _ => return implied_name(object),
            };
            Some(format!("{}_{index}", implied_name(object)?))
        }
        ExprKind::Call { name, args } => {
            let Some(function) = functions::function(&name.text) else {
                return aggregate_name(&name.text, args);
            };
            let naming = function.naming;
            match naming {
                Naming::FirstArgument => argument_name(args.first()?),
                Naming::Always(name) => Some(name.to_string()),
                Naming::Prefix(prefix) => Some(format!("{prefix}_{}", argument_name(args.first()?)?)),
                Naming::None => None,
            }
        }
        _ => None,
    }
}

/// The name an argument was given (`round(Rate = a / b)`), else the one it implies.
fn argument_name(argument: &Argument) -> Option<String> {
    argument.name.as_ref().map(|n| n.text.clone()).or_else(|| implied_name(&argument.value))
}

/// The name that an unnamed aggregate gives its column.
pub fn aggregate_name(name: &str, args: &[Argument]) -> Option<String> {
    let first = || args.first().and_then(argument_name);
    match functions::aggregate(name)?.naming {
        Naming::FirstArgument => first(),
        Naming::Always(name) => Some(name.to_string()),
        Naming::Prefix(prefix) if prefix.starts_with("covariance") => {
            let both: Vec<String> = args.iter().take(2).filter_map(argument_name).collect();
            Some(format!("{prefix}_{}", both.join("_")))
        }
        Naming::Prefix(prefix) => Some(format!("{prefix}_{}", first().unwrap_or_default())),
        Naming::None => None,
    }
}

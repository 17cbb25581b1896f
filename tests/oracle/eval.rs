//! An expression over one row: kernels called directly.
//!
//! Trap: a cell of a dynamic column is what its JSON says. A datetime put into a bag is a string from
//! then on, an int is a long: `settled` brings each dynamic value to that form.

use std::collections::BTreeSet;

use auk::functions::{Body, Cx, convert};
use auk::plan::{Expr, ExprKind, Plan};
use auk::types::Type;
use auk::value::Value;

use super::{Key, Oracle};

impl Oracle<'_> {
    pub(super) fn eval(&self, e: &Expr, row: &[Value]) -> Result<Value, String> {
        let (value, name) = match &e.kind {
            ExprKind::Literal(value) => (value.clone(), "a literal"),
            ExprKind::Column(at) => (row.get(*at).cloned().ok_or(format!("no column {at}"))?, "a column"),
            ExprKind::Call(f, args) => {
                let Body::Kernel(kernel) = f.body else {
                    return Err(format!("{}() has no kernel", f.name));
                };
                let values: Vec<Value> = args.iter().map(|a| self.eval(a, row)).collect::<Result<_, _>>()?;
                (self.with_cx(e.ty, args, |cx| kernel(&values, cx)), f.name)
            }
            ExprKind::Convert(inner) => (convert(&self.eval(inner, row)?, e.ty), "a conversion"),
            ExprKind::Scalar(plan) => (self.scalar(plan)?, "toscalar"),
            ExprKind::InTable { value, table, fold_case, negated } => {
                let value = self.eval(value, row)?;
                let found = self.in_table(value, table, *fold_case)?;
                (Value::Bool(found != *negated), "in")
            }
        };
        settled(value, e.ty, name)
    }

    /// Is the predicate true for the row? Null is not.
    pub(super) fn is_true(&self, e: &Expr, row: &[Value]) -> Result<bool, String> {
        Ok(self.eval(e, row)? == Value::Bool(true))
    }

    /// Calls `f` with the context set up for a call of that type over those arguments.
    pub(super) fn with_cx<R>(&self, returns: Type, args: &[Expr], f: impl FnOnce(&Cx) -> R) -> R {
        let mut cx = self.cx.borrow_mut();
        cx.returns = returns;
        cx.args = args.iter().map(|a| a.ty).collect();
        f(&cx)
    }

    fn scalar(&self, plan: &std::sync::Arc<Plan>) -> Result<Value, String> {
        let address = std::sync::Arc::as_ptr(plan) as usize;
        if let Some(value) = self.scalars.borrow().get(&address) {
            return Ok(value.clone());
        }
        let rows = self.rows(plan)?;
        let value = rows.first().and_then(|r| r.first()).cloned().unwrap_or(Value::Null);
        self.scalars.borrow_mut().insert(address, value.clone());
        Ok(value)
    }

    fn in_table(&self, value: Value, plan: &std::sync::Arc<Plan>, fold_case: bool) -> Result<bool, String> {
        if value.is_null() {
            return Ok(false);
        }
        let fold = |value: Value| match value {
            Value::String(s) if fold_case => Value::String(s.to_lowercase()),
            other => other,
        };
        let address = std::sync::Arc::as_ptr(plan) as usize * 2 + usize::from(fold_case);
        if !self.sets.borrow().contains_key(&address) {
            let rows = self.rows(plan)?;
            let first = rows.into_iter().filter_map(|r| r.into_iter().next());
            let set: BTreeSet<Key> = first.map(|v| Key(vec![fold(v)])).collect();
            self.sets.borrow_mut().insert(address, set);
        }
        Ok(self.sets.borrow().get(&address).is_some_and(|set| set.contains(&Key(vec![fold(value)]))))
    }
}

/// The value as a cell of that type: missing strings are `""`, dynamic values what their JSON says.
pub(super) fn settled(value: Value, ty: Type, name: &str) -> Result<Value, String> {
    match value.type_of() {
        None => Ok(Value::missing(ty)),
        Some(_) if ty == Type::Dynamic => Ok(as_json(value)),
        Some(actual) if actual == ty => Ok(value),
        Some(_) => Err(format!("{name} gave {value:?} where its type is {ty}")),
    }
}

fn as_json(value: Value) -> Value {
    match value {
        Value::Int(n) => Value::Long(i64::from(n)),
        Value::Real(x) if !x.is_finite() => Value::String(value.to_text()),
        Value::Decimal(_) | Value::Datetime(_) | Value::Timespan(_) | Value::Guid(_) => {
            Value::String(value.to_text())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(as_json).collect()),
        Value::Bag(members) => Value::Bag(members.into_iter().map(|(k, v)| (k, as_json(v))).collect()),
        other => other,
    }
}

//! OfficeActivity, which is no stored table: a plan over UnifiedAuditLog, column by column.
//!
//! Being a plan, it reads only what is wanted of it, and stored paths where there are.

use super::error::{Error, Result};
use crate::functions::function;
use crate::lake::{self, From, OFFICE_ACTIVITY};
use crate::plan::{Expr, ExprKind, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

pub const VIEW: &str = "OfficeActivity";
pub const TABLE: &str = "UnifiedAuditLog";

/// The view with the columns of `schema`.
pub fn office_activity(schema: &Schema) -> Result<Plan> {
    let stored = lake::table(TABLE).ok_or_else(|| Error::internal("there is no UnifiedAuditLog"))?;
    let table = Table { schema: &stored.schema };
    let workload = table.column("Workload")?;
    let mut args = vec![workload];
    args.extend(lake::office_activity::WORKLOADS.iter().map(|w| text(w)));
    let input = Plan::Filter {
        input: Box::new(Plan::Scan { table: TABLE.to_string(), schema: stored.schema.clone() }),
        predicate: call("in", args, Type::Bool)?,
    };
    let exprs = schema.columns.iter().map(|c| table.view_column(c)).collect::<Result<Vec<_>>>()?;
    Ok(Plan::Project { input: Box::new(input), exprs, schema: schema.clone() })
}

struct Table<'a> {
    schema: &'a Schema,
}

impl Table<'_> {
    fn column(&self, name: &str) -> Result<Expr> {
        let at = self
            .schema
            .index(name)
            .ok_or_else(|| Error::internal(format!("{TABLE} has no column {name}")))?;
        Ok(Expr::column(at, self.schema.columns[at].ty, Span::default()))
    }

    /// A member of AuditData.
    fn member(&self, key: &str) -> Result<Expr> {
        call("dynamic_member", vec![self.column("AuditData")?, text(key)], Type::Dynamic)
    }

    fn view_column(&self, c: &Column) -> Result<Expr> {
        let Some(of_view) = OFFICE_ACTIVITY.iter().find(|v| v.name == c.name) else {
            // Hidden columns are those of the table.
            return match self.column(&c.name) {
                Ok(column) => Ok(converted(column, c.ty)),
                Err(_) => Ok(Expr::literal(Value::missing(c.ty), c.ty, Span::default())),
            };
        };
        Ok(match of_view.from {
            From::Column(name) => converted(self.column(name)?, c.ty),
            From::Path(key) | From::Json(key) => converted(self.member(key)?, c.ty),
            From::Enum(key, names) => {
                let value = converted(self.member(key)?, Type::String);
                let mut args = Vec::new();
                for (number, name) in names {
                    args.push(call("==", vec![value.clone(), text(&number.to_string())], Type::Bool)?);
                    args.push(text(name));
                }
                args.push(value);
                converted(call("case", args, Type::String)?, c.ty)
            }
            From::Time(key, column) => {
                let member = converted(self.member(key)?, Type::Datetime);
                call("coalesce", vec![member, self.column(column)?], Type::Datetime)?
            }
            From::Either(first, second) => {
                let both = vec![converted(self.member(first)?, c.ty), converted(self.member(second)?, c.ty)];
                call("coalesce", both, c.ty)?
            }
            From::Const(value) => text(value),
            From::UserDomain => {
                let parts = call("split", vec![self.column("UserId")?, text("@")], Type::Dynamic)?;
                let second = Expr::literal(Value::Long(1), Type::Long, Span::default());
                converted(call("dynamic_index", vec![parts, second], Type::Dynamic)?, Type::String)
            }
        })
    }
}

fn text(value: &str) -> Expr {
    Expr::literal(Value::string(value), Type::String, Span::default())
}

fn converted(expr: Expr, ty: Type) -> Expr {
    if expr.ty == ty {
        return expr;
    }
    Expr { kind: ExprKind::Convert(Box::new(expr)), ty, span: Span::default() }
}

/// A call of a function by its name.
pub fn call(name: &str, args: Vec<Expr>, ty: Type) -> Result<Expr> {
    let f = function(name).ok_or_else(|| Error::internal(format!("there is no function {name}")))?;
    Ok(Expr { kind: ExprKind::Call(f, args), ty, span: Span::default() })
}

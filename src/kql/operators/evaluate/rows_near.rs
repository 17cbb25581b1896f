//! `rows_near(Condition, NumRows, [RowsAfter])`: the rows around those for which a condition holds.
//!
//! Trap: the condition becomes a column of its own for the call, which goes again.

use super::{Bind, Evaluate, Plugin, arguments};
use crate::functions::plugins::ROWS_NEAR;
use crate::kql::bind::{Binder, Relation, Row, extend, select};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::types::Type;

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "rows_near",
    signature: "(Condition: bool, NumRows: long, [RowsAfter: long])",
    doc: "The rows before and after those for which a condition holds, and these.",
    bind: Bind::Table(bind),
}];

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, _: Span) -> Option<Relation> {
    let args = arguments::by_parameter(b, op, &["Condition", "NumRows", "RowsAfter"])?;
    let condition = arguments::required(b, op, args[0], "the condition")?;
    let bound = b.expr(condition, &Row::new(input.schema()))?;
    if bound.ty != Type::Bool {
        return b.error(condition.span, format!("the condition is of type bool, not {}", bound.ty));
    }
    let before = arguments::required(b, op, args[1], "the number of rows")?;
    let before = arguments::constant(b, before, Type::Long, "the number of rows")?;
    let after = match args[2] {
        Some(after) => arguments::constant(b, after, Type::Long, "the number of rows after")?,
        None => before.clone(),
    };
    let (name, hidden, width) = (input.name.clone(), input.hidden.clone(), input.schema().len());
    let near = input.schema().unique("_auk_near");
    let marked = extend(input, vec![(near, bound)]);
    let schema = marked.schema().clone();
    let args = vec![
        CallArgument::Column { input: 0, column: width },
        CallArgument::Value(before),
        CallArgument::Value(after),
    ];
    let plan = Plan::Call { function: &ROWS_NEAR, inputs: vec![marked.plan], args, schema };
    let keep: Vec<usize> = (0..width).collect();
    Some(Relation { name, hidden, plan: select(plan, &keep) })
}

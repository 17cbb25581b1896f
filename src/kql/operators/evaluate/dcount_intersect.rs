//! `dcount_intersect(hll, hll, …)`: how many values the first `hll` state holds, the first two have in
//! common, and so on: columns `s0`, `s1`, …
//!
//! Trap: none of the input's columns comes out.

use super::{Bind, Evaluate, Plugin};
use crate::functions::plugins::DCOUNT_INTERSECT;
use crate::kql::bind::{Binder, Relation, Row, project_columns};
use crate::plan::{Expr, ExprKind};
use crate::source::Span;
use crate::types::Type;

pub const PLUGINS: &[Plugin] = &[Plugin {
    name: "dcount_intersect",
    signature: "(hll: dynamic, hll: dynamic...)",
    doc: "How many values the first hll state holds, the first two have in common, and so on.",
    bind: Bind::Table(bind),
}];

fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    if !(2..=16).contains(&op.args.len()) {
        return b.error(span, "`dcount_intersect` takes from 2 to 16 hll states");
    }
    let schema = input.schema().clone();
    let mut states = Vec::new();
    for arg in &op.args {
        let state = b.expr(&arg.value, &Row::new(&schema))?;
        if state.ty != Type::Dynamic {
            return b.error(state.span, format!("what hll() gives is dynamic; this is of type {}", state.ty));
        }
        states.push(state);
    }
    let common = |count: usize| {
        let kind = ExprKind::Call(&DCOUNT_INTERSECT, states[..count].to_vec());
        (format!("s{}", count - 1), Expr { kind, ty: Type::Long, span })
    };
    Some(project_columns(input, (1..=states.len()).map(common).collect()))
}

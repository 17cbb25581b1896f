//! `sequence_detect(time, step window, span, name=predicate, …, dimension, …)`, and the funnels.
//!
//! Trap: a step is told from a dimension by its type: it is a predicate.

use super::funnel;
use super::timeline::{Constant, add, column, constant, time_column};
use crate::functions::plugins::analytics::sequences::DETECT;
use crate::kql::bind::{Binder, Relation, Row, extend, implied_name};
use crate::kql::operators::evaluate::{Bind, Evaluate, Plugin};
use crate::plan::{CallArgument, Expr, ExprKind, Plan};
use crate::source::Span;
use crate::types::{Schema, Type};
use crate::value::Value;

pub const PLUGINS: &[Plugin] = &[
    Plugin {
        name: "funnel_sequence",
        signature: "(id: column, time: column, start, end, step window, step, state: column, sequence: dynamic)",
        doc: "What came before and after a sequence of states.",
        bind: Bind::Refused(
            "it answers with three tables, by rules that are not published; `funnel_sequence_completion` \
             counts how far ids came, `sequence_detect` finds the sequences",
        ),
    },
    Plugin {
        name: "funnel_sequence_completion",
        signature: "(id: column, time: column, start, end, step, state: column, sequence: dynamic, windows: dynamic)",
        doc: "How many ids came how far along a sequence of states, within each of several times.",
        bind: Bind::Table(funnel::bind),
    },
    Plugin {
        name: "sequence_detect",
        signature: "(time: column, step window: timespan, span: timespan, predicate: bool..., dimension: column...)",
        doc: "Events that match one predicate after the other, close enough in time, with equal dimensions.",
        bind: Bind::Table(detect),
    },
];

fn detect(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let [time, window, length, rest @ ..] = op.args.as_slice() else {
        return b.error(span, "`sequence_detect` takes a time, two timespans, predicates and dimensions");
    };
    let schema = input.schema().clone();
    let (time, ty) = time_column(b, &time.value, &schema)?;
    let window = constant(b, &window.value, Constant::Window, ty, "the step window")?;
    let length = constant(b, &length.value, Constant::Window, ty, "the span")?;
    let (mut steps, mut dims): (Vec<(String, Expr)>, Vec<usize>) = Default::default();
    for arg in rest {
        let bound = b.expr(&arg.value, &Row::new(&schema))?;
        let name = arg.name.as_ref().map(|n| n.text.clone()).or_else(|| implied_name(&arg.value));
        match (&bound.kind, name) {
            (_, Some(name)) if bound.ty == Type::Bool => steps.push((name, bound)),
            (_, None) if bound.ty == Type::Bool => {
                return b.error(arg.value.span, "a step needs a name: `name=(predicate)`");
            }
            (ExprKind::Column(at), _) if bound.ty != Type::Dynamic => dims.push(*at),
            _ => return b.error(arg.value.span, "a dimension has to be a column of a scalar type"),
        }
    }
    if steps.is_empty() {
        return b.error(span, "`sequence_detect` needs a predicate: `name=(predicate)`");
    }
    let mut output = Schema::default();
    dims.iter().for_each(|at| add(&mut output, &schema.columns[*at].name, schema.columns[*at].ty));
    let line = &schema.columns[time].name;
    steps.iter().for_each(|(name, _)| add(&mut output, &format!("{name}_{line}"), ty));
    add(&mut output, "Duration", if ty == Type::Datetime { Type::Timespan } else { ty });
    let count = CallArgument::Value(Value::Long(steps.len() as i64));
    let mut args = vec![column(time), CallArgument::Value(window), CallArgument::Value(length), count];
    let hidden: Vec<(String, Expr)> =
        steps.into_iter().enumerate().map(|(at, (_, step))| (format!("_auk_step_{at}"), step)).collect();
    let input = extend(input, hidden.clone());
    args.extend(hidden.iter().filter_map(|(name, _)| input.schema().index(name)).map(column));
    args.extend(dims.into_iter().map(column));
    let inputs = vec![input.plan];
    Some(Relation::new(Plan::Call { function: &DETECT, inputs, args, schema: output }))
}

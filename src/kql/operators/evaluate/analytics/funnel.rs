//! `funnel_sequence_completion(id, time, start, end, step, state, sequence, windows)`
//!
//! Trap: the states of the sequence are compared as text, and come out as text.

use super::timeline::{Constant, Line, add, by_place, column, constant, line, plain_column};
use crate::functions::plugins::analytics::funnel::COMPLETION;
use crate::kql::bind::{Binder, Relation, extend};
use crate::kql::operators::evaluate::{Evaluate, arguments};
use crate::plan::{CallArgument, Plan};
use crate::source::Span;
use crate::time::parse_timespan;
use crate::types::{Schema, Type};
use crate::value::Value;

pub fn bind(b: &mut Binder<'_>, op: &Evaluate, input: Relation, span: Span) -> Option<Relation> {
    let args = by_place(b, op, 8, span)?;
    let schema = input.schema().clone();
    let Line { id, time, ty } = line(b, &args, &schema)?;
    if ty != Type::Datetime {
        return b.unsupported(
            args[1].span,
            format!("a funnel over a timeline of type {ty}; it takes a datetime"),
        );
    }
    if let Some(extra) = args.get(8) {
        return b.error(extra.span, "`funnel_sequence_completion` takes eight arguments");
    }
    let mut call = vec![column(id), column(time)];
    for (arg, (kind, what)) in args[2..5].iter().zip([
        (Constant::Point, "the start"),
        (Constant::Point, "the end"),
        (Constant::Window, "the step"),
    ]) {
        call.push(CallArgument::Value(constant(b, arg, kind, ty, what)?));
    }
    let state = plain_column(b, args[5], &schema, "the state")?;
    let sequence = arguments::constant(b, args[6], Type::Dynamic, "the sequence")?;
    let windows = arguments::constant(b, args[7], Type::Dynamic, "the windows")?;
    let (Some(states), Some(windows)) = (sequence.as_array(), windows.as_array()) else {
        return b.error(args[6].span, "the sequence and the windows are arrays: `dynamic([…])`");
    };
    let states = states.iter().map(|state| Value::String(state.to_text())).collect();
    let span_of = |window: &Value| match window {
        Value::Timespan(_) => Some(window.clone()),
        Value::String(text) => parse_timespan(text).map(Value::Timespan),
        _ => None,
    };
    let Some(windows) = windows.iter().map(span_of).collect() else {
        return b.error(args[7].span, "the windows are timespans: `dynamic([1h, 1d])`");
    };
    call.push(CallArgument::Value(Value::Array(states)));
    call.push(CallArgument::Value(Value::Array(windows)));
    let mut output = Schema::new(vec![schema.columns[time].clone()]);
    add(&mut output, &schema.columns[state].name, Type::String);
    add(&mut output, "Period", Type::Timespan);
    add(&mut output, "dcount", Type::Long);
    let text = schema.unique("_auk_state");
    let shown = b.convert(arguments::of_column(state, &schema), Type::String);
    let input = extend(input, vec![(text.clone(), shown)]);
    call.extend(input.schema().index(&text).map(column));
    let inputs = vec![input.plan];
    Some(Relation::new(Plan::Call { function: &COMPLETION, inputs, args: call, schema: output }))
}

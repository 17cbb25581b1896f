//! KQL's string operators as rows: `=~`, `has`, `contains`, `startswith`, `matches regex`, `has_any`, …
//!
//! Every operator has a negated form (`!has`) and most a case-sensitive one (`has_cs`).
//!
//! Trap: on dynamic values they search the text of the value: a string as it is, a bag or an array as
//! its JSON.

use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::functions::text_search as search;
use crate::functions::{Cx, Function};
use crate::value::Value;

const OPERATOR: &[&str] = &["(text: text, search: string) -> bool"];
const LIST: &[&str] = &["(text: text, values: scalar...) -> bool"];

/// The answer of a test on two texts.
fn test(args: &[Value], holds: fn(&str, &str) -> bool) -> bool {
    match (&args[0], &args[1]) {
        (Value::String(a), Value::String(b)) => holds(a, b),
        (a, b) => holds(&text(a), &text(b)),
    }
}

fn yes(args: &[Value], holds: fn(&str, &str) -> bool) -> Value {
    Value::Bool(test(args, holds))
}

fn no(args: &[Value], holds: fn(&str, &str) -> bool) -> Value {
    Value::Bool(!test(args, holds))
}

pub const ROWS: &[Function] = &[
    plain("=~", OPERATOR, "Equal, regardless of case.", |a, _| yes(a, search::equals)),
    plain("!~", OPERATOR, "Not equal, regardless of case.", |a, _| no(a, search::equals)),
    plain("has", OPERATOR, "Has the term.", |a, _| yes(a, search::has)),
    plain("!has", OPERATOR, "Does not have the term.", |a, _| no(a, search::has)),
    plain("has_cs", OPERATOR, "Has the term, in this case.", |a, _| yes(a, search::has_cs)),
    plain("!has_cs", OPERATOR, "Does not have the term in this case.", |a, _| no(a, search::has_cs)),
    plain("hasprefix", OPERATOR, "Has a term that starts so.", |a, _| yes(a, search::has_prefix)),
    plain("!hasprefix", OPERATOR, "Has no term that starts so.", |a, _| no(a, search::has_prefix)),
    plain("hasprefix_cs", OPERATOR, "Has a term that starts so, in this case.", |a, _| {
        yes(a, search::has_prefix_cs)
    }),
    plain("!hasprefix_cs", OPERATOR, "Has no term that starts so, in this case.", |a, _| {
        no(a, search::has_prefix_cs)
    }),
    plain("hassuffix", OPERATOR, "Has a term that ends so.", |a, _| yes(a, search::has_suffix)),
    plain("!hassuffix", OPERATOR, "Has no term that ends so.", |a, _| no(a, search::has_suffix)),
    plain("hassuffix_cs", OPERATOR, "Has a term that ends so, in this case.", |a, _| {
        yes(a, search::has_suffix_cs)
    }),
    plain("!hassuffix_cs", OPERATOR, "Has no term that ends so, in this case.", |a, _| {
        no(a, search::has_suffix_cs)
    }),
    plain("contains", OPERATOR, "Contains the text.", |a, _| yes(a, search::contains)),
    plain("!contains", OPERATOR, "Does not contain the text.", |a, _| no(a, search::contains)),
    plain("contains_cs", OPERATOR, "Contains the text, in this case.", |a, _| yes(a, search::contains_cs)),
    plain("!contains_cs", OPERATOR, "Does not contain the text in this case.", |a, _| {
        no(a, search::contains_cs)
    }),
    plain("startswith", OPERATOR, "Starts so.", |a, _| yes(a, search::starts_with)),
    plain("!startswith", OPERATOR, "Does not start so.", |a, _| no(a, search::starts_with)),
    plain("startswith_cs", OPERATOR, "Starts so, in this case.", |a, _| yes(a, |t, s| t.starts_with(s))),
    plain("!startswith_cs", OPERATOR, "Does not start so, in this case.", |a, _| {
        no(a, |t, s| t.starts_with(s))
    }),
    plain("endswith", OPERATOR, "Ends so.", |a, _| yes(a, search::ends_with)),
    plain("!endswith", OPERATOR, "Does not end so.", |a, _| no(a, search::ends_with)),
    plain("endswith_cs", OPERATOR, "Ends so, in this case.", |a, _| yes(a, |t, s| t.ends_with(s))),
    plain("!endswith_cs", OPERATOR, "Does not end so, in this case.", |a, _| no(a, |t, s| t.ends_with(s))),
    plain("matches regex", OPERATOR, "The regular expression matches a part of the text.", matches_regex),
    plain("has_any", LIST, "Has one of the terms; arrays stand for their elements.", has_any),
    plain("has_all", LIST, "Has all of the terms; arrays stand for their elements.", has_all),
    plain(
        "has_any_index",
        &["(text: text, values: array) -> long"],
        "The index of the first of the values that the text has as a term, -1 for none.",
        has_any_index,
    ),
];

fn matches_regex(args: &[Value], cx: &Cx) -> Value {
    let regex = cx.regex(&text(&args[1]));
    regex.map_or(Value::Null, |regex| Value::Bool(regex.is_match(&text(&args[0]))))
}

/// The values after the first argument, arrays replaced by their elements.
pub fn expanded(args: &[Value]) -> impl Iterator<Item = &Value> {
    args.iter().flat_map(|v| v.as_array().unwrap_or(std::slice::from_ref(v)))
}

fn has_any(args: &[Value], _: &Cx) -> Value {
    let source = text(&args[0]);
    Value::Bool(expanded(&args[1..]).any(|term| search::has(&source, &text(term))))
}

fn has_all(args: &[Value], _: &Cx) -> Value {
    let source = text(&args[0]);
    Value::Bool(expanded(&args[1..]).all(|term| search::has(&source, &text(term))))
}

fn has_any_index(args: &[Value], _: &Cx) -> Value {
    let Some(terms) = args[1].as_array() else { return Value::Long(-1) };
    let source = text(&args[0]);
    let found = terms.iter().position(|term| search::has(&source, &text(term)));
    Value::Long(found.map_or(-1, |at| at as i64))
}

//! `T | parse-kv expr as (key: type, …) [with (pair_delimiter=',', kv_delimiter='=' [, quote='"' …] [, escape='\\' …] [, greedy=true])]`, `… with (regex=@'(\w+)=(\w+)')`
//!
//! Trap: keys that are not in a text are null (`""` for a string); a column that is there already takes the new values.

use super::OperatorKind;
use crate::functions::Cx;
use crate::kql::ast::{Expr, ExprKind, Name, OperatorParameter};
use crate::kql::bind::{Binder, Relation, Row, extend, without};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::Expr as PlanExpr;
use crate::types::Type;
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct ParseKv {
    pub expr: Expr,
    pub keys: Vec<(Name, Type)>,
    pub properties: Vec<OperatorParameter>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let expr = p.expr()?;
    p.expect_word("as")?;
    let keys = p.columns()?;
    Ok(OperatorKind::ParseKv(ParseKv { expr, keys, properties: p.properties()? }))
}

/// The options, with the number of characters that each may have.
const OPTIONS: &[(&str, usize)] = &[
    ("pair_delimiter", usize::MAX),
    ("kv_delimiter", usize::MAX),
    ("quote", 2),
    ("escape", 1),
    ("regex", usize::MAX),
];

/// What `with (…)` says.
#[derive(Default)]
struct Options {
    pair: Option<String>,
    kv: Option<String>,
    quotes: Vec<Value>,
    escapes: String,
    greedy: bool,
    regex: Option<String>,
}

pub fn bind(b: &mut Binder<'_>, op: &ParseKv, input: Relation) -> Option<Relation> {
    let options = options(b, op)?;
    let span = op.expr.span;
    let schema = input.schema().clone();
    let text = b.expr(&op.expr, &Row::new(&schema))?;
    let text = b.convert(text, Type::String);
    let literal = |value: Value, ty: Type| PlanExpr::literal(value, ty, span);
    let list = |values: Vec<Value>| literal(Value::Array(values), Type::Dynamic);
    let string = |text: String| literal(Value::String(text), Type::String);
    let keys = list(op.keys.iter().map(|(name, _)| Value::string(name.text.as_str())).collect());
    let found = match options.regex {
        Some(regex) => b.apply("parse_kv_matches", vec![text, keys, string(regex)], span)?,
        None => {
            let delimiters = [options.pair, options.kv].map(|d| Value::String(d.unwrap_or_default()));
            let greedy = literal(Value::Bool(options.greedy), Type::Bool);
            let (quotes, escapes) = (list(options.quotes), string(options.escapes));
            let args = vec![text, keys, list(delimiters.to_vec()), quotes, escapes, greedy];
            b.apply("parse_kv_pairs", args, span)?
        }
    };
    let (at, temporary) = (schema.len(), schema.unique("_auk_parsed"));
    let mut extended = extend(input, vec![(temporary.clone(), found)]);
    extended.hidden.push(temporary.clone());
    let mut columns: Vec<(String, PlanExpr)> = Vec::new();
    for (place, (name, ty)) in op.keys.iter().enumerate() {
        if columns.iter().any(|(other, _)| *other == name.text) {
            return b.error(name.span, format!("the key `{}` is named twice", name.text));
        }
        let parsed = PlanExpr::column(at, Type::Dynamic, span);
        let step = literal(Value::Long(place as i64), Type::Long);
        let part = b.apply("dynamic_index", vec![parsed, step], span)?;
        let part = b.convert(part, Type::String);
        let value = match ty {
            Type::Dynamic => b.apply("parse_json", vec![part], span)?,
            ty => b.convert(part, *ty),
        };
        columns.push((name.text.clone(), value));
    }
    Some(without(extend(extended, columns), &temporary))
}

fn options(b: &mut Binder<'_>, op: &ParseKv) -> Option<Options> {
    let mut options = Options::default();
    for property in &op.properties {
        let (name, span) = (property.name.text.as_str(), property.value.span);
        let value = match &property.value.kind {
            ExprKind::Literal(value, _) => value.clone(),
            _ => return b.error(span, format!("`{name}` of parse-kv takes a literal")),
        };
        if name == "greedy" {
            let Value::Bool(greedy) = value else { return b.error(span, "`greedy` is true or false") };
            options.greedy = greedy;
            continue;
        }
        let Some((_, most)) = OPTIONS.iter().find(|(n, _)| *n == name) else {
            let known: Vec<&str> = OPTIONS.iter().map(|(n, _)| *n).collect();
            let message =
                format!("no option of parse-kv is `{name}`; there are {}, greedy", known.join(", "));
            return b.error(property.name.span, message);
        };
        let text = value.as_str().unwrap_or_default().to_string();
        if text.is_empty() || text.chars().count() > *most {
            let most =
                if *most == usize::MAX { "a text".into() } else { format!("at most {most} characters") };
            return b.error(span, format!("`{name}` of parse-kv is {most}, and not empty"));
        }
        match name {
            "pair_delimiter" => options.pair = Some(text),
            "kv_delimiter" => options.kv = Some(text),
            "quote" => options.quotes.push(Value::String(text)),
            "escape" => options.escapes.push_str(&text),
            _ => options.regex = Some(text),
        }
    }
    let delimiters = options.pair.is_some() || options.kv.is_some();
    let groups = options.regex.as_ref().map(|regex| {
        let cx = Cx::new(b.env.now, Type::Dynamic);
        cx.regex(regex).map_or(0, |compiled| compiled.captures_len())
    });
    let wrong = match groups {
        Some(3) if op.properties.len() == 1 => return Some(options),
        Some(3) => "beside a regular expression parse-kv has no options",
        Some(_) => "the regular expression of parse-kv has two groups: for the key and for the value",
        None if options.pair.is_some() != options.kv.is_some() => {
            "pair_delimiter and kv_delimiter go together"
        }
        None if options.greedy && !delimiters => "greedy needs pair_delimiter and kv_delimiter",
        None => return Some(options),
    };
    b.error(op.properties.first().map_or(op.expr.span, |p| p.value.span), wrong)
}

//! Texts that a query compares with a column and that no row of the lake has there: the commonest reason for a result
//! without rows.
//!
//! Looked for only when there is no result, so a query that finds something pays nothing. Each comparison is asked of
//! the whole table by itself, and the first row that has it ends the scan.
//!
//! Trap: a warning claims something of the lake, so a comparison counts only where its column is traced down to stored
//! ones without a gap, and only as it is written in the query, not in the text of a view or of a saved function.

use std::time::{Duration, Instant};

use super::{Engine, QueryOptions};
use crate::diagnostic::closest;
use crate::kql::Catalog;
use crate::plan::{Expr, ExprKind, Plan};
use crate::table::Table;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// Comparisons, each with how it reads: no `Column` of `Table` … 'text'.
const COMPARING: &[(&str, &str)] = &[
    ("==", "is"),
    ("=~", "is, in any case,"),
    ("in", "is"),
    ("in~", "is, in any case,"),
    ("has", "has the term"),
    ("has_cs", "has, in this case, the term"),
    ("has_any", "has the term"),
    ("has_all", "has the term"),
    ("hasprefix", "has a term that starts with"),
    ("hassuffix", "has a term that ends with"),
    ("contains", "contains"),
    ("contains_cs", "contains, in this case,"),
    ("startswith", "starts with"),
    ("startswith_cs", "starts, in this case, with"),
    ("endswith", "ends with"),
    ("endswith_cs", "ends, in this case, with"),
];

/// Between a column and what it is compared with, these may stand.
const SEEN_THROUGH: &[&str] = &["tostring", "tolower", "toupper", "dynamic_member", "dynamic_index"];

/// At most so many comparisons are asked, none when so long has gone by: on a slow disk, for one takes hundredths of a
/// second in a table of a million rows.
const MOST: usize = 16;
const LONGEST: Duration = Duration::from_secs(5);
/// Tables of more rows are not asked; below dynamic columns, which are read as text, of fewer.
const MOST_ROWS: u64 = 50_000_000;
const MOST_ROWS_OF_JSON: u64 = 2_000_000;
/// At most so many different values of a column are looked at for one that is near, and none longer than this.
const MOST_VALUES: u64 = 20_000;
const LONGEST_NEAR: usize = 120;
/// So many warnings are enough.
const SAID: usize = 5;

/// A comparison of one text with an expression over one stored column.
struct Atom {
    table: String,
    schema: Schema,
    /// Over the columns of the table.
    subject: Expr,
    column: String,
    /// True where the text is there.
    test: Expr,
    verb: &'static str,
    text: String,
    /// The line of the query, from 1.
    line: usize,
}

/// What is to be said of a query that gave nothing.
pub fn absent(engine: &Engine, query: &str, plans: &[Plan], options: &QueryOptions) -> Vec<String> {
    if engine.lake().is_none() {
        return Vec::new();
    }
    let mut atoms = Vec::new();
    plans.iter().for_each(|plan| filters(plan, query, &mut atoms));
    let started = Instant::now();
    let mut said: Vec<String> = Vec::new();
    for group in atoms.iter().take(MOST) {
        if said.len() >= SAID || started.elapsed() > LONGEST {
            break;
        }
        // A column of a union is absent only if it is so in each of its tables.
        let missing = group.iter().all(|atom| is_asked(engine, atom) && is_absent(engine, atom, options));
        if let Some(first) = group.first().filter(|_| missing) {
            let line = sentence(engine, first, group, options);
            if !said.contains(&line) {
                said.push(line);
            }
        }
    }
    said
}

/// Is there a result that says something? A single row of nothing but zeros and empty cells does not.
pub fn is_nothing(table: &Table) -> bool {
    let empty = |cell: &Value| match cell {
        Value::Null => true,
        Value::String(s) => s.is_empty(),
        Value::Array(items) => items.is_empty(),
        other => other.as_i64() == Some(0),
    };
    match table.rows.as_slice() {
        [] => true,
        [row] => row.iter().all(empty),
        _ => false,
    }
}

/// The comparisons in the filters of a plan.
fn filters(plan: &Plan, query: &str, out: &mut Vec<Vec<Atom>>) {
    if let Plan::Filter { input, predicate } = plan {
        comparisons(predicate, input, query, out);
    }
    plan.inputs().into_iter().for_each(|input| filters(input, query, out));
}

fn comparisons(e: &Expr, input: &Plan, query: &str, out: &mut Vec<Vec<Atom>>) {
    let ExprKind::Call(function, args) = &e.kind else { return };
    if matches!(function.name, "and" | "or") {
        return args.iter().for_each(|arg| comparisons(arg, input, query, out));
    }
    let Some((_, verb)) = COMPARING.iter().find(|(name, _)| *name == function.name) else { return };
    let Some((subject, values)) = args.split_first() else { return };
    let Some(places) = places(subject, input) else { return };
    for value in values {
        let Some(literal) = value.as_literal() else { continue };
        let items =
            if let Value::Array(items) = literal { items.as_slice() } else { std::slice::from_ref(literal) };
        for item in items {
            let Some(text) = item.as_str().filter(|text| !text.is_empty()) else { continue };
            let Some(line) = line_of(text, value, query) else { continue };
            let whole =
                if literal.as_str().is_some() { item.clone() } else { Value::Array(vec![item.clone()]) };
            let other = Expr::literal(whole, value.ty, value.span);
            let atom = |(table, schema, subject): &(String, Schema, Expr)| {
                let column = subject.columns().first().and_then(|at| schema.columns.get(*at));
                let kind = ExprKind::Call(function, vec![subject.clone(), other.clone()]);
                Atom {
                    table: table.clone(),
                    schema: schema.clone(),
                    subject: subject.clone(),
                    column: column.map(|c| c.name.clone()).unwrap_or_default(),
                    test: Expr { kind, ty: Type::Bool, span: e.span },
                    verb,
                    text: text.to_string(),
                    line,
                }
            };
            out.push(places.iter().map(atom).collect());
        }
    }
}

/// The line on which a text stands in the query, if it is written there.
fn line_of(text: &str, value: &Expr, query: &str) -> Option<usize> {
    let within = query.get(value.span.start..value.span.end).filter(|part| part.contains(text));
    let at = match within {
        Some(_) => value.span.start,
        None => query.find(&format!("\"{text}\"")).or_else(|| query.find(&format!("'{text}'")))?,
    };
    Some(query.get(..at)?.matches('\n').count() + 1)
}

/// The stored tables that an expression over a plan's rows reads one column of, with the expression over theirs.
fn places(subject: &Expr, plan: &Plan) -> Option<Vec<(String, Schema, Expr)>> {
    let [column] = subject.columns().as_slice().try_into().ok()?;
    if !is_seen_through(subject) {
        return None;
    }
    let passed = |input: &Plan, at: usize| places(&subject.map_columns(&|_| at), input);
    match plan {
        Plan::Scan { table, schema } => Some(vec![(table.clone(), schema.clone(), subject.clone())]),
        Plan::Filter { input, .. } | Plan::Sort { input, .. } | Plan::Limit { input, .. } => {
            passed(input, column)
        }
        Plan::Shared { plan, .. } => passed(plan, column),
        Plan::Window { input, .. } | Plan::Expand { input, .. } | Plan::Match { input, .. } => {
            (column < input.schema().len()).then(|| passed(input, column))?
        }
        Plan::Project { input, exprs, .. } => places(&put(subject, exprs.get(column)?), input),
        Plan::Aggregate { input, keys, .. } => passed(input, *keys.get(column)?),
        Plan::Union { inputs, .. } => {
            let each = inputs.iter().map(|input| passed(input, column)).collect::<Option<Vec<_>>>()?;
            Some(each.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// The expression with another in place of its only column.
fn put(subject: &Expr, column: &Expr) -> Expr {
    let kind = match &subject.kind {
        ExprKind::Column(_) => return column.clone(),
        ExprKind::Call(f, args) => ExprKind::Call(f, args.iter().map(|arg| put(arg, column)).collect()),
        ExprKind::Convert(inner) => ExprKind::Convert(Box::new(put(inner, column))),
        other => other.clone(),
    };
    Expr { kind, ty: subject.ty, span: subject.span }
}

fn is_seen_through(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Column(_) | ExprKind::Literal(_) => true,
        ExprKind::Convert(inner) => is_seen_through(inner),
        ExprKind::Call(f, args) => SEEN_THROUGH.contains(&f.name) && args.iter().all(is_seen_through),
        _ => false,
    }
}

/// Is the table worth asking: has it rows, and not too many?
fn is_asked(engine: &Engine, atom: &Atom) -> bool {
    let stored = engine.view_of(&atom.table).unwrap_or_else(|| atom.table.clone());
    let parts = engine.lake().map_or(&[][..], |lake| lake.parts(&stored));
    let rows: u64 = parts.iter().map(|part| part.shown()).sum();
    let json = stored != atom.table || !matches!(atom.subject.kind, ExprKind::Column(_));
    rows > 0 && rows <= if json { MOST_ROWS_OF_JSON } else { MOST_ROWS }
}

fn scan(atom: &Atom) -> Box<Plan> {
    Box::new(Plan::Scan { table: atom.table.clone(), schema: atom.schema.clone() })
}

/// The values of the comparison's left side in these rows.
fn values(atom: &Atom, input: Box<Plan>) -> Plan {
    let schema = Schema::new(vec![Column::new("value", atom.subject.ty)]);
    Plan::Project { input, exprs: vec![atom.subject.clone()], schema }
}

fn is_absent(engine: &Engine, atom: &Atom, options: &QueryOptions) -> bool {
    let rows = Plan::Filter { input: scan(atom), predicate: atom.test.clone() };
    let first = Plan::Limit { input: Box::new(values(atom, Box::new(rows))), count: 1, segment: Vec::new() };
    engine.run(&first, options).is_ok_and(|table| table.rows.is_empty())
}

/// The different values of a text column, if there are not too many.
fn different(engine: &Engine, atom: &Atom, options: &QueryOptions) -> Option<Vec<String>> {
    if atom.subject.ty != Type::String {
        return None;
    }
    let input = Box::new(values(atom, scan(atom)));
    let schema = input.schema().clone();
    let groups = Plan::Aggregate { input, keys: vec![0], aggregates: Vec::new(), schema };
    let some = Plan::Limit { input: Box::new(groups), count: MOST_VALUES + 1, segment: Vec::new() };
    let table = engine.run(&some, options).ok()?;
    let texts = table.rows.iter().filter_map(|row| row.first()?.as_str());
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).map(str::to_string).collect();
    (table.rows.len() as u64 <= MOST_VALUES).then_some(texts)
}

/// The left side of a comparison as one writes it: `DeviceDetail.os`, `tolower(UserPrincipalName)`.
fn written(subject: &Expr, column: &str) -> String {
    match &subject.kind {
        ExprKind::Convert(inner) => written(inner, column),
        ExprKind::Call(f, args) => match (f.name, args.as_slice()) {
            ("tostring", [inner, ..]) => written(inner, column),
            ("dynamic_member" | "dynamic_index", [inner, key]) => match key.as_literal() {
                Some(Value::String(name)) => format!("{}.{name}", written(inner, column)),
                Some(at) => format!("{}[{}]", written(inner, column), at.as_i64().unwrap_or_default()),
                None => column.to_string(),
            },
            (name, [inner, ..]) => format!("{name}({})", written(inner, column)),
            _ => column.to_string(),
        },
        _ => column.to_string(),
    }
}

/// What is to be said of a text that is in none of the tables.
fn sentence(engine: &Engine, atom: &Atom, group: &[Atom], options: &QueryOptions) -> String {
    let mut tables: Vec<&str> = group.iter().map(|atom| atom.table.as_str()).collect();
    tables.dedup();
    let (verb, text, line) = (atom.verb, &atom.text, atom.line);
    let column = written(&atom.subject, &atom.column);
    let said = format!("line {line}: no {column} in {} {verb} '{text}'", tables.join(" or "));
    let Some(values) = different(engine, atom, options) else { return said };
    let short = values.iter().map(String::as_str).filter(|v| v.len() <= LONGEST_NEAR);
    let near = if text.len() <= LONGEST_NEAR { closest(text, short) } else { None };
    match near.filter(|near| near != text) {
        Some(near) => format!("{said}; did you mean '{near}'?"),
        None => {
            format!("{said}: it has {} other value{}", values.len(), if values.len() == 1 { "" } else { "s" })
        }
    }
}

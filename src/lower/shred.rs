//! Shredded paths: a path access answered by a column of its own in place of the JSON.
//!
//! A node asks its input for a path (`Needs::paths`), and so on down to the scan, which takes it from
//! the stored column in the parts that have it exact, and from the JSON in the others. Above, the frame
//! has a column of that name.
//!
//! Trap: a stored string does not tell null from `""`. So a string path is asked for only where an
//! expression takes both alike, as text; where it is projected as dynamic, the JSON is read.

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};

use super::column::{Cells, from_values};
use super::expr::Scope;
use super::needs::StoredPath;
use super::{Lowering, kernel, nodes};
use crate::lake::shreds::{EMPTY, END_OF_ELEMENT, END_OF_LIST};
use crate::lake::{Exactness, Part};
use crate::plan::expr::Step;
use crate::plan::{Expr, ExprKind, JoinKind, Plan};
use crate::types::{Schema, Type};
use crate::value::Value;

/// Functions whose first argument may be null or `""` alike.
const TEXTUAL: &[&str] = &[
    "=~",
    "!~",
    "has",
    "!has",
    "has_cs",
    "!has_cs",
    "hasprefix",
    "!hasprefix",
    "hasprefix_cs",
    "!hasprefix_cs",
    "hassuffix",
    "!hassuffix",
    "hassuffix_cs",
    "!hassuffix_cs",
    "contains",
    "!contains",
    "contains_cs",
    "!contains_cs",
    "startswith",
    "!startswith",
    "startswith_cs",
    "!startswith_cs",
    "endswith",
    "!endswith",
    "endswith_cs",
    "!endswith_cs",
    "matches regex",
    "has_any",
    "has_all",
    "isempty",
    "isnotempty",
];

/// The conversions, where they are called by name: they mean what `Convert` to their type does.
pub const CONVERTING: &[&str] = &[
    "tostring",
    "tolong",
    "toint",
    "toreal",
    "todouble",
    "todecimal",
    "tobool",
    "todatetime",
    "totimespan",
    "toguid",
];

/// Those whose first argument may be, if all others are constant text.
const COMPARING: &[&str] = &["==", "!=", "in", "!in", "in~", "!in~"];

/// Calls `visit` for an expression and all below, with whether null and `""` are alike there. Where
/// `visit` says true it has dealt with all below.
pub fn uses(expr: &Expr, visit: &mut dyn FnMut(&Expr, bool) -> bool) {
    visit_in(expr, false, visit);
}

fn visit_in(expr: &Expr, alike: bool, visit: &mut dyn FnMut(&Expr, bool) -> bool) {
    if visit(expr, alike) {
        return;
    }
    let first = takes_alike(expr);
    for (i, child) in expr.children().into_iter().enumerate() {
        visit_in(child, first && i == 0, visit);
    }
}

/// Does the expression take null and `""` alike for its first operand?
pub fn takes_alike(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Convert(_) => expr.ty != Type::Dynamic,
        ExprKind::Call(f, args) => {
            let texts = || args[1..].iter().all(|a| matches!(a.as_literal(), Some(v) if is_text(v)));
            CONVERTING.contains(&f.name)
                || TEXTUAL.contains(&f.name)
                || COMPARING.contains(&f.name) && texts()
        }
        _ => false,
    }
}

/// Does the expression look at JSON text, and not only at stored paths?
pub fn reads_json(expr: &Expr, scope: Scope<'_>) -> bool {
    let stored = stored(expr, scope.paths).is_some();
    let parses = matches!(&expr.kind, ExprKind::Call(f, _) if f.name == "parse_json");
    let column = matches!(expr.kind, ExprKind::Column(_)) && expr.ty == Type::Dynamic;
    !stored && (parses || column || expr.children().into_iter().any(|child| reads_json(child, scope)))
}

/// Text, or an array of texts, none of which reads as a bool.
fn is_text(value: &Value) -> bool {
    match value {
        Value::String(s) => {
            let s = s.trim();
            !(s.eq_ignore_ascii_case("true") || s.eq_ignore_ascii_case("false") || s.parse::<i64>().is_ok())
        }
        Value::Array(items) => items.iter().all(is_text),
        _ => false,
    }
}

/// The constant steps of a path, and the expression below them.
pub fn steps(expr: &Expr) -> (&Expr, Vec<Step>) {
    let ExprKind::Call(f, args) = &expr.kind else { return (expr, Vec::new()) };
    if let ("dynamic_member" | "dynamic_index", [inner, key]) = (f.name, args.as_slice()) {
        let step = key.as_literal().and_then(|key| match key {
            Value::String(key) => Some(Step::Member(key.clone())),
            Value::Int(_) | Value::Long(_) => key.as_i64().map(Step::Index),
            _ => None,
        });
        if let Some(step) = step {
            let (below, mut before) = steps(inner);
            before.push(step);
            return (below, before);
        }
    }
    (expr, Vec::new())
}

/// What a path's text is taken from: through `parse_json` and `tostring` to the value that they take.
/// `Some(true)` when that is a string, `Some(false)` when the text of a dynamic value is parsed.
pub fn below_parse(below: &Expr) -> (Option<bool>, &Expr) {
    let ExprKind::Call(f, args) = &below.kind else { return (None, below) };
    let (true, Some(text)) = (f.name == "parse_json", args.first()) else { return (None, below) };
    match text.ty {
        Type::Dynamic => return below_parse(text),
        Type::String => {}
        _ => return (None, below),
    }
    let inner = match &text.kind {
        ExprKind::Convert(inner) => Some(&**inner),
        ExprKind::Call(f, args) if f.name == "tostring" => args.first(),
        _ => None,
    };
    match inner {
        Some(inner) if inner.ty == Type::Dynamic => (Some(false), inner),
        _ => (Some(true), text),
    }
}

/// The column and the steps, if the expression is a column or a path down to one.
pub fn column_path(expr: &Expr) -> Option<(usize, Vec<Step>)> {
    let (below, path) = steps(expr);
    let (_, below) = below_parse(below);
    if let ExprKind::Column(column) = &below.kind {
        return Some((*column, path));
    }
    // A path below a parsed path: parse_json(tostring(a.b)).c
    let (deeper, mut before) = steps(below);
    match &below_parse(deeper).1.kind {
        ExprKind::Column(column) if !before.is_empty() => {
            before.extend(path);
            Some((*column, before))
        }
        _ => None,
    }
}

/// Does a path go through the text of a dynamic value, as `parse_json(tostring(a.b)).c` does? Where that value is a
/// string that holds JSON it leads further than `a.b.c`.
fn goes_through_text(expr: &Expr) -> bool {
    let (parsed, below) = below_parse(steps(expr).0);
    parsed == Some(false) || below_parse(steps(below).0).0 == Some(false)
}

/// The column and the steps of a path that what is stored of it may answer for. What a text parses to is not that text.
fn own_path(expr: &Expr) -> Option<(usize, Vec<Step>)> {
    if below_parse(expr).0.is_some() {
        return None;
    }
    column_path(expr).filter(|(_, steps)| !steps.is_empty())
}

/// The stored path among these that answers for an expression. One that only some parts have exact is read from the
/// JSON in the others, by its steps alone.
pub fn stored<'s>(expr: &Expr, paths: &'s [StoredPath]) -> Option<&'s StoredPath> {
    let (column, steps) = own_path(expr)?;
    let found = paths.iter().find(|p| p.column == column && p.steps == steps)?;
    Some(found).filter(|p| p.ty != Type::Dynamic || !goes_through_text(expr))
}

/// What answers for a path into an expression.
pub struct Below {
    pub column: usize,
    pub steps: Vec<Step>,
    /// An array without elements counts as one with an element that has nothing.
    pub at_least_one: bool,
}

impl Below {
    /// The path `steps` into the value of an expression.
    pub fn of(expr: &Expr, steps: &[Step]) -> Option<Below> {
        let array = if steps.first() == Some(&Step::Each) { with_an_element(expr) } else { None };
        let (column, mut all) = column_path(array.unwrap_or(expr))?;
        all.extend(steps.iter().cloned());
        Some(Below { column, steps: all, at_least_one: array.is_some() })
    }

    /// The path below each element of an expanded value.
    pub fn of_each(source: &Expr, steps: &[Step]) -> Option<Below> {
        Below::of(source, &[&[Step::Each], steps].concat())
    }

    /// The frame's column of the plan below, as the value of the expression has it.
    pub fn expr(&self, schema: &Schema) -> pl::Expr {
        let stored = nodes::column(&frame_name(schema, self.column, &self.steps));
        if !self.at_least_one {
            return stored;
        }
        pl::when(stored.clone().eq(pl::lit(EMPTY))).then(pl::lit("")).otherwise(stored)
    }
}

/// The array of `iff(array_length(array) > 0, array, dynamic([{}]))`, as people write it before `mv-apply`, which drops
/// a row whose array is empty.
fn with_an_element(expr: &Expr) -> Option<&Expr> {
    let call = |expr: &Expr, names: &[&str]| match &expr.kind {
        ExprKind::Call(f, args) => names.contains(&f.name).then(|| args.clone()),
        _ => None,
    };
    let ExprKind::Call(f, args) = &expr.kind else { return None };
    let ("iff" | "iif", [condition, array, one]) = (f.name, args.as_slice()) else { return None };
    let nothing = |value: &Value| value.is_null() || value.as_bag().is_some_and(<[_]>::is_empty);
    let has_one = match one.as_literal()? {
        Value::Array(elements) => matches!(elements.as_slice(), [element] if nothing(element)),
        value => value.is_null(),
    };
    let compared = call(condition, &[">"])?;
    let counted = call(compared.first()?, &["array_length"])?;
    let zero = compared.get(1)?.as_literal()?.as_i64() == Some(0);
    let plain =
        |expr: &Expr| column_path(expr).filter(|_| !goes_through_text(expr) && below_parse(expr).0.is_none());
    let same = plain(counted.first()?)? == plain(array)?;
    (has_one && zero && same).then_some(array)
}

/// Of which side a column of a join is (`true`: the left one), and its place there; `None` where rows of the other side
/// alone have no value for it.
pub fn joined_side(kind: JoinKind, left: usize, column: usize) -> Option<(bool, usize)> {
    match kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => Some((true, column)),
        JoinKind::RightSemi | JoinKind::RightAnti => Some((false, column)),
        JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftOuter if column < left => {
            Some((true, column))
        }
        JoinKind::Inner | JoinKind::InnerUnique | JoinKind::RightOuter if column >= left => {
            Some((false, column - left))
        }
        _ => None,
    }
}

/// A path as shreds are named: `user.id`, `[0].displayName`. A member whose name looks like a path itself is in quotes, as
/// `["user.id"]` is no `user.id`.
pub fn path_text(column: &str, steps: &[Step]) -> String {
    let mut out = column.to_string();
    for step in steps {
        match step {
            Step::Member(key) if key.contains(['.', '[', ']']) => out.push_str(&format!("[{key:?}]")),
            Step::Member(key) => out.extend([".", key]),
            Step::Index(at) => out.push_str(&format!("[{at}]")),
            Step::Each => out.push_str("[*]"),
        }
    }
    out
}

/// The name of a path's column in a frame.
pub fn frame_name(schema: &Schema, column: usize, steps: &[Step]) -> String {
    let name = schema.columns.get(column).map_or("", |c| c.name.as_str());
    format!("\u{1}path {}", path_text(name, steps))
}

/// What a part stores of a path.
pub struct Held {
    /// The column's name.
    pub name: String,
    pub ty: Type,
    /// Which elements are meant, where the column has those of all.
    pub elements: Vec<usize>,
    /// How many lists are in one another.
    pub depth: usize,
}

/// What a part stores of a path, if it says the same as the JSON there: the path itself, or that of each element.
pub fn held(part: &Part, column: &str, steps: &[Step]) -> Option<Held> {
    let exact = |name: &str| {
        let exact = part.shreds.iter().find(|(p, _, e)| p == name && *e == Exactness::Exact);
        exact.map(|(_, ty, _)| *ty)
    };
    let name = path_text(column, steps);
    if let Some(ty) = exact(&name) {
        return Some(Held { name, ty, elements: Vec::new(), depth: 0 });
    }
    let index = |step: &Step| match step {
        Step::Index(at) => usize::try_from(*at).ok(),
        _ => None,
    };
    let elements: Vec<usize> = steps.iter().filter_map(index).collect();
    let all: Vec<Step> =
        steps.iter().map(|step| if index(step).is_some() { Step::Each } else { step.clone() }).collect();
    let first_each = steps.iter().position(|step| *step == Step::Each).unwrap_or(steps.len());
    if elements.is_empty() || steps.iter().skip(first_each).any(|step| index(step).is_some()) {
        return None;
    }
    let name = path_text(column, &all);
    let depth = all.iter().filter(|step| **step == Step::Each).count();
    exact(&name).map(|ty| Held { name, ty, elements, depth })
}

/// Of the texts of lists in one another the element meant, or the lists that are it.
pub fn element(expr: pl::Expr, elements: Vec<usize>, depth: usize) -> pl::Expr {
    let run = move |columns: &mut [pl::Column]| {
        let series = columns[0].as_materialized_series();
        let texts = series.str()?.iter().map(|cell| nth(cell.unwrap_or_default(), &elements, depth));
        Ok(pl::StringChunked::from_iter_values(kernel::name(columns).into(), texts).into_column())
    };
    kernel::elementwise(vec![expr], Type::String, run)
}

/// The element of a list, or of a list in it, and so on; nothing where there is none.
fn nth<'t>(text: &'t str, elements: &[usize], depth: usize) -> &'t str {
    elements.iter().enumerate().fold(text, |text, (level, at)| {
        let end = if depth - level > 1 { END_OF_LIST } else { END_OF_ELEMENT };
        let found = text.split_terminator(end).nth(*at);
        found.filter(|_| text != EMPTY).unwrap_or_default()
    })
}

/// A stored column as the dynamic value that it stands for.
pub fn dynamic(expr: pl::Expr, ty: Type) -> pl::Expr {
    let run = move |columns: &mut [pl::Column]| {
        let cells = Cells::new(&columns[0], ty)?;
        let value = |at| match cells.get(at) {
            Value::String(s) if s.is_empty() => Value::Null,
            value => value,
        };
        Ok(from_values(kernel::name(columns), Type::Dynamic, (0..columns[0].len()).map(value)))
    };
    kernel::elementwise(vec![expr], Type::Dynamic, run)
}

/// A stored column as text.
pub fn text(expr: pl::Expr, ty: Type) -> pl::Expr {
    if ty == Type::String {
        return expr;
    }
    let run = move |columns: &mut [pl::Column]| {
        let cells = Cells::new(&columns[0], ty)?;
        let texts = (0..columns[0].len()).map(|at| Value::String(cells.get(at).to_text()));
        Ok(from_values(kernel::name(columns), Type::String, texts))
    };
    kernel::elementwise(vec![expr], Type::String, run)
}

impl Lowering<'_> {
    /// The stored path that an expression over `input` may be answered by.
    pub fn stored_path(&self, expr: &Expr, null_is_empty: bool, input: &Plan) -> Option<StoredPath> {
        if !self.env.shreds || expr.ty != Type::Dynamic {
            return None;
        }
        let (column, steps) = own_path(expr)?;
        let ty = self.stored_below(input, column, &steps, null_is_empty, goes_through_text(expr))?;
        Some(StoredPath { column, steps, ty })
    }

    /// The type under which the frame of a plan can have a path.
    fn stored_below(
        &self,
        plan: &Plan,
        column: usize,
        steps: &[Step],
        null_is_empty: bool,
        through_text: bool,
    ) -> Option<Type> {
        match plan {
            Plan::Filter { input, .. } | Plan::Sort { input, .. } | Plan::Limit { input, .. } => {
                self.stored_below(input, column, steps, null_is_empty, through_text)
            }
            Plan::Project { input, exprs, .. } => {
                let below = exprs.get(column)?;
                let Below { column, steps: all, .. } = Below::of(below, steps)?;
                self.stored_below(
                    input,
                    column,
                    &all,
                    null_is_empty,
                    through_text || goes_through_text(below),
                )
            }
            Plan::Window { input, .. } if column < input.schema().len() => {
                self.stored_below(input, column, steps, null_is_empty, through_text)
            }
            Plan::Shared { plan, .. } => self.stored_below(plan, column, steps, null_is_empty, through_text),
            Plan::Join { left, right, kind, .. } => {
                let (is_left, column) = joined_side(*kind, left.schema().len(), column)?;
                let side = if is_left { left } else { right };
                self.stored_below(side, column, steps, null_is_empty, through_text)
            }
            Plan::Expand { input, .. } if column < input.schema().len() => {
                self.stored_below(input, column, steps, null_is_empty, through_text)
            }
            Plan::Expand { input, columns, .. } => {
                // Of arrays side by side the shorter are filled up.
                let [expanded] = columns.as_slice() else { return None };
                let Below { column, steps: each, .. } = Below::of_each(&expanded.source, steps)?;
                self.stored_below(input, column, &each, null_is_empty, true)
            }
            Plan::Scan { table, schema } => {
                let name = &schema.columns.get(column)?.name;
                let through_text = through_text || steps.contains(&Step::Each);
                let ty = self
                    .stored_type(table, name, steps)
                    .filter(|ty| *ty != Type::Dynamic || !through_text)?;
                (ty != Type::String && ty != Type::Dynamic || null_is_empty).then_some(ty)
            }
            _ => None,
        }
    }

    /// The type of a table's stored path: dynamic if only some parts have it exact, `None` if none has.
    fn stored_type(&self, table: &str, column: &str, steps: &[Step]) -> Option<Type> {
        let parts = self.parts(table);
        let exact = |part: &Part| held(part, column, steps).map(|held| held.ty);
        let mut types = parts.iter().map(exact);
        let first = parts.iter().find_map(exact)?;
        Some(if types.all(|t| t == Some(first)) { first } else { Type::Dynamic })
    }
}

//! Subqueries that run once per row or per key (`mv-apply`, `partition`), bound as one plan.
//!
//! Their input gets a hidden column that numbers the outer rows, or the keys. Every operator carries it
//! along, and sorts, limits and groups within it; so none needs a form of its own for subqueries.
//!
//! Trap: an operator that loses the column, or brings rows in that have no number, would answer for all
//! outer rows at once: it is refused by name.

use super::{Binder, Relation, select};
use crate::kql::operators::{Operator, OperatorKind as Kind};
use crate::plan::{AggregateCall, Expr, Plan, SortKey, WindowCall, WindowFunction};
use crate::source::Span;
use crate::types::{Column, Schema, Type};

/// Columns that number outer rows begin so.
pub const SEGMENT: &str = "_auk_row_";

/// What numbers the outer rows while a subquery is bound.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The columns that do; together they say which subquery a row belongs to.
    pub columns: Vec<String>,
    /// A row for each subquery, with these columns among its own.
    pub outer: Plan,
}

impl Segment {
    /// Of a relation that has a row for each subquery.
    pub fn of(outer: &Relation) -> Segment {
        let names = outer.segments().into_iter().map(|i| outer.schema().columns[i].name.clone());
        Segment { columns: names.collect(), outer: outer.plan.clone() }
    }

    /// The places of the columns in a schema.
    pub fn places(&self, schema: &Schema) -> Vec<usize> {
        self.columns.iter().filter_map(|name| schema.index(name)).collect()
    }
}

/// The input with a hidden last column made by a window function over the rows of each enclosing
/// subquery, and the name of that column.
fn numbered(
    b: &mut Binder<'_>,
    input: Relation,
    function: WindowFunction,
    within: bool,
) -> (Relation, String) {
    let name = format!("{SEGMENT}{}", b.fresh());
    let segment = if within { input.segments() } else { Vec::new() };
    let mut schema = input.schema().clone();
    schema.columns.push(Column::new(name.as_str(), Type::Long));
    let mut hidden = input.hidden.clone();
    hidden.push(name.clone());
    let calls = vec![WindowCall { function, ty: Type::Long }];
    let numbered = input.map(|plan| Plan::Window { input: Box::new(plan), calls, segment, schema });
    (Relation { hidden, ..numbered }, name)
}

/// The input with a column that numbers its rows.
pub fn number_rows(b: &mut Binder<'_>, input: Relation) -> (Relation, String) {
    numbered(b, input, WindowFunction::RowNumber { start: 1, restart: None }, false)
}

/// The input sorted by a column, with a column that numbers the values of it; null is one of them.
pub fn number_values(b: &mut Binder<'_>, input: Relation, column: usize) -> (Relation, String) {
    let ty = input.schema().columns[column].ty;
    let keys = vec![SortKey { column, descending: false, nulls_first: true }];
    let segment = input.segments();
    let sorted = input.map(|plan| Plan::Sort { input: Box::new(plan), keys, segment });
    let value = Expr::column(column, ty, Span::default());
    numbered(b, sorted, WindowFunction::RankDense { value, restart: None }, true)
}

/// A row for each distinct combination of these columns.
pub fn distinct(input: &Plan, columns: &[usize]) -> Plan {
    let schema = Schema::new(columns.iter().map(|i| input.schema().columns[*i].clone()).collect());
    let aggregates: Vec<AggregateCall> = Vec::new();
    Plan::Aggregate { input: Box::new(input.clone()), keys: columns.to_vec(), aggregates, schema }
}

/// The relation without a column, which is one that numbers rows.
pub fn without(relation: Relation, column: &str) -> Relation {
    let keep: Vec<usize> =
        (0..relation.schema().len()).filter(|i| relation.schema().columns[*i].name != column).collect();
    let mut hidden = relation.hidden.clone();
    hidden.retain(|h| h != column);
    Relation { hidden, ..relation.map(|plan| select(plan, &keep)) }
}

/// Operators that look at rows beyond those of one subquery.
fn looks_beyond(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::Evaluate(_) => Some("evaluate"),
        Kind::Getschema(_) => Some("getschema"),
        Kind::Union(_) => Some("union"),
        Kind::Render(_) => Some("render"),
        Kind::Consume => Some("consume"),
        _ => None,
    }
}

impl Binder<'_> {
    /// Binds the operators of a subquery, for each row of the segment.
    pub fn subquery(
        &mut self,
        operators: &[Operator],
        input: Relation,
        segment: Segment,
    ) -> Option<Relation> {
        let outside = self.segment.replace(segment);
        let mut bound = Some(input);
        for operator in operators {
            bound = bound.and_then(|relation| self.operator(operator, Some(relation)));
        }
        self.segment = outside;
        bound
    }

    /// Refuses an operator that has no meaning within a subquery here.
    pub fn within_segment(&mut self, kind: &Kind, input: &Relation, span: Span) -> Option<()> {
        match looks_beyond(kind) {
            Some(name) if !input.segments().is_empty() => {
                self.unsupported(span, format!("`{name}` within the subquery of another operator"))
            }
            _ => Some(()),
        }
    }

    /// A table that stands for a value, which within a subquery would have to be another for each.
    pub fn not_in_segment(&mut self, table: &Relation, span: Span) -> Option<()> {
        if table.segments().is_empty() {
            return Some(());
        }
        self.unsupported(span, "a value or a list of the rows of the subquery that it stands in")
    }
}

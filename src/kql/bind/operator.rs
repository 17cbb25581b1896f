//! From an operator of the pipeline to its file.
//!
//! Trap: some operators stand at the head of a pipeline (`print`, `range`, …), some need an input, some
//! may do both (`union`, `evaluate`).

use super::{Binder, Relation};
use crate::kql::operators::{self as ops, Operator, OperatorKind as Kind};
use crate::plan::Plan;

impl Binder<'_> {
    /// Binds one operator over what the pipeline has so far.
    pub fn operator(&mut self, operator: &Operator, input: Option<Relation>) -> Option<Relation> {
        let span = operator.span;
        let Some(relation) = &input else { return self.bound(operator, None) };
        self.within_segment(&operator.kind, relation, span)?;
        let numbers = relation.segments().len();
        let bound = self.bound(operator, input)?;
        if bound.segments().len() < numbers {
            return self.unsupported(span, "this operator within the subquery of another one");
        }
        Some(bound)
    }

    fn bound(&mut self, operator: &Operator, input: Option<Relation>) -> Option<Relation> {
        let span = operator.span;
        match (&operator.kind, input) {
            (Kind::Print(op), None) => ops::print::bind(self, op),
            (Kind::Range(op), None) => ops::range::bind(self, op),
            (Kind::Datatable(op), None) => ops::datatable::bind(self, op),
            (Kind::Externaldata(op), None) => ops::externaldata::bind(self, op),
            // Its columns may depend on its rows, which are not there after an error.
            (Kind::Evaluate(_), _) if !self.diagnostics.is_empty() => None,
            (Kind::Union(op), input) => ops::union::bind(self, op, input, span),
            (Kind::Find(op), input) => ops::find::bind(self, op, input, span),
            (Kind::Search(op), input) => ops::search::bind(self, op, input, span),
            (Kind::Evaluate(op), input) => ops::evaluate::bind(self, op, input, span),
            (Kind::Error | Kind::Refused { .. }, _) => None,
            (kind, Some(input)) => self.piped(kind, input, span),
            (_, None) => self.error(span, "this operator needs a table before it: `T | …`"),
        }
    }

    fn piped(&mut self, kind: &Kind, input: Relation, span: crate::source::Span) -> Option<Relation> {
        match kind {
            Kind::Where(op) => ops::where_::bind(self, op, input),
            Kind::Extend(op) => ops::extend::bind(self, op, input),
            Kind::Project(op) => ops::project::bind(self, op, input),
            Kind::ProjectAway(op) => ops::project_away::bind(self, op, input),
            Kind::ProjectRename(op) => ops::project_rename::bind(self, op, input),
            Kind::ProjectReorder(op) => ops::project_reorder::bind(self, op, input),
            Kind::Summarize(op) => ops::summarize::bind(self, op, input),
            Kind::Distinct(op) => ops::distinct::bind(self, op, input),
            Kind::Count(op) => ops::count::bind(self, op, input),
            Kind::Sort(op) => ops::sort::bind(self, op, input),
            Kind::Top(op) => ops::top::bind(self, op, input),
            Kind::Take(op) => ops::take::bind(self, op, input),
            Kind::Join(op) => ops::join::bind(self, op, input, span),
            Kind::MvExpand(op) => ops::mv_expand::bind(self, op, input),
            Kind::MvApply(op) => ops::mv_apply::bind(self, op, input),
            Kind::Parse(op) => ops::parse::bind(self, op, input),
            Kind::Partition(op) => ops::partition::bind(self, op, input),
            Kind::Render(op) => ops::render::bind(self, op, input),
            Kind::As(op) => ops::as_::bind(self, op, input),
            Kind::Serialize(op) => ops::serialize::bind(self, op, input),
            Kind::Getschema(_) => ops::getschema::bind(input),
            Kind::MakeSeries(op) => ops::make_series::bind(self, op, input),
            Kind::Invoke(op) => ops::invoke::bind(self, op, input),
            Kind::Reduce(op) => ops::reduce::bind(self, op, input, span),
            Kind::Sample(op) => ops::sample::bind(self, op, input),
            Kind::ParseKv(op) => ops::parse_kv::bind(self, op, input),
            Kind::Scan(op) => ops::scan::bind(self, op, input),
            Kind::TopNested(op) => ops::top_nested::bind(self, op, input),
            Kind::TopHitters(op) => ops::top_hitters::bind(self, op, input),
            Kind::Fork(_) | Kind::Facet(_) => self.error(
                span,
                "this operator gives several tables: it ends a statement, and stands in no other",
            ),
            Kind::AssertSchema(op) => ops::assert_schema::bind(self, op, input),
            Kind::ProjectByNames(op) => ops::project_by_names::bind(self, op, input),
            Kind::Consume => {
                Some(input.map(|plan| Plan::Limit { input: Box::new(plan), count: 0, segment: Vec::new() }))
            }
            _ => self.error(span, "this operator stands at the head of a pipeline, not after `|`"),
        }
    }
}

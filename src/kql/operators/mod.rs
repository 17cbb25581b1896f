//! Table 2: the tabular operators, a file each: its syntax, its struct, how it is read and what it
//! means as plan nodes.
//!
//! Trap: an operator that auk does not do is a row of `REFUSED`, with its reason, so that its name is
//! known and the error says what exists instead.

use crate::source::Span;

pub mod as_;
pub mod count;
pub mod datatable;
pub mod distinct;
pub mod evaluate;
pub mod extend;
pub mod externaldata;
pub mod getschema;
pub mod invoke;
pub mod join;
pub mod make_series;
pub mod mv_apply;
pub mod mv_expand;
pub mod parse;
pub mod print;
pub mod project;
pub mod project_away;
pub mod project_rename;
pub mod project_reorder;
pub mod range;
pub mod render;
pub mod sample;
pub mod search;
pub mod serialize;
pub mod sort;
pub mod summarize;
pub mod take;
pub mod top;
pub mod union;
pub mod where_;

/// One operator of a pipeline, with its place.
#[derive(Clone, Debug)]
pub struct Operator {
    pub kind: OperatorKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum OperatorKind {
    As(as_::As),
    /// `T | consume`: reads all and gives nothing.
    Consume,
    Count(count::Count),
    Datatable(datatable::Datatable),
    Distinct(distinct::Distinct),
    Evaluate(evaluate::Evaluate),
    Extend(extend::Extend),
    Externaldata(externaldata::Externaldata),
    Getschema(getschema::Getschema),
    Invoke(invoke::Invoke),
    Join(join::Join),
    MakeSeries(make_series::MakeSeries),
    MvApply(mv_apply::MvApply),
    MvExpand(mv_expand::MvExpand),
    Parse(parse::Parse),
    Print(print::Print),
    Project(project::Project),
    ProjectAway(project_away::ProjectAway),
    ProjectRename(project_rename::ProjectRename),
    ProjectReorder(project_reorder::ProjectReorder),
    Range(range::Range),
    Render(render::Render),
    Sample(sample::Sample),
    Search(search::Search),
    Serialize(serialize::Serialize),
    Sort(sort::Sort),
    Summarize(summarize::Summarize),
    Take(take::Take),
    Top(top::Top),
    Union(union::Union),
    Where(where_::Where),
    /// Known by name, refused with its reason.
    Refused { name: &'static str, reason: &'static str },
    /// Could not be read; a diagnostic says why.
    Error,
}

/// Operators of KQL that auk does not do.
pub const REFUSED: &[(&str, &str)] = &[];

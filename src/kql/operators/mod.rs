//! A table of the map: the tabular operators, a file each: its syntax, its struct, how it is read and what it
//! means as plan nodes.
//!
//! Trap: an operator that auk does not do is a row of `REFUSED`, with its reason, so that its name is
//! known and the error says what exists instead.

use crate::source::Span;

use super::parser::{Parsed, Parser};

pub mod as_;
pub mod assert_schema;
pub mod count;
pub mod datatable;
pub mod distinct;
pub mod evaluate;
pub mod extend;
pub mod externaldata;
pub mod find;
pub mod fork;
pub mod getschema;
pub mod invoke;
pub mod join;
pub mod make_series;
pub mod mv_apply;
pub mod mv_expand;
pub mod parse;
pub mod parse_kv;
pub mod partition;
pub mod print;
pub mod project;
pub mod project_away;
pub mod project_by_names;
pub mod project_rename;
pub mod project_reorder;
pub mod range;
pub mod reduce;
pub mod render;
pub mod sample;
pub mod scan;
pub mod search;
pub mod serialize;
pub mod sort;
pub mod summarize;
pub mod take;
pub mod top;
pub mod top_hitters;
pub mod top_nested;
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
    AssertSchema(assert_schema::AssertSchema),
    Count(count::Count),
    Datatable(datatable::Datatable),
    Distinct(distinct::Distinct),
    Evaluate(evaluate::Evaluate),
    Extend(extend::Extend),
    Externaldata(externaldata::Externaldata),
    Facet(fork::Facet),
    Find(find::Find),
    Fork(fork::Fork),
    Getschema(getschema::Getschema),
    Invoke(invoke::Invoke),
    Join(join::Join),
    MakeSeries(make_series::MakeSeries),
    MvApply(mv_apply::MvApply),
    MvExpand(mv_expand::MvExpand),
    Parse(parse::Parse),
    ParseKv(parse_kv::ParseKv),
    Partition(partition::Partition),
    Print(print::Print),
    Project(project::Project),
    ProjectAway(project_away::ProjectAway),
    ProjectByNames(project_by_names::ProjectByNames),
    ProjectRename(project_rename::ProjectRename),
    ProjectReorder(project_reorder::ProjectReorder),
    Range(range::Range),
    Reduce(reduce::Reduce),
    Render(render::Render),
    Sample(sample::Sample),
    Scan(scan::Scan),
    Search(search::Search),
    Serialize(serialize::Serialize),
    Sort(sort::Sort),
    Summarize(summarize::Summarize),
    Take(take::Take),
    Top(top::Top),
    TopHitters(top_hitters::TopHitters),
    TopNested(top_nested::TopNested),
    Union(union::Union),
    Where(where_::Where),
    /// Known by name, refused with its reason.
    Refused {
        name: &'static str,
        reason: &'static str,
    },
    /// Could not be read; a diagnostic says why.
    Error,
}

/// Reads what follows an operator's name.
pub type Read = fn(&mut Parser) -> Parsed<OperatorKind>;

/// How each operator is read, by every spelling of its name. The name has been taken.
pub const PARSERS: &[(&str, Read)] = &[
    ("as", as_::parse),
    ("assert-schema", assert_schema::parse),
    ("consume", consume),
    ("count", count::parse),
    ("distinct", distinct::parse),
    ("evaluate", evaluate::parse),
    ("extend", extend::parse),
    ("facet", fork::parse_facet),
    ("filter", where_::parse),
    ("find", find::parse),
    ("fork", fork::parse),
    ("getschema", getschema::parse),
    ("invoke", invoke::parse),
    ("join", join::parse),
    ("limit", take::parse),
    ("lookup", join::parse_lookup),
    ("make-series", make_series::parse),
    ("mv-apply", mv_apply::parse),
    ("mv-expand", mv_expand::parse),
    ("mvapply", mv_apply::parse),
    ("mvexpand", mv_expand::parse),
    ("order", sort::parse),
    ("parse", parse::parse),
    ("parse-kv", parse_kv::parse),
    ("parse-where", parse::parse_where),
    ("partition", partition::parse),
    ("print", print::parse),
    ("project", project::parse),
    ("project-away", project_away::parse),
    ("project-by-names", project_by_names::parse),
    ("project-keep", project_away::parse_keep),
    ("project-rename", project_rename::parse),
    ("project-reorder", project_reorder::parse),
    ("range", range::parse),
    ("reduce", reduce::parse),
    ("render", render::parse),
    ("sample", sample::parse),
    ("sample-distinct", sample::parse_distinct),
    ("scan", scan::parse),
    ("search", search::parse),
    ("serialize", serialize::parse),
    ("sort", sort::parse),
    ("summarize", summarize::parse),
    ("take", take::parse),
    ("top", top::parse),
    ("top-hitters", top_hitters::parse),
    ("top-nested", top_nested::parse),
    ("union", union::parse),
    ("where", where_::parse),
];

/// Operators that may begin a pipeline. `datatable` and `externaldata` are expressions of their own.
pub const LEADING: &[&str] = &["evaluate", "find", "macro-expand", "print", "range", "search", "union"];

/// Operators of KQL that auk does not do: what each is, and what there is instead.
pub const REFUSED: &[(&str, &str)] = &[
    ("execute-and-cache", "queries here are not cached between runs; `materialize(…)` is within one"),
    ("graph-mark-components", "graphs are not done; `join` follows one step of a path"),
    ("graph-match", "graphs are not done; `join` follows one step of a path"),
    ("graph-shortest-paths", "graphs are not done; `join` follows one step of a path"),
    ("graph-to-table", "graphs are not done; `join` follows one step of a path"),
    ("graph-where-edges", "graphs are not done; `join` follows one step of a path"),
    ("graph-where-nodes", "graphs are not done; `join` follows one step of a path"),
    ("macro-expand", "there is one cluster only; `union` joins tables"),
    ("make-graph", "graphs are not done; `join` follows one step of a path"),
];

fn consume(p: &mut Parser) -> Parsed<OperatorKind> {
    p.parameters(&["decodeblocks"])?;
    Ok(OperatorKind::Consume)
}

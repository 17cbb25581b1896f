//! `Expand`: a row per element of an array, as `mv-expand` and `mv-apply` need it.
//!
//! Several arrays go side by side, the shorter ones padded with null. Elements are cut out of the JSON text
//! as they stand.
//!
//! Where all that is wanted of the elements is stored (`TargetResources[*].type`), no JSON is read: the stored text is
//! cut at its marks. Texts that repeat in a batch are cut once.
//!
//! Trap: a bag gives its members, each as a bag of one or as `[key, value]`. A null gives a row, an empty array none.

use std::borrow::Cow;

use polars::prelude as pl;
use polars::prelude::{ChunkTake, IntoColumn, NewChunkedArray};

use super::super::column::from_values;
use super::super::error::{Error, Result};
use super::super::needs::{Needs, expands_stored};
use super::super::path::text_of;
use super::super::shred::Below;
use super::super::{Lowering, codes, shred};
use super::column;
use crate::functions::convert;
use crate::json;
use crate::lake::shreds::{EMPTY, END_OF_ELEMENT, END_OF_LIST};
use crate::plan::Plan;
use crate::plan::expr::Step;
use crate::types::{Column, Type};
use crate::value::Value;

impl Lowering<'_> {
    pub fn expand(&self, plan: &Plan, wanted: &Needs, needs: &Needs) -> Result<pl::LazyFrame> {
        let Plan::Expand { input, columns, index, limit, bags_as_pairs, schema } = plan else {
            return Err(Error::internal("no expansion"));
        };
        let width = input.schema().len();
        let scope = super::scope(input.schema(), wanted);
        let mut kept = Needs::default();
        kept.add(needs.columns.range(..width).copied());
        kept.paths.extend(needs.paths.iter().filter(|path| path.column < width).cloned());
        let mut exprs: Vec<pl::Expr> = kept.names(input.schema()).iter().map(|n| column(n)).collect();
        let kept_count = exprs.len();
        let mut outputs = Vec::new();
        let stored_only = expands_stored(needs, width, columns.len());
        for (i, expanded) in columns.iter().enumerate().filter(|_| !stored_only) {
            exprs.push(self.expr(&expanded.source, scope)?.alias(format!("\u{1}source{i}")));
            outputs.push(Output::Json(schema.columns[width + i].clone()));
        }
        let stored = needs.paths.iter().filter(|path| path.column >= width);
        for (path, expanded) in stored.filter_map(|path| Some((path, columns.get(path.column - width)?))) {
            let Some(below) = Below::of_each(&expanded.source, &path.steps) else { continue };
            exprs.push(below.expr(input.schema()).alias(format!("\u{1}stored{}", exprs.len())));
            let name = shred::frame_name(schema, path.column, &path.steps);
            outputs.push(Output::Stored { name, lists: path.steps.contains(&Step::Each) });
        }
        let index =
            index.then(|| schema.columns.get(width + columns.len()).map(|c| c.name.clone())).flatten();
        let mut of_output =
            Needs { columns: kept.columns.clone(), paths: needs.paths.clone(), ..Needs::default() };
        let expanded = width..width + columns.len();
        of_output.add((width..schema.len()).filter(|at| !stored_only || !expanded.contains(at)));
        let physical = super::physical(schema, &of_output);
        let shape = Shape {
            kept: kept_count,
            outputs,
            index,
            limit: limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX)),
            pairs: *bags_as_pairs,
            names: physical.iter_names().map(ToString::to_string).collect(),
        };
        let output = move |_: &pl::Schema| Ok(physical.clone());
        let run = move |frame: pl::DataFrame| shape.run(&frame);
        // Batch by batch: a row does not depend on others.
        Ok(self.node(input, wanted)?.select(exprs).map(
            run,
            pl::OptFlags::STREAMING,
            Some(std::sync::Arc::new(output)),
            Some("expand"),
        ))
    }
}

/// What becomes of a source.
enum Output {
    /// JSON, and the column that its elements become.
    Json(Column),
    /// A stored path of each element; below it there may be lists again.
    Stored { name: String, lists: bool },
}

struct Shape {
    /// So many columns of the frame are kept; the others are the sources.
    kept: usize,
    outputs: Vec<Output>,
    index: Option<String>,
    limit: usize,
    pairs: bool,
    /// The columns, in order.
    names: Vec<String>,
}

/// Rows cut into their elements.
struct Cut {
    /// Where the elements of each row begin, and where those of the last one end.
    starts: Vec<pl::IdxSize>,
    /// The elements, a column for each output.
    columns: Vec<pl::Column>,
}

/// Elements of all rows so far.
enum Elements<'t> {
    Json(Vec<Option<Cow<'t, str>>>),
    Stored(Vec<&'t str>),
}

impl<'t> Elements<'t> {
    fn len(&self) -> usize {
        match self {
            Elements::Json(all) => all.len(),
            Elements::Stored(all) => all.len(),
        }
    }

    fn fill_up(&mut self, count: usize) {
        match self {
            Elements::Json(all) => all.resize(count, None),
            Elements::Stored(all) => all.resize(count, ""),
        }
    }
}

impl Shape {
    fn run(&self, frame: &pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> {
        let sources: Vec<pl::Series> =
            frame.columns()[self.kept..].iter().map(|c| c.as_materialized_series().rechunk()).collect();
        let sources = sources.iter().map(|s| s.str()).collect::<pl::PolarsResult<Vec<_>>>()?;
        let codes = codes::of_all(&sources).filter(|codes| 2 * codes.firsts.len() <= frame.height());
        let cut = match &codes {
            None => self.cut(&sources, frame.height()),
            Some(codes) => {
                let firsts = pl::IdxCa::from_vec("".into(), codes.firsts.clone());
                let distinct =
                    sources.iter().map(|s| s.take(&firsts)).collect::<pl::PolarsResult<Vec<_>>>()?;
                self.cut(&distinct.iter().collect::<Vec<_>>(), firsts.len())
            }
        };
        let (mut rows, mut elements, mut index) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..frame.height() {
            let of = codes.as_ref().map_or(row, |codes| codes.of_row[row] as usize);
            let range = cut.starts[of]..cut.starts[of + 1];
            rows.extend(std::iter::repeat_n(row as pl::IdxSize, range.len()));
            if self.index.is_some() {
                index.extend(0..range.len() as i64);
            }
            if codes.is_some() {
                elements.extend(range);
            }
        }
        let height = rows.len();
        let (rows, elements) =
            (pl::IdxCa::from_vec("".into(), rows), pl::IdxCa::from_vec("".into(), elements));
        let kept = frame.columns()[..self.kept].iter().map(|c| c.take(&rows));
        let mut columns = kept.collect::<pl::PolarsResult<Vec<_>>>()?;
        for column in cut.columns {
            columns.push(if codes.is_some() { column.take(&elements)? } else { column });
        }
        if let Some(name) = &self.index {
            columns.push(pl::Column::new(name.as_str().into(), index));
        }
        pl::DataFrame::new(height, columns)?.select(self.names.iter().map(String::as_str))
    }

    /// The elements of so many rows.
    fn cut(&self, sources: &[&pl::StringChunked], height: usize) -> Cut {
        let begin = |output: &Output| match output {
            Output::Json(_) => Elements::Json(Vec::new()),
            Output::Stored { .. } => Elements::Stored(Vec::with_capacity(height * 2)),
        };
        let mut values: Vec<Elements<'_>> = self.outputs.iter().map(begin).collect();
        let mut starts = Vec::with_capacity(height + 1);
        starts.push(0);
        for row in 0..height {
            let mut longest = values.first().map_or(0, Elements::len);
            for ((source, output), column) in sources.iter().zip(&self.outputs).zip(&mut values) {
                self.add(source.get(row), output, column);
                longest = longest.max(column.len());
            }
            values.iter_mut().for_each(|column| column.fill_up(longest));
            starts.push(longest as pl::IdxSize);
        }
        let columns = self.outputs.iter().zip(&values).map(|(output, values)| match (output, values) {
            (Output::Json(column), Elements::Json(values)) => converted(column, values),
            (Output::Stored { name, .. }, Elements::Stored(values)) => texts(name, values),
            (Output::Json(Column { name, .. }) | Output::Stored { name, .. }, _) => texts(name, &[]),
        });
        Cut { starts, columns: columns.collect() }
    }

    /// Appends the elements of one cell.
    fn add<'t>(&self, cell: Option<&'t str>, output: &Output, values: &mut Elements<'t>) {
        match (values, output) {
            (Elements::Json(values), _) => match cell {
                Some(text) => elements(text, self.pairs, self.limit, values),
                None => values.extend((self.limit > 0).then_some(None)),
            },
            (Elements::Stored(values), Output::Stored { lists, .. }) => {
                let end = if *lists { END_OF_LIST } else { END_OF_ELEMENT };
                match cell.unwrap_or_default() {
                    "" => values.extend((self.limit > 0).then_some("")),
                    EMPTY => {}
                    text => cut(text, end, self.limit, values),
                }
            }
            (Elements::Stored(_), Output::Json(_)) => {}
        }
    }
}

/// The elements, each with its end.
fn cut<'t>(text: &'t str, end: char, limit: usize, out: &mut Vec<&'t str>) {
    let mut from = 0;
    for at in memchr::memchr_iter(end as u8, text.as_bytes()).take(limit) {
        out.push(&text[from..at]);
        from = at + 1;
    }
}

fn texts(name: &str, values: &[&str]) -> pl::Column {
    pl::StringChunked::from_iter_values(name.into(), values.iter().copied()).into_column()
}

/// Elements, as the JSON that they are, in the type of their column.
fn converted(column: &Column, values: &[Option<Cow<'_, str>>]) -> pl::Column {
    let name = column.name.as_str();
    match column.ty {
        Type::Dynamic => {
            let texts = values.iter().map(Option::as_deref);
            pl::StringChunked::from_iter_options(name.into(), texts).into_column()
        }
        Type::String => {
            let texts =
                values.iter().map(|v| v.as_deref().map_or(Cow::Borrowed(""), |raw| text_of(raw, true)));
            pl::StringChunked::from_iter_values(name.into(), texts).into_column()
        }
        ty => {
            let parsed = values.iter().map(|v| v.as_deref().and_then(json::parse).unwrap_or(Value::Null));
            from_values(name, ty, parsed.map(|v| convert(&v, ty)))
        }
    }
}

/// Appends the elements of a dynamic value, at most `limit`.
fn elements<'t>(text: &'t str, pairs: bool, limit: usize, out: &mut Vec<Option<Cow<'t, str>>>) {
    let not_null = |raw: Cow<'t, str>| (raw != "null").then_some(raw);
    match text.as_bytes().first() {
        Some(b'[') => {
            let items = sonic_rs::to_array_iter(text).map_while(|item| item.ok());
            out.extend(items.take(limit).map(|item| not_null(item.as_raw_cow())));
        }
        Some(b'{') => {
            let members = sonic_rs::to_object_iter(text).map_while(|member| member.ok());
            out.extend(members.take(limit).map(|(key, value)| {
                let (open, between, close) = if pairs { ('[', ',', ']') } else { ('{', ':', '}') };
                let mut one = String::from(open);
                json::write_string(&key, &mut one);
                one.push(between);
                one.push_str(value.as_raw_str());
                one.push(close);
                Some(Cow::Owned(one))
            }));
        }
        // A scalar is an array of itself.
        _ => out.extend((limit > 0).then(|| not_null(Cow::Borrowed(text)))),
    }
}

//! `Scan`: the rows of a table of the lake, part by part.
//!
//! Parts of one shape are read as one scan. Only wanted columns are read; one that a part has not is a
//! missing value in each of its rows. Bounds on time leave out whole parts, and reach the row groups'
//! statistics as a predicate on the stored microseconds; words that are looked for leave out parts without them.
//!
//! Masked rows are left out, or with `--revisions` marked by `_auk_copy`.
//!
//! Trap: stored are microseconds from 1970 and, where a part has one that is not zero, the seventh digit
//! beside them; a bound in microseconds may let through a little too much, and then the filter above decides.

use polars::prelude as pl;
use polars::prelude::IntoLazy;
use polars::prelude::NamedFrom;

use super::super::column::{literal, missing};
use super::super::error::Result;
use super::super::needs::{Bounds, Needs, StoredPath};
use super::super::path::{Base, Path};
use super::super::reads::Read;
use super::super::{Lowering, NO_COLUMN, shred, view, words};
use super::column;
use crate::lake::Part;
use crate::lake::tables::{COPY, DUPLICATE, SUPERSEDED};
use crate::plan::{Expr, Plan};
use crate::time::{TICKS_PER_MICROSECOND, UNIX_EPOCH};
use crate::types::{Column, Schema, Type};

/// The row number within a part that has masked rows.
const ROW: &str = "\u{1}row";
/// The column whose range a part's manifest entry tells.
const TIME: &str = "TimeGenerated";

impl Lowering<'_> {
    pub fn scan(&self, table: &str, schema: &Schema, needs: &Needs) -> Result<pl::LazyFrame> {
        if table == view::VIEW {
            return self.node(&view::office_activity(schema)?, needs);
        }
        if let Some(frame) = self.noted(table, schema, needs) {
            return frame;
        }
        let parts = self.parts(table);
        self.check_holds(&parts, schema, needs)?;
        let all = parts.len();
        let parts: Vec<&Part> = parts.iter().filter(|p| may_hold(p, schema, &needs.bounds)).collect();
        let words = needs.words.iter().filter_map(|w| Some((schema.columns.get(w.column)?.name.as_str(), w)));
        let words: Vec<_> = words.collect();
        let parts = if self.dry { parts } else { words::searched(parts, &words, !needs.narrow) };
        if self.dry {
            self.reads.borrow_mut().push(Read::new(table, schema, needs, &parts, all));
        }
        let mut frames = Vec::new();
        for group in parts.chunk_by(|a, b| same_shape(a, b)) {
            frames.push(scan_group(group, schema, needs)?);
        }
        Ok(match frames.len() {
            0 => pl::DataFrame::empty_with_schema(&super::physical(schema, needs)).lazy(),
            1 => frames.swap_remove(0),
            _ => pl::concat(frames, pl::UnionArgs { maintain_order: true, ..Default::default() })?,
        })
    }
}

impl Lowering<'_> {
    /// Does a scan leave out exactly the rows that a conjunct of the filter above it would?
    pub fn scan_decides(&self, input: &Plan, conjunct: &Expr) -> bool {
        let Plan::Scan { table, schema } = input else { return false };
        let exactly = |bounds: &Bounds| self.parts(table).iter().all(|p| holds_exactly(p, schema, bounds));
        table != view::VIEW && self.bounds(conjunct).is_some_and(|bounds| exactly(&bounds))
    }

    /// How many rows the parts have that a scan looks at, as far as times tell.
    pub fn most_scanned(&self, table: &str, schema: &Schema, needs: &Needs) -> Option<u64> {
        let parts = (table != view::VIEW).then(|| self.parts(table))?;
        Some(parts.iter().filter(|p| may_hold(p, schema, &needs.bounds)).map(|p| p.rows).sum())
    }
}

/// May a part hold rows within the bounds?
fn may_hold(part: &Part, schema: &Schema, bounds: &[Bounds]) -> bool {
    let of_time = |b: &&Bounds| schema.columns.get(b.column).is_some_and(|c| c.name == TIME);
    bounds.iter().filter(of_time).all(|b| {
        let after = b.low.is_none_or(|low| part.max.is_some_and(|max| max >= low));
        let before = b.high.is_none_or(|high| part.min.is_some_and(|min| min <= high));
        after && before
    })
}

fn same_shape(a: &Part, b: &Part) -> bool {
    let whole = a.masked.is_empty() && b.masked.is_empty();
    whole
        && a.columns == b.columns
        && a.companions == b.companions
        && a.implied == b.implied
        && a.shreds == b.shreds
}

fn scan_group(parts: &[&Part], schema: &Schema, needs: &Needs) -> Result<pl::LazyFrame> {
    let Some(part) = parts.first() else {
        return Ok(pl::DataFrame::empty_with_schema(&super::physical(schema, needs)).lazy());
    };
    let paths =
        parts.iter().map(|p| pl::PlRefPath::try_from_path(&p.path)).collect::<pl::PolarsResult<Vec<_>>>()?;
    let row_index = (!part.masked.is_empty()).then(|| pl::RowIndex { name: ROW.into(), offset: 0 });
    // Texts have no statistics, and of what else is filtered they hardly ever tell anything.
    let use_statistics = !needs.bounds.is_empty();
    let args =
        pl::ScanArgsParquet { glob: false, cache: false, row_index, use_statistics, ..Default::default() };
    let mut frame = pl::LazyFrame::scan_parquet_files(paths.into(), args)?;
    if !part.masked.is_empty() && !part.revisions {
        frame = frame.filter(is_one_of(&part.masked).not());
    }
    if let Some(within) =
        needs.bounds.iter().filter_map(|b| stored_bounds(part, schema, b)).reduce(pl::Expr::and)
    {
        frame = frame.filter(within);
    }
    let columns = needs.columns.iter().filter_map(|i| schema.columns.get(*i));
    let mut outputs: Vec<pl::Expr> = columns.map(|c| stored_column(part, c).alias(c.name.as_str())).collect();
    outputs.extend(needs.paths.iter().map(|p| stored_path(part, schema, p)));
    // A column that is surely there counts the rows, if all the wanted ones are missing.
    if let Some(any) = part.columns.first() {
        outputs.push(column(any).alias(NO_COLUMN));
    }
    Ok(frame.select(outputs).select(super::wanted(schema, needs)))
}

/// Is the row's number one of these?
fn is_one_of(rows: &[u64]) -> pl::Expr {
    let rows: Vec<pl::IdxSize> = rows.iter().filter_map(|row| pl::IdxSize::try_from(*row).ok()).collect();
    column(ROW).is_in(pl::lit(pl::Series::new("".into(), rows)).implode(true), false)
}

/// Which of several copies a row is.
fn copy(part: &Part) -> pl::Expr {
    if part.masked.is_empty() || !part.revisions {
        return missing(Type::String);
    }
    pl::when(is_one_of(&part.doubled))
        .then(pl::lit(DUPLICATE))
        .when(is_one_of(&part.masked))
        .then(pl::lit(SUPERSEDED))
        .otherwise(pl::lit(""))
}

fn is_stored(part: &Part, name: &str) -> bool {
    part.columns.iter().any(|c| c == name)
}

/// A column of the table as the plan knows it, from what the part has.
fn stored_column(part: &Part, c: &Column) -> pl::Expr {
    if c.name == COPY {
        return copy(part);
    }
    if let Some(value) = part.implied.constant(&c.name) {
        return literal(value, c.ty);
    }
    if let Some(source) = part.implied.source(&c.name) {
        let of = stored_column(part, &Column::new(source, c.ty));
        // Text may be the copy of a dynamic column.
        return if c.ty == Type::String { of.fill_null(pl::lit("")) } else { of };
    }
    if !is_stored(part, &c.name) {
        return missing(c.ty);
    }
    let stored = column(&c.name);
    match c.ty {
        Type::Datetime => {
            let micros = stored.cast(pl::DataType::Int64);
            let ticks = micros * pl::lit(TICKS_PER_MICROSECOND) + pl::lit(UNIX_EPOCH);
            if !part.companions.contains(&c.name) {
                return ticks;
            }
            ticks + column(&format!("{}__ticks", c.name)).cast(pl::DataType::Int64).fill_null(pl::lit(0_i64))
        }
        Type::Guid | Type::Decimal => {
            pl::when(stored.clone().eq(pl::lit(""))).then(missing(c.ty)).otherwise(stored)
        }
        _ => stored,
    }
}

/// A path's column: the stored one where it is exact, else out of the JSON.
fn stored_path(part: &Part, schema: &Schema, path: &StoredPath) -> pl::Expr {
    let name = shred::frame_name(schema, path.column, &path.steps);
    let Some(c) = schema.columns.get(path.column) else { return missing(path.ty).alias(name) };
    let value = match shred::held(part, &c.name, &path.steps) {
        Some(held) => {
            let all = if is_stored(part, &held.name) { column(&held.name) } else { missing(held.ty) };
            let stored =
                if held.elements.is_empty() { all } else { shred::element(all, held.elements, held.depth) };
            if path.ty == Type::Dynamic { shred::dynamic(stored, held.ty) } else { stored }
        }
        None => {
            let base = if c.ty == Type::String { Base::Text } else { Base::Dynamic };
            Path { expr: stored_column(part, c), base, steps: path.steps.clone() }.dynamic()
        }
    };
    value.alias(name)
}

/// Bounds as a predicate on the microseconds that a part stores.
fn stored_bounds(part: &Part, schema: &Schema, bounds: &Bounds) -> Option<pl::Expr> {
    let c = schema.columns.get(bounds.column).filter(|c| is_stored(part, &c.name))?;
    let literal = |micros: i64| {
        pl::lit(pl::Scalar::new_datetime(micros, pl::TimeUnit::Microseconds, Some(pl::TimeZone::UTC)))
    };
    // Without a seventh digit the next microsecond is the first that is not too low.
    let up = if part.companions.contains(&c.name) { 0 } else { TICKS_PER_MICROSECOND - 1 };
    let micros = |ticks: i64| ticks.saturating_sub(UNIX_EPOCH).div_euclid(TICKS_PER_MICROSECOND);
    let low = bounds.low.map(|low| column(&c.name).gt_eq(literal(micros(low.saturating_add(up)))));
    let high = bounds.high.map(|high| column(&c.name).lt_eq(literal(micros(high))));
    low.into_iter().chain(high).reduce(pl::Expr::and)
}

/// Does the predicate on the microseconds let through the rows within the bounds, and no other?
fn holds_exactly(part: &Part, schema: &Schema, bounds: &Bounds) -> bool {
    let Some(c) = schema.columns.get(bounds.column).filter(|c| is_stored(part, &c.name)) else {
        return false;
    };
    let digit = |ticks: i64| ticks.saturating_sub(UNIX_EPOCH).rem_euclid(TICKS_PER_MICROSECOND);
    let whole = bounds.low.is_none_or(|low| digit(low) == 0)
        && bounds.high.is_none_or(|high| digit(high) == TICKS_PER_MICROSECOND - 1);
    whole || !part.companions.contains(&c.name)
}

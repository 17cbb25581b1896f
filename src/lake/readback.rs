//! A part back into the rows that it was written from, with their provenance.
//!
//! Trap: what the layout of today does not know (a column of another version, of another type) cannot be
//! carried over; such a part is left as it is.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};

use super::manifest::{Exactness, PartEntry};
use super::part::{PROVENANCE, TICKS};
use super::rows::{Cells, Layout, Meta, Rows};
use super::store::read_columns;
use super::{Error, ids, rows};
use crate::time::UNIX_EPOCH;
use crate::types::Type;

/// The rows of a part, in its order; `None` when they do not fit the layout.
pub fn read(path: &Path, entry: &PartEntry, layout: &Arc<Layout>) -> Result<Option<Rows>, Error> {
    let damaged = |message: String| Error::new(path, message).with_remedy("restore the file from a copy");
    let mut rows = Rows::new(layout);
    for (shred, exact) in rows.exact.iter_mut().enumerate() {
        let field = layout.fields.iter().find(|f| f.shred == Some(shred));
        let known = field.and_then(|f| entry.shreds.iter().find(|(path, _, _)| *path == f.name));
        *exact = known.is_some_and(|(_, _, exact)| *exact == Exactness::Exact);
    }
    for batch in read_columns(path, None)? {
        let batch = batch.map_err(|e| damaged(e.to_string()))?;
        let from = rows.len();
        for (at, field) in batch.schema().fields().iter().enumerate() {
            let name = field.name().as_str();
            if PROVENANCE.contains(&name) || name.ends_with(TICKS) {
                continue;
            }
            let Some(index) = layout.index(name) else {
                // A path that is stored no more is in its JSON.
                if entry.shreds.iter().any(|(path, _, _)| path == name) {
                    continue;
                }
                return Ok(None);
            };
            let ticks = batch.column_by_name(&format!("{name}{TICKS}"));
            let filled = fill(&mut rows.cells[index], layout.fields[index].ty, batch.column(at), ticks, from);
            if filled.is_none() {
                return Ok(None);
            }
        }
        let Some(metas) = metas(entry, &batch, &rows, from) else {
            return Err(damaged("the provenance columns are missing".into()));
        };
        rows.meta.extend(metas);
    }
    entry.implied.restore(&mut rows);
    if rows.len() as u64 != entry.rows {
        return Err(damaged(format!("{} rows, where the manifest says {}", rows.len(), entry.rows)));
    }
    Ok(Some(rows))
}

/// Puts a column of a batch into cells that begin with row `from`; `None` when it is of another type.
fn fill(cells: &mut Cells, ty: Type, column: &ArrayRef, ticks: Option<&ArrayRef>, from: usize) -> Option<()> {
    let any = column.as_any();
    let present = |at: &usize| column.is_valid(*at);
    let all = 0..column.len();
    match ty {
        Type::String | Type::Guid | Type::Decimal | Type::Dynamic => {
            let texts = any.downcast_ref::<StringArray>()?;
            let filled = all.filter(present).filter(|at| !texts.value(*at).is_empty());
            filled.for_each(|at| cells.set_text(from + at, texts.value(at)));
        }
        Type::Datetime => {
            let micros = any.downcast_ref::<TimestampMicrosecondArray>()?;
            let ticks = match ticks {
                Some(ticks) => Some(ticks.as_any().downcast_ref::<Int8Array>()?),
                None => None,
            };
            for at in all.filter(present) {
                let seventh = ticks.filter(|t| t.is_valid(at)).map_or(0, |t| i64::from(t.value(at)));
                cells.set_long(from + at, micros.value(at) * 10 + UNIX_EPOCH + seventh);
            }
        }
        Type::Bool => {
            let bools = any.downcast_ref::<BooleanArray>()?;
            all.filter(present).for_each(|at| cells.set_long(from + at, i64::from(bools.value(at))));
        }
        Type::Int => {
            let ints = any.downcast_ref::<Int32Array>()?;
            all.filter(present).for_each(|at| cells.set_long(from + at, i64::from(ints.value(at))));
        }
        Type::Long | Type::Timespan => {
            let longs = any.downcast_ref::<Int64Array>()?;
            all.filter(present).for_each(|at| cells.set_long(from + at, longs.value(at)));
        }
        Type::Real => {
            let reals = any.downcast_ref::<Float64Array>()?;
            all.filter(present).for_each(|at| cells.set_real(from + at, reals.value(at)));
        }
    }
    Some(())
}

/// The provenance of a batch, whose first row is `from` among the rows.
fn metas(entry: &PartEntry, batch: &RecordBatch, rows: &Rows, from: usize) -> Option<Vec<Meta>> {
    let column = |name: &str| batch.column_by_name(name).map(|c| c.as_any());
    let int = |name: &str| column(name)?.downcast_ref::<Int32Array>();
    let long = |name: &str| column(name)?.downcast_ref::<Int64Array>();
    let (source, flags, leaves) = (int("_auk_source")?, int("_auk_flags")?, int("_auk_leaves")?);
    let (ordinal, offset) = (long("_auk_ordinal")?, long("_auk_offset")?);
    let (length, content) = (long("_auk_length")?, long("_auk_content")?);
    let ids = ids::of(entry, batch)?;
    let route = column("_auk_route")?.downcast_ref::<StringArray>()?;
    let time = |at: usize| rows.layout.time.and_then(|time| rows.cells[time].long(from + at));
    let meta = |at: usize| {
        Some(Meta {
            id: *ids.get(at)?,
            content: content.value(at) as u64,
            time: time(at).unwrap_or(i64::MIN),
            source: source.value(at) as u32,
            ordinal: ordinal.value(at) as u64,
            offset: offset.value(at) as u64,
            length: length.value(at) as u64,
            leaves: leaves.value(at) as u32,
            flags: u16::try_from(flags.value(at)).ok()?,
            route: route_of(route.value(at)),
        })
    };
    (0..batch.num_rows()).map(meta).collect()
}

/// A route by its name. There are as many as formats; each is kept for good, the first time it is met.
fn route_of(name: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(route) = known.get(name) {
        return route;
    }
    let route: &'static str = Box::leak(name.to_string().into_boxed_str());
    known.insert(route);
    route
}

/// The layout of a table of the catalogue or of the lake.
pub fn layout_of(table: &str, own: &[super::TableEntry]) -> Option<Arc<Layout>> {
    let all = rows::layouts();
    let of_lake = || {
        let entry = own.iter().find(|entry| entry.name == table)?;
        Some(Arc::new(rows::layout(all.len(), &entry.definition())))
    };
    all.iter().find(|layout| layout.table == table).cloned().or_else(of_lake)
}

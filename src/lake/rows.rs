//! Rows on their way to a part: a buffer per column, filled record by record.
//!
//! Trap: a column is filled up only when a value arrives for it, so that the many columns a record
//! does not have cost nothing. In a text buffer the empty text is the missing value; for a dynamic
//! column that is null, as JSON is never empty.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use super::only::{Columns, Only};
use super::shreds::shreds;
use super::tables::{TableDef, tables};
use crate::types::Type;

/// A column as it is stored.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub ty: Type,
    /// Holds JSON text: no dictionary, no statistics.
    pub json: bool,
    /// The number of the shred, if it is one.
    pub shred: Option<usize>,
}

/// The stored columns of a table: its own, then its shreds, then `_auk_rest`.
#[derive(Debug)]
pub struct Layout {
    /// The table's place in the catalogue; tables of the lake's own come after it.
    pub number: usize,
    pub table: String,
    pub fields: Vec<Field>,
    pub shreds: usize,
    /// Where `TimeGenerated` and `_auk_rest` are; not every table has a time.
    pub time: Option<usize>,
    pub rest: usize,
}

impl Layout {
    pub fn index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }
}

/// String columns that hold JSON in most rows.
const JSON_TEXT: &[&str] = &[
    "AppliedConditionalAccessPolicies",
    "ConditionalAccessPolicies",
    "AuthenticationDetails",
    "AuthenticationProcessingDetails",
    "DeviceDetail",
    "LocationDetails",
    "NetworkLocationDetails",
    "Status",
    "Agent",
    "MfaDetail",
];

/// The layouts of the catalogue's tables, in its order.
pub fn layouts() -> &'static [Arc<Layout>] {
    static LAYOUTS: OnceLock<Vec<Arc<Layout>>> = OnceLock::new();
    LAYOUTS.get_or_init(|| {
        tables().iter().enumerate().map(|(number, def)| Arc::new(layout(number, def))).collect()
    })
}

/// The columns that hold anything in an export; the always empty ones are left to the reader.
pub fn layout(number: usize, def: &TableDef) -> Layout {
    let stored = |name: &str| !name.starts_with('_') || name == "_TimeReceived";
    let field = |name: &str, ty: Type, shred: Option<usize>| Field {
        name: name.to_string(),
        ty,
        json: shred.is_none() && (ty == Type::Dynamic || ty == Type::String && JSON_TEXT.contains(&name)),
        shred,
    };
    let own = def.schema.columns.iter().filter(|c| stored(&c.name)).map(|c| field(&c.name, c.ty, None));
    let mut fields: Vec<Field> = own.collect();
    let shreds = shreds(&def.name);
    fields.extend(shreds.iter().enumerate().map(|(i, (path, ty))| field(path, *ty, Some(i))));
    let rest = fields.len();
    fields.push(field("_auk_rest", Type::Dynamic, None));
    let time = fields.iter().position(|f| f.name == "TimeGenerated");
    Layout { number, table: def.name.clone(), fields, shreds: shreds.len(), time, rest }
}

/// Text cells, one after the other.
#[derive(Debug, Default)]
pub struct TextColumn {
    data: String,
    ends: Vec<u32>,
}

impl TextColumn {
    /// Opens the cell of `row` for writing; `None` when it has been written already.
    #[inline]
    pub fn cell(&mut self, row: usize) -> Option<&mut String> {
        (self.ends.len() <= row).then(|| {
            self.ends.resize(row, self.data.len() as u32);
            &mut self.data
        })
    }

    /// Closes the cell opened last.
    #[inline]
    pub fn close(&mut self) {
        self.ends.push(self.data.len() as u32);
    }

    /// Appends to the cell opened last.
    #[inline]
    pub fn push_str(&mut self, text: &str) {
        self.data.push_str(text);
    }

    #[inline]
    pub fn push(&mut self, c: char) {
        self.data.push(c);
    }

    #[inline]
    pub fn set(&mut self, row: usize, text: &str) {
        if let Some(cell) = self.cell(row) {
            cell.push_str(text);
            self.close();
        }
    }

    #[inline]
    pub fn get(&self, row: usize) -> &str {
        let Some(end) = self.ends.get(row) else { return "" };
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.data[start as usize..*end as usize]
    }

    /// Is it this text, which is not empty, in each of so many rows? A text that is the same when it is moved by a
    /// cell holds that cell again and again.
    pub fn repeats(&self, text: &str, rows: usize) -> bool {
        let (data, length) = (self.data.as_bytes(), text.len());
        let ends = self.ends.iter().zip(1..).all(|(end, row)| *end as usize == row * length);
        let whole = self.ends.len() == rows && data.len() == rows * length && ends;
        whole && data.starts_with(text.as_bytes()) && data[length..] == data[..data.len() - length]
    }

    /// Does it hold the same as another one in every row? The last rows may be left out where they are empty.
    pub fn is_same(&self, other: &TextColumn) -> bool {
        let both = self.ends.len().min(other.ends.len());
        self.data == other.data && self.ends[..both] == other.ends[..both]
    }
}

/// The cells of one column. Longs hold int, long, bool (0, 1), datetime and timespan (ticks).
#[derive(Debug)]
pub enum Cells {
    Text(TextColumn),
    Long(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    /// Nobody will look at them.
    Unwanted,
}

impl Cells {
    pub fn of(ty: Type) -> Cells {
        match ty {
            Type::String | Type::Guid | Type::Dynamic | Type::Decimal => Cells::Text(TextColumn::default()),
            Type::Real => Cells::Real(Vec::new()),
            _ => Cells::Long(Vec::new()),
        }
    }

    /// Will anybody look at them?
    #[inline]
    pub fn is_wanted(&self) -> bool {
        !matches!(self, Cells::Unwanted)
    }

    #[inline]
    pub fn set_text(&mut self, row: usize, text: &str) {
        if let Cells::Text(column) = self {
            column.set(row, text);
        }
    }

    #[inline]
    pub fn set_long(&mut self, row: usize, value: i64) {
        if let Cells::Long(cells) = self
            && cells.len() <= row
        {
            cells.resize(row, None);
            cells.push(Some(value));
        }
    }

    pub fn set_real(&mut self, row: usize, value: f64) {
        if let Cells::Real(cells) = self
            && cells.len() <= row
        {
            cells.resize(row, None);
            cells.push(Some(value));
        }
    }

    #[inline]
    pub fn text(&self, row: usize) -> &str {
        if let Cells::Text(column) = self { column.get(row) } else { "" }
    }

    #[inline]
    pub fn long(&self, row: usize) -> Option<i64> {
        if let Cells::Long(cells) = self { cells.get(row).copied().flatten() } else { None }
    }

    pub fn real(&self, row: usize) -> Option<f64> {
        if let Cells::Real(cells) = self { cells.get(row).copied().flatten() } else { None }
    }

    /// No row has a value.
    pub fn is_empty(&self) -> bool {
        match self {
            Cells::Text(column) => column.data.is_empty(),
            Cells::Long(cells) => cells.iter().all(Option::is_none),
            Cells::Real(cells) => cells.iter().all(Option::is_none),
            Cells::Unwanted => true,
        }
    }

    /// How many bytes or cells it holds.
    pub fn size(&self) -> usize {
        match self {
            Cells::Text(column) => column.data.len(),
            Cells::Long(cells) => cells.len(),
            Cells::Real(cells) => cells.len(),
            Cells::Unwanted => 0,
        }
    }

    /// Makes room for as much as such a column held before.
    fn reserve(&mut self, size: usize, rows: usize) {
        if size == 0 {
            return;
        }
        match self {
            Cells::Text(column) => {
                column.data.reserve(size);
                column.ends.reserve(rows);
            }
            Cells::Long(cells) => cells.reserve(size),
            Cells::Real(cells) => cells.reserve(size),
            Cells::Unwanted => {}
        }
    }

    /// Empties the column, but keeps its memory.
    fn clear(&mut self) {
        match self {
            Cells::Text(column) => {
                column.data.clear();
                column.ends.clear();
            }
            Cells::Long(cells) => cells.clear(),
            Cells::Real(cells) => cells.clear(),
            Cells::Unwanted => {}
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Cells::Text(column) => column.data.len() + column.ends.len() * 4,
            Cells::Long(cells) => cells.len() * 16,
            Cells::Real(cells) => cells.len() * 16,
            Cells::Unwanted => 0,
        }
    }
}

/// The record was put together from its envelope, as its payload could not be read.
pub const PARTIAL: u16 = 1;
/// Bytes that are no UTF-8, or lone surrogates, were replaced; or PowerShell dropped nested values.
pub const LOSSY: u16 = 2;
/// A date or a number could not be read, and its column is null.
pub const UNREADABLE: u16 = 4;

/// A value that PowerShell had written in a form of its own, or a code page, was read back.
pub const REPAIRED: u16 = 8;
/// A date may be day-first or month-first, and nothing in its source tells.
pub const AMBIGUOUS: u16 = 16;

/// Where a row comes from, and what decides between two rows of one identity.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    pub id: u128,
    pub content: u64,
    /// `i64::MIN` when there is none.
    pub time: i64,
    pub source: u32,
    pub ordinal: u64,
    pub offset: u64,
    pub length: u64,
    pub leaves: u32,
    pub flags: u16,
    pub route: &'static str,
}

/// Rows of one table.
#[derive(Debug)]
pub struct Rows {
    pub layout: Arc<Layout>,
    pub cells: Vec<Cells>,
    pub meta: Vec<Meta>,
    /// Per shred: every value so far has the declared type.
    pub exact: Vec<bool>,
}

impl Rows {
    pub fn new(layout: &Arc<Layout>) -> Rows {
        Rows::with(layout, |_| true)
    }

    /// With room for the wanted columns, and for times, which a run needs itself.
    fn with(layout: &Arc<Layout>, wanted: impl Fn(&str) -> bool) -> Rows {
        let cells = |(at, f): (usize, &Field)| {
            if layout.time == Some(at) || wanted(&f.name) { Cells::of(f.ty) } else { Cells::Unwanted }
        };
        let cells = layout.fields.iter().enumerate().map(cells).collect();
        Rows { layout: Arc::clone(layout), cells, meta: Vec::new(), exact: vec![true; layout.shreds] }
    }

    /// The number of the table.
    pub fn table(&self) -> usize {
        self.layout.number
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.meta.len()
    }

    pub fn is_empty(&self) -> bool {
        self.meta.is_empty()
    }

    /// About how much memory they take.
    pub fn bytes(&self) -> usize {
        self.cells.iter().map(Cells::bytes).sum::<usize>() + self.meta.len() * size_of::<Meta>()
    }
}

/// Buffers that have been written and can be filled again, and how large they get: memory fresh
/// from the system is slow, and so is growing by doubling.
#[derive(Debug, Default)]
pub struct Spare {
    shelf: Mutex<Shelf>,
    /// All that is asked for, if it is not everything.
    only: Option<Only>,
}

#[derive(Debug, Default)]
struct Shelf {
    /// Each with its size, the one given last at the end.
    spare: Vec<(usize, Rows)>,
    /// Per table the number of rows, and per column the size, that a buffer has had at most.
    sizes: HashMap<usize, (usize, Vec<usize>)>,
}

/// A buffer of fewer bytes is not kept.
const WORTH_KEEPING: usize = 64 << 10;
/// So many bytes are kept at most; the oldest go first, as those of a table whose files are done.
const KEPT: usize = 128 << 20;

impl Spare {
    pub fn only(only: Option<Only>) -> Spare {
        Spare { only, ..Spare::default() }
    }

    /// Is a table asked for?
    pub fn wants(&self, table: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.table(table).is_some())
    }

    /// The only tables and columns that are asked for.
    pub fn tables(&self) -> Option<Vec<String>> {
        self.only.as_ref().map(Only::tables)
    }

    pub fn columns(&self, table: &str) -> Option<&Columns> {
        self.only.as_ref()?.table(table)
    }

    fn fresh(&self, layout: &Arc<Layout>) -> Rows {
        let Some(only) = &self.only else { return Rows::new(layout) };
        let columns = only.table(&layout.table);
        Rows::with(layout, |name| columns.is_some_and(|columns| columns.may_want(name)))
    }

    /// An empty buffer for a table; a small one for a small task, as many of those may wait.
    pub fn take(&self, layout: &Arc<Layout>, small: bool) -> Rows {
        if small {
            return self.fresh(layout);
        }
        let Ok(mut shelf) = self.shelf.lock() else { return self.fresh(layout) };
        if let Some(at) = shelf.spare.iter().rposition(|(_, rows)| rows.table() == layout.number) {
            return shelf.spare.remove(at).1;
        }
        let mut rows = self.fresh(layout);
        if let Some((count, sizes)) = shelf.sizes.get(&layout.number) {
            rows.meta.reserve(*count);
            rows.cells.iter_mut().zip(sizes).for_each(|(cells, size)| cells.reserve(*size, *count));
        }
        rows
    }

    /// Learns how large a buffer has become.
    pub fn learn(&self, rows: &Rows) {
        let Ok(mut shelf) = self.shelf.lock() else { return };
        let (count, sizes) = shelf.sizes.entry(rows.table()).or_default();
        *count = rows.len().max(*count);
        sizes.resize(rows.cells.len(), 0);
        sizes.iter_mut().zip(&rows.cells).for_each(|(size, cells)| *size = cells.size().max(*size));
    }

    pub fn give(&self, chunks: impl IntoIterator<Item = Rows>) {
        let Ok(mut shelf) = self.shelf.lock() else { return };
        for mut rows in chunks.into_iter().filter(|rows| rows.bytes() >= WORTH_KEEPING) {
            let size = rows.bytes();
            rows.cells.iter_mut().for_each(Cells::clear);
            rows.meta.clear();
            rows.exact.fill(true);
            shelf.spare.push((size, rows));
        }
        let mut kept: usize = shelf.spare.iter().map(|(size, _)| size).sum();
        let too_old = shelf.spare.iter().take_while(|(size, _)| {
            let over = kept > KEPT;
            kept -= if over { *size } else { 0 };
            over
        });
        let count = too_old.count();
        shelf.spare.drain(..count);
    }
}

//! Writing a part: rows in time order, one row group, columns encoded in parallel, zstd level 1 (3 where it pays, none
//! where it does not).
//!
//! Types on disk: string, guid and dynamic → Utf8 (string never null), datetime →
//! TIMESTAMP(MICROS, UTC), long, timespan → Int64, int → Int32, real → Float64, bool → Boolean.
//!
//! Traps: a column without any value is left out of the file, and so is one of which the manifest says what it holds
//! (`implied.rs`). A datetime's seventh digit goes to
//! `NAME__ticks` (Int8), which exists only where one is not zero. Text has no statistics. Behind the rows are filters of
//! words (`words.rs`), which only the manifest names.
//!
//! Text that repeats, JSON too, has a dictionary: it is smaller, quicker to write, and a query works on each distinct text
//! once. A dictionary that would be too large is given up by the writer, and the rows from there on are stored plainly.

use std::collections::HashSet;
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanBuilder, DictionaryArray, FixedSizeBinaryBuilder, Float64Builder, Int8Array,
    Int32Array, Int32Builder, Int64Array, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
    builder::StringDictionaryBuilder,
};
use arrow::datatypes::{DataType, Field as ArrowField, Int32Type, Schema as ArrowSchema, TimeUnit};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use super::disk::Disk;
use super::hashed::{self, Hashed};
use super::ids;
use super::implied::Implied;
use super::only::Columns;
use super::rows::{Field, Layout, Meta, Rows};
use super::words::{self, Noted, Words};
use crate::time::{MAX_DATETIME, UNIX_EPOCH};
use crate::types::Type;

/// Rows of a part, at most.
pub const ROW_GROUP: usize = 128 * 1024;
/// Cells that are gathered at a time: few, so that they are still in the processor's cache when they are encoded.
const SLICE: usize = 1024;
/// Bytes of a dictionary, at most.
const DICTIONARY: usize = 8 << 20;
/// Columns of JSON that repeat what rows far away have, as the same people and things come again and again. They are
/// compressed a fifth better in larger pages at a higher level; others are not.
const FAR: &[&str] = &["AdditionalDetails", "InitiatedBy", "TargetResources"];
/// Bytes of a page of theirs.
const FAR_PAGE: usize = 2 << 20;
/// Text that most questions over sign-ins group by or look for: as it is little, it is not compressed, and they take a fifth
/// less time.
const AT_HAND: &[&str] = &["UserPrincipalName"];
/// Bytes of a page of values that hardly repeat: it stays in the processor's cache.
pub const SMALL_PAGE: usize = 128 << 10;
/// The suffix of the column with the seventh digits.
pub const TICKS: &str = "__ticks";

/// What the manifest must know of a part that was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub rows: u64,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub columns: Vec<String>,
    pub companions: Vec<String>,
    pub implied: Implied,
    /// Per shred of the layout.
    pub exact: Vec<bool>,
    /// The hash of the file.
    pub sha256: String,
    /// The columns and paths that are not asked for.
    pub lacks: Vec<String>,
    /// The kind that tells the identities, with `Id`.
    pub ids: Option<&'static str>,
    /// The columns whose words the file tells.
    pub words: Vec<Noted>,
}

/// What a column of the file is made of.
#[derive(Clone, Copy)]
enum From<'a> {
    Field(usize, &'a Field),
    Ticks(usize),
    Route,
    Id,
    Int(fn(&Meta) -> i32),
    Long(fn(&Meta) -> i64),
}

struct Stored<'a> {
    name: String,
    from: From<'a>,
    json: bool,
    distinct: Distinct,
    /// The file tells which words it has.
    words: bool,
}

/// How a column's texts repeat, by a sample of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Distinct {
    /// They repeat, or are no texts.
    No,
    /// A dictionary would be given up anyway.
    Mostly,
    /// And all are of one length: without lengths between them the compressor takes ids for what they are, random.
    OneLength,
}

impl Stored<'_> {
    /// Of text, rows of one part hold nearly all there is: no filter passes over a part by it.
    fn is_text(&self) -> bool {
        let field =
            |field: &Field| matches!(field.ty, Type::String | Type::Guid | Type::Decimal | Type::Dynamic);
        match self.from {
            From::Field(_, of) => field(of),
            From::Route | From::Id => true,
            _ => false,
        }
    }

    /// How hard to look for repetitions far away, where there are any.
    fn far_level(&self) -> Option<i32> {
        FAR.contains(&self.name.as_str()).then_some(3)
    }

    /// Values differ little from the one before: rows are in the order of time.
    fn ascends(&self) -> bool {
        let time = matches!(self.from, From::Field(_, field) if field.ty == Type::Datetime);
        time || matches!(self.name.as_str(), "_auk_ordinal" | "_auk_offset" | "_auk_length")
    }
}

/// Writes the rows named by `order` (chunk, row), which are in time order, and makes the file durable.
///
/// `only` says what is asked for, if it is not everything.
pub fn write(
    disk: &Disk,
    path: &Path,
    chunks: &[Rows],
    order: &[(u32, u32)],
    only: Option<&Columns>,
) -> io::Result<Written> {
    let Some(first) = chunks.first() else { return Ok(Written::default()) };
    let layout = &first.layout;
    let exact: Vec<bool> = (0..layout.shreds).map(|i| chunks.iter().all(|c| c.exact[i])).collect();
    let lacks = only.map_or_else(Vec::new, |only| lacking(layout, only, &exact));
    let lacks_ids = lacks.iter().any(|name| name == ids::COLUMN);
    let ids = if lacks_ids { None } else { ids::made_of(chunks) };
    let (mut stored, implied) = columns(layout, chunks, only, &lacks);
    if !lacks_ids && ids.is_none() {
        let name = ids::COLUMN.to_string();
        stored.push(Stored { name, from: From::Id, json: true, distinct: Distinct::Mostly, words: false });
    }
    let fields: Vec<ArrowField> = stored.iter().map(arrow_field).collect();
    let schema = Arc::new(ArrowSchema::new(fields));
    let file = BufWriter::with_capacity(1 << 20, Hashed::create(disk, path)?);
    let (file, words) =
        encode(file, &schema, &stored, implied.for_file(), chunks, order).map_err(plain_error)?;
    let sha256 = hashed::finish(file)?;

    let times = order.iter().map(|(chunk, row)| chunks[*chunk as usize].meta[*row as usize].time);
    let times: Vec<i64> = times.filter(|t| *t != i64::MIN).collect();
    Ok(Written {
        rows: order.len() as u64,
        min: times.iter().min().copied(),
        max: times.iter().max().copied(),
        columns: stored.iter().map(|s| s.name.clone()).filter(|n| !n.ends_with(TICKS)).collect(),
        companions: stored.iter().filter_map(|s| s.name.strip_suffix(TICKS)).map(String::from).collect(),
        implied,
        exact,
        sha256,
        lacks,
        ids,
        words,
    })
}

/// An I/O error stays one, so that its kind (a full disk) can be told.
pub fn plain_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(inner) => *inner,
            Err(inner) => io::Error::other(inner),
        },
        other => io::Error::other(other),
    }
}

/// The columns of the file, in order.
fn columns<'a>(
    layout: &'a Layout,
    chunks: &[Rows],
    only: Option<&Columns>,
    lacks: &[String],
) -> (Vec<Stored<'a>>, Implied) {
    let (mut stored, mut implied) = (Vec::new(), Implied::default());
    for (at, field) in layout.fields.iter().enumerate() {
        if lacks.contains(&field.name) || chunks.iter().all(|c| c.cells[at].is_empty()) {
            continue;
        }
        // What another column would say may be one that is not here.
        if only.is_none() && implied.note(at, chunks) {
            continue;
        }
        let (name, from) = (field.name.clone(), From::Field(at, field));
        // One question reads them anyway.
        let words = only.is_none() && words::COLUMNS.contains(&field.name.as_str());
        stored.push(Stored { name, from, json: field.json, distinct: distinct(at, chunks), words });
        let seventh = |c: &Rows| (0..c.len()).any(|row| c.cells[at].long(row).is_some_and(|t| t % 10 != 0));
        if field.ty == Type::Datetime && chunks.iter().any(seventh) {
            let name = format!("{}{TICKS}", field.name);
            let from = From::Ticks(at);
            stored.push(Stored { name, from, json: false, distinct: Distinct::No, words: false });
        }
    }
    let provenance: [(&str, From<'a>); 8] = [
        (SOURCE, From::Int(|m| m.source as i32)),
        ("_auk_ordinal", From::Long(|m| m.ordinal as i64)),
        ("_auk_offset", From::Long(|m| m.offset as i64)),
        ("_auk_length", From::Long(|m| m.length as i64)),
        ("_auk_route", From::Route),
        ("_auk_flags", From::Int(|m| i32::from(m.flags))),
        ("_auk_content", From::Long(|m| m.content as i64)),
        ("_auk_leaves", From::Int(|m| m.leaves as i32)),
    ];
    for (name, from) in provenance.into_iter().filter(|(name, _)| !lacks.iter().any(|l| l == name)) {
        let distinct = if name == "_auk_content" { Distinct::Mostly } else { Distinct::No };
        stored.push(Stored { name: name.to_string(), from, json: false, distinct, words: false });
    }
    (stored, implied)
}

/// What nobody asks for. JSON is asked for where a path in it is not exact.
fn lacking(layout: &Layout, only: &Columns, exact: &[bool]) -> Vec<String> {
    let in_json = |f: &Field| f.shred.is_some_and(|shred| !exact[shred]) && only.wants(&f.name);
    let below = |column: &str, f: &Field| {
        f.name.strip_prefix(column).is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    let wanted = |field: &Field| {
        let json = || layout.fields.iter().any(|f| in_json(f) && below(&field.name, f));
        only.wants(&field.name) || only.of_paths.contains(&field.name) && json()
    };
    // A part is in the order of time, and a run asks for times itself.
    let fields =
        layout.fields.iter().enumerate().filter(|(at, field)| Some(*at) != layout.time && !wanted(field));
    let fields = fields.map(|(_, field)| field.name.clone());
    let hidden = PROVENANCE.iter().filter(|name| !only.wants(name) && **name != SOURCE);
    let hidden = hidden.map(|name| name.to_string());
    fields.chain(hidden).collect()
}

/// By this one the accounts of sources are set right when a row of theirs is masked, so every part has it.
const SOURCE: &str = "_auk_source";
/// Columns that are no cells.
pub const PROVENANCE: [&str; 9] = [
    SOURCE,
    "_auk_ordinal",
    "_auk_offset",
    "_auk_length",
    "_auk_route",
    "_auk_flags",
    "_auk_content",
    "_auk_leaves",
    ids::COLUMN,
];

fn distinct(column: usize, chunks: &[Rows]) -> Distinct {
    let (mut seen, mut lengths) = (HashSet::new(), HashSet::new());
    let mut count = 0;
    for rows in chunks.iter().step_by(chunks.len() / 16 + 1) {
        let texts = (0..rows.len()).step_by(rows.len() / 64 + 1).map(|row| rows.cells[column].text(row));
        for text in texts.filter(|text| !text.is_empty()) {
            seen.insert(text);
            lengths.insert(text.len());
            count += 1;
        }
    }
    match count > 100 && seen.len() * 10 > count * 9 {
        true if lengths.len() == 1 => Distinct::OneLength,
        true => Distinct::Mostly,
        false => Distinct::No,
    }
}

fn arrow_field(column: &Stored<'_>) -> ArrowField {
    let (ty, nullable) = match column.from {
        From::Ticks(_) => (DataType::Int8, true),
        From::Route => (DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), false),
        From::Id => (DataType::FixedSizeBinary(16), false),
        From::Int(_) => (DataType::Int32, false),
        From::Long(_) => (DataType::Int64, false),
        From::Field(_, field) => match field.ty {
            Type::String | Type::Guid | Type::Decimal => (DataType::Utf8, false),
            Type::Dynamic => (DataType::Utf8, true),
            Type::Datetime => (DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true),
            Type::Bool => (DataType::Boolean, true),
            Type::Int => (DataType::Int32, true),
            Type::Real => (DataType::Float64, true),
            Type::Long | Type::Timespan => (DataType::Int64, true),
        },
    };
    ArrowField::new(&column.name, ty, nullable)
}

fn properties(stored: &[Stored<'_>]) -> Result<WriterPropertiesBuilder, ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_dictionary_page_size_limit(DICTIONARY)
        .set_max_row_group_row_count(None)
        .set_created_by("auk".to_string());
    for column in stored {
        let path = ColumnPath::new(vec![column.name.clone()]);
        if column.distinct != Distinct::No {
            builder = builder.set_column_dictionary_enabled(path.clone(), false);
        }
        if column.distinct == Distinct::OneLength {
            builder = builder.set_column_encoding(path.clone(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
        }
        if let Some(level) = column.far_level() {
            builder = builder
                .set_column_compression(path.clone(), Compression::ZSTD(ZstdLevel::try_new(level)?))
                .set_column_data_page_size_limit(path.clone(), FAR_PAGE);
        } else if column.distinct != Distinct::No && !column.json {
            builder = builder.set_column_data_page_size_limit(path.clone(), SMALL_PAGE);
        }
        if column.is_text() {
            builder = builder.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
        }
        if matches!(column.name.as_str(), ids::COLUMN | "_auk_content")
            || AT_HAND.contains(&column.name.as_str())
        {
            builder = builder.set_column_compression(path.clone(), Compression::UNCOMPRESSED);
        }
        if column.ascends() {
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    Ok(builder)
}

fn encode(
    file: BufWriter<Hashed>,
    schema: &Arc<ArrowSchema>,
    stored: &[Stored<'_>],
    metadata: Option<Vec<KeyValue>>,
    chunks: &[Rows],
    order: &[(u32, u32)],
) -> Result<(BufWriter<Hashed>, Vec<Noted>), ParquetError> {
    let properties = Arc::new(properties(stored)?.set_key_value_metadata(metadata).build());
    let descriptor = ArrowSchemaConverter::new().convert(schema)?;
    let mut writer = SerializedFileWriter::new(file, descriptor.root_schema_ptr(), properties)?;
    let factory = ArrowRowGroupWriterFactory::new(&writer, Arc::clone(schema));
    let writers = factory.create_column_writers(0)?;
    let mut jobs: Vec<(usize, ArrowColumnWriter)> = writers.into_iter().enumerate().collect();
    jobs.sort_by_key(|(at, _)| !stored[*at].json);
    let encoded: Result<Vec<(usize, Encoded)>, ParquetError> = jobs
        .into_par_iter()
        .with_max_len(1)
        .map(|(at, writer)| Ok((at, column(writer, schema.field(at), &stored[at], chunks, order)?)))
        .collect();
    let mut encoded = encoded?;
    encoded.sort_by_key(|(at, _)| *at);
    let mut group = writer.next_row_group()?;
    let mut filters = Vec::new();
    for (at, (chunk, words)) in encoded {
        chunk.append_to_row_group(&mut group)?;
        filters.extend(words.and_then(Words::into_bytes).map(|bytes| (at, bytes)));
    }
    group.close()?;
    let mut noted = Vec::new();
    for (at, bytes) in filters {
        let (column, offset) = (stored[at].name.clone(), writer.bytes_written() as u64);
        noted.push(Noted { column, offset, length: bytes.len() as u64 });
        writer.write_all(&bytes)?;
    }
    Ok((writer.into_inner()?, noted))
}

/// A column as it stands in the file, and its words.
type Encoded = (ArrowColumnChunk, Option<Words>);

fn column(
    mut writer: ArrowColumnWriter,
    field: &ArrowField,
    stored: &Stored<'_>,
    chunks: &[Rows],
    order: &[(u32, u32)],
) -> Result<Encoded, ParquetError> {
    let mut words = stored.words.then(Words::default);
    for slice in order.chunks(SLICE) {
        let array = gather(stored, chunks, slice)?;
        if let (Some(words), Some(texts)) = (&mut words, array.as_string_opt::<i32>()) {
            texts.iter().flatten().for_each(|text| words.note(text));
        }
        for leaf in compute_leaves(field, &array)? {
            writer.write(&leaf)?;
        }
    }
    Ok((writer.close()?, words))
}

/// The cells of one column for the rows of `slice`.
fn gather(stored: &Stored<'_>, chunks: &[Rows], slice: &[(u32, u32)]) -> Result<ArrayRef, ParquetError> {
    let meta = slice.iter().map(|(chunk, row)| &chunks[*chunk as usize].meta[*row as usize]);
    Ok(match stored.from {
        From::Int(get) => Arc::new(Int32Array::from_iter_values(meta.map(get))),
        From::Long(get) => Arc::new(Int64Array::from_iter_values(meta.map(get))),
        From::Id => {
            let mut builder = FixedSizeBinaryBuilder::with_capacity(slice.len(), 16);
            for m in meta {
                builder.append_value(m.id.to_be_bytes())?;
            }
            Arc::new(builder.finish())
        }
        From::Route => {
            let mut builder = StringDictionaryBuilder::<Int32Type>::new();
            for m in meta {
                builder.append(m.route)?;
            }
            let array: DictionaryArray<Int32Type> = builder.finish();
            Arc::new(array)
        }
        From::Ticks(at) => {
            let digit = |t: i64| (t % 10) as i8;
            let cells =
                slice.iter().map(|(chunk, row)| chunks[*chunk as usize].cells[at].long(*row as usize));
            Arc::new(cells.map(|t| t.map(digit)).collect::<Int8Array>())
        }
        From::Field(at, field) => cells(at, field, chunks, slice),
    })
}

fn cells(at: usize, field: &Field, chunks: &[Rows], slice: &[(u32, u32)]) -> ArrayRef {
    // Neighbours are mostly of one chunk.
    let runs = || slice.chunk_by(|a, b| a.0 == b.0);
    let cells = || {
        runs().flat_map(|run| {
            let cells = &chunks[run[0].0 as usize].cells[at];
            run.iter().map(move |(_, row)| (cells, *row as usize))
        })
    };
    let texts = || cells().map(|(cells, row)| cells.text(row));
    let room = || {
        let of_run = |run: &[(u32, u32)]| {
            let rows = &chunks[run[0].0 as usize];
            rows.cells[at].size() * run.len() / rows.len().max(1)
        };
        runs().map(of_run).sum::<usize>() * 9 / 8 + 1024
    };
    match field.ty {
        Type::Dynamic => {
            let mut builder = StringBuilder::with_capacity(slice.len(), room());
            texts().for_each(|text| builder.append_option((!text.is_empty()).then_some(text)));
            Arc::new(builder.finish())
        }
        Type::String | Type::Guid | Type::Decimal => {
            let mut builder = StringBuilder::with_capacity(slice.len(), room());
            texts().for_each(|text| builder.append_value(text));
            Arc::new(builder.finish())
        }
        Type::Real => {
            let mut builder = Float64Builder::with_capacity(slice.len());
            cells().for_each(|(cells, row)| builder.append_option(cells.real(row)));
            Arc::new(builder.finish())
        }
        Type::Bool => {
            let mut builder = BooleanBuilder::with_capacity(slice.len());
            cells().for_each(|(cells, row)| builder.append_option(cells.long(row).map(|n| n != 0)));
            Arc::new(builder.finish())
        }
        Type::Int => {
            let mut builder = Int32Builder::with_capacity(slice.len());
            let int = |long: Option<i64>| long.and_then(|n| i32::try_from(n).ok());
            cells().for_each(|(cells, row)| builder.append_option(int(cells.long(row))));
            Arc::new(builder.finish())
        }
        Type::Datetime => {
            let mut builder = TimestampMicrosecondBuilder::with_capacity(slice.len());
            let time = |long: Option<i64>| long.filter(|t| (0..=MAX_DATETIME).contains(t)).map(micros);
            cells().for_each(|(cells, row)| builder.append_option(time(cells.long(row))));
            Arc::new(builder.finish().with_timezone("UTC"))
        }
        Type::Long | Type::Timespan => {
            let mut builder = Int64Builder::with_capacity(slice.len());
            cells().for_each(|(cells, row)| builder.append_option(cells.long(row)));
            Arc::new(builder.finish())
        }
    }
}

/// Ticks from year 1 to microseconds from 1970, rounded down.
fn micros(ticks: i64) -> i64 {
    (ticks - UNIX_EPOCH).div_euclid(10)
}

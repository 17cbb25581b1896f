//! The containers: which rows go into which file, and the text around the records.
//!
//! A file is written slice by slice, newest first as Graph delivers, so that memory holds one slice a thread.
//! The trap: every page but the last names a next one; a reader takes a `@odata.nextLink` on the last page
//! that it has as a sign of an incomplete export.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::chunk::{Chunk, Record};
use super::write::{push_american, push_escaped, push_guid, push_int, push_local, push_milliseconds};
use super::{FileCount, Plan, Stream};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// `{"@odata.context":…,"value":[…],"@odata.nextLink":…}`
    Page {
        last: bool,
    },
    Array,
    Lines,
    /// `Search-UnifiedAuditLog | Export-Csv`
    SearchCsv,
    /// The Purview portal's export.
    PurviewCsv,
    /// A Splunk search result over the rows of `SearchCsv`.
    SplunkCsv,
    /// `Search-UnifiedAuditLog | ConvertTo-Json -Compress` of Windows PowerShell: each record a string in another.
    SearchJson,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Utf16Le,
}

pub struct FileSpec {
    pub name: String,
    pub kind: &'static str,
    pub stream: Stream,
    pub container: Container,
    pub encoding: Encoding,
    pub slices: Range<u64>,
}

/// Rows of one stream a file at most, about: 12 slices of 16,384 rows of all streams together.
const SLICES_A_FILE: u64 = 12;

/// One folder of numbered files: pages, lines and CSV.
pub fn plain(slices: u64) -> Vec<FileSpec> {
    let files = slices.div_ceil(SLICES_A_FILE);
    let mut specs = Vec::new();
    for number in 0..files {
        let to = slices - number * SLICES_A_FILE;
        let window = to.saturating_sub(SLICES_A_FILE)..to;
        let page = Container::Page { last: number + 1 == files };
        for (stream, kind, name, ending, container) in [
            (Stream::Audits, "directoryAudits pages", "directoryAudits", "json", page),
            (Stream::Interactive, "signIns pages", "signIns", "json", page),
            (Stream::Other, "signIns NDJSON", "signIns", "ndjson", Container::Lines),
            (Stream::Unified, "unified audit log CSV", "ual", "csv", Container::SearchCsv),
        ] {
            let name = format!("{name}-{:03}.{ending}", number + 1);
            let slices = window.clone();
            specs.push(FileSpec { name, kind, stream, container, encoding: Encoding::Utf8, slices });
        }
    }
    specs
}

/// The slices that `evidence` cuts the quarter into.
pub const EVIDENCE_SLICES: u64 = 12;

/// An investigator's folder: the same tenant through many routes, containers and encodings, with one window
/// that two routes hold both.
pub fn evidence() -> Vec<FileSpec> {
    use Container::{Array, Lines, Page, PurviewCsv, SearchCsv, SearchJson, SplunkCsv};
    use Encoding::{Utf8, Utf8Bom, Utf16Le};
    use Stream::{Audits, Interactive, Other, Unified};
    let more = Page { last: false };
    let last = Page { last: true };
    let file = |name: &str, kind, stream, container, encoding, slices| FileSpec {
        name: name.to_owned(),
        kind,
        stream,
        container,
        encoding,
        slices,
    };
    let (audits, sign_ins, unified) = ("directoryAudits", "signIns", "unified audit log");
    vec![
        file("graph/directoryAudits-001.json", audits, Audits, more, Utf8, 10..12),
        file("graph/directoryAudits-002.json", audits, Audits, more, Utf8, 8..10),
        file("graph/directoryAudits-003.json", audits, Audits, last, Utf8, 5..8),
        file("graph/directoryAudits-array.json", audits, Audits, Array, Utf8, 2..5),
        file("graph/directoryAudits.ndjson", audits, Audits, Lines, Utf8, 0..2),
        file("graph/signIns-001.json", sign_ins, Interactive, more, Utf8, 8..12),
        file("graph/signIns-002.json", sign_ins, Interactive, last, Utf8, 4..8),
        file("graph/signIns-array-bom.json", sign_ins, Interactive, Array, Utf8Bom, 0..4),
        file("graph/signIns-other-kinds.ndjson", sign_ins, Other, Lines, Utf8, 0..12),
        file("ual/search-001.csv", unified, Unified, SearchCsv, Utf8, 6..9),
        file("ual/search-002.csv", unified, Unified, SearchCsv, Utf8, 3..6),
        file("ual/search-utf16.csv", unified, Unified, SearchCsv, Utf16Le, 2..3),
        file("ual/audit-data.ndjson", unified, Unified, Lines, Utf8, 0..2),
        file("ual/purview-portal.csv", unified, Unified, PurviewCsv, Utf8Bom, 8..11),
        file("ual/splunk-search.csv", unified, Unified, SplunkCsv, Utf8, 11..12),
        file("graph/directoryAudits-copy.ndjson.gz", audits, Audits, Lines, Utf8, 4..6),
        file("ual/search-utf16.json", unified, Unified, SearchJson, Utf16Le, 4..5),
    ]
}

/// Writes one file, over one of the same name.
pub fn write(plan: &Plan, spec: &FileSpec, folder: &Path) -> io::Result<FileCount> {
    let path = folder.join(&spec.name);
    write_to(plan, spec, &path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn write_to(plan: &Plan, spec: &FileSpec, path: &Path) -> io::Result<FileCount> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut sink = Sink::create(path, spec.encoding)?;
    let mut out = Vec::new();
    let mut rows = 0;
    open(&mut out, spec);
    sink.begin()?;
    for slice in spec.slices.clone().rev() {
        let chunk = plan.chunk(spec.stream, slice);
        for (index, record) in chunk.records.iter().enumerate() {
            let separated = rows + index as u64 > 0;
            push_record(&mut out, spec.container, &chunk, record, index, separated);
        }
        rows += chunk.len();
        sink.write(&mut out)?;
    }
    close(&mut out, spec);
    sink.write(&mut out)?;
    sink.finish()?;
    let bytes = std::fs::metadata(path)?.len();
    Ok(FileCount { name: spec.name.clone(), kind: spec.kind, rows, bytes })
}

/// Sign-ins of all kinds come from Graph's beta alone; directory audits have been in v1.0 for years.
fn resource(stream: Stream) -> (&'static str, &'static str) {
    if stream == Stream::Audits { ("v1.0", "directoryAudits") } else { ("beta", "signIns") }
}

fn open(out: &mut Vec<u8>, spec: &FileSpec) {
    match spec.container {
        Container::Page { .. } => {
            let (version, name) = resource(spec.stream);
            let context = format!("https://graph.microsoft.com/{version}/$metadata#auditLogs/{name}");
            out.extend_from_slice(format!("{{\"@odata.context\":\"{context}\",\"value\":[").as_bytes());
        }
        Container::Array => out.extend_from_slice(b"[\n"),
        Container::SearchJson => out.push(b'['),
        Container::Lines => {}
        Container::SearchCsv => out.extend_from_slice(
            b"RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex,ResultCount,Identity,IsValid,ObjectState\r\n",
        ),
        Container::PurviewCsv => out.extend_from_slice(
            b"RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n",
        ),
        Container::SplunkCsv => out.extend_from_slice(
            b"AuditData,CreationDate,Identity,IsValid,ObjectState,Operations,RecordType,ResultCount,ResultIndex,UserIds,\"_raw\",\"_time\",host,index,linecount,source,sourcetype,\"splunk_server\"\n",
        ),
    }
}

fn close(out: &mut Vec<u8>, spec: &FileSpec) {
    match spec.container {
        Container::Page { last } => {
            out.push(b']');
            if !last {
                let (version, name) = resource(spec.stream);
                let token = spec.slices.start;
                let next =
                    format!("https://graph.microsoft.com/{version}/auditLogs/{name}?$skiptoken={token}");
                out.extend_from_slice(format!(",\"@odata.nextLink\":\"{next}\"").as_bytes());
            }
            out.push(b'}');
        }
        Container::Array => out.extend_from_slice(b"\n]\n"),
        Container::SearchJson => out.extend_from_slice(b"]\r\n"),
        _ => {}
    }
}

fn push_record(
    out: &mut Vec<u8>,
    container: Container,
    chunk: &Chunk,
    record: &Record,
    index: usize,
    more: bool,
) {
    let json = chunk.text(record);
    match container {
        Container::Page { .. } | Container::Array => {
            if more {
                out.extend_from_slice(if container == Container::Array { b",\n" } else { b"," });
            }
            out.extend_from_slice(json);
        }
        Container::Lines => {
            out.extend_from_slice(json);
            out.push(b'\n');
        }
        Container::SearchCsv => {
            search_row(out, chunk, record, index);
            out.extend_from_slice(b"\r\n");
        }
        Container::SearchJson => {
            out.extend_from_slice(if more { b"," } else { b"" });
            search_object(out, chunk, record, index);
        }
        Container::PurviewCsv => purview_row(out, json, record),
        Container::SplunkCsv => splunk_row(out, chunk, record, index),
    }
}

/// A slice is one search session: `ResultIndex` counts its rows, `ResultCount` is their number.
fn search_row(out: &mut Vec<u8>, chunk: &Chunk, record: &Record, index: usize) {
    let Some(head) = &record.head else { return };
    out.extend_from_slice(head.record_type.1.as_bytes());
    out.push(b',');
    push_american(out, record.at);
    out.push(b',');
    out.extend_from_slice(head.user.as_bytes());
    out.push(b',');
    out.extend_from_slice(head.operation.as_bytes());
    out.push(b',');
    push_cell(out, chunk.text(record));
    out.push(b',');
    push_int(out, index as u64 + 1);
    out.push(b',');
    push_int(out, chunk.len());
    out.push(b',');
    push_guid(out, head.id);
    out.extend_from_slice(b",True,Unchanged");
}

/// The object that `search_row` is a row of. Windows PowerShell writes dates as milliseconds since 1970, and some signs
/// as escapes, as if for a page of HTML.
fn search_object(out: &mut Vec<u8>, chunk: &Chunk, record: &Record, index: usize) {
    let Some(head) = &record.head else { return };
    let text = |out: &mut Vec<u8>, name: &str, value: &str| {
        out.extend_from_slice(format!("\"{name}\":\"").as_bytes());
        let mut plain = Vec::new();
        push_escaped(&mut plain, value);
        for byte in plain {
            match byte {
                b'\'' | b'<' | b'>' | b'&' => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => out.push(byte),
            }
        }
        out.extend_from_slice(b"\",");
    };
    out.push(b'{');
    text(out, "RecordType", head.record_type.1);
    out.extend_from_slice(b"\"CreationDate\":\"\\/Date(");
    push_milliseconds(out, record.at);
    out.extend_from_slice(b")\\/\",");
    text(out, "UserIds", &head.user);
    text(out, "Operations", head.operation);
    text(out, "AuditData", &String::from_utf8_lossy(chunk.text(record)));
    out.extend_from_slice(
        format!("\"ResultIndex\":{},\"ResultCount\":{},", index + 1, chunk.len()).as_bytes(),
    );
    out.extend_from_slice(b"\"Identity\":\"");
    push_guid(out, head.id);
    out.extend_from_slice(b"\",\"IsValid\":true,\"ObjectState\":\"Unchanged\"}");
}

fn purview_row(out: &mut Vec<u8>, json: &[u8], record: &Record) {
    let Some(head) = &record.head else { return };
    push_guid(out, head.id);
    out.push(b',');
    push_local(out, record.at);
    out.extend_from_slice(b".0000000Z,");
    push_int(out, head.record_type.0);
    for value in [head.operation, head.user.as_str()] {
        out.push(b',');
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b',');
    push_cell(out, json);
    out.extend_from_slice(b",,\r\n");
}

fn splunk_row(out: &mut Vec<u8>, chunk: &Chunk, record: &Record, index: usize) {
    let Some(head) = &record.head else { return };
    let mut raw = Vec::new();
    search_row(&mut raw, chunk, record, index);
    push_cell(out, chunk.text(record));
    out.push(b',');
    push_american(out, record.at);
    out.push(b',');
    push_guid(out, head.id);
    for value in ["True", "Unchanged", head.operation, head.record_type.1] {
        out.push(b',');
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b',');
    push_int(out, chunk.len());
    out.push(b',');
    push_int(out, index as u64 + 1);
    out.push(b',');
    out.extend_from_slice(head.user.as_bytes());
    out.push(b',');
    push_cell(out, &raw);
    out.push(b',');
    push_local(out, record.at);
    out.extend_from_slice(b".000+0000,collector,o365,1,\"ual.csv\",csv,collector\n");
}

/// A quoted cell with its quotes doubled.
fn push_cell(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for part in text.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(part);
        if part.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}

/// A file, or a compressed one where its name ends so.
enum Output {
    Plain(File),
    Gzip(Box<GzEncoder<File>>),
}

struct Sink {
    output: Output,
    encoding: Encoding,
}

impl Sink {
    fn create(path: &Path, encoding: Encoding) -> io::Result<Sink> {
        let file = File::create(path)?;
        let output = match path.extension().is_some_and(|ending| ending == "gz") {
            true => Output::Gzip(Box::new(GzEncoder::new(file, Compression::default()))),
            false => Output::Plain(file),
        };
        Ok(Sink { output, encoding })
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.output {
            Output::Plain(file) => file.write_all(bytes),
            Output::Gzip(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self.output {
            Output::Plain(_) => Ok(()),
            Output::Gzip(encoder) => encoder.finish().map(|_| ()),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        let mark: &[u8] = match self.encoding {
            Encoding::Utf8 => b"",
            Encoding::Utf8Bom => b"\xEF\xBB\xBF",
            Encoding::Utf16Le => b"\xFF\xFE",
        };
        self.put(mark)
    }

    /// Writes and empties the buffer, which ends at the end of a record.
    fn write(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.encoding == Encoding::Utf16Le {
            let wide: Vec<u8> =
                String::from_utf8_lossy(out).encode_utf16().flat_map(u16::to_le_bytes).collect();
            *out = wide;
        }
        self.put(out)?;
        out.clear();
        Ok(())
    }
}

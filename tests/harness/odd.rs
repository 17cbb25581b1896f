//! Real queries over odd data: every way to run a query must give the oracle's answer.
//!
//! The records of `sample-data` are written anew by a generator with a fixed seed, which leaves out
//! members, repeats them and spells them otherwise, puts values of other types in their places at every
//! depth, and texts, numbers and times at the ends of what there is. `auk ingest` reads them as it reads
//! any export. Over that lake run the analyses, the goldens that name a table of it, and the queries of
//! other people (as in `differential`).
//!
//! Trap: `now()` is after the tame events, not after the last one, which is in the year 9999: else no
//! query that looks back a week would find anything.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use auk::value::Value;
use auk::{json, time};

use super::differential;
use super::engine::World;
use super::page::{self, Page};
use super::property::Draw;

const NOW: &str = "2025-04-01T00:00:00Z";

/// Members by which a record is told, or that make it one; they stay at the top of a record.
const KEPT: &[&str] = &[
    "activityDisplayName",
    "activityDateTime",
    "initiatedBy",
    "targetResources",
    "id",
    "createdDateTime",
    "appId",
    "signInEventTypes",
    "CreationTime",
    "Operation",
    "RecordType",
    "Workload",
    "Id",
];
const TIMES: &[&str] = &["activityDateTime", "createdDateTime", "CreationTime"];
const IDS: &[&str] = &["id", "Id"];

/// The queries of a JSONL file of other people's queries.
pub fn cases(name: &str) -> Result<(), String> {
    differential::run_queries(&format!("odd-{name}"), differential::queries(name)?, world()?)
}

/// Every analysis, as it stands.
pub fn analyses() -> Result<(), String> {
    let queries = auk::analysis::all().iter().map(|a| (a.name.clone(), a.text.clone()));
    differential::run_queries("odd-analyses", queries.collect(), world()?)
}

/// The queries of all pages that name a table of the lake, without what the pages give in its place.
pub fn pages() -> Result<(), String> {
    let mut queries = Vec::new();
    for path in ["kql", "ingest", "analyses"].into_iter().flat_map(page::pages) {
        let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        for case in Page::read(&path)?.cases {
            let given = case.block("kql given").map(|b| b.text() + "\n").unwrap_or_default();
            let Some(query) = case.block("kql") else { continue };
            if names_table(&query.text()) {
                queries.push((format!("{name}:{}", case.line), given + &query.text()));
            }
        }
    }
    differential::run_queries("odd-pages", queries, world()?)
}

fn names_table(text: &str) -> bool {
    auk::lake::tables().iter().any(|t| text.contains(&t.name))
}

/// The folders of the exports, made with the lake.
pub fn exports() -> Result<Vec<PathBuf>, String> {
    world()?;
    FOLDER
        .get()
        .map(|folder| (0..2).map(|copy| folder.join(format!("exports-{copy}"))).collect())
        .ok_or("none".into())
}

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// The lake, made once.
pub fn world() -> Result<&'static World, String> {
    static WORLD: OnceLock<Result<World, String>> = OnceLock::new();
    let world = WORLD.get_or_init(|| {
        let folder = super::scratch("odd")?;
        _ = FOLDER.set(folder.clone());
        let lake = folder.join("lake");
        let mut draw = Draw::new(23);
        // A run of its own each, so that a table has parts of different shapes.
        for (copy, wild) in [false, true].into_iter().enumerate() {
            let exports = folder.join(format!("exports-{copy}"));
            write_exports(&exports, &mut draw, wild, &format!("-{copy}"))?;
            super::ingest::ingest(&exports, &lake)?;
        }
        let now = time::parse_datetime(NOW).ok_or("no time")?;
        World::lake_at(&lake, now)
    });
    world.as_ref().map_err(String::clone)
}

/// The records of the sample data, a little odd or wildly.
fn write_exports(folder: &Path, draw: &mut Draw, wild: bool, suffix: &str) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    for (name, records) in [("audits", audits()?), ("signins", sign_ins()?), ("unified", unified()?)] {
        if records.is_empty() {
            return Err(format!("there are no {name} in sample-data"));
        }
        let mut text = String::new();
        for record in &records {
            Odd { draw, out: &mut text, wild, suffix }.record(record);
            text.push('\n');
        }
        fs::write(folder.join(format!("{name}.ndjson")), text).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn read(name: &str) -> Result<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data").join(name);
    fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The records of a page of Graph.
fn of_page(name: &str) -> Result<Vec<Value>, String> {
    let page = json::parse(&read(name)?).ok_or(format!("{name} is not JSON"))?;
    Ok(page.member("value").as_array().unwrap_or_default().to_vec())
}

fn of_lines(name: &str) -> Result<Vec<Value>, String> {
    Ok(read(name)?.lines().filter_map(json::parse).collect())
}

fn audits() -> Result<Vec<Value>, String> {
    Ok([of_lines("graph/directoryAudits.ndjson")?, of_page("graph/directoryAudits-002.json")?].concat())
}

fn sign_ins() -> Result<Vec<Value>, String> {
    Ok([of_page("graph/signIns-002.json")?, of_lines("graph/signIns-other-kinds.ndjson")?].concat())
}

fn unified() -> Result<Vec<Value>, String> {
    let mut records = of_lines("ual/audit-data.ndjson")?;
    let text = read("ual/purview-portal.csv")?;
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let column = rows.headers().ok().and_then(|h| h.iter().position(|c| c == "AuditData"));
    let cells = rows.records().flatten().filter_map(|row| json::parse(row.get(column?)?));
    records.extend(cells);
    Ok(records)
}

/// Writes a record with oddities.
struct Odd<'a> {
    draw: &'a mut Draw,
    out: &'a mut String,
    /// Many of them, or few.
    wild: bool,
    /// What the ids end in.
    suffix: &'a str,
}

impl Odd<'_> {
    /// Once in so many times; in a record that is not wild, less often.
    fn once_in(&mut self, times: usize) -> bool {
        self.draw.below(if self.wild { times } else { times * 12 }) == 0
    }

    fn record(&mut self, record: &Value) {
        self.out.push('{');
        for (at, (key, value)) in record.as_bag().unwrap_or_default().iter().enumerate() {
            let kept = KEPT.contains(&key.as_str());
            if !kept && self.once_in(12) {
                continue;
            }
            if at > 0 {
                self.out.push(',');
            }
            json::write_string(key, self.out);
            self.out.push(':');
            match value {
                Value::String(id) if IDS.contains(&key.as_str()) => {
                    json::write_string(&format!("{id}{}", self.suffix), self.out);
                }
                Value::String(_) if TIMES.contains(&key.as_str()) && self.once_in(10) => {
                    self.out.push_str(self.draw.of(ODD_TIMES));
                }
                value if kept && value.as_str().is_some() && self.draw.below(4) > 0 => {
                    json::write(value, self.out);
                }
                value => self.value(value),
            }
        }
        self.out.push('}');
    }

    fn value(&mut self, value: &Value) {
        if self.once_in(9) {
            return self.twisted(value);
        }
        match value {
            Value::Array(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    if self.once_in(15) {
                        self.out.push_str(self.draw.of(ODD));
                        self.out.push(',');
                    }
                    self.value(item);
                }
                self.out.push(']');
            }
            Value::Bag(members) => self.bag(members),
            other => json::write(other, self.out),
        }
    }

    fn bag(&mut self, members: &[(String, Value)]) {
        self.out.push('{');
        let mut first = true;
        for (key, value) in members {
            if self.once_in(15) {
                continue;
            }
            let spelled = match self.once_in(25) {
                true if self.draw.below(2) == 0 => key.to_uppercase(),
                true => key.to_lowercase(),
                false => key.clone(),
            };
            for time in 0..1 + usize::from(self.once_in(25)) {
                if !first || time > 0 {
                    self.out.push(',');
                }
                first = false;
                json::write_string(&spelled, self.out);
                self.out.push(':');
                self.value(value);
            }
        }
        self.out.push('}');
    }

    /// Something else in place of a value, or the value in another guise.
    fn twisted(&mut self, value: &Value) {
        let text = json::to_text(value);
        match self.draw.below(8) {
            0 => json::write_string(&text, self.out),
            1 => self.out.push_str(&format!("[{text}]")),
            2 => self.out.push_str(&format!("{{\"value\":{text}}}")),
            3 => self.out.push_str("null"),
            4 if value.as_str().is_some() => {
                let s = value.as_str().unwrap_or_default();
                let spelled = match self.draw.below(6) {
                    0 => s.to_uppercase(),
                    1 => format!(" {s} "),
                    2 => s.repeat(40),
                    3 => format!("{s}\u{301}"),
                    4 => s.chars().rev().collect(),
                    _ => s.replace(['a', 'e'], "\u{e4}"),
                };
                json::write_string(&spelled, self.out);
            }
            _ => self.out.push_str(self.draw.of(ODD)),
        }
    }
}

/// Times at the ends of what there is, beside the hours that clocks skip, and none.
const ODD_TIMES: &[&str] = &[
    r#""0001-01-01T00:00:00Z""#,
    r#""9999-12-31T23:59:59.9999999Z""#,
    r#""1969-12-31T23:59:59.9999999Z""#,
    r#""2025-03-30T02:30:00.0000001Z""#,
    r#""2025-03-31T24:00:00Z""#,
    r#""2025-02-29T00:00:00Z""#,
    r#""2025-03-31T23:59:60Z""#,
    r#""2025-03-31T12:00:00+14:00""#,
    r#""2025-03-31""#,
    r#""yesterday""#,
    r#""""#,
    "null",
    "1743465600",
];

/// Values as JSON text; a repeated key, a lone surrogate and a number out of range cannot be said otherwise.
const ODD: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0.0",
    "1.0",
    "50126",
    "-1",
    "2147483648",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e3",
    "1e308",
    "1e400",
    "-1e400",
    "5e-324",
    "0.1e-5",
    "123456789012345678901234567890",
    r#""""#,
    r#"" ""#,
    r#""null""#,
    r#""true""#,
    r#""0""#,
    r#""1e3""#,
    r#""-""#,
    r#""\u0000""#,
    r#""a\u0000b""#,
    r#""\ud800""#,
    r#""x\udc00y""#,
    r#""\ud83d\ude00""#,
    r#""e\u0301\u0301""#,
    r#""\u202eevil\u202c""#,
    r#""\ufeffbom""#,
    r#""\u0130stanbul""#,
    r#""stra\u00dfe \u01c5 \ufb01""#,
    r#""שלום עולם""#,
    r#""مرحبا""#,
    r#""a|b\"c\\d\te""#,
    r#""line\r\nbreak""#,
    r#""{\"a\":1}""#,
    r#""[1,2""#,
    r#""[\"x\"]""#,
    r#""2025-03-01T10:00:00Z""#,
    r#""192.0.2.1:443""#,
    r#""::ffff:192.0.2.1""#,
    r#""999.1.1.1""#,
    "[]",
    "[[]]",
    "{}",
    r#"{"":""}"#,
    r#"{"id":1,"id":2}"#,
    r#"{"ID":"x","id":"y","Id":"z"}"#,
    r#"[1,"a",null,[2],{"b":3},true,1.5]"#,
    r#"[{"displayName":null},{"displayName":7},{"displayName":"x","DisplayName":"y"}]"#,
    r#"[{"a":[{"a":[{"a":[{"a":[{"a":[{"a":[{"a":[{"a":[]}]}]}]}]}]}]}]}]"#,
    r#"{"user":{"userPrincipalName":{"value":"ann@contoso.example"}}}"#,
    r#"{"errorCode":"50126","failureReason":["a"]}"#,
    r#"{"0":"zero","1":"one","-1":"last"}"#,
];

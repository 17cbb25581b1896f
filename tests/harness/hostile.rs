//! Files that are meant to do harm, or look as if: nothing panics, hangs, or takes memory out of proportion,
//! nothing is written beside the lake, and no control character reaches a terminal.
//!
//! What is held of memory: at no time more than `BASE`, and `TIMES` the size of the largest record that is taken
//! in (64 MiB at most; what is longer is rejected), whatever the size of the files and of what they unpack to.
//! It is the resident peak of the process, as the system tells it.
//!
//! Trap: where the system does not tell it (`/proc`), the rest is still held.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use auk::lake::Lake;
use flate2::{Compression, Crc, write::GzEncoder};

use super::lakes::{Contents, command, text};

const MIB: u64 = 1 << 20;
/// Memory that any run may take, and what it may take for each byte of the largest record.
const BASE: u64 = 384 * MIB;
const TIMES: u64 = 6;
/// A run longer than this hangs.
const LONGEST: Duration = Duration::from_secs(120);

/// A file that does harm: its name, what writes it, the largest record in it, and how many records are kept.
struct Case {
    name: &'static str,
    write: fn(&Path) -> std::io::Result<()>,
    largest: u64,
    kept: Option<u64>,
}

const CASES: &[Case] = &[
    Case { name: "deep.json", write: deep, largest: 4 * MIB, kept: Some(1) },
    Case { name: "deep-lists.json", write: deep_lists, largest: 4 * MIB, kept: None },
    Case { name: "wide.json", write: wide, largest: 12 * MIB, kept: Some(2) },
    Case { name: "wide.csv", write: wide_table, largest: 2 * MIB, kept: None },
    Case { name: "numbers.json", write: numbers, largest: 4 * MIB, kept: Some(4) },
    Case { name: "bytes.json", write: bytes, largest: MIB, kept: Some(6) },
    Case { name: "surrogates.json", write: surrogates, largest: MIB, kept: Some(2) },
    Case { name: "huge-cell.json", write: huge_text, largest: 64 * MIB, kept: Some(1) },
    Case { name: "huge-cell.csv", write: huge_cell, largest: 64 * MIB, kept: None },
    Case { name: "open-quote.csv", write: open_quote, largest: 64 * MIB, kept: None },
    Case { name: "bomb.json.gz", write: bomb, largest: MIB, kept: Some(1) },
    Case { name: "bomb-in-bomb.gz", write: nested_bomb, largest: MIB, kept: None },
    Case { name: "many.json.gz", write: many_small, largest: MIB, kept: None },
    Case { name: "paths.zip", write: paths, largest: MIB, kept: Some(4) },
    Case { name: "nested.zip", write: nested_zip, largest: MIB, kept: None },
    Case { name: "lies.zip", write: lying_zip, largest: MIB, kept: None },
    Case { name: "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}.json", write: escapes, largest: MIB, kept: Some(1) },
];

pub fn run() -> Result<(), String> {
    let folder = super::scratch("hostile")?;
    let mut wrong = Vec::new();
    for (at, case) in CASES.iter().enumerate() {
        let place = folder.join(at.to_string());
        let outcome = check(case, &place);
        wrong.extend(outcome.err().map(|e| format!("{:?}: {e}", case.name)));
        _ = fs::remove_dir_all(&place);
    }
    _ = fs::remove_dir_all(&folder);
    super::rows::report(wrong)
}

fn check(case: &Case, place: &Path) -> Result<(), String> {
    let (exports, lake) = (place.join("exports"), place.join("lake"));
    fs::create_dir_all(&exports).map_err(|e| e.to_string())?;
    let file = exports.join(case.name);
    (case.write)(&file).map_err(|e| e.to_string())?;
    let ran = watch(&["ingest", "--lake", text(&lake), "--threads", "2", text(&exports)])?;
    let bound = BASE + TIMES * case.largest;
    if std::env::var_os("AUK_SHOW").is_some() {
        let (size, peak) = (file.metadata().map_or(0, |m| m.len()), ran.peak / MIB);
        eprintln!(
            "{:?}: {size} bytes, {peak} MiB of {}, {:?}\n{}",
            case.name,
            bound / MIB,
            ran.time,
            ran.said
        );
    }
    if !matches!(ran.code, Some(0 | 3)) || ran.said.contains("defect") || ran.said.contains("panicked") {
        return Err(format!("{:?}: {}", ran.code, ran.said));
    }
    if ran.peak > bound {
        return Err(format!("{} MiB, the bound is {} MiB", ran.peak / MIB, bound / MIB));
    }
    if ran.said.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')) {
        return Err(format!("control characters on the terminal: {:?}", ran.said));
    }
    let beside: Vec<String> =
        names(place).into_iter().filter(|n| !matches!(n.as_str(), "exports" | "lake")).collect();
    if !beside.is_empty() || names(&exports).len() != 1 {
        return Err(format!("files were written: {beside:?} {:?}", names(&exports)));
    }
    if !lake.join("manifest.json").is_file() {
        return case.kept.map_or(Ok(()), |_| Err(format!("nothing was kept: {}", ran.said)));
    }
    Contents::of(&lake)?;
    let sources = Lake::open(&lake).map_err(|e| e.to_string())?.sources().to_vec();
    let kept: u64 = sources.iter().map(|s| s.kept).sum();
    if case.kept.is_some_and(|wanted| wanted != kept) {
        return Err(format!("{kept} records kept, not {:?}: {}", case.kept, ran.said));
    }
    for query in ["union withsource=T * | count", "AuditLogs | take 5", "search 'u1'"] {
        let asked = watch(&["query", query, "--lake", text(&lake)])?;
        if asked.code != Some(0) || asked.said.contains("defect") {
            return Err(format!("{query}: {:?}: {}", asked.code, asked.said));
        }
    }
    Ok(())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

struct Ran {
    code: Option<i32>,
    said: String,
    peak: u64,
    time: Duration,
}

/// Runs auk and watches its memory; one that takes too long is ended.
fn watch(arguments: &[&str]) -> Result<Ran, String> {
    let started = Instant::now();
    let mut command = command(arguments, "");
    let spawned = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|e| e.to_string())?;
    let mut errors = child.stderr.take().ok_or("no standard error")?;
    let said = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        _ = errors.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let mut peak = 0;
    let status = loop {
        peak = peak_of(child.id()).max(peak);
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            break status;
        }
        if started.elapsed() > LONGEST {
            _ = child.kill();
            return Err(format!("it hangs, with {} MiB", peak / MIB));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let said = said.join().unwrap_or_default();
    Ok(Ran { code: status.code(), said, peak, time: started.elapsed() })
}

/// The most memory that a process has had.
fn peak_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or_default() * 1024
}

/// A record that is read, with more members.
fn record(id: u32, more: &str) -> String {
    format!(
        r#"{{"id":"Directory_{id}","activityDisplayName":"Add user","activityDateTime":"2026-05-01T10:00:00Z","initiatedBy":{{"user":{{"userPrincipalName":"u{id}@x.example"}}}},"targetResources":[],"category":"UserManagement"{more}}}"#
    )
}

fn deep(path: &Path) -> std::io::Result<()> {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(500_000), "}".repeat(500_000));
    fs::write(path, format!("{}\n{}\n{}\n", record(1, &format!(r#","x":{deep}"#)), deep, record(2, "")))
}

fn deep_lists(path: &Path) -> std::io::Result<()> {
    fs::write(path, "[".repeat(4_000_000))
}

fn wide(path: &Path) -> std::io::Result<()> {
    let members: String = (0..300_000).map(|n| format!(r#","member {n}":{n}"#)).collect();
    fs::write(path, format!("{}\n{}\n", record(1, &members), record(2, "")))
}

fn wide_table(path: &Path) -> std::io::Result<()> {
    let columns: Vec<String> = (0..100_000).map(|n| format!("Column {n}")).collect();
    fs::write(path, format!("{}\n{}\n", columns.join(","), ",".repeat(99_999)))
}

fn numbers(path: &Path) -> std::io::Result<()> {
    let digits = "9".repeat(1_000_000);
    let odd = [
        record(1, &format!(r#","x":{digits},"y":-{digits}.{digits},"z":1e{digits}"#)),
        record(2, r#","x":1e999999999,"y":-0,"z":18446744073709551616"#),
        record(3, r#","durationInMs":1e308,"riskLevel":-9223372036854775809"#),
        record(4, r#","activityDateTime":99999999999999999999999999"#),
    ];
    fs::write(path, odd.join("\n"))
}

fn bytes(path: &Path) -> std::io::Result<()> {
    let mut all = Vec::new();
    for (id, odd) in
        [b"\xff\xfe\xfd".as_slice(), b"\xc3\x28", b"\xed\xa0\x80", b"\\u0000", b"\xf4\x90\x80\x80"]
            .into_iter()
            .enumerate()
    {
        let line = record(id as u32, r#","resultReason":"HERE""#);
        let (head, tail) = line.split_once("HERE").unwrap_or_default();
        all.extend([head.as_bytes(), odd, tail.as_bytes(), b"\n"].concat());
    }
    // A NUL as such.
    all.extend(record(9, ",\"x\":\"\0\"").as_bytes());
    fs::write(path, all)
}

fn surrogates(path: &Path) -> std::io::Result<()> {
    let odd =
        [record(1, r#","resultReason":"\ud800","\udfff":"\ud83d x""#), record(2, r#","x":"\udc00\ud800""#)];
    fs::write(path, odd.join("\n"))
}

/// 100 MiB in one member: longer than a record may be.
fn huge_text(path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let (long, short) = (record(1, r#","resultReason":"HERE""#), record(2, ""));
    let (head, tail) = long.split_once("HERE").unwrap_or_default();
    out.write_all(head.as_bytes())?;
    (0..100).try_for_each(|_| out.write_all(&[b'x'; MIB as usize]))?;
    writeln!(out, "{tail}\n{short}")?;
    out.flush()
}

const HEADER: &str = "RecordType,CreationDate,UserIds,Operations,AuditData";

fn huge_cell(path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write!(out, "{HEADER}\n1,2026-05-01T10:00:00Z,u1,Send,\"")?;
    (0..100).try_for_each(|_| out.write_all(&[b'y'; MIB as usize]))?;
    out.write_all(b"\"\n")?;
    out.flush()
}

fn open_quote(path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "{HEADER}\n\"1,2026-05-01T10:00:00Z,u1,Send,")?;
    for _ in 0..100 * 1024 {
        out.write_all(&[b'z'; 1023])?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Compressed, with so many times a piece of text at the end.
fn packed(head: &str, piece: &[u8], times: u64) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(head.as_bytes())?;
    (0..times).try_for_each(|_| encoder.write_all(piece))?;
    encoder.finish()
}

/// A gigabyte of nothing after a record.
fn bomb(path: &Path) -> std::io::Result<()> {
    fs::write(path, packed(&(record(1, "") + "\n"), &[b' '; MIB as usize], 1024)?)
}

fn nested_bomb(path: &Path) -> std::io::Result<()> {
    let mut inner = packed("", &[0; MIB as usize], 1024)?;
    for _ in 0..6 {
        inner = packed("", &inner, 1)?;
    }
    fs::write(path, inner)
}

/// A few bytes that are very many records.
fn many_small(path: &Path) -> std::io::Result<()> {
    fs::write(path, packed("", &b"{}\n".repeat(100_000), 6)?)
}

/// An archive without compression; sizes and names are as they are told.
fn archive(entries: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, data, size) in entries {
        let mut crc = Crc::new();
        crc.update(data);
        let mut fields = Vec::new();
        [20_u16, 0x800, 0, 0, 0].iter().for_each(|n| fields.extend(n.to_le_bytes()));
        [crc.sum(), data.len() as u32, *size].iter().for_each(|n| fields.extend(n.to_le_bytes()));
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        directory.extend([b"PK\x01\x02\x14\x00".as_slice(), &fields, &[0; 10]].concat());
        directory.extend((out.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend([b"PK\x03\x04".as_slice(), &fields, name.as_bytes(), data].concat());
    }
    let (at, count) = (out.len() as u32, entries.len() as u16);
    out.extend(&directory);
    out.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count.to_le_bytes(), &count.to_le_bytes()].concat());
    out.extend([(directory.len() as u32).to_le_bytes(), at.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

fn paths(path: &Path) -> std::io::Result<()> {
    let records: Vec<String> = (0..4).map(|id| record(id, "")).collect();
    let names = ["../../evil.json", "/auk-evil.json", "C:\\evil\\..\\x.json", "a/\u{1b}[31m../b.json"];
    let entries: Vec<(&str, &[u8], u32)> =
        names.iter().zip(&records).map(|(n, r)| (*n, r.as_bytes(), r.len() as u32)).collect();
    fs::write(path, archive(&entries))
}

/// Ten archives of ten archives of ten … deep.
fn nested_zip(path: &Path) -> std::io::Result<()> {
    let mut inner = archive(&[("a.json", record(1, "").as_bytes(), record(1, "").len() as u32)]);
    for _ in 0..6 {
        let names: Vec<String> = (0..6).map(|n| format!("{n}.zip")).collect();
        let entries: Vec<(&str, &[u8], u32)> =
            names.iter().map(|n| (n.as_str(), inner.as_slice(), inner.len() as u32)).collect();
        inner = archive(&entries);
    }
    fs::write(path, inner)
}

/// Sizes that are not true, and one that is larger than memory.
fn lying_zip(path: &Path) -> std::io::Result<()> {
    let record = record(1, "");
    fs::write(path, archive(&[("a.json", record.as_bytes(), u32::MAX), ("b.json", b"{", 0), ("c", b"", 9)]))
}

fn escapes(path: &Path) -> std::io::Result<()> {
    let odd = "\\u001b]0;owned\\u0007\\u001b[2J\\u202e";
    let text = format!(
        "{}\n{{\"\\u001b[31m{odd}\":1}}\n{odd}\u{1b}[31m\n",
        record(1, &format!(r#","resultReason":"{odd}""#))
    );
    fs::write(path, text)
}

//! What PowerShell makes of records: names in Pascal case, values cut at a depth and replaced by the name
//! of their type, objects written as `@{Name=Role; NewValue=}`, times as `/Date(ms)/` or in the collector's
//! own form.
//!
//! `repaired` counts what was read back, `lost` what nothing can bring back: a member that holds only the
//! name of a type is left out.
//!
//! Trap: `@{…}` has no escapes. A value that holds `; ` is told from a new member by the `=` that has to
//! follow a plain name.

use std::borrow::Cow;

use super::cells::Header;
use super::dates::{self, Order};
use super::moments;
pub use super::tabular::Node;
use super::tape::{Kind, Tape};
use crate::json;
use crate::lake::rows::{AMBIGUOUS, LOSSY, REPAIRED};
use crate::time::datetime_text;

/// Objects in objects that are read out of `@{…}`, at most.
const MAX_DEPTH: usize = 16;

/// How the names of members are to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    Kept,
    /// As Microsoft Graph writes them: `UserPrincipalName` is `userPrincipalName`.
    Camel,
}

/// `UserPrincipalName` → `userPrincipalName`, `IPAddress` → `ipAddress`.
pub fn camel(name: &str) -> String {
    if name == "RiskEventTypesV2" || name == "RiskEventTypes_V2" {
        return "riskEventTypes_v2".into();
    }
    let upper = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let lower = if upper > 1 && upper < name.len() { upper - 1 } else { upper };
    format!("{}{}", name[..lower].to_ascii_lowercase(), &name[lower..])
}

/// The name of a type, or several, where a value was.
pub fn is_lost(text: &str) -> bool {
    const TYPES: [&str; 6] = [
        "System.Object",
        "System.String",
        "System.Byte",
        "System.Collections.",
        "Microsoft.Graph.PowerShell.Models.",
        "System.Management.",
    ];
    let text = text.trim();
    TYPES.iter().any(|ty| text.starts_with(ty))
        && text
            .split([' ', ';', ','])
            .all(|word| word.is_empty() || TYPES.iter().any(|ty| word.starts_with(ty)))
}

/// Does a record's text hold anything of PowerShell's?
pub fn is_touched(text: &str) -> bool {
    [&b"\"System."[..], b"\"Microsoft.Graph.PowerShell", b"\"@{"]
        .iter()
        .any(|sign| memchr::memmem::find(text.as_bytes(), sign).is_some())
}

/// What was found in a record.
#[derive(Clone, Copy, Default)]
pub struct Found {
    pub flags: u16,
}

/// A value as a node, repaired.
pub fn repair(tape: &Tape, at: u32, names: Names, found: &mut Found) -> Node {
    match tape.kind(at) {
        Kind::Object => object(tape, at, names, found),
        Kind::Array => {
            Node::Array(tape.children(at).map(|child| repair(tape, child, names, found)).collect())
        }
        Kind::String => text(&tape.string(at), names, found, 0).unwrap_or_default(),
        _ => Node::Leaf(tape.text(at).to_string()),
    }
}

fn object(tape: &Tape, at: u32, names: Names, found: &mut Found) -> Node {
    if tape.member(at, "DisplayHint").is_some()
        && let Some(value) = tape.member(at, "value")
    {
        return repair(tape, value, names, found);
    }
    let mut members = Vec::new();
    for child in tape.children(at) {
        let key = tape.key(child);
        if names == Names::Camel && key == "AdditionalProperties" && tape.kind(child) == Kind::Object {
            if let Node::Object(more) = object(tape, child, names, found) {
                members.extend(more);
            }
            continue;
        }
        let name = if names == Names::Camel { camel(key) } else { key.to_string() };
        let value = match tape.kind(child) {
            Kind::String if key.ends_with("DateTime") => time(&tape.string(child), Order::Unknown, found),
            Kind::String => text(&tape.string(child), names, found, 0).unwrap_or_default(),
            Kind::Object if tape.children(child).next().is_none() => Node::Leaf("{}".into()),
            Kind::Array if tape.children(child).next().is_none() => Node::Leaf("[]".into()),
            _ => repair(tape, child, names, found),
        };
        members.push((name, value));
    }
    Node::Object(members)
}

/// A time in whatever form, as ISO text; what is none stays as it is.
fn time(text: &str, order: Order, found: &mut Found) -> Node {
    match dates::read(text, order) {
        Some((ticks, ambiguous)) => {
            found.flags |= if ambiguous { AMBIGUOUS } else { 0 };
            Node::text(&datetime_text(ticks))
        }
        None => Node::text(text),
    }
}

/// A string as what it was; `None` is lost.
fn text(text: &str, names: Names, found: &mut Found, depth: usize) -> Option<Node> {
    if is_lost(text) {
        found.flags |= LOSSY;
        return None;
    }
    if text.starts_with("/Date(")
        && let Some(ticks) = moments::read(text)
    {
        return Some(Node::text(&datetime_text(ticks)));
    }
    let trimmed = text.trim();
    if !trimmed.starts_with("@{") || depth >= MAX_DEPTH {
        return Some(Node::text(text));
    }
    let objects = hash_tables(trimmed)?;
    found.flags |= REPAIRED;
    let mut nodes: Vec<Node> = objects.iter().map(|body| hash_table(body, names, found, depth)).collect();
    if nodes.len() == 1 { nodes.pop() } else { Some(Node::Array(nodes)) }
}

/// The insides of `@{…} @{…}`; what does not end ends with the text.
fn hash_tables(text: &str) -> Option<Vec<&str>> {
    let (mut out, mut rest) = (Vec::new(), text);
    while let Some(inner) = rest.trim_start_matches([' ', ',', ';']).strip_prefix("@{") {
        let end = closing(inner);
        out.push(&inner[..end]);
        rest = inner.get(end + 1..).unwrap_or("");
    }
    (!out.is_empty()).then_some(out)
}

/// Where the brace is that closes what has been opened before the text.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// `Name=Role; NewValue=x; OldValue=`.
fn hash_table(body: &str, names: Names, found: &mut Found, depth: usize) -> Node {
    let mut members: Vec<(String, Node)> = Vec::new();
    for part in parts(body) {
        let Some((name, value)) = part.split_once('=') else { continue };
        let name = if names == Names::Camel { camel(name.trim()) } else { name.trim().to_string() };
        let node = match value {
            "" => Node::Leaf("null".into()),
            value => {
                scalar(&name, value).or_else(|| text(value, names, found, depth + 1)).unwrap_or_default()
            }
        };
        members.push((name, node));
    }
    Node::Object(members)
}

/// Members that are no strings in any record.
fn scalar(name: &str, value: &str) -> Option<Node> {
    const NUMBERS: [&str; 3] = ["errorCode", "latitude", "longitude"];
    const BOOLS: [&str; 3] = ["isCompliant", "isManaged", "succeeded"];
    let lower = value.to_ascii_lowercase();
    let number = NUMBERS.contains(&name) && value.parse::<f64>().is_ok_and(f64::is_finite);
    let truth = BOOLS.contains(&name) && (lower == "true" || lower == "false");
    (number || truth).then_some(Node::Leaf(lower))
}

/// The members of a hash table: cut at `; ` where a plain name and `=` follow, outside inner braces.
fn parts(body: &str) -> Vec<&str> {
    let (mut out, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in body.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ';' if depth == 0 && body[at + 1..].starts_with(' ') && starts_member(&body[at + 2..]) => {
                out.push(&body[from..at]);
                from = at + 2;
            }
            _ => {}
        }
    }
    out.push(&body[from..]);
    out
}

fn starts_member(text: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@');
    text.find('=').is_some_and(|at| at > 0 && text[..at].chars().all(word))
}

/// Where a flattened column belongs.
const PLACES: &[(&str, &str)] = &[
    ("city", "location.city"),
    ("state", "location.state"),
    ("countryOrRegion", "location.countryOrRegion"),
    ("country", "location.countryOrRegion"),
    ("errorCode", "status.errorCode"),
    ("failureReason", "status.failureReason"),
    ("operatingSystem", "deviceDetail.operatingSystem"),
    ("browser", "deviceDetail.browser"),
];

/// The member of a column: `Status.ErrorCode` and `Status_ErrorCode` are flattened.
pub fn path(column: &str, flattened: bool) -> String {
    let parts = column.trim().split(['.', '_']).filter(|p| !p.is_empty());
    let path = if camel(column) == "riskEventTypes_v2" {
        "riskEventTypes_v2".to_string()
    } else {
        parts.map(camel).collect::<Vec<_>>().join(".")
    };
    let known = PLACES.iter().find(|(name, _)| flattened && *name == path);
    known.map_or(path, |(_, place)| place.to_string())
}

/// A row of `Export-Csv` as the record that it was made of.
pub fn row(header: &Header, cells: &[Cow<'_, str>], flattened: bool, found: &mut Found) -> Node {
    let mut root = Node::default();
    for (name, cell) in header.columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        if name == "AdditionalProperties" && is_lost(cell) {
            continue;
        }
        let path = path(name, flattened);
        let value = if is_date(name) { time(cell, header.dates, found) } else { cell_node(cell, found) };
        *root.at(&path) = value;
    }
    root
}

/// Does a column hold times by its name?
pub fn is_date(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("datetime") || name.ends_with("signin")
}

fn cell_node(cell: &str, found: &mut Found) -> Node {
    if cell.starts_with(['{', '[']) {
        let mut tape = Tape::default();
        if tape.parse(cell).is_ok() {
            return repair(&tape, 0, Names::Camel, found);
        }
    }
    match cell.to_ascii_lowercase().as_str() {
        word @ ("true" | "false") => Node::Leaf(word.to_string()),
        _ => match text(cell, Names::Camel, found, 0) {
            Some(Node::Leaf(json)) if json::parse(cell).is_some_and(|v| v.as_i64().is_some()) => {
                // Ids and codes of digits are strings or numbers; both read the same.
                Node::Leaf(if cell.len() < 10 && !cell.starts_with('0') || cell == "0" {
                    cell.to_string()
                } else {
                    json
                })
            }
            node => node.unwrap_or_default(),
        },
    }
}

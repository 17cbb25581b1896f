//! Diagnostic settings of Entra ID, to a storage account or an event hub (routes D1, D2): a Graph
//! record under `properties`, in an envelope whose `category` names the table.
//!
//! Traps: `time` is when the pipeline passed the record on, not when the event was. Redelivered
//! records differ in it alone, so it is no part of the payload. Event hubs wrap many records in
//! `{"records":[…]}`.

use std::borrow::Cow;

use super::{directory_audits, reference, sign_ins};
use crate::ingest::plan::{Place, push_member};
use crate::ingest::tape::{self, Tape};
use crate::ingest::worker::Worker;

/// What the envelope fills: column, member.
const ENVELOPE: &[(&str, &str)] = &[
    ("AADTenantId", "tenantId"),
    ("DurationMs", "durationMs"),
    ("ResourceId", "resourceId"),
    ("ResultType", "resultType"),
    ("_TimeReceived", "time"),
];

/// Members of the envelope that the payload repeats or that are the same in every record.
const REPEATED: &[&str] = &[
    "category",
    "properties",
    "operationName",
    "operationVersion",
    "correlationId",
    "Level",
    "level",
    "location",
];

pub fn sniff(tape: &Tape, root: u32) -> bool {
    tape.member(root, "properties").is_some_and(|p| tape.kind(p) == tape::Kind::Object)
        && tape.member(root, "time").is_some()
        && category(tape, root).is_some()
}

/// What the records of a category are.
enum Kind {
    Audit,
    SignIn(usize),
    /// Of that table, whose columns are the members.
    Other(&'static str),
}

fn category(tape: &Tape, root: u32) -> Option<Kind> {
    let category = tape.member_text(root, "category")?;
    if category == "AuditLogs" {
        Some(Kind::Audit)
    } else {
        let sign_in = sign_ins::of_category(&category).map(Kind::SignIn);
        sign_in.or_else(|| reference::of_category(&category).map(Kind::Other))
    }
}

pub fn read(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    let Some(properties) = tape.member(root, "properties") else { return };
    let texts: Vec<(&'static str, Cow<'_, str>)> = ENVELOPE
        .iter()
        .filter_map(|(column, member)| {
            let node = tape.member(root, member).filter(|node| tape.kind(*node) != tape::Kind::Null)?;
            Some((*column, tape.string(node)))
        })
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let envelope: Vec<(&'static str, &str)> =
        texts.iter().map(|(column, text)| (*column, text.as_ref())).collect();
    for child in tape.children(root) {
        let key = tape.key(child);
        let known = REPEATED.contains(&key) || ENVELOPE.iter().any(|(_, member)| *member == key);
        if !known && tape.kind(child) != tape::Kind::Null {
            push_member(&mut worker.rest, key, tape.text(child));
        }
    }
    match category(tape, root) {
        Some(Kind::Audit) => directory_audits::read_in(worker, tape, properties, place, &envelope),
        Some(Kind::SignIn(table)) => sign_ins::read_in(worker, tape, properties, place, table, &envelope),
        Some(Kind::Other(table)) => reference::read_in(worker, tape, properties, place, table, &envelope),
        None => worker.unknown(&place, tape, root),
    }
}

//! What lies around records: pages, batches of Graph requests, and the envelopes of Elasticsearch, Splunk
//! and other collectors.
//!
//! Trap: a wrapper is opened only if something known is inside, so that a record with a member called
//! `result` or `event` stays a record.

use super::{FORMATS, MAX_WRAPPED, read_value};
use crate::ingest::plan::Place;
use crate::ingest::tape::{Kind, Tape};
use crate::ingest::worker::Worker;

/// Members that hold lists of records.
const LISTS: [&str; 6] = ["value", "records", "Records", "responses", "hits", "results"];

/// Members that hold one record, as an object or as text.
const HOLDERS: [&str; 8] = ["_source", "result", "event", "message", "_raw", "original", "hits", "azure"];

/// Opens a wrapper; `false` when it is none.
pub fn open(worker: &mut Worker, tape: &Tape, node: u32, place: Place, depth: usize) -> bool {
    if depth >= MAX_WRAPPED {
        return false;
    }
    if let Some(body) = tape.member(node, "body").filter(|_| tape.member(node, "status").is_some()) {
        let status = tape.member(node, "status").map(|s| tape.string(s)).unwrap_or_default();
        if status == "200" {
            read_value(worker, tape, body, place, depth + 1);
        } else {
            let excerpt: String = status.chars().take(20).collect();
            worker.reject(&place, &format!("a request of a batch that failed ({excerpt})"), tape.text(node));
        }
        return true;
    }
    let list = LISTS.iter().filter_map(|key| tape.member(node, key)).find(|l| tape.kind(*l) == Kind::Array);
    if let Some(list) = list {
        read_value(worker, tape, list, place, depth + 1);
        return true;
    }
    HOLDERS.iter().filter_map(|key| tape.member(node, key)).any(|inner| match tape.kind(inner) {
        Kind::Object if holds_record(tape, inner, depth + 1) => {
            read_value(worker, tape, inner, place, depth + 1);
            true
        }
        Kind::String => {
            let mut text = Tape::default();
            let record = text.parse(&tape.string(inner)).is_ok() && holds_record(&text, 0, depth + 1);
            if record {
                read_value(worker, &text, 0, place, depth + 1);
            }
            record
        }
        _ => false,
    })
}

/// Is there a record of a known kind inside?
fn holds_record(tape: &Tape, node: u32, depth: usize) -> bool {
    if tape.kind(node) != Kind::Object || depth > MAX_WRAPPED {
        return false;
    }
    let known = FORMATS.iter().any(|f| (f.sniff)(tape, node));
    let list = |key: &str| tape.member(node, key).is_some_and(|l| tape.kind(l) == Kind::Array);
    known
        || LISTS.iter().any(|key| list(key))
        || HOLDERS.iter().filter_map(|key| tape.member(node, key)).any(|inner| match tape.kind(inner) {
            Kind::String => tape.string(inner).trim_start().starts_with('{'),
            _ => holds_record(tape, inner, depth + 1),
        })
}

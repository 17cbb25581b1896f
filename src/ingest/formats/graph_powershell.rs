//! Audits and sign-ins as the Graph PowerShell SDK gives them (`Get-MgAuditLog…`), as JSON or CSV
//! (route B3): Graph's records with other names and with what `ConvertTo-Json` and `Export-Csv` do to them.
//!
//! Trap: `Export-Csv` writes the names of types in place of actor, targets and status. They cannot be
//! brought back; such a row is kept, and counts as lossy.

use std::borrow::Cow;

use super::{directory_audits, sign_ins, with_record};
use crate::ingest::cells::Header;
use crate::ingest::plan::Place;
use crate::ingest::powershell::{self, Found, Names, Node};
use crate::ingest::tape::Tape;
use crate::ingest::worker::Worker;

/// What a record is, by the names of its members.
fn kind(has: impl Fn(&str) -> bool) -> Option<fn(&mut Worker, &Tape, u32, Place)> {
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    if has("TimeGenerated") {
        None
    } else if has("ActivityDisplayName") && any(&["ActivityDateTime"]) {
        Some(directory_audits::read)
    } else if has("CreatedDateTime")
        && any(&["AppDisplayName", "AppId"])
        && any(&[
            "IPAddress",
            "IpAddress",
            "Status",
            "Status.ErrorCode",
            "Status_ErrorCode",
            "ConditionalAccessStatus",
        ])
    {
        Some(sign_ins::read)
    } else {
        None
    }
}

pub fn sniff(tape: &Tape, root: u32) -> bool {
    kind(|name| tape.member(root, name).is_some()).is_some()
}

pub fn sniff_columns(columns: &[String]) -> bool {
    kind(|name| columns.iter().any(|c| c == name)).is_some()
}

pub fn read(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    let Some(read) = kind(|name| tape.member(root, name).is_some()) else { return };
    let mut found = Found::default();
    let node = powershell::repair(tape, root, Names::Camel, &mut found);
    write(worker, node, found, place, read);
}

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let Some(read) = kind(|name| header.columns.iter().any(|c| c == name)) else { return };
    let mut found = Found::default();
    let node = powershell::row(header, cells, true, &mut found);
    write(worker, node, found, place, read);
}

fn write(
    worker: &mut Worker,
    node: Node,
    found: Found,
    place: Place,
    read: fn(&mut Worker, &Tape, u32, Place),
) {
    let place = Place { flags: place.flags | found.flags, ..place };
    with_record(worker, &node.to_json(), &place, |worker, tape| read(worker, tape, 0, place));
}

//! Splunk exports that hold the records as they were indexed, in `_raw`, and no `AuditData` column.
//!
//! Trap: any kind of record may be inside; it is told by its members like every other.

use std::borrow::Cow;

use super::read_value;
use crate::ingest::cells::Header;
use crate::ingest::plan::Place;
use crate::ingest::tape::Kind;
use crate::ingest::worker::Worker;

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let text = header.find("_raw").and_then(|at| cells.get(at)).map_or("", |cell| cell.as_ref());
    let mut tape = std::mem::take(&mut worker.inner);
    match tape.parse(text) {
        Ok(()) if tape.kind(0) == Kind::Object => read_value(worker, &tape, 0, place, 0),
        Ok(()) => worker.reject(&place, "_raw is no JSON object", text),
        Err(e) => worker.reject(&place, &format!("_raw is not JSON at byte {}: {}", e.at, e.what), text),
    }
    worker.inner = tape;
}

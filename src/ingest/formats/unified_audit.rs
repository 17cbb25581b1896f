//! The unified audit log → UnifiedAuditLog: bare records (A5, A6), records in an envelope (A2, A4),
//! and CSV rows with an `AuditData` cell (A1, A3, A4, A7).
//!
//! Traps: the inner record is the truth; the columns around it repeat it and are used only when it
//! cannot be read. `AuditData` is a string that holds JSON, or an object.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::record_types;
use crate::ingest::cells::Header;
use crate::ingest::dates::{self, Order};
use crate::ingest::plan::From::{Const, Made, Member, Whole};
use crate::ingest::plan::{Map, Place, Plan, Record, push_member};
use crate::ingest::powershell::{self, Found, Names};
use crate::ingest::tabular::{Node, push_text};
use crate::ingest::tape::{Kind, Tape};
use crate::ingest::worker::Worker;
use crate::lake::ids;
use crate::lake::rows::{AMBIGUOUS, LOSSY, PARTIAL};
use crate::time;

const UNIFIED_AUDIT_LOG: &[Map] = &[
    ("TimeGenerated", Member("CreationTime")),
    ("Id", Made(id)),
    ("Operation", Member("Operation")),
    ("Workload", Member("Workload")),
    ("RecordType", Member("RecordType")),
    ("RecordTypeName", Made(record_type_text)),
    ("UserId", Member("UserId")),
    ("UserKey", Member("UserKey")),
    ("UserType", Member("UserType")),
    ("ResultStatus", Member("ResultStatus")),
    ("ClientIP", Member("ClientIP")),
    ("ObjectId", Member("ObjectId")),
    ("OrganizationId", Member("OrganizationId")),
    ("ActorIpAddress", Member("ActorIpAddress")),
    ("UserAgent", Made(user_agent)),
    ("SessionId", Made(session_id)),
    ("CorrelationId", Made(correlation_id)),
    ("AuditData", Whole),
    ("Type", Const("UnifiedAuditLog")),
];

const TABLE: usize = 5;

/// What surrounds a record and is repeated inside it.
const REPEATED: &[&str] = &[
    "AuditData",
    "AuditData_Raw",
    "RecordType",
    "CreationDate",
    "UserIds",
    "UserId",
    "Operations",
    "Operation",
    "Identity",
    "RecordId",
    "IsValid",
    "ObjectState",
    "_raw",
    "_time",
    "id",
    "createdDateTime",
    "auditLogRecordType",
    "organizationId",
    "userType",
    "userId",
    "operation",
    "service",
    "objectId",
    "userPrincipalName",
];

/// What the surroundings say, for a record whose inside cannot be read.
#[derive(Default)]
struct Outer<'a> {
    id: Cow<'a, str>,
    time: Cow<'a, str>,
    operation: Cow<'a, str>,
    user: Cow<'a, str>,
    record_type: Cow<'a, str>,
    dates: Order,
}

pub fn sniff(tape: &Tape, root: u32) -> bool {
    let keys = ["CreationTime", "Operation", "RecordType", "Workload", "Id"];
    keys.iter().filter(|key| tape.member(root, key).is_none()).nth(1).is_none()
}

pub fn sniff_outer(tape: &Tape, root: u32) -> bool {
    ["AuditData", "AuditData_Raw"].iter().any(|key| tape.member(root, key).is_some())
}

pub fn sniff_query(tape: &Tape, root: u32) -> bool {
    let has = |key| tape.member(root, key).is_some();
    has("auditData") && (has("auditLogRecordType") || has("operation"))
}

pub fn read(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    write(worker, tape, root, place, "");
}

/// A table of records, without the columns that surround them.
pub fn sniff_flat(columns: &[String]) -> bool {
    let keys = ["CreationTime", "Operation", "RecordType", "Workload", "Id"];
    keys.iter().filter(|key| columns.iter().any(|c| c == *key)).count() >= 4
}

/// A row of such a table. Its cells are scalars; objects are what PowerShell made of them.
pub fn read_flat(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let mut record = Node::default();
    for (name, cell) in header.columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        *record.at_member(name) = Node::text(cell);
    }
    let mut found = Found { flags: LOSSY };
    super::with_record(worker, &record.to_json(), &place, |worker, tape| {
        let record = powershell::repair(tape, 0, Names::Kept, &mut found).to_json();
        let place = Place { flags: place.flags | found.flags, ..place };
        super::with_record(worker, &record, &place, |worker, tape| write(worker, tape, 0, place, ""));
    });
}

pub fn read_outer(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    let text = |key| tape.member_text(root, key).unwrap_or_default();
    let either = |a, b| Some(text(a)).filter(|t| !t.is_empty()).unwrap_or_else(|| text(b));
    let plain = |key| tape.member(root, key).map_or(Cow::Borrowed(""), |node| tape.string(node));
    let record_type = plain("RecordType");
    worker.search_row(&plain("ResultIndex"), &plain("ResultCount"));
    let outer = Outer {
        id: either("Identity", "RecordId"),
        time: text("CreationDate"),
        operation: either("Operations", "Operation"),
        user: either("UserIds", "UserId"),
        record_type,
        ..Outer::default()
    };
    let inner = tape.member(root, "AuditData").filter(|node| tape.kind(*node) != Kind::Null);
    read_inner(worker, tape, root, inner.or_else(|| tape.member(root, "AuditData_Raw")), &outer, place);
}

pub fn read_query(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    let text = |key| tape.member_text(root, key).unwrap_or_default();
    let outer = Outer {
        id: text("id"),
        time: text("createdDateTime"),
        operation: text("operation"),
        user: text("userPrincipalName"),
        record_type: text("auditLogRecordType"),
        ..Outer::default()
    };
    read_inner(worker, tape, root, tape.member(root, "auditData"), &outer, place);
}

/// The record inside an envelope, as an object or as text.
fn read_inner(
    worker: &mut Worker,
    tape: &Tape,
    root: u32,
    inner: Option<u32>,
    outer: &Outer<'_>,
    place: Place,
) {
    for child in tape.children(root).filter(|child| tape.kind(*child) != Kind::Null) {
        let key = tape.key(child);
        if Some(child) != inner && !REPEATED.contains(&key) && !matches!(tape.text(child), "\"\"" | "[\"\"]")
        {
            push_member(&mut worker.rest, key, tape.text(child));
        }
    }
    match inner {
        Some(inner) if tape.kind(inner) == Kind::Object => {
            let inner =
                tape.member(inner, "dynamicProperties").filter(|_| !sniff(tape, inner)).unwrap_or(inner);
            if !powershell::is_touched(tape.text(inner)) {
                return write(worker, tape, inner, place, &outer.record_type);
            }
            let mut found = Found::default();
            let record = powershell::repair(tape, inner, Names::Kept, &mut found).to_json();
            let place = Place { flags: place.flags | found.flags, ..place };
            super::with_record(worker, &record, &place, |worker, tape| {
                write(worker, tape, 0, place, &outer.record_type);
            });
        }
        Some(inner) if tape.kind(inner) == Kind::String => {
            read_text(worker, &tape.string(inner), outer, place)
        }
        _ => read_text(worker, "", outer, place),
    }
}

/// A CSV row.
pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let around = header.around.get_or_init(|| Around::new(header));
    let first = |columns: &[usize]| {
        let cells = columns.iter().filter_map(|at| cells.get(*at)).map(|cell| cell.as_ref());
        cells.into_iter().find(|text| !text.is_empty()).unwrap_or("")
    };
    let outer = Outer {
        id: first(&around.id).into(),
        time: first(&around.time).into(),
        operation: first(&around.operation).into(),
        user: first(&around.user).into(),
        record_type: first(&around.record_type).into(),
        dates: header.dates,
    };
    for (at, name) in &around.others {
        if let Some(text) = cells.get(*at).filter(|text| !text.is_empty()) {
            push_text(&mut worker.rest, name, text);
        }
    }
    worker.search_row(first(&around.index), first(&around.count));
    let raw = first(&around.raw);
    if !raw.is_empty() && powershell::is_touched(raw) {
        return read_raw(worker, raw, &outer, place);
    }
    read_text(worker, first(&around.record), &outer, place);
}

/// Where the columns of a file stand: those that repeat what is in the record, each under its names, and the others.
pub struct Around {
    id: Vec<usize>,
    time: Vec<usize>,
    operation: Vec<usize>,
    user: Vec<usize>,
    record_type: Vec<usize>,
    index: Vec<usize>,
    count: Vec<usize>,
    raw: Vec<usize>,
    record: Vec<usize>,
    others: Vec<(usize, String)>,
}

impl Around {
    fn new(header: &Header) -> Around {
        let find = |names: &[&str]| names.iter().filter_map(|name| header.find(name)).collect();
        let repeats = |name: &str| REPEATED.iter().any(|known| known.eq_ignore_ascii_case(name));
        let others = header.columns.iter().enumerate().filter(|(_, name)| !repeats(name));
        Around {
            id: find(&["Identity", "RecordId", "id"]),
            time: find(&["CreationDate", "createdDateTime"]),
            operation: find(&["Operations", "Operation"]),
            user: find(&["UserIds", "userPrincipalName", "UserId"]),
            record_type: find(&["RecordType", "auditLogRecordType"]),
            index: find(&["ResultIndex"]),
            count: find(&["ResultCount"]),
            raw: find(&["AuditData_Raw"]),
            record: find(&["AuditData", "AuditData_Raw"]),
            others: others.map(|(at, name)| (at, name.clone())).collect(),
        }
    }
}

/// A record that was cut at a depth before it became text.
fn read_raw(worker: &mut Worker, text: &str, outer: &Outer<'_>, place: Place) {
    let (mut tape, mut found) = (Tape::default(), Found::default());
    if tape.parse(text).is_err() {
        return read_text(worker, text, outer, place);
    }
    let record = powershell::repair(&tape, 0, Names::Kept, &mut found).to_json();
    read_text(worker, &record, outer, Place { flags: place.flags | found.flags, ..place });
}

/// A record as JSON text; when it cannot be read, what the surroundings say of it.
fn read_text(worker: &mut Worker, text: &str, outer: &Outer<'_>, place: Place) {
    let mut inner = std::mem::take(&mut worker.inner);
    match inner.parse(text) {
        Ok(()) if inner.kind(0) == Kind::Object => write(worker, &inner, 0, place, &outer.record_type),
        result => {
            let reason = match result {
                Err(e) if !text.is_empty() => format!("AuditData at byte {}: {}", e.at, e.what),
                _ => "AuditData is empty".to_string(),
            };
            partial(worker, text, outer, place, &reason);
        }
    }
    worker.inner = inner;
}

fn write(worker: &mut Worker, tape: &Tape, root: u32, place: Place, record_type: &str) {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    let plan = PLAN.get_or_init(|| Plan::new(TABLE, UNIFIED_AUDIT_LOG));
    let id = match id(tape, root) {
        Some(id) => ids::identity(ids::UNIFIED_AUDIT, &id),
        None => ids::identity(ids::UNIFIED_AUDIT, tape.text(root)),
    };
    if record_type_name(tape, root).is_none() && record_type.bytes().any(|b| b.is_ascii_alphabetic()) {
        push_text(&mut worker.rest, "RecordType", record_type);
    }
    worker.row(plan, &Record { tape, root, place: &place, id, envelope: &[] });
}

/// A row out of the envelope alone; the text that could not be read is kept in `_auk_rest`.
fn partial(worker: &mut Worker, text: &str, outer: &Outer<'_>, place: Place, reason: &str) {
    if outer.time.is_empty() || outer.operation.is_empty() {
        worker.rest.clear();
        return worker.reject(&place, reason, text);
    }
    static PLAN: OnceLock<Plan> = OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        let maps: Vec<Map> =
            UNIFIED_AUDIT_LOG.iter().filter(|(name, _)| *name != "AuditData").copied().collect();
        Plan::new(TABLE, &maps)
    });
    let mut record = String::new();
    let told = dates::read(&outer.time, outer.dates);
    let time = told.map_or_else(|| outer.time.to_string(), |(ticks, _)| time::datetime_text(ticks));
    push_text(&mut record, "CreationTime", &time);
    push_text(&mut record, "Operation", &outer.operation);
    push_text(&mut record, "UserId", &outer.user);
    if !outer.id.is_empty() {
        push_text(&mut record, "Id", &outer.id);
    }
    let number = outer.record_type.parse().ok().or_else(|| record_types::number(&outer.record_type));
    if let Some(number) = number {
        push_member(&mut record, "RecordType", &number.to_string());
    }
    let mut tape = Tape::default();
    if tape.parse(&format!("{{{record}}}")).is_err() {
        return worker.reject(&place, reason, text);
    }
    if !text.is_empty() {
        push_text(&mut worker.rest, "AuditData", text);
    }
    let id = if outer.id.is_empty() { format!("{record}{text}") } else { outer.id.to_string() };
    let id = ids::identity(ids::UNIFIED_AUDIT, &id);
    let ambiguous = if told.is_some_and(|(_, ambiguous)| ambiguous) { AMBIGUOUS } else { 0 };
    let place = Place { flags: place.flags | PARTIAL | ambiguous, ..place };
    worker.row(plan, &Record { tape: &tape, root: 0, place: &place, id, envelope: &[] });
}

fn id(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    tape.member_text(root, "Id").or_else(|| tape.member_text(root, "ID"))
}

/// The name of the record type; a number without one shows as its digits.
fn record_type_text(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let digits = || Some(tape.string(tape.member(root, "RecordType")?));
    record_type_name(tape, root).or_else(digits)
}

fn record_type_name(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let number = tape.string(tape.member(root, "RecordType")?);
    number.parse().ok().and_then(record_types::name).map(Cow::Borrowed)
}

/// The member of that name, else the entry of a name-value list.
fn user_agent(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    tape.member_text(root, "UserAgent").or_else(|| listed(tape, root, "ExtendedProperties", "UserAgent"))
}

fn session_id(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let context = || tape.member_text(tape.member(root, "AppAccessContext")?, "AADSessionId");
    let device = || listed(tape, root, "DeviceProperties", "SessionId");
    tape.member_text(root, "SessionId").or_else(context).or_else(device)
}

fn correlation_id(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let context = || tape.member_text(tape.member(root, "AppAccessContext")?, "CorrelationId");
    tape.member_text(root, "CorrelationId").or_else(context)
}

/// The `Value` of `[{"Name": name, "Value": …}, …]`.
fn listed<'a>(tape: &'a Tape, root: u32, list: &str, name: &str) -> Option<Cow<'a, str>> {
    let list = tape.member(root, list).filter(|list| tape.kind(*list) == Kind::Array)?;
    let named = |item: &u32| tape.member(*item, "Name").is_some_and(|n| tape.string(n) == name);
    tape.member_text(tape.children(list).find(named)?, "Value")
}

//! From the rows of an analysis to records: which ones a row was made of.
//!
//! An analysis that shows a request's id has the records of that request; another one the records of its tables at
//! the very moments that a row names, down to the tick, and of someone or something that it names, too. So a row that
//! counts over a span leads to the first and the last record of it.
//!
//! Trap: two records of one moment and user are both named. What is not found so is not named: no record is guessed.

use std::collections::{BTreeSet, HashMap};

use super::ask::Asker;
use super::pack::{Part, Record, Section, State};
use crate::analysis;
use crate::table::Table;
use crate::time::datetime_text;
use crate::types::Type;
use crate::value::Value;

/// So many moments of a table are looked for at a time.
const MOMENTS: usize = 5000;
/// So many records of a row are named.
const RECORDS: usize = 50;
/// The part with the records of each request.
const LEDGER: &str = "requests";

/// The tables with records, and what of them a row may name.
const NAMES: &[(&str, &str)] = &[
    (
        "AuditLogs",
        "pack_array(InitiatedBy.user.userPrincipalName, InitiatedBy.user.displayName, InitiatedBy.app.displayName, \
         TargetResources)",
    ),
    ("SigninLogs", "pack_array(UserPrincipalName, IPAddress)"),
    ("AADNonInteractiveUserSignInLogs", "pack_array(UserPrincipalName, IPAddress)"),
    ("AADServicePrincipalSignInLogs", "pack_array(ServicePrincipalName, ServicePrincipalId, IPAddress)"),
    ("AADManagedIdentitySignInLogs", "pack_array(ServicePrincipalName, ServicePrincipalId, IPAddress)"),
    ("UnifiedAuditLog", "pack_array(UserId, ObjectId, ClientIP)"),
];

/// Tables whose rows are records of another one.
const VIEWS: &[(&str, &str)] = &[
    ("OfficeActivity", "UnifiedAuditLog"),
    ("PimActivations", "AuditLogs"),
    ("PimActivations", "UnifiedAuditLog"),
];

/// A record at a moment, and all that it names, in small letters.
struct Found {
    record: Record,
    names: Vec<String>,
}

type Moments = HashMap<i64, Vec<Found>>;

/// Names the records of the rows of all parts that do not name them yet.
pub fn fill(asker: &Asker<'_>, sections: &mut [Section]) {
    let requests = requests(sections);
    let mut wanted: HashMap<&'static str, BTreeSet<i64>> = HashMap::new();
    for part in sections.iter().flat_map(|section| &section.parts).filter(|part| is_open(part)) {
        for table in tables(part) {
            wanted
                .entry(table)
                .or_default()
                .extend(part.table.rows.iter().flat_map(|row| moments(&part.table, row)));
        }
    }
    let found: HashMap<&str, Moments> = NAMES
        .iter()
        .filter_map(|(table, names)| Some((*table, records(asker, table, names, wanted.get(table)?))))
        .collect();
    for part in sections.iter_mut().flat_map(|section| &mut section.parts).filter(|part| is_open(part)) {
        let tables = tables(part);
        let evidence: Vec<Vec<Record>> = part
            .table
            .rows
            .iter()
            .map(|row| {
                let of_request = request(&part.table, row).and_then(|id| requests.get(&id).cloned());
                of_request.unwrap_or_else(|| matching(&part.table, row, &tables, &found))
            })
            .collect();
        if evidence.iter().any(|records| records.len() == RECORDS) {
            let said = format!("Of a row that has more records, {RECORDS} are named.");
            part.notes.push(("Evidence".to_string(), said));
        }
        if evidence.iter().any(|records| !records.is_empty()) {
            part.evidence = evidence;
        }
    }
}

/// Are its rows those of an analysis, without records yet?
fn is_open(part: &Part) -> bool {
    part.state == State::Found && part.evidence.is_empty() && part.query.is_some()
}

/// The tables with records that the part's analysis reads.
fn tables(part: &Part) -> Vec<&'static str> {
    let name = part.query.as_ref().map_or("", |query| query.name.as_str());
    if name.starts_with("report/") {
        return Vec::new();
    }
    let analysis = analysis::all().iter().find(|a| a.name == name);
    let read: Vec<&str> = analysis
        .iter()
        .flat_map(|a| a.header.tables.iter().chain(&a.header.optional))
        .map(String::as_str)
        .collect();
    let is_read = |table: &str| {
        read.contains(&table) || VIEWS.iter().any(|(view, of)| *of == table && read.contains(view))
    };
    NAMES.iter().map(|(table, _)| *table).filter(|table| is_read(table)).collect()
}

fn request(table: &Table, row: &[Value]) -> Option<String> {
    let id = row.get(table.schema.index("RequestId")?)?.as_str()?;
    (!id.is_empty()).then(|| id.to_string())
}

fn requests(sections: &[Section]) -> HashMap<String, Vec<Record>> {
    let ledger = sections.iter().flat_map(|section| &section.parts).find(|part| part.id == LEDGER);
    let rows = ledger
        .into_iter()
        .flat_map(|part| part.table.rows.iter().zip(&part.evidence).map(move |r| (part, r)));
    rows.filter_map(|(part, (row, records))| Some((request(&part.table, row)?, records.clone()))).collect()
}

fn moments(table: &Table, row: &[Value]) -> Vec<i64> {
    let times = table.schema.columns.iter().zip(row).filter(|(column, _)| column.ty == Type::Datetime);
    times.filter_map(|(_, value)| value.as_i64()).collect()
}

/// The records of a table at these moments.
fn records(asker: &Asker<'_>, table: &str, names: &str, wanted: &BTreeSet<i64>) -> Moments {
    let mut found = Moments::new();
    let wanted: Vec<String> =
        wanted.iter().map(|ticks| format!("datetime({})", datetime_text(*ticks))).collect();
    for some in wanted.chunks(MOMENTS) {
        let text = format!(
            "{table} | where TimeGenerated in ({}) | project TimeGenerated, Id, _auk_source, _auk_ordinal, Names = {names}",
            some.join(", ")
        );
        for row in asker.rows(&text) {
            let [Value::Datetime(at), id, source, ordinal, names] = row.as_slice() else { continue };
            let record = asker.record(&id.to_text(), source.as_i64(), ordinal.as_i64());
            let mut told = Vec::new();
            texts(names, &mut told);
            found.entry(*at).or_default().push(Found { record, names: told });
        }
    }
    found
}

/// All texts in a value, in small letters.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => out.push(text.to_lowercase()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Bag(members) => members.iter().for_each(|(_, item)| texts(item, out)),
        _ => {}
    }
}

fn matching(table: &Table, row: &[Value], tables: &[&str], found: &HashMap<&str, Moments>) -> Vec<Record> {
    let mut said = Vec::new();
    row.iter().for_each(|value| texts(value, &mut said));
    let mut records: Vec<Record> = Vec::new();
    for at in moments(table, row) {
        for candidate in tables.iter().filter_map(|table| found.get(table)?.get(&at)).flatten() {
            let named = candidate.names.iter().any(|name| said.contains(name));
            if named && !records.contains(&candidate.record) && records.len() < RECORDS {
                records.push(candidate.record.clone());
            }
        }
    }
    records
}

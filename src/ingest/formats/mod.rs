//! Export routes: how a record of each is told, and how it becomes a row. A route is a file here
//! and a row below.
//!
//! Trap: a record is told by its members, never by its file. Files mix kinds, and records come
//! wrapped in pages, envelopes and strings that hold JSON.

mod azure_activity;
pub mod custom;
mod diagnostics;
mod directory_audits;
mod graph_powershell;
mod pim_audit;
mod portal_audits;
pub mod portal_shapes;
mod portal_sign_ins;
pub mod portal_steps;
mod record_types;
mod reference;
mod sign_ins;
mod splunk;
pub mod unified_audit;
pub mod workspace;
mod wrappers;

use std::borrow::Cow;

use super::cells::Header;
use super::plan::Place;
use super::tabular::Field;
use super::tape::{Kind, Tape};
use super::worker::Worker;

/// A route whose records are JSON objects.
pub struct Format {
    pub route: &'static str,
    pub name: &'static str,
    pub made_by: &'static str,
    sniff: fn(&Tape, u32) -> bool,
    read: fn(&mut Worker, &Tape, u32, Place),
}

/// A route whose records are CSV rows.
pub struct CsvFormat {
    pub route: &'static str,
    pub name: &'static str,
    pub made_by: &'static str,
    sniff: fn(&[String]) -> bool,
    pub read: fn(&mut Worker, &Header, &[Cow<'_, str>], Place),
    /// What its columns are, where it is read by a dictionary.
    pub fields: &'static [Field],
    /// What is to be said of every file.
    pub note: fn(&Header) -> Option<&'static str>,
}

/// Nothing is to be said.
fn no_note(_: &Header) -> Option<&'static str> {
    None
}

/// The JSON routes, the more specific first.
pub const FORMATS: &[Format] = &[
    Format {
        route: "B1",
        name: "directory audits of Microsoft Graph",
        made_by: "GET /auditLogs/directoryAudits, Entra portal JSON download",
        sniff: directory_audits::sniff,
        read: directory_audits::read,
    },
    Format {
        route: "B2",
        name: "sign-ins of Microsoft Graph",
        made_by: "GET /auditLogs/signIns, Entra portal JSON download",
        sniff: sign_ins::sniff,
        read: sign_ins::read,
    },
    Format {
        route: "D1",
        name: "diagnostic settings of Entra ID",
        made_by: "diagnostic settings to a storage account (PT1H.json) or an event hub",
        sniff: diagnostics::sniff,
        read: diagnostics::read,
    },
    Format {
        route: "A2",
        name: "Search-UnifiedAuditLog as JSON",
        made_by: "Search-UnifiedAuditLog | ConvertTo-Json",
        sniff: unified_audit::sniff_outer,
        read: unified_audit::read_outer,
    },
    Format {
        route: "A4",
        name: "audit log query of Microsoft Graph",
        made_by: "GET /security/auditLog/queries/{id}/records",
        sniff: unified_audit::sniff_query,
        read: unified_audit::read_query,
    },
    Format {
        route: "A5",
        name: "unified audit log records",
        made_by: "Office 365 Management Activity API",
        sniff: unified_audit::sniff,
        read: unified_audit::read,
    },
    Format {
        route: "A6",
        name: "unified audit log records, a line each",
        made_by: "tools that write only AuditData",
        sniff: |_, _| false,
        read: unified_audit::read,
    },
    Format {
        route: "AzureActivity",
        name: "activity log of Azure",
        made_by: "az monitor activity-log list, Get-AzActivityLog, diagnostic settings of a subscription",
        sniff: azure_activity::sniff,
        read: azure_activity::read,
    },
    Format {
        route: "E3",
        name: "rows of a Log Analytics workspace",
        made_by: "data export of a workspace, az monitor log-analytics query",
        sniff: workspace::sniff_object,
        read: workspace::read_object,
    },
    Format {
        route: "B3",
        name: "audits and sign-ins of the Graph PowerShell SDK",
        made_by: "Get-MgAuditLogDirectoryAudit, Get-MgAuditLogSignIn | ConvertTo-Json",
        sniff: graph_powershell::sniff,
        read: graph_powershell::read,
    },
    Format {
        route: "G",
        name: "reference data",
        made_by: "Microsoft Graph: role definitions, schedules, requests, risk, users, groups, applications",
        sniff: reference::sniff,
        read: reference::read,
    },
    Format {
        route: "E2",
        name: "answer of the Log Analytics query API",
        made_by: "POST /v1/workspaces/{id}/query",
        sniff: workspace::sniff_answer,
        read: workspace::read_answer,
    },
];

/// The CSV routes, the more specific first.
pub const CSV_FORMATS: &[CsvFormat] = &[
    CsvFormat {
        route: "A7",
        name: "unified audit log out of Splunk",
        made_by: "a Splunk search exported as CSV",
        sniff: |columns| has(columns, "AuditData") && has(columns, "_raw"),
        read: unified_audit::read_row,
        fields: &[],
        note: no_note,
    },
    CsvFormat {
        route: "A7",
        name: "raw events out of Splunk",
        made_by: "a Splunk search exported as CSV",
        sniff: |columns| has(columns, "_raw") && !has(columns, "AuditData"),
        read: splunk::read_row,
        fields: &[],
        note: no_note,
    },
    CsvFormat {
        route: "A4",
        name: "audit log query of Microsoft Graph as CSV",
        made_by: "Microsoft-Extractor-Suite Get-UALGraph",
        sniff: |columns| has(columns, "AuditData") && has(columns, "auditLogRecordType"),
        read: unified_audit::read_row,
        fields: &[],
        note: no_note,
    },
    CsvFormat {
        route: "A3",
        name: "Purview portal export",
        made_by: "Purview portal, Audit, Export",
        sniff: |columns| has(columns, "AuditData") && has(columns, "RecordId"),
        read: unified_audit::read_row,
        fields: &[],
        note: no_note,
    },
    CsvFormat {
        route: "C1",
        name: "audit log of the Entra admin center as CSV",
        made_by: "Entra admin center, Audit logs, Download",
        sniff: portal_audits::sniff,
        read: portal_audits::read_row,
        fields: portal_audits::FIELDS,
        note: |_| Some("rows of the portal have no id: an event that another export holds too counts twice"),
    },
    CsvFormat {
        route: "C2",
        name: "sign-ins of the Entra admin center as CSV",
        made_by: "Entra admin center, Sign-in logs, Download",
        sniff: portal_sign_ins::sniff,
        read: portal_sign_ins::read_row,
        fields: portal_sign_ins::FIELDS,
        note: portal_sign_ins::note,
    },
    CsvFormat {
        route: "C3",
        name: "steps of sign-ins of the Entra admin center as CSV",
        made_by: "Entra admin center, Sign-in logs, Download (AuthDetails)",
        sniff: portal_steps::sniff,
        read: portal_steps::read_row,
        fields: portal_steps::FIELDS,
        note: no_note,
    },
    CsvFormat {
        route: "F1",
        name: "audit of Privileged Identity Management as CSV",
        made_by: "Privileged Identity Management, Resource audit, Export",
        sniff: pim_audit::sniff,
        read: pim_audit::read_row,
        fields: pim_audit::FIELDS,
        note: |_| {
            Some("rows of the PIM audit have no id: an event that another export holds too counts twice")
        },
    },
    CsvFormat {
        route: "B3",
        name: "audits and sign-ins of the Graph PowerShell SDK as CSV",
        made_by: "Get-MgAuditLogDirectoryAudit, Get-MgAuditLogSignIn | Export-Csv",
        sniff: graph_powershell::sniff_columns,
        read: graph_powershell::read_row,
        fields: &[],
        note: |_| Some("Export-Csv loses nested values; export as JSON with -Depth 10 to have them"),
    },
    CsvFormat {
        route: "G",
        name: "reference data as CSV",
        made_by: "Get-Mg… | Export-Csv, Microsoft-Extractor-Suite",
        sniff: reference::sniff_columns,
        read: reference::read_row,
        fields: &[],
        note: no_note,
    },
    CsvFormat {
        route: "A6",
        name: "unified audit log records as CSV",
        made_by: "Microsoft-Extractor-Suite Get-UAL -AuditDataOnly",
        sniff: unified_audit::sniff_flat,
        read: unified_audit::read_flat,
        fields: &[],
        note: |_| {
            Some("a table of AuditData has the members of its first record only; export as JSON to have all")
        },
    },
    CsvFormat {
        route: "E1",
        name: "rows of a Log Analytics workspace as CSV",
        made_by: "Sentinel or Log Analytics, Logs, Export to CSV",
        sniff: workspace::sniff_columns,
        read: workspace::read_row,
        fields: &[],
        note: workspace::note,
    },
    CsvFormat {
        route: "A1",
        name: "Search-UnifiedAuditLog as CSV",
        made_by: "Search-UnifiedAuditLog | Export-Csv",
        sniff: |columns| has(columns, "AuditData") || has(columns, "AuditData_Raw"),
        read: unified_audit::read_row,
        fields: &[],
        note: no_note,
    },
];

/// The columns of tables that rows with these members have no value for.
pub fn not_carried(routes: &[String], tables: &[String], members: &[String]) -> Vec<String> {
    // Members that a route's own code works out of others.
    const WORKED_OUT: &[(&str, &str)] =
        &[("#actor", "initiatedBy"), ("#code", "status"), ("#status", "status")];
    let has = |name: &str| {
        let worked = |member: &String| WORKED_OUT.iter().any(|(from, to)| member == from && *to == name);
        members.iter().any(|m| m == name || worked(m))
    };
    let rows = routes.iter().any(|route| route == "E1");
    let graph = sign_ins::plans().iter().chain([directory_audits::plan()]).filter(|_| !rows);
    let plans = graph.chain(workspace::plans().iter().filter(|_| rows));
    let mut out = Vec::new();
    for plan in plans.filter(|plan| tables.contains(&plan.layout.table)) {
        let carried = plan.carried(has);
        let own = plan.layout.fields.iter().filter(|f| f.shred.is_none() && !f.name.starts_with('_'));
        let missing = own.filter(|f| !carried.contains(&f.name.as_str()));
        out.extend(missing.map(|f| format!("{}.{}", plan.layout.table, f.name)));
    }
    out
}

/// Reads a record that was put together as text.
fn with_record(worker: &mut Worker, text: &str, place: &Place, read: impl FnOnce(&mut Worker, &Tape)) {
    let mut tape = std::mem::take(&mut worker.inner);
    match tape.parse(text) {
        Ok(()) => read(worker, &tape),
        Err(e) => {
            worker.rest.clear();
            worker.reject(place, e.what, text);
        }
    }
    worker.inner = tape;
}

fn has(columns: &[String], name: &str) -> bool {
    columns.iter().any(|c| c.eq_ignore_ascii_case(name))
}

/// The route of sign-ins whose header no dictionary has.
pub fn sign_ins_by_shape() -> Option<&'static CsvFormat> {
    CSV_FORMATS.iter().find(|f| f.route == "C2")
}

/// The CSV route with these columns.
pub fn csv_format(columns: &[String]) -> Option<&'static CsvFormat> {
    CSV_FORMATS.iter().find(|f| (f.sniff)(columns))
}

/// Keys under which exports wrap lists of records.
const WRAPPERS: [&str; 3] = ["value", "records", "Records"];

/// Wrappers inside wrappers, at most.
const MAX_WRAPPED: usize = 6;

/// Reads every record in a value: itself, the elements of an array, the records of a page.
pub fn read_value(worker: &mut Worker, tape: &Tape, node: u32, place: Place, depth: usize) {
    match tape.kind(node) {
        Kind::Array if depth < MAX_WRAPPED => {
            for child in tape.children(node) {
                read_value(worker, tape, child, place, depth + 1);
            }
        }
        Kind::Object => {
            if let Some(format) = FORMATS.iter().find(|f| (f.sniff)(tape, node)) {
                let alone = place.route == ALONE && format.route == "A5";
                let route = if alone { "A6" } else { format.route };
                return (format.read)(worker, tape, node, Place { route, ..place });
            }
            if !wrappers::open(worker, tape, node, place, depth) {
                worker.unknown(&place, tape, node);
            }
        }
        _ => worker.unknown(&place, tape, node),
    }
}

/// The route of a record before it is known, when it is a JSON document of its own.
pub const ALONE: &str = "alone";

//! Reference data to join to (route G): role definitions, who holds a role or may, requests, alerts, risk,
//! users, groups, applications. As Microsoft Graph gives it, as the Graph PowerShell SDK writes it to JSON
//! and CSV, and as tools that are made of it do.
//!
//! A column is the member of that name, its first letter in lower case; the rest is in the table below.
//!
//! Trap: these are states, not events. A record with the id of another and more in it takes its place; a
//! user's risk is a row for each change.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::with_record;
use crate::ingest::cells::Header;
use crate::ingest::plan::{Place, Plan, Record};
use crate::ingest::powershell::{self, Found, Names, Node, camel};
use crate::ingest::tape::Tape;
use crate::ingest::worker::Worker;
use crate::lake::ids;
use crate::lake::rows::layouts;
use crate::lake::tables::number;

/// A kind of record.
struct Reference {
    table: &'static str,
    /// Members that all of its records have; `a|b` is one of the two.
    has: &'static [&'static str],
    lacks: &'static [&'static str],
    /// The member that `TimeGenerated` is.
    time: &'static str,
    /// Members that tell a record from others beside its id.
    state: &'static [&'static str],
}

const fn kind(
    table: &'static str,
    has: &'static [&'static str],
    lacks: &'static [&'static str],
) -> Reference {
    Reference { table, has, lacks, time: "createdDateTime", state: &[] }
}

const fn risk(table: &'static str, has: &'static [&'static str], time: &'static str) -> Reference {
    Reference { table, has, lacks: &[], time, state: &["riskLastUpdatedDateTime", "lastUpdatedDateTime"] }
}

/// The more specific first.
const KINDS: &[Reference] = &[
    kind("RoleDefinitions", &["rolePermissions", "isBuiltIn|templateId"], &[]),
    kind("PimRequests", &["principalId", "roleDefinitionId", "action", "status"], &[]),
    kind("PimRoleEligibility", &["principalId", "roleDefinitionId", "roleEligibilityScheduleId"], &[]),
    kind("PimRoleEligibility", &["principalId", "roleDefinitionId", "memberType"], &["assignmentType"]),
    kind("PimRoleAssignments", &["principalId", "roleDefinitionId"], &[]),
    kind("PimAlerts", &["alertDefinitionId", "scopeId"], &[]),
    kind("PimPolicies", &["isOrganizationDefault", "scopeType"], &[]),
    risk(
        "AADServicePrincipalRiskEvents",
        &["riskEventType", "detectedDateTime", "servicePrincipalId"],
        "detectedDateTime",
    ),
    risk("AADUserRiskEvents", &["riskEventType", "detectedDateTime"], "detectedDateTime"),
    risk(
        "AADRiskyServicePrincipals",
        &["riskLastUpdatedDateTime", "riskState", "appId"],
        "riskLastUpdatedDateTime",
    ),
    risk(
        "AADRiskyUsers",
        &["riskLastUpdatedDateTime", "riskState", "userPrincipalName"],
        "riskLastUpdatedDateTime",
    ),
    kind("UserRegistrationDetails", &["isMfaRegistered", "userPrincipalName"], &[]),
    kind("MicrosoftGraphActivityLogs", &["requestUri", "requestMethod", "responseStatusCode"], &[]),
    kind("ServicePrincipals", &["appId", "servicePrincipalType", "id"], &["riskState"]),
    kind(
        "Applications",
        &[
            "appId",
            "displayName",
            "id",
            "publisherDomain|requiredResourceAccess|passwordCredentials|signInAudience",
        ],
        &["servicePrincipalType"],
    ),
    kind("Devices", &["deviceId", "operatingSystem", "displayName", "id"], &["userPrincipalName"]),
    kind(
        "Groups",
        &["displayName", "id", "securityEnabled|groupTypes", "mailEnabled|mailNickname|isAssignableToRole"],
        &["appId"],
    ),
    kind(
        "Users",
        &["userPrincipalName", "displayName", "id"],
        &["riskState", "appId", "ipAddress", "activity", "createdBy"],
    ),
];

fn find(has: impl Fn(&str) -> bool) -> Option<usize> {
    let one_of = |names: &str| names.split('|').any(&has);
    let fits =
        |k: &Reference| k.has.iter().all(|names| one_of(names)) && !k.lacks.iter().any(|name| has(name));
    KINDS.iter().position(fits)
}

fn kind_of(tape: &Tape, root: u32) -> Option<usize> {
    let names: Vec<String> = tape.children(root).map(|child| camel(tape.key(child))).collect();
    if names.iter().any(|name| name == "timeGenerated") {
        return None;
    }
    find(|name| names.iter().any(|n| n == name))
}

pub fn sniff(tape: &Tape, root: u32) -> bool {
    kind_of(tape, root).is_some()
}

pub fn sniff_columns(columns: &[String]) -> bool {
    let names: Vec<String> = columns.iter().map(|c| camel(c)).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    !has("timeGenerated") && (extractor(&names).is_some() || find(has).is_some())
}

pub fn read(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    let Some(kind) = kind_of(tape, root) else { return };
    let mut found = Found::default();
    let node = powershell::repair(tape, root, Names::Camel, &mut found);
    write(worker, kind, node, found, place);
}

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let names: Vec<String> = header.columns.iter().map(|c| camel(c)).collect();
    let mut found = Found::default();
    if let Some(read) = extractor(&names) {
        let mut node = powershell::row(header, cells, false, &mut found);
        let table = read(&mut node);
        return write_to(worker, table, "createdDateTime", &[], node, found, place);
    }
    if let Some(kind) = find(|name| names.iter().any(|n| n == name)) {
        let flattened = KINDS[kind].table.ends_with("RiskEvents");
        let node = powershell::row(header, cells, flattened, &mut found);
        write(worker, kind, node, found, place);
    }
}

/// Lists that Microsoft-Extractor-Suite makes of several resources: told by their columns, they name the
/// table and put members where they belong.
fn extractor(names: &[String]) -> Option<fn(&mut Node) -> &'static str> {
    let has = |wanted: &[&str]| wanted.iter().all(|name| names.iter().any(|n| n == name));
    if has(&["roleName", "userPrincipalName", "assignmentType", "assignmentStatus"]) {
        Some(|node| {
            for (from, to) in [
                ("userPrincipalName", "principalName"),
                ("displayName", "principalDisplayName"),
                ("assignmentStatus", "status"),
            ] {
                *node.at_member(to) = node.take(from).unwrap_or_default();
            }
            if node.at_member("endDateTime").plain().is_some_and(|end| end == "Permanent") {
                node.take("endDateTime");
            }
            let eligible = node.take_text("assignmentType").unwrap_or_default().contains("Eligible");
            if eligible {
                return "PimRoleEligibility";
            }
            *node.at_member("assignmentType") = Node::text("Assigned");
            "PimRoleAssignments"
        })
    } else if has(&["role", "userName", "userId", "lastInteractiveSignIn"]) {
        Some(|node| {
            *node.at_member("userPrincipalName") = node.take("userName").unwrap_or_default();
            "AdminUsers"
        })
    } else {
        None
    }
}

/// Members of members that have a column of their own.
const LIFTED: &[(&str, &str, &str)] = &[
    ("principal", "userPrincipalName", "principalName"),
    ("principal", "displayName", "principalDisplayName"),
    ("roleDefinition", "displayName", "roleName"),
    ("ticketInfo", "ticketNumber", "ticketNumber"),
    ("ticketInfo", "ticketSystem", "ticketSystem"),
];

fn write(worker: &mut Worker, kind: usize, mut node: Node, found: Found, place: Place) {
    let kind = &KINDS[kind];
    for (member, inner, column) in LIFTED {
        let value = node.find(member).and_then(|m| m.find(inner)).cloned();
        if let Some(value) = value.filter(|_| node.find(column).is_none()) {
            *node.at_member(column) = value;
        }
    }
    if kind.table == "PimRequests" {
        let eligible =
            node.find("targetScheduleId").and_then(Node::plain).is_some_and(|id| id.ends_with("-e"));
        *node.at_member("kind") = Node::text(if eligible { "Eligibility" } else { "Assignment" });
    }
    write_to(worker, kind.table, kind.time, kind.state, node, found, place);
}

fn write_to(
    worker: &mut Worker,
    table: &'static str,
    time: &'static str,
    state: &[&str],
    node: Node,
    found: Found,
    place: Place,
) {
    let Some(at) = number(table) else { return };
    let plan = &plans(time)[at];
    let place = Place { flags: place.flags | found.flags, ..place };
    with_record(worker, &node.to_json(), &place, |worker, tape| {
        let text = |name: &str| tape.member_text(0, name).unwrap_or_default();
        let id = match tape.member_text(0, "id") {
            Some(id) => {
                let states: Vec<Cow<'_, str>> = state.iter().map(|name| text(name)).collect();
                ids::identity(table, &format!("{id}{}", states.concat()))
            }
            None => ids::identity(table, tape.text(0)),
        };
        worker.row(plan, &Record { tape, root: 0, place: &place, id, envelope: &[] });
    });
}

/// A plan per table, for each of the members that may be the time.
fn plans(time: &'static str) -> &'static [Plan] {
    const TIMES: [&str; 3] = ["createdDateTime", "detectedDateTime", "riskLastUpdatedDateTime"];
    static PLANS: OnceLock<Vec<Vec<Plan>>> = OnceLock::new();
    let all = PLANS.get_or_init(|| {
        let member = |time: &str, column: &str| match column {
            "Type" => None,
            "TimeGenerated" => Some(time.to_string()),
            column => Some(camel(column)),
        };
        let plans = |time| layouts().iter().map(|l| Plan::of_layout(l, |c| member(time, c))).collect();
        TIMES.iter().map(|time| plans(*time)).collect()
    });
    &all[TIMES.iter().position(|t| *t == time).unwrap_or(0)]
}

/// Reads a record whose envelope knows the table and the time.
pub fn read_in(
    worker: &mut Worker,
    tape: &Tape,
    root: u32,
    place: Place,
    table: &'static str,
    envelope: &[(&'static str, &str)],
) {
    let Some(at) = number(table) else { return };
    let known = KINDS.iter().find(|kind| kind.table == table);
    let plan = &plans(known.map_or("createdDateTime", |kind| kind.time))[at];
    let text = |name: &str| tape.member_text(root, name).unwrap_or_default();
    let states = known.map_or(&[][..], |kind| kind.state).iter().map(|name| text(name));
    let state: String = states.collect();
    let id = match tape.member_text(root, "id") {
        Some(id) => ids::identity(table, &format!("{id}{state}")),
        None => ids::identity(table, tape.text(root)),
    };
    let has_time = ["createdDateTime", "detectedDateTime", "riskLastUpdatedDateTime"]
        .iter()
        .any(|m| !text(m).is_empty());
    let received = envelope.iter().find(|(column, _)| *column == "_TimeReceived");
    let time = received.filter(|_| !has_time).map(|(_, time)| ("TimeGenerated", *time));
    let envelope: Vec<(&'static str, &str)> = envelope.iter().copied().chain(time).collect();
    worker.row(plan, &Record { tape, root, place: &place, id, envelope: &envelope });
}

/// The table of a record in the envelope of diagnostic settings, by its category.
pub fn of_category(category: &str) -> Option<&'static str> {
    const CATEGORIES: &[(&str, &str)] = &[
        ("RiskyUsers", "AADRiskyUsers"),
        ("UserRiskEvents", "AADUserRiskEvents"),
        ("RiskyServicePrincipals", "AADRiskyServicePrincipals"),
        ("ServicePrincipalRiskEvents", "AADServicePrincipalRiskEvents"),
        ("ProvisioningLogs", "AADProvisioningLogs"),
        ("ADFSSignInLogs", "ADFSSignInLogs"),
        ("MicrosoftServicePrincipalSignInLogs", "MicrosoftServicePrincipalSignInLogs"),
        ("MicrosoftGraphActivityLogs", "MicrosoftGraphActivityLogs"),
    ];
    CATEGORIES.iter().find(|(name, _)| *name == category).map(|(_, table)| *table)
}

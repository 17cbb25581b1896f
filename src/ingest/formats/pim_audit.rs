//! The audit of Privileged Identity Management as its blade exports it (route F1) → AuditLogs.
//!
//! Traps: a flat row has neither ids nor a correlation, so what another export holds too counts twice. The
//! columns differ between the old blade and the new one.

use std::borrow::Cow;

use super::directory_audits;
use crate::ingest::cells::Header;
use crate::ingest::plan::Place;
use crate::ingest::tabular::Cell::{Text, Time, Word};
use crate::ingest::tabular::{self, Field, Node};
use crate::ingest::worker::Worker;
use crate::lake::ids;

const RESULTS: &[(&str, &str)] = &[
    ("success", "success"),
    ("succeeded", "success"),
    ("completed", "success"),
    ("failure", "failure"),
    ("failed", "failure"),
];

const fn text(path: &'static str, names: &'static [&'static str]) -> Field {
    Field { path, cell: Text, names }
}

pub const FIELDS: &[Field] = &[
    Field { path: "activityDateTime", cell: Time, names: &["time", "date", "timeutc", "dateutc"] },
    text("#requestor", &["requestor", "requester"]),
    text("activityDisplayName", &["action", "activity"]),
    text("#resource", &["resourcename", "resource"]),
    text("#scope", &["scope"]),
    text("#role", &["primarytarget", "role", "rolename"]),
    text("#member", &["subject", "member"]),
    text("#type", &["subjecttype", "membertype"]),
    Field { path: "result", cell: Word(RESULTS), names: &["status", "result"] },
    text("resultReason", &["statusreason", "reasoning", "reason", "justification"]),
    text("#ticketNumber", &["ticketnumber"]),
    text("#ticketSystem", &["ticketsystem"]),
    Field { path: "#start", cell: Time, names: &["start", "starttime"] },
    Field { path: "#end", cell: Time, names: &["end", "expiration", "endtime", "expirationtime"] },
];

/// A requestor and an action, and two more of what such a list has.
pub fn sniff(columns: &[String]) -> bool {
    let paths: Vec<String> = tabular::map(columns, FIELDS).into_iter().map(|m| m.path).collect();
    let has = |path: &str| paths.iter().any(|p| p == path);
    let more = ["#role", "#member", "#resource", "result", "resultReason"].iter().filter(|p| has(p)).count();
    has("activityDateTime") && has("#requestor") && has("activityDisplayName") && more >= 2
}

pub fn read_row(worker: &mut Worker, header: &Header, cells: &[Cow<'_, str>], place: Place) {
    let (mut root, flags) = tabular::record(header, cells, &mut worker.rest);
    let place = Place { flags: place.flags | flags, ..place };
    *root.at("loggedByService") = Node::text("PIM");
    *root.at("category") = Node::text("RoleManagement");
    set_person(&mut root, "#requestor", "initiatedBy.user");
    let mut targets = 0;
    let kind = root.take_text("#type").unwrap_or_else(|| "User".into());
    for (member, kind) in
        [("#role", "Role"), ("#member", kind.as_str()), ("#resource", "Resource"), ("#scope", "Directory")]
    {
        if root.find(member).is_some() {
            let target = format!("targetResources[{targets}]");
            *root.at(&format!("{target}.type")) = Node::text(kind);
            set_person(&mut root, member, &target);
            targets += 1;
        }
    }
    let reason = root.find("resultReason").cloned();
    let details = [
        ("StartTime", root.take("#start")),
        ("ExpirationTime", root.take("#end")),
        ("Justification", reason),
        ("TicketNumber", root.take("#ticketNumber")),
        ("TicketSystem", root.take("#ticketSystem")),
    ];
    for (at, (key, value)) in details.into_iter().filter(|(_, value)| value.is_some()).enumerate() {
        *root.at(&format!("additionalDetails[{at}].key")) = Node::text(key);
        *root.at(&format!("additionalDetails[{at}].value")) = value.unwrap_or_default();
    }
    super::with_record(worker, &root.to_json(), &place, |worker, tape| {
        let id = ids::identity("row of the PIM audit", tape.text(0));
        directory_audits::write(worker, tape, 0, &place, id, &[]);
    });
}

/// A person or a thing by what the list calls it: a name, or an address.
fn set_person(root: &mut Node, from: &str, to: &str) {
    let Some(name) = root.take(from) else { return };
    let is_address = name.plain().is_some_and(|text| text.contains('@') && !text.contains(' '));
    let member = if is_address { "userPrincipalName" } else { "displayName" };
    *root.at(&format!("{to}.{member}")) = name;
}

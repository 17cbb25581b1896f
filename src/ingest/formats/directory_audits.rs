//! Microsoft Graph `directoryAudit` → AuditLogs (route B1).
//!
//! Trap: `targetResources` and `additionalDetails` keep their order and duplicates, as published
//! queries index into them.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::ingest::plan::From::{Const, Made, Member};
use crate::ingest::plan::{Map, Place, Plan, Record};
use crate::ingest::tape::{Kind, Tape};
use crate::ingest::worker::Worker;
use crate::lake::ids;

const AUDIT_LOGS: &[Map] = &[
    ("TimeGenerated", Member("activityDateTime")),
    ("AADOperationType", Member("operationType")),
    ("AADTenantId", Made(tenant)),
    ("ActivityDateTime", Member("activityDateTime")),
    ("ActivityDisplayName", Member("activityDisplayName")),
    ("AdditionalDetails", Member("additionalDetails")),
    ("Category", Member("category")),
    ("CorrelationId", Member("correlationId")),
    ("DurationMs", Const("0")),
    ("Id", Member("id")),
    ("Identity", Made(actor)),
    ("InitiatedBy", Member("initiatedBy")),
    ("Level", Const("4")),
    ("LoggedByService", Member("loggedByService")),
    ("OperationName", Member("activityDisplayName")),
    ("OperationVersion", Const("1.0")),
    ("Resource", Const("Microsoft.aadiam")),
    ("ResourceGroup", Const("Microsoft.aadiam")),
    ("ResourceId", Made(resource_id)),
    ("Result", Member("result")),
    ("ResultDescription", Member("resultReason")),
    ("ResultReason", Member("resultReason")),
    ("ResultSignature", Const("None")),
    ("ResultType", Made(result_type)),
    ("SourceSystem", Const("Azure AD")),
    ("TargetResources", Member("targetResources")),
    ("Type", Const("AuditLogs")),
];

const TABLE: usize = 0;

pub fn sniff(tape: &Tape, root: u32) -> bool {
    let keys = ["activityDisplayName", "activityDateTime", "initiatedBy", "targetResources"];
    // All but one; most records are told by the first two that they lack.
    keys.iter().filter(|key| tape.member(root, key).is_none()).nth(1).is_none()
}

pub fn read(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    read_in(worker, tape, root, place, &[]);
}

/// Reads a record whose envelope knows more.
pub fn read_in(worker: &mut Worker, tape: &Tape, root: u32, place: Place, envelope: &[(&'static str, &str)]) {
    let id = worker.identity(ids::DIRECTORY_AUDIT, "id", tape, root);
    write(worker, tape, root, &place, id, envelope);
}

/// Writes a record of a known identity.
pub fn write(
    worker: &mut Worker,
    tape: &Tape,
    root: u32,
    place: &Place,
    id: u128,
    envelope: &[(&'static str, &str)],
) {
    worker.row(plan(), &Record { tape, root, place, id, envelope });
}

pub fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| Plan::new(TABLE, AUDIT_LOGS))
}

/// `tid` of the additional details, which PIM's rows have.
fn tenant(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let details = tape.member(root, "additionalDetails")?;
    let tid =
        tape.children(details).find(|d| tape.member(*d, "key").is_some_and(|k| tape.string(k) == "tid"))?;
    tape.member_text(tid, "value")
}

fn resource_id(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let tenant = tenant(tape, root)?;
    Some(format!("/tenants/{tenant}/providers/Microsoft.aadiam").into())
}

/// Who did it: the user's display name, else the application's.
fn actor(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let by = tape.member(root, "initiatedBy")?;
    let name = |key| tape.member_text(tape.member(by, key)?, "displayName");
    name("user").or_else(|| name("app"))
}

/// Results that most records have.
const RESULTS: &[(&str, &str)] = &[("success", "Success"), ("failure", "Failure"), ("timeout", "Timeout")];

/// The result with its first letter in upper case.
fn result_type(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let result = tape.member(root, "result").filter(|r| tape.kind(*r) == Kind::String)?;
    let result = tape.string(result);
    if let Some((_, usual)) = RESULTS.iter().find(|(text, _)| *text == result) {
        return Some(Cow::Borrowed(usual));
    }
    let mut letters = result.chars();
    let first = letters.next()?.to_ascii_uppercase();
    Some(format!("{first}{}", letters.as_str()).into())
}

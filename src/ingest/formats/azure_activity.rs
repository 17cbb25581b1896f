//! The activity log of Azure → AzureActivity: as `az monitor activity-log` and tools give it (names with a
//! localised twin), and as diagnostic settings stream it (category `Administrative`, no `properties`
//! around the record). PIM for Azure resources is in it.
//!
//! Trap: `operationName`, `status` and `category` are a word or an object of a value and its translation.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::ingest::plan::From::{Const, Made, Member};
use crate::ingest::plan::{Map, Place, Plan, Record};
use crate::ingest::tape::{Kind, Tape};
use crate::ingest::worker::Worker;
use crate::lake::ids;
use crate::lake::tables::number;

const AZURE_ACTIVITY: &[Map] = &[
    ("TimeGenerated", Made(|t, r| first(t, r, &["eventTimestamp", "time"]))),
    ("ActivityStatus", Made(|t, r| localized(t, r, "status"))),
    ("ActivityStatusValue", Made(|t, r| value(t, r, "status").or_else(|| first(t, r, &["resultType"])))),
    ("ActivitySubstatus", Made(|t, r| localized(t, r, "subStatus"))),
    (
        "ActivitySubstatusValue",
        Made(|t, r| value(t, r, "subStatus").or_else(|| first(t, r, &["resultSignature"]))),
    ),
    ("Authorization", Made(|t, r| nested(t, r, "authorization"))),
    ("Authorization_d", Made(|t, r| nested(t, r, "authorization"))),
    ("Caller", Made(caller)),
    ("CallerIpAddress", Made(address)),
    ("Category", Made(|t, r| localized(t, r, "category"))),
    ("CategoryValue", Made(|t, r| value(t, r, "category"))),
    ("Claims", Made(|t, r| nested(t, r, "claims"))),
    ("Claims_d", Made(|t, r| nested(t, r, "claims"))),
    ("CorrelationId", Member("correlationId")),
    ("EventDataId", Member("eventDataId")),
    ("EventSubmissionTimestamp", Member("submissionTimestamp")),
    ("HTTPRequest", Member("httpRequest")),
    ("Level", Member("level")),
    ("OperationId", Member("operationId")),
    ("OperationName", Made(|t, r| localized(t, r, "operationName"))),
    ("OperationNameValue", Made(|t, r| value(t, r, "operationName"))),
    ("Properties", Member("properties")),
    ("Properties_d", Member("properties")),
    ("ResourceGroup", Made(|t, r| first(t, r, &["resourceGroupName", "resourceGroup"]))),
    ("ResourceId", Member("resourceId")),
    ("ResourceProviderValue", Made(|t, r| value(t, r, "resourceProviderName"))),
    ("SubscriptionId", Member("subscriptionId")),
    ("Type", Const("AzureActivity")),
];

pub fn sniff(tape: &Tape, root: u32) -> bool {
    let has = |name| tape.member(root, name).is_some();
    has("operationName")
        && has("resourceId")
        && (has("caller") || has("authorization") || is_streamed(tape, root))
        && (has("eventTimestamp") || has("time"))
}

/// Out of diagnostic settings, where the caller is among the claims.
fn is_streamed(tape: &Tape, root: u32) -> bool {
    tape.member_text(root, "category").is_some_and(|c| c == "Administrative")
        && tape.member(root, "identity").is_some_and(|i| tape.kind(i) == Kind::Object)
}

pub fn read(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    let Some(plan) = PLAN.get_or_init(|| Some(Plan::new(number("AzureActivity")?, AZURE_ACTIVITY))) else {
        return;
    };
    let id = match tape.member_text(root, "eventDataId") {
        Some(id) => ids::identity("AzureActivity", &id),
        None => ids::identity("AzureActivity", tape.text(root)),
    };
    worker.row(plan, &Record { tape, root, place: &place, id, envelope: &[] });
}

fn first<'a>(tape: &'a Tape, root: u32, names: &[&str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| tape.member_text(root, name))
}

/// The word, or the value of its object.
fn value<'a>(tape: &'a Tape, root: u32, name: &str) -> Option<Cow<'a, str>> {
    let node = tape.member(root, name)?;
    tape.member_text(node, "value").or_else(|| tape.member_text(root, name))
}

/// The translation, or the word.
fn localized<'a>(tape: &'a Tape, root: u32, name: &str) -> Option<Cow<'a, str>> {
    let node = tape.member(root, name)?;
    tape.member_text(node, "localizedValue").or_else(|| value(tape, root, name))
}

/// The JSON of a member, which may be below `identity`.
fn nested<'a>(tape: &'a Tape, root: u32, name: &str) -> Option<Cow<'a, str>> {
    let below = || tape.member(tape.member(root, "identity")?, name);
    tape.member(root, name).or_else(below).map(|node| Cow::Borrowed(tape.text(node)))
}

fn caller(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    const CLAIMS: [&str; 3] = [
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
        "appid",
    ];
    let claims = || tape.member(tape.member(root, "identity")?, "claims");
    tape.member_text(root, "caller").or_else(|| first(tape, claims()?, &CLAIMS))
}

fn address(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let request = || tape.member_text(tape.member(root, "httpRequest")?, "clientIpAddress");
    tape.member_text(root, "callerIpAddress").or_else(request)
}

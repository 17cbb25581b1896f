//! How routes overlap: records that came by more than one, and whether they said the same.
//!
//! Trap: which copy shows is decided by what the copies hold, not by which is right; where they differ, both
//! are in the lake (`--revisions`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Severity::Limits;
use super::{Context, Finding, counted};
use crate::lake::copies::{self, Standing};
use crate::lake::{Error, Lake};
use crate::value::Value;

/// Records with more than one copy that are looked at, at most.
const RECORDS: usize = 5_000_000;
/// Revisions whose fields are compared, at most, per table.
const COMPARED: usize = 10_000;

/// Two routes that brought the same records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    pub table: String,
    /// Of the copy that shows, and of the other.
    pub routes: (String, String),
    /// The other copy had the same payload, or another one.
    pub same: u64,
    pub differ: u64,
}

/// Counts the copies by the routes of theirs and of the row that shows.
pub fn overlaps(lake: &Lake) -> Result<Vec<Overlap>, Error> {
    let manifest = lake.manifest();
    if manifest.copies.is_empty() && manifest.parts.iter().all(|part| part.mask.is_none()) {
        return Ok(Vec::new());
    }
    let mut shown: HashMap<(u128, Arc<str>), Option<Arc<str>>> = HashMap::new();
    copies::each(lake, |copy| {
        if copy.standing != Standing::Shown && shown.len() < RECORDS {
            shown.insert((copy.id, copy.table), None);
        }
    })?;
    copies::each(lake, |copy| {
        if copy.standing == Standing::Shown
            && let Some(route) = shown.get_mut(&(copy.id, copy.table))
        {
            *route = Some(copy.route);
        }
    })?;
    let mut pairs: BTreeMap<[Arc<str>; 3], (u64, u64)> = BTreeMap::new();
    copies::each(lake, |copy| {
        if copy.standing == Standing::Shown {
            return;
        }
        if let Some(Some(route)) = shown.get(&(copy.id, Arc::clone(&copy.table))) {
            let (same, differ) = pairs.entry([copy.table, Arc::clone(route), copy.route]).or_default();
            *(if copy.standing == Standing::Duplicate { same } else { differ }) += 1;
        }
    })?;
    let overlap = |(names, (same, differ)): ([Arc<str>; 3], (u64, u64))| {
        let [table, shown, other] = names.map(|name| name.to_string());
        Overlap { table, routes: (shown, other), same, differ }
    };
    Ok(pairs.into_iter().map(overlap).collect())
}

/// Copies with another payload, and the columns in which they differ.
pub fn disagreement(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for held in super::held(context.lake) {
        let table = held.table.as_str();
        let masked = context.lake.parts(table).iter().any(|p| p.masked.len() > p.doubled.len());
        let Some(def) = context.lake.table(table).filter(|t| masked && t.schema.index("Id").is_some()) else {
            continue;
        };
        let columns: Vec<&str> =
            def.visible().iter().map(|c| c.name.as_str()).filter(|c| *c != "Id").collect();
        let query = format!(
            "let Revised = {table} | where _auk_copy == 'superseded' | distinct Id | take {COMPARED};\n\
             {table} | where Id in (Revised) and _auk_copy != 'duplicate'\n\
             | project Id, _auk_copy, _auk_source, _auk_route, {}",
            columns.iter().map(|c| format!("['{c}']")).collect::<Vec<_>>().join(", ")
        );
        let rows = context.all_rows(&query)?;
        findings.extend(compare(context, table, &columns, &rows));
    }
    Ok(findings)
}

fn compare(context: &Context<'_>, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> Option<Finding> {
    const AHEAD: usize = 4;
    let text = |row: &[Value], at: usize| row.get(at).map_or(String::new(), Value::to_text);
    let shown: HashMap<String, &Vec<Value>> =
        rows.iter().filter(|row| text(row, 1).is_empty()).map(|row| (text(row, 0), row)).collect();
    let mut fields: BTreeMap<String, u64> = BTreeMap::new();
    let (mut count, mut sources) = (0, Vec::new());
    for row in rows.iter().filter(|row| !text(row, 1).is_empty()) {
        let Some(other) = shown.get(&text(row, 0)) else { continue };
        count += 1;
        for side in [row, *other] {
            sources.extend(side.get(2).and_then(Value::as_i64));
        }
        for (at, column) in columns.iter().enumerate() {
            let (a, b) = (&row[at + AHEAD], &other[at + AHEAD]);
            for field in differing(column, a, b) {
                *fields.entry(field).or_default() += 1;
            }
        }
    }
    if count == 0 {
        return None;
    }
    let mut fields: Vec<(String, u64)> = fields.into_iter().collect();
    fields.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut told: Vec<String> = fields.iter().take(8).map(|(field, n)| format!("{field} in {n}")).collect();
    if fields.len() > told.len() {
        told.push("…".to_string());
    }
    if told.is_empty() {
        told.push("members without a column of their own".to_string());
    }
    Some(Finding {
        check: "disagreement",
        severity: Limits,
        seen: format!(
            "{table}: {} that another copy of the same record contradicts or completes; they differ in {}",
            counted(count, "revision"),
            told.join(", ")
        ),
        cannot: "that the shown value is the only one that was delivered; the fuller copy shows".to_string(),
        ask: format!(
            "a look at both (auk query '{table} | where …' --revisions); later revisions of a sign-in are normal"
        ),
        sources: context.paths(|s| sources.contains(&i64::from(s.id))),
    })
}

/// The column, or the members of its bag, in which two values differ.
fn differing(column: &str, a: &Value, b: &Value) -> Vec<String> {
    if a == b {
        return Vec::new();
    }
    let parsed = |v: &Value| match v {
        Value::String(text) if text.starts_with('{') => crate::json::parse(text).unwrap_or(Value::Null),
        other => other.clone(),
    };
    let (a, b) = (parsed(a), parsed(b));
    let (Some(first), Some(second)) = (a.as_bag(), b.as_bag()) else { return vec![column.to_string()] };
    let mut keys: Vec<&str> = first.iter().chain(second).map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys = keys.into_iter().filter(|key| a.member(key) != b.member(key));
    keys.map(|key| format!("{column}.{key}")).collect()
}

/// Rows without an id cannot be told from those of another export of the same log.
pub fn twice(context: &Context<'_>) -> Result<Vec<Finding>, Error> {
    const WITHOUT_ID: [&str; 2] = ["C1", "F1"];
    let table = "AuditLogs";
    let of = |s: &crate::lake::Source| s.tables.iter().any(|t| t == table);
    let nameless = |s: &crate::lake::Source| s.routes.iter().any(|r| WITHOUT_ID.contains(&r.as_str()));
    let sources: Vec<_> = context.lake.sources().iter().filter(|s| of(s)).collect();
    let meet = |a: &crate::lake::Source, b: &crate::lake::Source| a.first <= b.last && b.first <= a.last;
    let doubled = |s: &&&crate::lake::Source| {
        nameless(s) && sources.iter().any(|o| o.id != s.id && o.routes != s.routes && meet(s, o))
    };
    let doubled: Vec<_> = sources.iter().filter(doubled).collect();
    if doubled.is_empty() {
        return Ok(Vec::new());
    }
    let rows: u64 = doubled.iter().map(|s| s.kept).sum();
    Ok(vec![Finding {
        check: "counted-twice",
        severity: Limits,
        seen: format!(
            "{} of {table} from exports whose rows have no id, over times that another export covers",
            counted(rows, "row")
        ),
        cannot: "a count of events over that time: one event may be there once by each route".to_string(),
        ask: "one route for each time: where _auk_route !in ('C1', 'F1') leaves these rows out".to_string(),
        sources: doubled.iter().map(|s| s.path.clone()).collect(),
    }])
}

//! Checks of the sources themselves: what an exporter, a tool or a spreadsheet has left out of a file.
//!
//! Trap: what is exactly as many as a limit allows may be whole by chance; the finding says "exactly", not
//! "cut".

use std::collections::BTreeMap;

use super::Severity::{Blocks, Limits, Note};
use super::{Context, Finding, Severity, counted};
use crate::ingest::{NEXT_PAGE, UNCLOSED};
use crate::lake::{Error, Source};
use crate::value::Value;

/// Rows at which exporters stop.
const CAPS: &[(u64, &str)] = &[
    (5_000, "calls of Search-UnifiedAuditLog and of older portal downloads"),
    (10_000, "Log Analytics exports"),
    (30_000, "Log Analytics exports"),
    (50_000, "sessions of Search-UnifiedAuditLog and of classic audit searches"),
    (100_000, "portal downloads"),
    (250_000, "downloads of the Entra admin center and of parts of a Graph audit query"),
];

/// Columns that a finding names; the manifest has all.
const COLUMNS: usize = 12;

type Findings = Result<Vec<Finding>, Error>;

fn one(
    check: &'static str,
    severity: Severity,
    seen: String,
    cannot: &str,
    ask: &str,
    sources: Vec<String>,
) -> Finding {
    Finding { check, severity, seen, cannot: cannot.to_string(), ask: ask.to_string(), sources }
}

pub fn caps(context: &Context<'_>) -> Findings {
    let mut findings = Vec::new();
    for (cap, who) in CAPS {
        let sources = context.paths(|s| s.seen == *cap && !context.is_own(s));
        if !sources.is_empty() {
            findings.push(one(
                "caps",
                Blocks,
                format!(
                    "{} of exactly {cap} records, the limit of {who}",
                    counted(sources.len() as u64, "source")
                ),
                "that something did not happen: the export most likely stopped before its end",
                "the same export again in smaller windows of time, each well below the limit",
                sources,
            ));
        }
    }
    Ok(findings)
}

pub fn searches(context: &Context<'_>) -> Findings {
    // Per total, the rows that are there and the sources that hold them.
    type Found = (Vec<(u64, u64)>, Vec<String>);
    let mut totals: BTreeMap<u64, Found> = BTreeMap::new();
    let (mut failed, mut failing) = (0, Vec::new());
    for source in context.lake.sources() {
        for search in &source.searches {
            if search.failed > 0 {
                failed += search.failed;
                failing.push(source.path.clone());
            }
            let (ranges, paths) = totals.entry(search.total).or_default();
            ranges.extend(&search.ranges);
            paths.push(source.path.clone());
        }
    }
    let mut findings = Vec::new();
    let again = "the search again, in windows of time small enough that every one ends (Search-UnifiedAuditLog \
                 -SessionCommand ReturnLargeSet, or Graph /security/auditLog/queries)";
    if failed > 0 {
        findings.push(one(
            "searches",
            Blocks,
            format!(
                "{} with a ResultIndex of -1, by which the service says that the search failed",
                counted(failed, "row")
            ),
            "that something did not happen: rows of the search were never delivered",
            again,
            failing,
        ));
    }
    for (total, (ranges, paths)) in totals {
        let seen = covered(ranges);
        if total > 50_000 {
            findings.push(one(
                "searches",
                Blocks,
                format!("a search that found {total} records, of which a session delivers 50,000 at most"),
                "that something did not happen: records beyond the first 50,000 are not in the export",
                again,
                paths.clone(),
            ));
        }
        if seen < total {
            let text = format!(
                "a search that found {total} records (ResultCount), of which {seen} are there by their ResultIndex: {} missing",
                total - seen
            );
            let cannot = "that something did not happen within the search's time";
            findings.push(one("searches", Blocks, text, cannot, again, paths));
        }
    }
    Ok(findings)
}

/// How many numbers some ranges cover.
fn covered(mut ranges: Vec<(u64, u64)>) -> u64 {
    ranges.sort_unstable();
    let (mut count, mut next) = (0, 1);
    for (from, to) in ranges {
        let from = from.max(next);
        if to >= from {
            count += to - from + 1;
            next = to.saturating_add(1);
        }
    }
    count
}

pub fn pages(context: &Context<'_>) -> Findings {
    let sources = context.paths(|s| s.notes.iter().any(|n| n == NEXT_PAGE));
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![one(
        "pages",
        Blocks,
        format!(
            "{} whose last page has an @odata.nextLink to a page that is not there",
            counted(sources.len() as u64, "list")
        ),
        "that something did not happen: Graph had more to give when the collection ended",
        "the collection again, following @odata.nextLink to its end",
        sources,
    )])
}

pub fn cut_files(context: &Context<'_>) -> Findings {
    let unclosed =
        context.paths(|s| s.notes.iter().any(|n| n == UNCLOSED || n.starts_with("unpacked only in part")));
    let torn: Vec<String> = torn(context)?.into_iter().filter(|path| !unclosed.contains(path)).collect();
    let sources = [unclosed, torn].concat();
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![one(
        "cut-files",
        Blocks,
        format!(
            "{} in the middle: of a list, a record, a quote or an archive",
            counted(sources.len() as u64, "source") + if sources.len() == 1 { " ends" } else { " end" }
        ),
        "that something did not happen: what followed the cut is unknown, and so is how much it was",
        "the files again from where they were collected, compared by size and hash",
        sources,
    )])
}

/// Sources whose rejects say that the file ends too early.
fn torn(context: &Context<'_>) -> Result<Vec<String>, Error> {
    let rejects = context.lake.rejects()?;
    let ends = rejects.into_iter().filter(|r| r.reason.starts_with("the file ends "));
    let mut paths: Vec<String> = ends.map(|r| r.source).collect();
    paths.dedup();
    Ok(paths)
}

pub fn rejected(context: &Context<'_>) -> Findings {
    let sources = context.paths(|s| s.rejected > 0);
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    let rejects = context.lake.rejects()?;
    let total: u64 = context.lake.sources().iter().map(|s| s.rejected).sum();
    let places = rejects.iter().take(3).map(|r| {
        let id = context.lake.sources().iter().find(|s| s.path == r.source).map_or(0, |s| s.id);
        format!("{} record {} at byte {} ({id}:{}): {}", r.source, r.ordinal, r.offset, r.ordinal, r.reason)
    });
    let places: Vec<String> = places.collect();
    let more = if total > places.len() as u64 { "; …" } else { "" };
    Ok(vec![one(
        "rejected",
        Blocks,
        format!("{} could not be read: {}{more}", counted(total, "record"), places.join("; ")),
        "anything from the absence of what these records may say; no query sees them",
        "auk trace SOURCE:RECORD shows each; export the damaged files again",
        sources,
    )])
}

pub fn skipped(context: &Context<'_>) -> Findings {
    // One that was read later after all is not missing.
    let read = |path: &str| {
        let inside = format!("{path}!");
        context.lake.sources().iter().any(|s| s.path == path || s.path.starts_with(&inside))
    };
    let files = context.lake.manifest().runs.iter().flat_map(|run| &run.skipped);
    let files: Vec<&(String, String)> = files.filter(|(path, _)| !read(path)).collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let told: Vec<String> = files.iter().take(5).map(|(path, reason)| format!("{path}: {reason}")).collect();
    let more = if files.len() > told.len() { "; …" } else { "" };
    Ok(vec![one(
        "skipped",
        Limits,
        format!("{} not read: {}{more}", counted(files.len() as u64, "file"), told.join("; ")),
        "that what these files hold is part of any answer",
        "a look at each: is it an export? then in a form that auk reads (auk inspect FILE)",
        files.iter().map(|(path, _)| path.clone()).collect(),
    )])
}

pub fn damage(context: &Context<'_>) -> Findings {
    type Get = fn(&Source) -> u64;
    const KINDS: &[(Get, Severity, &str, &str, &str)] = &[
        (
            |s| s.damage.partial,
            Limits,
            "put together from the columns around, as the record inside cannot be read",
            "that a detail is absent from these events because their rows do not show it",
            "the records themselves (AuditData) once more, not through a spreadsheet or a SIEM",
        ),
        (
            |s| s.damage.lossy,
            Limits,
            "values were lost before auk read them (System.Object[], @{…} cut short, bytes that are no text)",
            "that a value is absent from these events because it is not shown",
            "an export as JSON with -Depth 10 or more, in UTF-8",
        ),
        (
            |s| s.damage.unreadable,
            Limits,
            "a date or a number that cannot be read",
            "anything that rests on those values: they are null",
            "the export again, not through a spreadsheet",
        ),
        (
            |s| s.damage.ambiguous,
            Limits,
            "a date that may be day-first or month-first, read as month-first",
            "when these events were, within the same year",
            "the export with ISO dates, or word of which culture the collecting machine had",
        ),
        (
            |s| s.damage.repaired,
            Note,
            "values that PowerShell had written in a form of its own, read back",
            "that such values are letter by letter what the service wrote",
            "an export as JSON with -Depth 10 or more, if the letters matter",
        ),
    ];
    let mut findings = Vec::new();
    for (get, severity, what, cannot, ask) in KINDS {
        let total: u64 = context.lake.sources().iter().map(get).sum();
        if total > 0 {
            let sources = context.paths(|s| get(s) > 0);
            findings.push(one(
                "damage",
                *severity,
                format!("{}: {what}", counted(total, "record")),
                cannot,
                ask,
                sources,
            ));
        }
    }
    Ok(findings)
}

pub fn cut_cells(context: &Context<'_>) -> Findings {
    if !context.has("UnifiedAuditLog") {
        return Ok(Vec::new());
    }
    let query = "UnifiedAuditLog | where strlen(tostring(_auk_rest.AuditData)) == 32767 \
                 | summarize Count = count() by Source = _auk_source | project Source, Count";
    let rows = context.rows(query)?;
    let number = |row: &Vec<Value>, at: usize| row.get(at).and_then(Value::as_i64).unwrap_or(0);
    let count: i64 = rows.iter().map(|row| number(row, 1)).sum();
    let ids: Vec<i64> = rows.iter().map(|row| number(row, 0)).collect();
    if count == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![one(
        "cut-cells",
        Limits,
        format!(
            "{} with an AuditData cell cut at 32,767 characters, where Excel cuts",
            counted(count as u64, "record")
        ),
        "what stood behind the cut; the longest records are those of many items",
        "the CSV as it was downloaded, before it was opened and saved in Excel",
        context.paths(|s| ids.contains(&i64::from(s.id))),
    )])
}

pub fn columns(context: &Context<'_>) -> Findings {
    let mut groups: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
    for source in context.lake.sources().iter().filter(|s| !s.not_carried.is_empty()) {
        groups.entry(&source.not_carried).or_default().push(source.path.clone());
    }
    let finding = |(columns, sources): (&[String], Vec<String>)| {
        let who = if sources.len() == 1 { "a source has" } else { "some sources have" };
        let told = columns.iter().take(COLUMNS).cloned().collect::<Vec<_>>().join(", ");
        let more = if columns.len() > COLUMNS { ", …" } else { "" };
        one(
            "columns",
            Note,
            format!("{} that {who} no value for: {told}{more}", counted(columns.len() as u64, "column")),
            "that these are empty because nothing was there: in rows of these sources they always are",
            "the same log as JSON from Graph, if a conclusion rests on one of them",
            sources,
        )
    };
    Ok(groups.into_iter().map(finding).collect())
}

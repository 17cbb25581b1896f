//! The summary: what happened, what needs attention, what cannot be concluded, in plain words.
//!
//! Trap: a sentence says a number only if it was counted. Where the data for it is not there, it says so instead of
//! saying none.

use std::collections::BTreeMap;

use super::figures;
use super::findings::OVERVIEW;
use super::limits::{AUDIT, REACH};
use super::pack::{Figure, Kind, Part, Section, State, Words};
use super::period::Period;
use super::sections::{Count, FigureRow};
use crate::analysis::Severity;
use crate::audit::{Audit, Severity as Limit};

const fn figure(label: &'static str, of: &'static str, count: Count) -> FigureRow {
    FigureRow { label, of, count }
}

const FIGURES: &[FigureRow] = &[
    figure("role activations", "requests", Count::Where("Result", "activated")),
    figure(
        "of them approved by somebody",
        "requests",
        Count::Both(("Result", "activated"), ("Approval", "approved")),
    ),
    figure("requests that failed or were denied", "failed-requests", Count::Rows),
    figure(
        "analyses with critical findings",
        OVERVIEW,
        Count::Both(("Severity", "critical"), ("Result", "found")),
    ),
    figure(
        "analyses with findings of high severity",
        OVERVIEW,
        Count::Both(("Severity", "high"), ("Result", "found")),
    ),
    figure("events of emergency accounts", "break-glass-use", Count::Rows),
    figure("roles granted outside PIM", "outside-pim", Count::Rows),
    figure("Conditional Access policies touched", "conditional-access", Count::Distinct("Policy")),
];

/// The words and the figures of the summary, from the other sections.
pub fn of(sections: &[Section], period: &Period, audit: &Audit) -> (Vec<Words>, Vec<Figure>) {
    let parts: Vec<Part> = sections.iter().flat_map(|section| section.parts.iter().cloned()).collect();
    let mut words = vec![Words::new(Kind::Heading, "What happened")];
    words.extend(happened(&parts, period));
    words.push(Words::new(Kind::Heading, "What needs attention"));
    words.extend(attention(&parts));
    words.push(Words::new(Kind::Heading, "What cannot be concluded"));
    words.extend(limits(sections, audit));
    (words, figures::figures("summary", FIGURES, &parts))
}

fn happened(parts: &[Part], period: &Period) -> Vec<Words> {
    let find = |id: &str| parts.iter().find(|part| part.id == id);
    let number = |id: &str, count: Count| {
        find(id).filter(|part| part.was_run()).and_then(|part| figures::count(&part.table, count).as_i64())
    };
    let not_told = |id: &str, what: &str| {
        let reason = find(id).and_then(Part::instead).unwrap_or("Not run.");
        Words::new(Kind::Point, format!("{what}: not known. {reason}")).to(id.to_string())
    };
    let mut words = Vec::new();
    words.push(match number("requests", Count::Where("Result", "activated")) {
        None => not_told("requests", "Role activations"),
        Some(count) => {
            let approved = number("requests", Count::Both(("Result", "activated"), ("Approval", "approved")));
            let people = number("requests", Count::Distinct("User")).unwrap_or(0);
            let approved = approved.unwrap_or(0);
            let text = format!(
                "In {}, {} asked for roles, and roles were activated {}. {} approved by somebody; for {} no \
                 approval is logged.",
                period.name(),
                counted(people, "person", "people"),
                counted(count, "time", "times"),
                if approved == 1 {
                    "1 activation was".to_string()
                } else {
                    format!("{approved} activations were")
                },
                count - approved,
            );
            Words::new(Kind::Point, text).to("requests")
        }
    });
    words.push(match number("failed-requests", Count::Rows) {
        None => not_told("failed-requests", "Failed and denied requests"),
        Some(0) => {
            Words::new(Kind::Point, "Every logged request led to an activation.").to("failed-requests")
        }
        Some(count) => {
            let denied = number("failed-requests", Count::Where("Result", "denied")).unwrap_or(0);
            let text = format!(
                "{} did not lead to an activation; {denied} of them {} denied by an approver.",
                counted(count, "request", "requests"),
                if denied == 1 { "was" } else { "were" }
            );
            Words::new(Kind::Point, text).to("failed-requests")
        }
    });
    words.push(match number("countries", Count::Sum("SignIns")) {
        None => not_told("countries", "Sign-ins"),
        Some(count) => {
            let failed = number("countries", Count::Sum("NotSuccessful")).unwrap_or(0);
            let places = number("countries", Count::WhereNot("Country", "not stated")).unwrap_or(0);
            let text = format!(
                "{} are logged, from {}; {failed} did not succeed.",
                counted(count, "sign-in", "sign-ins"),
                counted(places, "country", "countries")
            );
            Words::new(Kind::Point, text).to("countries")
        }
    });
    let counts = [
        (
            "break-glass-use",
            "Use of emergency accounts",
            "event of an emergency account",
            "events of emergency accounts",
        ),
        (
            "outside-pim",
            "Grants outside PIM",
            "role was granted outside PIM",
            "roles were granted outside PIM",
        ),
        (
            "conditional-access",
            "Changes to Conditional Access",
            "property of Conditional Access was changed",
            "properties of Conditional Access were changed",
        ),
    ];
    for (id, what, one, several) in counts {
        words.push(match number(id, Count::Rows) {
            None => not_told(id, what),
            Some(0) => {
                let none = find(id).and_then(Part::instead).unwrap_or_default();
                Words::new(Kind::Point, none).to(id)
            }
            Some(count) => Words::new(Kind::Point, format!("{}.", counted(count, one, several))).to(id),
        });
    }
    words
}

/// The findings of medium severity and above, the worst first.
fn attention(parts: &[Part]) -> Vec<Words> {
    let Some(overview) = parts.iter().find(|part| part.id == OVERVIEW) else { return Vec::new() };
    let mut words = Vec::new();
    for (row, link) in overview.table.rows.iter().zip(&overview.links) {
        let (Some(link), Some(severity)) = (link, row[0].as_str().and_then(Severity::of)) else { continue };
        if severity < Severity::Medium {
            continue;
        }
        let part = parts.iter().find(|part| part.id == *link);
        let note = |name: &str| {
            part.and_then(|p| p.notes.iter().find(|(n, _)| n == name)).map_or("", |(_, text)| text.as_str())
        };
        let rows = counted(row[3].as_i64().unwrap_or(0), "row", "rows");
        let text = format!("{} ({rows}). {}", row[1].to_text(), note("What it means"));
        words.push(Words::new(Kind::Weighed(severity), text.trim_end()).to(link.clone()));
    }
    if words.is_empty() {
        words.push(
            Words::new(Kind::Point, "No analysis of medium severity or above found anything.").to(OVERVIEW),
        );
    }
    words
}

/// What was not run, what the data does not reach, and what the audit found.
fn limits(sections: &[Section], audit: &Audit) -> Vec<Words> {
    let mut words = Vec::new();
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for part in sections.iter().flat_map(|section| &section.parts) {
        if let State::NotRun(reason) = &part.state {
            reasons.entry(reason).or_default().push(&part.title);
        }
    }
    let overview = sections.iter().flat_map(|s| &s.parts).find(|part| part.id == OVERVIEW);
    for row in overview.map_or(&[][..], |part| part.table.rows.as_slice()) {
        if let (Some("not run"), Some(title), Some(reason)) =
            (row[2].as_str(), row[1].as_str(), row[4].as_str())
        {
            let titles = reasons.entry(reason).or_default();
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
    }
    for (reason, titles) in reasons {
        words.push(
            Words::new(Kind::Point, format!("{reason} This concerns: {}.", titles.join("; "))).to(OVERVIEW),
        );
    }
    let reach = sections.iter().find(|section| section.parts.iter().any(|part| part.id == REACH));
    let points = reach.into_iter().flat_map(|section| &section.words);
    words.extend(points.filter(|words| words.kind == Kind::Point).cloned());
    for finding in audit.findings.iter().filter(|f| f.severity >= Limit::Limits) {
        words.push(
            Words::new(
                Kind::Point,
                format!("Cannot be concluded: {}. Seen: {}.", finding.cannot, finding.seen),
            )
            .to(AUDIT),
        );
    }
    if words.is_empty() {
        words.push(Words::new(Kind::Point, "No check found anything that limits a conclusion.").to(AUDIT));
    }
    words
}

/// `1 person`, `2 people`.
fn counted(number: i64, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

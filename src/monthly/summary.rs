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

/// The result of a request that led to an activation.
const ACTIVATED: &str = "activated";

const fn figure(label: &'static str, of: &'static str, count: Count) -> FigureRow {
    FigureRow { label, of, count }
}

const FIGURES: &[FigureRow] = &[
    figure("role activations", "requests", Count::Where("Result", ACTIVATED)),
    figure(
        "of them approved by somebody",
        "requests",
        Count::Both(("Result", ACTIVATED), ("Approval", "approved")),
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

/// The parts that sentences are made of.
struct Told<'a>(&'a [Part]);

impl Told<'_> {
    /// A number, if its part could be asked.
    fn number(&self, id: &str, count: Count) -> Option<i64> {
        let part = self.0.iter().find(|part| part.id == id).filter(|part| part.was_run())?;
        figures::count(&part.table, count).as_i64()
    }

    /// What a part says in place of rows.
    fn instead(&self, id: &str) -> &str {
        self.0.iter().find(|part| part.id == id).and_then(Part::instead).unwrap_or("Not run.")
    }

    fn not_known(&self, id: &str, what: &str) -> String {
        format!("{what}: not known. {}", self.instead(id))
    }

    fn activations(&self, period: &Period) -> Option<String> {
        let count = self.number("requests", Count::Where("Result", ACTIVATED))?;
        let people = self.number("requests", Count::Distinct("User"))?;
        let approved =
            self.number("requests", Count::Both(("Result", ACTIVATED), ("Approval", "approved")))?;
        Some(format!(
            "In {}, {} asked for roles, and roles were activated {}. {} approved by somebody; for {} no approval is \
             logged.",
            period.name(),
            counted(people, "person", "people"),
            counted(count, "time", "times"),
            counted(approved, "activation was", "activations were"),
            count - approved,
        ))
    }

    fn failed(&self) -> Option<String> {
        let count = self.number("failed-requests", Count::Rows)?;
        if count == 0 {
            return Some("Every logged request led to an activation.".to_string());
        }
        let denied = self.number("failed-requests", Count::Where("Result", "denied"))?;
        let were = if denied == 1 { "was" } else { "were" };
        let requests = counted(count, "request", "requests");
        Some(format!(
            "{requests} did not lead to an activation; {denied} of them {were} denied by an approver."
        ))
    }

    fn sign_ins(&self) -> Option<String> {
        let count = self.number("countries", Count::Sum("SignIns"))?;
        let failed = self.number("countries", Count::Sum("NotSuccessful"))?;
        let places = self.number("countries", Count::WhereNot("Country", "not stated"))?;
        Some(format!(
            "{} logged, from {}; {failed} did not succeed.",
            counted(count, "sign-in is", "sign-ins are"),
            counted(places, "country", "countries")
        ))
    }
}

/// Parts whose rows are told by their number: what they are about, and one and several of them.
const COUNTS: &[[&str; 4]] = &[
    [
        "break-glass-use",
        "Use of emergency accounts",
        "event of an emergency account",
        "events of emergency accounts",
    ],
    ["outside-pim", "Grants outside PIM", "role was granted outside PIM", "roles were granted outside PIM"],
    [
        "conditional-access",
        "Changes to Conditional Access",
        "property of Conditional Access was changed",
        "properties of Conditional Access were changed",
    ],
];

fn happened(parts: &[Part], period: &Period) -> Vec<Words> {
    let told = Told(parts);
    let mut words = Vec::new();
    let mut say = |id: &str, what: &str, text: Option<String>| {
        let text = text.unwrap_or_else(|| told.not_known(id, what));
        words.push(Words::new(Kind::Point, text).to(id));
    };
    say("requests", "Role activations", told.activations(period));
    say("failed-requests", "Failed and denied requests", told.failed());
    say("countries", "Sign-ins", told.sign_ins());
    for [id, what, one, several] in COUNTS {
        let text = told.number(id, Count::Rows).map(|count| match count {
            0 => told.instead(id).to_string(),
            count => format!("{}.", counted(count, one, several)),
        });
        say(id, what, text);
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
        // What is urgent is explained; of the rest a line each is enough here.
        let meaning = if severity > Severity::Medium { note("What it means") } else { "" };
        let text = format!("{} ({rows}). {meaning}", row[1].to_text());
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

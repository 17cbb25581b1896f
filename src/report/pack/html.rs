//! A report as one HTML file: no network, no other files; it prints, works without its script, and is read aloud well.
//!
//! Trap: the content security policy lets the one style and the one script run by their hashes and forbids all else,
//! so not even a hole in the escaping could load or run anything. Charts colour their shapes by `style` attributes,
//! which alone are let through.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hypertext::prelude::*;
use hypertext::{Raw, Rendered};
use sha2::{Digest, Sha256};

use super::cells::{Style, label, styles};
use super::charts;
use super::parts::{Cut, cut_to};
use crate::analysis::Severity;
use crate::monthly::pack::{Figure, Kind, Pack, Part, Record, Section, State, Words};
use crate::monthly::period::Period;
use crate::report::escape::{push_visible, visible};
use crate::table::Table;
use crate::time::datetime_text;
use crate::types::Type;
use crate::value::Value;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// So many rows of a table are shown; CSV, JSON and XLSX have all.
const ROWS: usize = 1000;
/// A longer text of a cell is folded after so many characters.
const CELL: usize = 240;

pub fn text(pack: &Pack) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; style-src-elem '{}'; style-src-attr 'unsafe-inline'; \
         script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let title = format!("{}: {}", pack.title, pack.period.name());
    let page: Rendered<String> = maud! {
        !DOCTYPE
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // Own texts, embedded at build time: nothing of the data is in them.
                style { (Raw::dangerously_create(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                (head(pack))
                div.page {
                    (contents(pack))
                    main #main tabindex="-1" {
                        @for (at, section) in pack.sections.iter().enumerate() {
                            (section_of(section, at + 1, &pack.period))
                        }
                    }
                }
                script { (Raw::dangerously_create(SCRIPT)) }
            }
        }
    }
    .render();
    page.into_inner()
}

/// How a policy names a text that may stand inline.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

fn head(pack: &Pack) -> impl Renderable {
    maud! {
        header.top {
            p.kind { "Monthly review" }
            h1 { (visible(&pack.title)) span.when { " " (pack.period.name()) } }
            dl.facts {
                @for (name, text) in &pack.facts {
                    div { dt { (visible(name)) } dd { (visible(text)) } }
                }
            }
        }
    }
}

fn contents(pack: &Pack) -> impl Renderable {
    maud! {
        nav.contents aria-label="Contents" {
            ol {
                @for section in &pack.sections {
                    li { a href=(format!("#{}", section.id)) { (section.title) } }
                }
            }
        }
    }
}

fn section_of(section: &Section, number: usize, period: &Period) -> impl Renderable {
    maud! {
        section id=(section.id) aria-labelledby=(format!("{}-title", section.id)) {
            h2 id=(format!("{}-title", section.id)) { span.number { (number) } " " (section.title) }
            p.about { (section.about) }
            @if !section.figures.is_empty() {
                ul.figures { @for figure in &section.figures { (figure_of(figure)) } }
            }
            (words_of(&section.words))
            @for part in &section.parts { (part_of(part, period)) }
            @if !section.signatures.is_empty() { (signatures(section)) }
        }
    }
}

fn figure_of(figure: &Figure) -> impl Renderable {
    let value = figure.value.as_i64();
    maud! {
        li id=(figure.id) {
            a href=(format!("#{}", figure.of)) title=(figure.how) {
                @match value {
                    Some(number) => strong { (number) },
                    None => strong.none { "no data" },
                }
                span { (figure.label) }
            }
        }
    }
}

/// Runs of points are lists.
fn words_of(words: &[Words]) -> impl Renderable {
    let is_point = |words: &Words| matches!(words.kind, Kind::Point | Kind::Weighed(_));
    let runs: Vec<&[Words]> = words.chunk_by(move |a, b| is_point(a) && is_point(b)).collect();
    maud! {
        @for run in &runs {
            @if run.first().is_some_and(is_point) {
                ul.points { @for words in *run { li { (sentence(words)) } } }
            } @else {
                @for words in *run {
                    @if words.kind == Kind::Heading { h3 { (words.text) } } @else { p { (sentence(words)) } }
                }
            }
        }
    }
}

fn sentence(words: &Words) -> impl Renderable {
    let severity = match words.kind {
        Kind::Weighed(severity) => Some(severity),
        _ => None,
    };
    maud! {
        @if let Some(severity) = severity { (badge(severity)) " " }
        (visible(&words.text))
        @if let Some(to) = &words.to { " " a.rows href=(format!("#{to}")) { "Show rows" } }
    }
}

fn badge(severity: Severity) -> impl Renderable {
    maud! { span class=(format!("badge {}", severity.name())) { (severity.name()) } }
}

fn part_of(part: &Part, period: &Period) -> impl Renderable {
    let finds = part.severity.filter(|severity| severity.finds() && part.state == State::Found);
    maud! {
        article.part id=(part.id) aria-labelledby=(format!("{}-title", part.id)) {
            h3 id=(format!("{}-title", part.id)) {
                (visible(&part.title))
                @if let Some(severity) = finds { " " (badge(severity)) }
            }
            @if !part.about.is_empty() { p.about { (visible(&part.about)) } }
            @match part.instead() {
                Some(text) => p class=(if part.was_run() { "nothing" } else { "not-run" }) { (visible(text)) },
                None => {
                    (chart_of(part))
                    (table_of(part, period))
                }
            }
            (behind(part))
        }
    }
}

/// The picture of a part. One that cannot be drawn is left out: the table has all of it.
fn chart_of(part: &Part) -> impl Renderable {
    let drawn = part.chart.as_ref().and_then(|c| Some((c, charts::svg(&part.table, c, &part.id)?)));
    maud! {
        @if let Some((chart, svg)) = &drawn {
            // Made of shapes and of text that `svg` escaped.
            figure.chart tabindex="0" aria-label=(chart.title) { (Raw::dangerously_create(svg.as_str())) }
        }
    }
}

/// What a finding means, and the query, folded.
fn behind(part: &Part) -> impl Renderable {
    let notes = if part.was_run() { part.notes.as_slice() } else { &[] };
    maud! {
        @if !notes.is_empty() {
            dl.notes {
                @for (name, text) in notes { div { dt { (visible(name)) } dd { (visible(text)) } } }
            }
        }
        @if let Some(query) = &part.query {
            details.kql {
                summary { "How this was asked: " (query.name) }
                pre tabindex="0" { code { (lines(&query.text)) } }
            }
        }
    }
}

/// A text of several lines with all else that is hidden made visible.
fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' { out.push(c) } else { push_visible(c, &mut out) }
    }
    out
}

fn table_of(part: &Part, period: &Period) -> impl Renderable {
    let styles = styles(&part.table, period);
    let classes = classes(&part.table, &styles);
    let evidence = !part.evidence.is_empty();
    let all = part.table.rows.len();
    let rows = if all == 1 { "1 row".to_string() } else { format!("{all} rows") };
    let shown = if all > ROWS { format!("{ROWS} of {rows}; CSV, JSON and XLSX have all") } else { rows };
    maud! {
        div.scroll role="group" aria-labelledby=(format!("{}-title", part.id)) tabindex="0" {
            table {
                caption { (shown) }
                thead {
                    tr {
                        @for column in &part.table.schema.columns {
                            th scope="col" class=(if is_right(column.ty) { "right" } else { "left" }) {
                                (label(&column.name))
                            }
                        }
                        @if evidence { th.evidence scope="col" { "Evidence" } }
                    }
                }
                tbody {
                    @for (at, row) in part.table.rows.iter().take(ROWS).enumerate() {
                        tr {
                            @for (column, (value, style)) in row.iter().zip(&styles).enumerate() {
                                (cell_of(value, style, classes[column], part, at, column))
                            }
                            @if let Some(records) = part.evidence.get(at) { td.evidence { (evidence_of(records)) } }
                        }
                    }
                }
            }
        }
    }
}

fn is_right(ty: Type) -> bool {
    ty.is_number() || ty == Type::Timespan
}

/// By what a cell is sorted where its text does not tell.
fn sort_key(value: &Value) -> Option<String> {
    match value {
        Value::Datetime(_) | Value::Timespan(_) | Value::Int(_) | Value::Long(_) => {
            value.as_i64().map(|n| n.to_string())
        }
        Value::Real(x) => Some(x.to_string()),
        _ => None,
    }
}

/// How wide each column is to be, by its longest cell.
fn classes(table: &Table, styles: &[Style<'_>]) -> Vec<&'static str> {
    let class = |(at, style): (usize, &Style<'_>)| match style.ty {
        Type::Datetime => "time",
        ty if is_right(ty) => "right",
        _ => {
            let rows = table.rows.iter().take(ROWS);
            let longest = rows.map(|row| style.text(&row[at]).chars().count()).max().unwrap_or(0);
            let name = table.schema.columns[at].name.as_str();
            match longest {
                _ if name == "SHA256" => "hash",
                0..=36 => "short",
                37..=70 => "text",
                _ => "long",
            }
        }
    };
    styles.iter().enumerate().map(class).collect()
}

fn cell_of(
    value: &Value,
    style: &Style<'_>,
    class: &str,
    part: &Part,
    row: usize,
    column: usize,
) -> impl Renderable {
    let text = style.text(value);
    let severity = part.table.schema.columns.get(column).filter(|c| c.name == "Severity");
    let severity = severity.and_then(|_| Severity::of(value.as_str()?));
    let name = part.table.schema.columns.get(column).map(|c| c.name.as_str());
    let link = part.links.get(row).cloned().flatten().filter(|_| matches!(name, Some("Analysis" | "Rows")));
    let key = sort_key(value);
    maud! {
        td class=(class) data-sort=[&key] {
            @if let Some(severity) = severity {
                (badge(severity))
            } @else if let Some(to) = &link {
                a href=(format!("#{to}")) { (text) }
            } @else if let Value::Datetime(ticks) = value {
                time datetime=(datetime_text(*ticks)) { (text) }
            } @else {
                (folded(&text))
            }
        }
    }
}

/// A long text, its end folded away.
fn folded(text: &str) -> impl Renderable {
    let (front, rest) = match cut_to(text, CELL) {
        Cut::Whole => (text.to_string(), None),
        Cut::At(end, left) => (text[..end].to_string(), Some((left, text[end..].to_string()))),
    };
    maud! {
        (front)
        @if let Some((left, rest)) = &rest {
            "…"
            details.more { summary { (left) " more characters" } (rest) }
        }
    }
}

fn evidence_of(records: &[Record]) -> impl Renderable {
    let count =
        if records.len() == 1 { "1 record".to_string() } else { format!("{} records", records.len()) };
    maud! {
        details {
            summary { (count) }
            ul {
                @for record in records {
                    li { code { (visible(&record.id)) } " " span.file { (visible(&record.source)) } }
                }
            }
        }
    }
}

fn signatures(section: &Section) -> impl Renderable {
    maud! {
        div.scroll role="group" aria-labelledby=(format!("{}-title", section.id)) tabindex="0" {
            table.signatures {
                caption { "To be signed" }
                thead {
                    tr {
                        @for name in ["Role", "Name", "Date", "Signature"] { th scope="col" { (name) } }
                    }
                }
                tbody {
                    @for (role, name) in &section.signatures {
                        tr { th scope="row" { (role) } td { (visible(name)) } td {} td {} }
                    }
                }
            }
        }
    }
}

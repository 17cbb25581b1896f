//! Results as one page that needs nothing else: chart, table, query, and what the answer rests on.
//!
//! Colours follow the reader's (light or dark); there are no scripts and nothing is loaded.
//!
//! Trap: every text is data: all of it goes through `push_escaped`. A page of more rows than a browser bears is
//! cut, and says so.

use std::fmt::Write;

use super::cell;
use super::charts::Size;
use super::charts::asked::Visual;
use super::escape::visible;
use super::svg::{self, push_escaped};
use crate::table::Table;

/// Rows of a table on a page.
const ROWS: usize = 10_000;
/// Bytes of a cell.
const CELL: usize = 16 << 10;
const STYLE: &str = "\
:root{color-scheme:light dark;--auk-paper:Canvas}
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;padding:0 1rem;max-width:75rem;color:CanvasText;background:Canvas}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
figure{margin:1rem 0}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem;border-bottom:1px solid color-mix(in srgb,CanvasText 20%,Canvas);max-width:40rem;overflow-wrap:anywhere;white-space:pre-wrap}
thead th{border-bottom-width:2px}
.n{text-align:right;font-variant-numeric:tabular-nums}
pre{padding:.8rem 1rem;overflow-x:auto;background:color-mix(in srgb,CanvasText 6%,Canvas)}
footer,.note{font-size:.875rem;opacity:.8}
@media print{body{margin:0;max-width:none}thead{display:table-header-group}tr{break-inside:avoid}}";

/// One result of a page.
pub struct Section<'a> {
    /// What stands above it where there are several.
    pub title: Option<&'a str>,
    pub table: &'a Table,
    /// How the query asks to show it.
    pub visual: Option<Visual<'a>>,
}

pub struct Page<'a> {
    pub title: &'a str,
    pub sections: Vec<Section<'a>>,
    pub query: &'a str,
    /// What the answer rests on, a sentence each.
    pub provenance: Vec<String>,
}

/// The page as text.
pub fn page(page: &Page<'_>) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    element("title", page.title, &mut out);
    _ = write!(out, "<style>\n{STYLE}\n</style>\n</head>\n<body>\n");
    element("h1", page.title, &mut out);
    for (at, section) in page.sections.iter().enumerate() {
        if let Some(title) = section.title {
            element("h2", title, &mut out);
        }
        if let Some(visual) = &section.visual {
            push_chart(section.table, visual, &format!("chart{}", at + 1), &mut out);
        }
        push_table(section.table, &mut out);
    }
    element("h2", "Query", &mut out);
    out.push_str("<pre><code>");
    push_lines(page.query, &mut out);
    out.push_str("</code></pre>\n<footer>\n");
    page.provenance.iter().for_each(|line| element("p", line, &mut out));
    out.push_str("</footer>\n</body>\n</html>\n");
    out
}

/// `<name>text</name>`
fn element(name: &str, text: &str, out: &mut String) {
    _ = write!(out, "<{name}>");
    push_escaped(text, out);
    _ = writeln!(out, "</{name}>");
}

/// Appends a text of several lines, escaped.
pub fn push_lines(text: &str, out: &mut String) {
    for (at, line) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for (at, part) in line.split('\t').enumerate() {
            if at > 0 {
                out.push_str("    ");
            }
            push_escaped(part, out);
        }
    }
}

/// The chart in a figure, or why there is none.
pub fn push_chart(table: &Table, visual: &Visual<'_>, id: &str, out: &mut String) {
    if visual.chart.eq_ignore_ascii_case("table") {
        return;
    }
    match svg::draw(table, visual, Size::default(), id) {
        Ok(chart) => _ = writeln!(out, "<figure>\n{chart}\n</figure>"),
        Err(why) => {
            out.push_str("<p class=\"note\">No chart: ");
            push_escaped(&why, out);
            out.push_str(".</p>\n");
        }
    }
}

/// The rows as a table.
pub fn push_table(table: &Table, out: &mut String) {
    if table.rows.is_empty() {
        out.push_str("<p>No rows.</p>\n");
        return;
    }
    out.push_str("<div class=\"wide\">\n<table>\n<thead><tr>");
    let columns = &table.schema.columns;
    let class = |at: usize| if columns[at].ty.is_number() { " class=\"n\"" } else { "" };
    for (at, column) in columns.iter().enumerate() {
        _ = write!(out, "<th scope=\"col\"{}>", class(at));
        push_escaped(&column.name, out);
        out.push_str("</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let mut text = String::new();
    for row in table.rows.iter().take(ROWS) {
        out.push_str("<tr>");
        for (at, (value, column)) in row.iter().zip(columns).enumerate() {
            text.clear();
            cell::text(value, column.ty, &mut text);
            _ = write!(out, "<td{}>", class(at));
            push_cut(&text, out);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    if table.rows.len() > ROWS {
        let more = table.rows.len() - ROWS;
        _ = writeln!(
            out,
            "<p class=\"note\">{more} more rows are not on this page; CSV and JSON hold all.</p>"
        );
    }
}

/// A cell, cut where no one reads it.
fn push_cut(text: &str, out: &mut String) {
    let end = text.floor_char_boundary(CELL);
    push_escaped(&text[..end], out);
    if end < text.len() {
        _ = write!(out, "… <span class=\"note\">({} more bytes)</span>", text.len() - end);
    }
}

/// The title of a page: the chart's own, else what the caller calls the query.
pub fn title_of(visual: Option<&Visual<'_>>, name: &str) -> String {
    let own = visual.and_then(|v| v.properties.iter().find(|(key, _)| key.eq_ignore_ascii_case("title")));
    visible(own.map_or(name, |(_, title)| title.as_str())).into_owned()
}

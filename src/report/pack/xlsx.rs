//! A report as a workbook: an overview with every figure, then a sheet for each table, numbered by section and part
//! (`3.1 Activations by role`), then the queries and the lines to sign.
//!
//! Tables have one header row that stays in view, a filter, and cells of their type, so they can be sorted, summed and
//! pivoted. Times are those of the report's time zone, as Excel knows none.

use std::io;

use super::cells::{Style, label, styles};
use super::sheet::{Cell, Look, ROWS, STYLES, Sheet, escaped, first};
use super::zip;
use crate::monthly::pack::{Kind, Pack, Part, Section};
use crate::monthly::period::Period;
use crate::report::escape::visible;
use crate::table::Table;
use crate::types::Type;
use crate::value::Value;

/// Integers up to here are exact as doubles.
const EXACT: i64 = 1 << 53;
/// So many characters may a sheet's name have.
const NAME: usize = 31;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

pub fn bytes(pack: &Pack) -> io::Result<Vec<u8>> {
    let names = Names::of(pack);
    let mut sheets = vec![overview(pack, &names)];
    for (section, part) in pack.parts().filter(|(_, part)| part.instead().is_none()) {
        sheets.push(table_sheet(part, &names, names.part(&part.id).unwrap_or(&section.id), &pack.period));
    }
    sheets.push(queries(pack, &names));
    sheets.extend(pack.sections.iter().filter(|s| !s.signatures.is_empty()).map(sign_off));
    let mut files = vec![
        ("[Content_Types].xml".to_string(), types(&sheets)),
        ("_rels/.rels".to_string(), root_relations()),
        ("docProps/core.xml".to_string(), core(pack)),
        ("xl/workbook.xml".to_string(), workbook(&sheets)),
        ("xl/_rels/workbook.xml.rels".to_string(), relations(&sheets)),
        ("xl/styles.xml".to_string(), STYLES.to_string()),
    ];
    for (at, sheet) in sheets.iter().enumerate() {
        files.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet.xml()));
    }
    let files: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    zip::archive(&files)
}

/// The names of the sheets of parts, by the parts' ids.
struct Names(Vec<(String, String)>);

impl Names {
    fn of(pack: &Pack) -> Names {
        let mut names: Vec<(String, String)> = Vec::new();
        for (at, section) in pack.sections.iter().enumerate() {
            let shown = section.parts.iter().filter(|part| part.instead().is_none());
            for (nth, part) in shown.enumerate() {
                let odd = |c: char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
                let title = visible(&part.title).replace(odd, " ");
                let name: String = format!("{}.{} {title}", at + 1, nth + 1).chars().take(NAME).collect();
                names.push((part.id.clone(), name.trim_end().to_string()));
            }
        }
        Names(names)
    }

    fn part(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|(part, _)| part == id).map(|(_, name)| name.as_str())
    }

    /// A cell that leads to a part's sheet, if it has one.
    fn link(&self, text: &str, id: &str) -> Cell {
        match self.part(id) {
            Some(name) => Cell::Link(text.to_string(), name.to_string()),
            None => Cell::text(text),
        }
    }
}

fn words(text: &str) -> Cell {
    Cell::Text(visible(text).into_owned(), Look::Words)
}

fn overview(pack: &Pack, names: &Names) -> Sheet {
    let title = format!("{}: {}", visible(&pack.title), pack.period.name());
    let mut rows = vec![vec![Cell::Text(title, Look::Title)], Vec::new()];
    rows.extend(pack.facts.iter().map(|(name, text)| vec![Cell::text(visible(name)), words(text)]));
    for section in &pack.sections {
        rows.push(Vec::new());
        rows.push(vec![
            Cell::Text(section.title.clone(), Look::Header),
            Cell::Text(String::new(), Look::Header),
        ]);
        rows.push(vec![Cell::Empty, words(&section.about)]);
        rows.extend(section.figures.iter().map(|figure| {
            let value = figure.value.as_i64().map_or(Cell::text("no data"), |n| Cell::Number(n as f64));
            vec![value, names.link(&figure.label, &figure.of)]
        }));
        rows.extend(section.words.iter().map(|said| {
            let kind = match said.kind {
                Kind::Weighed(severity) => severity.name(),
                _ => "",
            };
            let link = said.to.as_deref().map_or(Cell::Empty, |id| match names.part(id) {
                Some(name) => Cell::Link("rows".to_string(), name.to_string()),
                None => Cell::Empty,
            });
            vec![Cell::text(kind), words(&said.text), link]
        }));
        rows.extend(section.parts.iter().map(|part| match part.instead() {
            None => vec![Cell::text("table"), names.link(&visible(&part.title), &part.id)],
            Some(why) => vec![Cell::text("no table"), words(&format!("{}: {why}", part.title))],
        }));
    }
    Sheet { name: "Report".to_string(), header: false, rows, widths: vec![24, 100, 10] }
}

fn table_sheet(part: &Part, names: &Names, name: &str, period: &Period) -> Sheet {
    let table = &part.table;
    let mut header: Vec<Cell> =
        table.schema.columns.iter().map(|c| Cell::Text(label(&c.name), Look::Header)).collect();
    if !part.evidence.is_empty() {
        header.extend(["Evidence", "Evidence files"].map(|name| Cell::Text(name.to_string(), Look::Header)));
    }
    let mut rows = vec![header];
    let styles = styles(table, period);
    for (at, row) in table.rows.iter().take(ROWS - 1).enumerate() {
        let mut cells: Vec<Cell> = row.iter().zip(&styles).map(|(value, style)| cell(value, style)).collect();
        let to = part.links.get(at).and_then(Option::as_deref);
        link_row(table, to, names, &mut cells);
        if let Some(records) = part.evidence.get(at) {
            let ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
            let mut files: Vec<&str> = records.iter().map(|record| record.source.as_str()).collect();
            files.sort_unstable();
            files.dedup();
            cells.push(Cell::text(visible(&ids.join(" "))));
            cells.push(Cell::text(visible(&files.join("; "))));
        }
        rows.push(cells);
    }
    Sheet { name: name.to_string(), header: true, rows, widths: Vec::new() }
}

fn link_row(table: &Table, to: Option<&str>, names: &Names, cells: &mut [Cell]) {
    let (Some(to), Some(at)) = (to, table.schema.index("Analysis")) else { return };
    if let Some(Cell::Text(text, _)) = cells.get(at).cloned() {
        cells[at] = names.link(&text, to);
    }
}

fn cell(value: &Value, style: &Style<'_>) -> Cell {
    if let Some(ticks) = style.moment(value) {
        return if ticks >= first() {
            Cell::Moment(ticks, style.dates)
        } else {
            Cell::text(style.text(value))
        };
    }
    match value {
        Value::Null => Cell::Empty,
        Value::Bool(b) if style.ty == Type::Bool => Cell::Bool(*b),
        Value::Int(_) | Value::Long(_) if style.ty != Type::Dynamic => match value.as_i64() {
            Some(n) if n.abs() <= EXACT => Cell::Number(n as f64),
            _ => Cell::text(style.text(value)),
        },
        Value::Real(x) if x.is_finite() && style.ty != Type::Dynamic => Cell::Number(*x),
        Value::Timespan(ticks) if *ticks >= 0 && style.ty != Type::Dynamic => Cell::Span(*ticks),
        value => Cell::text(style.text(value)),
    }
}

fn queries(pack: &Pack, names: &Names) -> Sheet {
    let header = ["Section", "Table", "Analysis", "KQL"].map(|n| Cell::Text(n.to_string(), Look::Header));
    let mut rows = vec![header.to_vec()];
    for (section, part) in pack.parts() {
        if let Some(query) = &part.query {
            let text: String =
                query.text.split('\n').map(|line| visible(line).into_owned()).collect::<Vec<_>>().join("\n");
            rows.push(vec![
                Cell::text(section.title.as_str()),
                names.link(&visible(&part.title), &part.id),
                Cell::text(query.name.as_str()),
                Cell::Text(text, Look::Plain),
            ]);
        }
    }
    Sheet { name: "KQL".to_string(), header: true, rows, widths: vec![28, 44, 34, 100] }
}

fn sign_off(section: &Section) -> Sheet {
    let mut rows =
        vec![["Role", "Name", "Date", "Signature"].map(|n| Cell::Text(n.to_string(), Look::Header)).to_vec()];
    rows.extend(
        section
            .signatures
            .iter()
            .map(|(role, name)| vec![Cell::text(role.as_str()), Cell::text(visible(name))]),
    );
    rows.push(vec![words(&section.about)]);
    Sheet { name: section.title.clone(), header: true, rows, widths: vec![30, 30, 16, 40] }
}

fn types(sheets: &[Sheet]) -> String {
    let mut out = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{KIND}.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" ContentType=\"{KIND}.styles+xml\"/><Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    );
    for at in 1..=sheets.len() {
        out.push_str(&format!(
            "<Override PartName=\"/xl/worksheets/sheet{at}.xml\" ContentType=\"{KIND}.worksheet+xml\"/>"
        ));
    }
    out + "</Types>\n"
}

fn root_relations() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/><Relationship Id=\"rId2\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>\n"
    )
}

/// The book's own dates are the end of its period: nothing of it comes from the clock.
fn core(pack: &Pack) -> String {
    let c = crate::time::civil(pack.period.to);
    let date =
        format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second);
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>auk</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">{date}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{date}</dcterms:modified></cp:coreProperties>\n",
        escaped(&format!("{}: {}", pack.title, pack.period.name()))
    )
}

fn workbook(sheets: &[Sheet]) -> String {
    let mut out = format!("{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>");
    for (at, sheet) in sheets.iter().enumerate() {
        out.push_str(&format!(
            "<sheet name=\"{}\" sheetId=\"{1}\" r:id=\"rId{1}\"/>",
            escaped(&sheet.name),
            at + 1
        ));
    }
    out.push_str("</sheets><definedNames>");
    for (at, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.header) {
        out.push_str(&format!(
            "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{at}\" hidden=\"1\">{}</definedName>",
            escaped(&sheet.range())
        ));
    }
    out + "</definedNames></workbook>\n"
}

fn relations(sheets: &[Sheet]) -> String {
    let mut out = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for at in 1..=sheets.len() {
        out.push_str(&format!(
            "<Relationship Id=\"rId{at}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"
        ));
    }
    out.push_str(&format!(
        "<Relationship Id=\"rId{}\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>\n",
        sheets.len() + 1
    ));
    out
}

//! `--format svg`, `png` and `html`: a result as its chart, or as a page.
//!
//! Trap: without a `render` there is no chart, and no kind is guessed; a page is made all the same.

use std::io::{self, Write};

use super::failure::Failure;
use super::output::{Format, Output, Titled, replace};
use super::terminal::{Terminal, counted};
use crate::kql::Render;
use crate::report::html::{self, Page, Section};
use crate::report::{Size, Visual, png, svg};

/// Results and what is said of them.
pub struct Picture<'a> {
    pub name: &'a str,
    pub query: &'a str,
    pub results: &'a [Titled],
    pub render: Option<&'a Render>,
    pub provenance: Vec<String>,
}

/// How a query asks to show its result.
pub fn visual(render: &Render) -> Visual<'_> {
    Visual { chart: &render.chart, properties: &render.properties, calendar: false }
}

impl Picture<'_> {
    /// Writes it where the user asked for it.
    pub fn write(self, output: &Output, terminal: &Terminal) -> Result<(), Failure> {
        let format = output.format();
        if format == Format::Png && output.output.is_none() {
            let failure = Failure::usage("PNG is no text for standard output");
            return Err(failure.with_help("name a file: -o chart.png"));
        }
        let rows = self.results.iter().map(|r| r.table.rows.len()).sum();
        let bytes = self.bytes(format)?;
        match &output.output {
            Some(path) => {
                replace(path, |file| file.write_all(&bytes).map_err(Failure::from))?;
                terminal.remark(&format!("{} in {}", counted(rows, "row"), path.display()));
            }
            None => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes)?;
                out.flush()?;
            }
        }
        Ok(())
    }

    fn bytes(self, format: Format) -> Result<Vec<u8>, Failure> {
        if format == Format::Html {
            return Ok(self.page().into_bytes());
        }
        let Some(render) = self.render else {
            let failure = Failure::usage("the query has no chart to draw");
            return Err(failure.with_help("end it with one: | render timechart, barchart, piechart, …"));
        };
        let [only, ..] = self.results else { return Err(Failure::usage("the query has no result")) };
        let refused = |why: String| Failure::usage(format!("{}: {why}", self.name));
        match format {
            Format::Png => png::draw(&only.table, &visual(render), Size::default()).map_err(refused),
            _ => svg::file(&only.table, &visual(render), Size::default())
                .map(String::into_bytes)
                .map_err(refused),
        }
    }

    fn page(self) -> String {
        let several = self.results.len() > 1;
        let mut sections = Vec::new();
        for (at, result) in self.results.iter().enumerate() {
            let title = several.then_some(result.title.as_str());
            let visual = self.render.filter(|_| at == 0).map(visual);
            sections.push(Section { title, table: &result.table, visual });
        }
        let title = html::title_of(self.render.map(visual).as_ref(), self.name);
        html::page(&Page { title: &title, sections, query: self.query, provenance: self.provenance })
    }
}

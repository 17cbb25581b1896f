//! What many analyses come to, as text, Markdown, JSON, NDJSON, CSV, or a folder of files.
//!
//! | form | results | summary |
//! |---|---|---|
//! | table, Markdown | those with rows, each under its title | counts by severity, then a line for each with rows |
//! | JSON | one document: all analyses, with rows | its member `summary` |
//! | NDJSON | a line for each analysis, with rows | |
//! | CSV | | a row for each analysis |
//! | a folder | a file for each that was run | the file `summary` |
//!
//! Results are written as they come and forgotten, so that what is held is the summary alone; it comes last, where a
//! terminal shows it. Trap: what is informational has rows, not findings, and what was not run is never clean.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::super::output::{self, Format, Output, Titled};
use super::super::terminal::{Terminal, counted};
use super::Failure;
use super::summary::{self, object};
use crate::analysis::Analysis;
use crate::report::{self, Screen, visible};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has rows.
    Found,
    /// It was run and has none.
    Clean,
    NotRun,
    Failed,
}

/// What became of an analysis.
pub struct Entry {
    pub analysis: &'static Analysis,
    pub status: Status,
    pub rows: usize,
    /// Why it was not run, or failed.
    pub reason: String,
    pub warnings: Vec<String>,
}

/// On a terminal, each of several results shows so many rows.
const ROWS: usize = 20;

pub struct Report<'a> {
    out: Box<dyn Write + 'a>,
    folder: Option<PathBuf>,
    output: &'a Output,
    summary: bool,
    screen: Option<Screen>,
    entries: Vec<Entry>,
}

impl Report<'_> {
    fn new<'a>(
        out: Box<dyn Write + 'a>,
        folder: Option<PathBuf>,
        screen: Option<Screen>,
        output: &'a Output,
        summary: bool,
    ) -> Report<'a> {
        Report { out, folder, output, summary, screen, entries: Vec::new() }
    }

    /// Writes what `fill` hands over to where the user asked for it; gives back the summary.
    pub fn write(
        output: &Output,
        summary: bool,
        terminal: &Terminal,
        fill: impl FnOnce(&mut Report<'_>) -> Result<(), Failure>,
    ) -> Result<Vec<Entry>, Failure> {
        match &output.output {
            Some(path) if output::names_a_file(path) => output::replace(path, |file| {
                let out: Box<dyn Write> = Box::new(BufWriter::with_capacity(1 << 16, file));
                Report::new(out, None, None, output, summary).all(fill)
            }),
            Some(folder) => {
                fs::create_dir_all(folder)
                    .map_err(|e| Failure::data(format!("{}: {e}", folder.display())))?;
                Report::new(Box::new(io::sink()), Some(folder.clone()), None, output, summary).all(fill)
            }
            None if output.format() == Format::Parquet => {
                let failure = Failure::usage("Parquet is no text for standard output");
                Err(failure.with_help("name a folder: -o findings/"))
            }
            None => {
                let screen = terminal.screen().map(|screen| Screen { rows: ROWS, ..screen });
                Report::new(Box::new(io::stdout()), None, screen, output, summary).all(fill)
            }
        }
    }

    fn all(
        mut self,
        fill: impl FnOnce(&mut Report<'_>) -> Result<(), Failure>,
    ) -> Result<Vec<Entry>, Failure> {
        if self.output.format() == Format::Json {
            self.out.write_all(b"{\"analyses\":[")?;
        }
        fill(&mut self)?;
        match self.folder.clone() {
            Some(folder) => self.write_summary_file(&folder)?,
            None => {
                summary::write(&self.entries, self.output, self.screen, !self.summary, &mut self.out)?;
                self.out.flush()?;
            }
        }
        Ok(self.entries)
    }

    /// Takes an analysis with its results.
    pub fn take(&mut self, entry: Entry, results: Vec<Titled>) -> Result<(), Failure> {
        let mut results = results;
        match (&self.folder, self.output.format()) {
            (Some(folder), _) if !self.summary => self.write_files(folder, &entry, &results)?,
            (Some(_), _) => {}
            (None, format @ (Format::Json | Format::Ndjson)) => {
                if self.summary {
                    results.clear();
                }
                let mut text = object(&entry, (!self.summary).then_some(results.as_slice()));
                if format == Format::Ndjson {
                    // Only between rows: within a string a line's end is an escape.
                    text.retain(|c| c != '\n');
                }
                let before = match (format, self.entries.is_empty()) {
                    (Format::Ndjson, _) => "",
                    (_, true) => "\n",
                    _ => ",\n",
                };
                let after = if format == Format::Ndjson { "\n" } else { "" };
                write!(self.out, "{before}{text}{after}")?;
            }
            (None, Format::Table | Format::Markdown) if entry.rows > 0 && !self.summary => {
                self.write_section(&entry, &results)?;
            }
            _ => {}
        }
        self.entries.push(entry);
        Ok(())
    }

    /// An analysis with rows: what it is, what that means, and its table.
    fn write_section(&mut self, entry: &Entry, results: &[Titled]) -> Result<(), Failure> {
        let header = &entry.analysis.header;
        let (mark, bold, format) = match self.output.format() {
            Format::Markdown => ("## ", "**", report::Format::Markdown),
            _ => ("", "", report::Format::Table),
        };
        let (title, name) = (&header.title, &entry.analysis.name);
        writeln!(self.out, "{mark}{title}\n")?;
        writeln!(self.out, "{bold}{}{bold}, {}, {name}", header.severity, summary::rows(entry))?;
        let markdown = format == report::Format::Markdown;
        if markdown {
            writeln!(self.out)?;
        }
        summary::paragraph(&header.description, markdown, &mut self.out)?;
        summary::paragraph(&header.hit, markdown, &mut self.out)?;
        for warning in &entry.warnings {
            writeln!(self.out, "Note: {}", visible(warning))?;
        }
        if !markdown || !entry.warnings.is_empty() {
            writeln!(self.out)?;
        }
        for result in results {
            if results.len() > 1 {
                writeln!(self.out, "{}\n", visible(&result.title))?;
            }
            let cut =
                report::write(&result.table, format, self.screen, self.output.excel_safe, &mut self.out)?;
            if cut.rows > 0 {
                let more = counted(cut.rows, "row");
                writeln!(self.out, "{more} more: auk run {name}, or -o for all")?;
            }
        }
        writeln!(self.out)?;
        self.out.flush().map_err(Failure::from)
    }

    /// A file for each result of an analysis that was run.
    fn write_files(&self, folder: &Path, entry: &Entry, results: &[Titled]) -> Result<(), Failure> {
        let stem = entry.analysis.name.replace('/', "-");
        for (at, result) in results.iter().enumerate() {
            let number = if at > 0 { format!("-{}", at + 1) } else { String::new() };
            let file = format!("{stem}{number}.{}", self.output.format().extension());
            self.output.save(&result.table, &folder.join(file))?;
        }
        Ok(())
    }

    fn write_summary_file(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(format!("summary.{}", self.output.format().extension()));
        let fill = |file: &mut File| {
            let mut out = BufWriter::with_capacity(1 << 16, file);
            match self.output.format() {
                Format::Json => {
                    out.write_all(b"{\"analyses\":[")?;
                    for (at, entry) in self.entries.iter().enumerate() {
                        write!(out, "{}{}", if at > 0 { ",\n" } else { "\n" }, object(entry, None))?;
                    }
                    summary::write(&self.entries, self.output, None, false, &mut out)?;
                }
                Format::Ndjson => {
                    for entry in &self.entries {
                        writeln!(out, "{}", object(entry, None))?;
                    }
                }
                _ => summary::write(&self.entries, self.output, None, false, &mut out)?,
            }
            out.flush().map_err(Failure::from)
        };
        match self.output.format() {
            Format::Parquet => self.output.save(&summary::table(&self.entries), &path),
            _ => output::replace(&path, fill),
        }
    }
}

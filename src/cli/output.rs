//! Where a result goes and in which form: `--format`, `-o FILE`, `--excel-safe`.
//!
//! Trap: a file is written beside its name and then moved there, so that a failed run leaves what
//! was there before.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::failure::Failure;
use super::terminal::{Terminal, counted};
use crate::report::{self, Cut, Visual};
use crate::table::Table;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people; cut to fit on a terminal only
    Table,
    /// RFC 4180
    Csv,
    /// One array of objects
    Json,
    /// One JSON object a line
    #[value(alias = "jsonl")]
    Ndjson,
    #[value(alias = "md")]
    Markdown,
    /// Typed columns; needs -o
    Parquet,
    /// The chart of the query's `render`
    Svg,
    /// The same in pixels; needs -o
    Png,
    /// A page: chart, table, query
    Html,
}

impl Format {
    fn of_file(path: &Path) -> Option<Format> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "csv" => Format::Csv,
            "json" => Format::Json,
            "ndjson" | "jsonl" => Format::Ndjson,
            "md" | "markdown" => Format::Markdown,
            "parquet" => Format::Parquet,
            "txt" => Format::Table,
            "svg" => Format::Svg,
            "png" => Format::Png,
            "html" | "htm" => Format::Html,
            _ => return None,
        })
    }

    pub fn extension(self) -> &'static str {
        match self {
            Format::Table => "txt",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Markdown => "md",
            Format::Parquet => "parquet",
            Format::Svg => "svg",
            Format::Png => "png",
            Format::Html => "html",
        }
    }

    /// Does it show a chart, or a page, of a query?
    pub fn is_picture(self) -> bool {
        matches!(self, Format::Svg | Format::Png | Format::Html)
    }

    pub fn of_text(self) -> Option<report::Format> {
        Some(match self {
            Format::Table => report::Format::Table,
            Format::Csv => report::Format::Csv,
            Format::Json => report::Format::Json,
            Format::Ndjson => report::Format::Ndjson,
            Format::Markdown => report::Format::Markdown,
            Format::Parquet | Format::Svg | Format::Png | Format::Html => return None,
        })
    }
}

#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// The form of the result [default: by the name of -o, else table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,

    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// In CSV, put a ' before text that a spreadsheet would run as a formula
    #[arg(long)]
    pub excel_safe: bool,
}

/// A result with the line that stands above it where there are several.
pub struct Titled {
    pub title: String,
    pub table: Table,
}

impl Output {
    pub fn format(&self) -> Format {
        let by_name = || self.output.as_deref().and_then(Format::of_file);
        self.format.or_else(by_name).unwrap_or(Format::Table)
    }

    /// Has the form room for titles, and so for several results? Those for programs hold one.
    pub fn holds_titles(&self) -> bool {
        matches!(self.format(), Format::Table | Format::Markdown)
    }

    pub fn check_holds(&self, count: usize) -> Result<(), Failure> {
        if count <= 1 || self.holds_titles() || self.format() == Format::Html {
            Ok(())
        } else {
            Err(one_only(count))
        }
    }

    /// Writes several results, one after the other, each under its title.
    pub fn write_several(&self, results: &[Titled], terminal: &Terminal) -> Result<(), Failure> {
        let form = self.format();
        let mark = match form {
            Format::Table => "",
            Format::Markdown => "## ",
            _ => return Err(one_only(results.len())),
        };
        let format = if form == Format::Markdown { report::Format::Markdown } else { report::Format::Table };
        let write = |out: &mut dyn Write, terminal: Option<&Terminal>| -> Result<(), Failure> {
            for (at, result) in results.iter().enumerate() {
                let blank = if at > 0 { "\n" } else { "" };
                write!(out, "{blank}{mark}{}\n\n", report::visible(&result.title))?;
                let screen = terminal.and_then(Terminal::screen);
                let cut = report::write(&result.table, format, screen, self.excel_safe, out)?;
                terminal.into_iter().for_each(|terminal| say_cut(&cut, terminal));
            }
            out.flush().map_err(Failure::from)
        };
        if let Some(path) = &self.output {
            replace(path, |file| write(&mut BufWriter::with_capacity(1 << 16, file), None))?;
            terminal.remark(&format!("{} in {}", counted(results.len(), "result"), path.display()));
            return Ok(());
        }
        write(&mut BufWriter::with_capacity(1 << 16, io::stdout().lock()), Some(terminal))
    }

    /// Writes a table to where the user asked for it; says what was cut.
    pub fn write(&self, table: &Table, terminal: &Terminal) -> Result<(), Failure> {
        if let Some(path) = &self.output {
            replace(path, |file| self.fill(table, file))?;
            terminal.remark(&format!("{} in {}", counted(table.rows.len(), "row"), path.display()));
            return Ok(());
        }
        let Some(format) = self.format().of_text() else {
            let name = self.format().extension();
            if self.format().is_picture() {
                let failure = Failure::usage(format!("{name} shows a query, and there is none here"));
                return Err(failure.with_help(format!("ask for it by `auk query --format {name} -o FILE`")));
            }
            let failure = Failure::usage("Parquet is no text for standard output");
            return Err(failure.with_help("name a file: -o result.parquet"));
        };
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let cut = report::write(table, format, terminal.screen(), self.excel_safe, &mut out)?;
        out.flush()?;
        say_cut(&cut, terminal);
        Ok(())
    }

    fn fill(&self, table: &Table, file: &mut File) -> Result<(), Failure> {
        let Some(format) = self.format().of_text() else {
            return report::write_parquet(table, file).map_err(Failure::data);
        };
        let mut out = BufWriter::with_capacity(1 << 16, file);
        report::write(table, format, None, self.excel_safe, &mut out)?;
        out.flush().map_err(Failure::from)
    }

    /// On a terminal, draws the chart that a query asks for below its table.
    pub fn draw(&self, table: &Table, visual: &Visual<'_>, terminal: &Terminal) -> Result<(), Failure> {
        let shown = self.output.is_none() && self.format() == Format::Table;
        match terminal.screen().filter(|_| shown).and_then(|screen| report::draw(table, visual, screen)) {
            Some(drawing) => text(&format!("\n{drawing}")),
            None => Ok(()),
        }
    }

    /// Writes a table to a file, in the form that was asked for.
    pub fn save(&self, table: &Table, path: &Path) -> Result<(), Failure> {
        replace(path, |file| self.fill(table, file))
    }
}

/// Does the path end like a file of one of the formats?
pub fn names_a_file(path: &Path) -> bool {
    Format::of_file(path).is_some() && !path.is_dir()
}

fn one_only(count: usize) -> Failure {
    let failure = Failure::usage(format!("this format holds one result; the query has {count}"));
    failure.with_help("choose one: --result 1")
}

/// Fills a file under another name, then gives it its own.
pub fn replace<T>(path: &Path, fill: impl FnOnce(&mut File) -> Result<T, Failure>) -> Result<T, Failure> {
    let failed = |e: io::Error| Failure::data(format!("{}: {e}", path.display()));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let filled = File::create(&beside).map_err(failed).and_then(|mut file| fill(&mut file));
    let done = filled.and_then(|done| fs::rename(&beside, path).map(|()| done).map_err(failed));
    if done.is_err() {
        _ = fs::remove_file(&beside);
    }
    done
}

/// Says what a terminal did not show.
fn say_cut(cut: &Cut, terminal: &Terminal) {
    if cut.rows > 0 {
        terminal.note(&format!("{} more not shown; a pipe or -o FILE takes all", counted(cut.rows, "row")));
    }
    if !cut.columns.is_empty() {
        let columns = cut.columns.join(", ");
        terminal.note(&format!(
            "cells cut to the width of the terminal in {columns}; a pipe or -o FILE takes all"
        ));
    }
}

/// Writes a table of auk's own (lists, summaries) to standard output.
pub fn show(table: &Table, terminal: &Terminal) -> Result<(), Failure> {
    Output::default().write(table, terminal)
}

/// Writes one line to standard output.
pub fn line(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{text}").map_err(Failure::from)
}

/// Writes a text that ends its own lines to standard output.
pub fn text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush().map_err(Failure::from)
}

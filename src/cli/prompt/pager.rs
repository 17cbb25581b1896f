//! Results longer than the screen go through a pager: `$PAGER`, else `less`; else they are printed.
//!
//! Trap: the pager is the user's own program, chosen by the user; what a table gives it has no control
//! characters but its own colours; CSV and JSON are exact.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use super::super::failure::Failure;
use super::super::output::{self, Format, Output};
use super::super::picture::visual;
use super::super::terminal::{Terminal, counted};
use crate::kql::Render;
use crate::report::{self, Screen};
use crate::table::Table;

/// So many rows go to the pager; `-o FILE` of `auk query` takes all.
const ROWS: usize = 10_000;

pub fn show(
    table: &Table,
    format: Format,
    render: Option<&Render>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let output = Output { format: Some(format), ..Output::default() };
    let screen = terminal.screen().filter(|_| io::stdin().is_terminal());
    let (Some(screen), Some(format)) = (screen, format.of_text()) else {
        output.write(table, terminal)?;
        return Ok(());
    };
    let mut text = Vec::new();
    let cut = report::write(table, format, Some(Screen { rows: ROWS, ..screen }), false, &mut text)?;
    if let Some(drawing) = render.and_then(|render| report::draw(table, &visual(render), screen)) {
        text.extend_from_slice(format!("\n{drawing}").as_bytes());
    }
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    if lines < terminal.height() || !page(&text) {
        output::text(&String::from_utf8_lossy(&text))?;
    }
    if cut.rows > 0 {
        let more = counted(cut.rows, "row");
        terminal.note(&format!("{more} more not shown; `auk query -o FILE` takes all"));
    }
    Ok(())
}

/// Gives a text to the pager; whether there was one.
fn page(text: &[u8]) -> bool {
    let chosen = std::env::var("PAGER").ok().filter(|p| !p.trim().is_empty());
    let command = chosen.unwrap_or_else(|| if cfg!(windows) { "more".into() } else { "less".into() });
    let mut words = command.split_whitespace();
    let Some(program) = words.next() else { return false };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "FRSX");
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // A pager that was left early closes its end.
        _ = stdin.write_all(text);
    }
    child.wait().is_ok()
}

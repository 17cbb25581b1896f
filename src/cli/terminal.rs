//! What standard output and standard error are, and how notes look.

use std::io::{self, IsTerminal, Write};

use crate::report::{Screen, visible};

/// The terminal, or that there is none.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    pub verbose: bool,
    /// Standard error is a terminal.
    pub attended: bool,
    /// Colours on standard error.
    pub colour: bool,
}

/// Rows of a result that a terminal shows.
const ROWS: usize = 200;

impl Terminal {
    pub fn new(verbose: bool) -> Terminal {
        let attended = io::stderr().is_terminal();
        Terminal { verbose, attended, colour: attended && colours_wanted() }
    }

    /// The screen that standard output is, if it is one.
    pub fn screen(&self) -> Option<Screen> {
        if !io::stdout().is_terminal() {
            return None;
        }
        let width = comfy_table::Table::new().width().filter(|w| *w > 0).unwrap_or(80);
        Some(Screen { width, rows: ROWS, colour: colours_wanted() })
    }

    /// The lines that the screen shows.
    pub fn height(&self) -> usize {
        let height = terminal_size::terminal_size().map(|(_, height)| usize::from(height.0));
        height.unwrap_or(24)
    }

    /// Writes a line of free text to standard error. There is no one to tell when that fails.
    pub fn say(&self, text: &str) {
        _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// What went wrong, and what would help.
    pub fn error(&self, text: &str, help: Option<&str>) {
        self.say(&self.tagged("error", "31", text));
        if let Some(help) = help {
            self.say(&self.tagged("help", "36", help));
        }
    }

    /// Something worth knowing.
    pub fn note(&self, text: &str) {
        self.say(&self.tagged("note", "36", text));
    }

    /// Something that may make the result other than expected.
    pub fn warn(&self, text: &str) {
        self.say(&self.tagged("warning", "33", text));
    }

    /// Said only to a person watching, or when asked for.
    pub fn remark(&self, text: &str) {
        if self.attended || self.verbose {
            self.say(&if self.colour {
                format!("\x1b[2m{}\x1b[0m", visible(text))
            } else {
                visible(text).into_owned()
            });
        }
    }

    fn tagged(&self, tag: &str, colour: &str, text: &str) -> String {
        let text = visible(text);
        if self.colour { format!("\x1b[1;{colour}m{tag}\x1b[0m: {text}") } else { format!("{tag}: {text}") }
    }
}

/// Neither `NO_COLOR` nor a terminal that knows none.
fn colours_wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
}

/// `1234567` as `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 row`, `2 rows`.
pub fn counted(number: usize, thing: &str) -> String {
    format!("{} {thing}{}", thousands(number as u64), if number == 1 { "" } else { "s" })
}

/// Bytes in the unit that suits them.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut size = number as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{size:.1} {}", UNITS[unit]) }
}

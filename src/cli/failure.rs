//! Why a command ended without its result, as the user reads it: the message, the place, the help.
//!
//! Trap: messages may quote data; control characters in them are shown as escapes.

use std::io;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::terminal::Terminal;
use crate::diagnostic::{Diagnostic, Kind, closest};
use crate::report::visible;

/// Why a command ended without its result.
#[derive(Debug)]
pub enum Failure {
    /// The reader of standard output went away.
    Quiet,
    /// All has been said already.
    Said,
    /// The command line asks for what cannot be, with what would help.
    Usage(String, Option<String>),
    /// A file or a lake cannot be read or written.
    Data(String, Option<String>),
    /// The query has errors.
    Query { name: String, text: String, diagnostics: Vec<Diagnostic> },
}

/// So many errors of a query are shown.
const SHOWN: usize = 8;

impl Failure {
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::Usage(message.into(), None)
    }

    pub fn data(message: impl Into<String>) -> Failure {
        Failure::Data(message.into(), None)
    }

    pub fn with_help(self, help: impl Into<String>) -> Failure {
        match self {
            Failure::Usage(message, _) => Failure::Usage(message, Some(help.into())),
            Failure::Data(message, _) => Failure::Data(message, Some(help.into())),
            other => other,
        }
    }

    /// With the help of the name that was meant, if one is close; else what to do otherwise.
    pub fn with_nearest<'a>(
        self,
        name: &str,
        names: impl IntoIterator<Item = &'a str>,
        otherwise: &str,
    ) -> Failure {
        let near = closest(name, names).map(|near| format!("did you mean {near}?"));
        self.with_help(near.unwrap_or_else(|| otherwise.to_string()))
    }

    /// What went wrong, in one line.
    pub fn message(&self) -> &str {
        match self {
            Failure::Quiet | Failure::Said => "",
            Failure::Usage(message, _) | Failure::Data(message, _) => message,
            Failure::Query { diagnostics, .. } => diagnostics.first().map_or("", |d| d.message.as_str()),
        }
    }

    /// Says it on standard error; the exit code.
    pub fn report(&self, terminal: &Terminal) -> u8 {
        match self {
            Failure::Quiet => 0,
            Failure::Said => 2,
            Failure::Usage(message, help) => {
                terminal.error(message, help.as_deref());
                2
            }
            Failure::Data(message, help) => {
                terminal.error(message, help.as_deref());
                3
            }
            Failure::Query { name, text, diagnostics } => {
                for diagnostic in diagnostics.iter().take(SHOWN) {
                    terminal.say(&render(name, text, diagnostic, terminal));
                }
                if diagnostics.len() > SHOWN {
                    terminal.note(&format!(
                        "{} more errors follow from the same text",
                        diagnostics.len() - SHOWN
                    ));
                }
                2
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Quiet,
            _ => Failure::data(error.to_string()),
        }
    }
}

fn renderer(terminal: &Terminal) -> Renderer {
    let renderer = if terminal.colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Unicode)
}

/// A diagnostic as text, the place in the query marked.
fn render(name: &str, text: &str, diagnostic: &Diagnostic, terminal: &Terminal) -> String {
    let message = visible(&diagnostic.message);
    let id = diagnostic.kind.name();
    let mut group = Group::with_title(Level::ERROR.primary_title(message).id(id));
    if let Some(span) = place(text, diagnostic) {
        let label = match diagnostic.kind {
            Kind::Unsupported => "not supported",
            _ => "",
        };
        let mut mark = AnnotationKind::Primary.span(span);
        if !label.is_empty() {
            mark = mark.label(label);
        }
        group = group.element(Snippet::source(text).path(visible(name)).annotation(mark));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    renderer(terminal).render(&[group])
}

/// The bytes to mark: within the text, on character boundaries, at least one character; `None` for an
/// error without a place.
fn place(text: &str, diagnostic: &Diagnostic) -> Option<Range<usize>> {
    let span = diagnostic.span;
    if span.start == 0 && span.end == 0 && !matches!(diagnostic.kind, Kind::Syntax) {
        return None;
    }
    let start = floor(text, span.start.min(text.len()));
    let end = floor(text, span.end.min(text.len())).max(start);
    if start < end {
        return Some(start..end);
    }
    let next = text[start..].chars().next().map_or(0, char::len_utf8);
    Some(start..start + next)
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

//! Placeholders, which a portal fills in before it runs a query: `{{StartTimeISO}}` and `{{EndTimeISO}}` of
//! hunting queries, `{Name}` and `{Name:escape}` of workbooks.
//!
//! `{{…}}` is always one; `{…}` only where its name has a value, for braces have other meanings. In a string
//! a value must not hold what could end it; elsewhere it is query text.
//!
//! Trap: places in the filled text are not those of the text that was written: `Filled` leads back.

use super::lexer::{self, TokenKind};
use crate::diagnostic::{Diagnostic, Kind};
use crate::source::Span;

/// A query text with its placeholders replaced.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    pub text: String,
    /// The names that were replaced, with their values, each once.
    pub used: Vec<(String, String)>,
    /// Where each stood before, and where its value stands now.
    places: Vec<(Span, Span)>,
}

/// A placeholder in a text.
struct Found {
    span: Span,
    name: String,
    /// What follows the name after a colon.
    form: Option<String>,
    double: bool,
    in_string: bool,
}

/// Forms of a workbook's parameter that are its value.
const FORMS: &[&str] = &["escape", "escapevalue", "value", "label", "name"];
/// A name longer than this is none.
const LONGEST: usize = 100;

/// The names of the placeholders of a text, each once.
pub fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for found in find(text) {
        let whole = found.form.as_ref().map(|form| format!("{}:{form}", found.name));
        for name in [Some(found.name), whole].into_iter().flatten() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The text with all placeholders that have a value replaced by it.
pub fn fill(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<Filled, Vec<Diagnostic>> {
    let mut filled = Filled::default();
    let (mut at, mut errors) = (0, Vec::new());
    for found in find(text) {
        let Some(value) = value_of(&found, value) else {
            if found.double {
                errors.push(without_value(text, &found));
            }
            continue;
        };
        if found.in_string && value.contains(['"', '\'', '\\', '\n', '\r', '`', '~']) {
            let message =
                format!("the value of `{}` has quotes or line ends, and stands in a string", found.name);
            errors.push(Diagnostic::semantic(found.span, message));
            continue;
        }
        filled.text.push_str(&text[at..found.span.start]);
        let start = filled.text.len();
        filled.text.push_str(&value);
        filled.places.push((found.span, Span::new(start, filled.text.len())));
        at = found.span.end;
        if !filled.used.iter().any(|(name, _)| *name == found.name) {
            filled.used.push((found.name, value));
        }
    }
    filled.text.push_str(&text[at..]);
    if errors.is_empty() { Ok(filled) } else { Err(errors) }
}

fn value_of(found: &Found, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    match &found.form {
        None => value(&found.name),
        Some(form) => value(&format!("{}:{form}", found.name))
            .or_else(|| if FORMS.contains(&form.as_str()) { value(&found.name) } else { None }),
    }
}

fn without_value(text: &str, found: &Found) -> Diagnostic {
    let shown = &text[found.span.start..found.span.end];
    let error = Diagnostic::semantic(found.span, format!("the placeholder `{shown}` has no value"));
    error.with_help(format!("give it with --param {}=…", found.name))
}

/// What an error of the parser at a `{Name}` is in truth: a workbook's parameter without a value.
pub fn explain(text: &str, mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let found: Vec<Found> = find(text).into_iter().filter(|f| !f.in_string && !f.double).collect();
    for error in errors.iter_mut().filter(|e| e.kind == Kind::Syntax) {
        let at = error.span.start;
        if let Some(found) = found.iter().find(|f| f.span.start <= at && at < f.span.end) {
            *error = without_value(text, found);
        }
    }
    errors.dedup();
    errors
}

/// All placeholders, in order. Comments hold none.
fn find(text: &str) -> Vec<Found> {
    if !text.contains('{') {
        return Vec::new();
    }
    let tokens = lexer::tokens(text, &mut Vec::new());
    let mut found = Vec::new();
    let mut end = 0;
    for token in &tokens {
        let span = token.span;
        match &token.kind {
            TokenKind::Text(_) | TokenKind::Literal(..) | TokenKind::Bad => {
                in_string(text, span.start, span.end, &mut found);
                end = end.max(span.end);
            }
            TokenKind::Symbol("{") if span.start >= end => {
                if let Some(one) = braced(text, span.start, false) {
                    end = one.span.end;
                    found.push(one);
                }
            }
            _ => {}
        }
    }
    found
}

fn in_string(text: &str, start: usize, end: usize, found: &mut Vec<Found>) {
    let mut at = start;
    while let Some(open) = text[at..end].find('{').map(|i| at + i) {
        at = open + 1;
        if let Some(one) = braced(text, open, true).filter(|f| f.span.end <= end) {
            at = one.span.end;
            found.push(one);
        }
    }
}

/// `{{Name}}`, `{Name}` or `{Name:form}` at a place.
fn braced(text: &str, start: usize, in_string: bool) -> Option<Found> {
    let rest = text.get(start..)?;
    let double = rest.starts_with("{{");
    let inner = &rest[if double { 2 } else { 1 }..];
    let length = inner.find('}').filter(|n| *n <= LONGEST)?;
    let (name, form) = match inner[..length].split_once(':') {
        Some((name, form)) => (name, Some(form)),
        None => (&inner[..length], None),
    };
    let word = |w: &str| w.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let closed = !double || inner[length..].starts_with("}}");
    if !begins || !word(name) || !form.is_none_or(|f| !f.is_empty() && word(f)) || !closed {
        return None;
    }
    let close = if double { 2 } else { 1 };
    let end = start + (if double { 2 } else { 1 }) + length + close;
    let form = form.map(str::to_string);
    Some(Found { span: Span::new(start, end), name: name.to_string(), form, double, in_string })
}

impl Filled {
    /// A place in the filled text as one in the text that was written.
    pub fn written(&self, span: Span) -> Span {
        Span::new(self.before(span.start, false), self.before(span.end, true))
    }

    fn before(&self, at: usize, is_end: bool) -> usize {
        let mut shift = 0;
        for (written, filled) in &self.places {
            if at <= filled.start {
                break;
            }
            if at < filled.end {
                return if is_end { written.end } else { written.start };
            }
            shift = written.end as i64 - filled.end as i64;
        }
        usize::try_from(at as i64 + shift).unwrap_or(0)
    }
}

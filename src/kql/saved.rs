//! Functions that a workspace holds, a file each, to be called by name in any query.
//!
//! Two forms: `let Name = (a: string, b: long = 5) { … }`, alone in its file; or the body as it is, with
//! comments `// name: Name` and `// parameters: a: string, b: long = 5` before it.
//!
//! Trap: places in the body count in the text that was read, which in the second form has a line before
//! those of the file.

use std::sync::Arc;

use super::ast::{Function, Statement};
use super::parser::parse;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A function of the workspace.
#[derive(Clone, Debug)]
pub struct SavedFunction {
    pub name: String,
    pub function: Arc<Function>,
    /// The text that the places in the function count in.
    text: String,
    /// So many of its lines stand before those of the file.
    before: usize,
}

/// A name longer than this is none.
const LONGEST_NAME: usize = 128;

impl SavedFunction {
    /// Reads the text of a file; `name` counts before what the file says.
    pub fn read(name: Option<&str>, text: &str) -> Result<SavedFunction, Vec<Diagnostic>> {
        let (query, diagnostics) = parse(text);
        if !diagnostics.is_empty() {
            return Err(diagnostics);
        }
        if let [Statement::LetFunction { name: own, function }] = query.statements.as_slice() {
            let name = checked(name.unwrap_or(&own.text)).map_err(|e| vec![e])?;
            let function = Arc::new(function.clone());
            return whole(SavedFunction { name, function, text: text.to_string(), before: 0 });
        }
        let Some(name) = name.or_else(|| header(text, "name").map(|(name, _)| name)) else {
            let error = Diagnostic::semantic(Span::default(), "the function has no name");
            return Err(vec![error.with_help(
                "write `// name: MyFunction` on a line above it, or `let MyFunction = () { … }`, or give --name",
            )]);
        };
        let name = checked(name).map_err(|e| vec![e])?;
        let (parameters, place) = header(text, "parameters").unwrap_or_default();
        let parameters = parameters.strip_prefix('(').and_then(|p| p.strip_suffix(')')).unwrap_or(parameters);
        let wrapped = format!("let {name} = ({parameters}) {{\n{text}\n}}");
        match parse(&wrapped) {
            (query, errors) if errors.is_empty() => match query.statements.as_slice() {
                [Statement::LetFunction { function, .. }] => {
                    let function = Arc::new(function.clone());
                    whole(SavedFunction { name, function, text: wrapped, before: 1 })
                }
                _ => Err(vec![Diagnostic::syntax(
                    Span::default(),
                    "the brackets of the function do not match",
                )]),
            },
            (_, errors) => Err(vec![bad_parameters(place, &wrapped, &errors)]),
        }
    }

    /// The name, the parameters with their types, as a call shows them.
    pub fn signature(&self) -> String {
        let close = self.text[self.function.span.start..].find('{').unwrap_or(0);
        let parameters = self.text[self.function.span.start..][..close].trim();
        format!("{}{}", self.name, parameters.strip_prefix("view").unwrap_or(parameters).trim())
    }

    /// The line of the file that a place in the function is on, from 1.
    pub fn line(&self, span: Span) -> usize {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        (before.matches('\n').count() + 1).saturating_sub(self.before).max(1)
    }
}

/// What is wrong with the comment that says the parameters: the body itself has been read before.
fn bad_parameters(place: Span, wrapped: &str, errors: &[Diagnostic]) -> Diagnostic {
    let first = wrapped.find('\n').unwrap_or(0);
    let why = errors.first().filter(|e| e.span.end < first.saturating_sub(3));
    let why = why.map(|e| format!(": {}", e.message)).unwrap_or_default();
    Diagnostic::syntax(place, format!("the parameters of the function cannot be read{why}"))
        .with_help("write `// parameters: user: string, days: long = 7`")
}

/// A function that gives something.
fn whole(saved: SavedFunction) -> Result<SavedFunction, Vec<Diagnostic>> {
    match saved.function.body.last() {
        Some(Statement::Expression(_)) => Ok(saved),
        _ => {
            let error = Diagnostic::semantic(Span::default(), "the function gives nothing");
            Err(vec![error.with_help("its last statement is a table or a value")])
        }
    }
}

/// The name, if it can be one: it is the name of a file, too.
fn checked(name: &str) -> Result<String, Diagnostic> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if plain && starts && name.len() <= LONGEST_NAME {
        return Ok(name.to_string());
    }
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    let error = Diagnostic::semantic(Span::default(), format!("`{shown}` cannot be the name of a function"));
    Err(error.with_help("a name is of letters, digits and `_`, and begins with no digit"))
}

/// What a comment `// key: value` before the function says, and where.
fn header<'t>(text: &'t str, key: &str) -> Option<(&'t str, Span)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let comment = line.trim_start().strip_prefix("//");
        if comment.is_none() && !line.trim().is_empty() {
            return None;
        }
        let pair = comment.and_then(|c| c.trim_start_matches('/').split_once(':'));
        if let Some((_, value)) = pair.filter(|(k, _)| k.trim().eq_ignore_ascii_case(key)) {
            let start = at + line.len() - value.trim_start().len();
            return Some((value.trim(), Span::new(start, start + value.trim().len())));
        }
        at += line.len();
    }
    None
}

//! What may stand at the cursor: tables, columns, operators, functions, commands, each with a line of doc.
//!
//! The columns are those that the query has given up to the last `|` before the cursor: the text up to
//! there is compiled. Where that fails, those of every table that the text names.
//!
//! Trap: operators hold a `-` (`project-away`), names do not.

use super::super::functions;
use super::commands::COMMANDS;
use crate::engine::{Engine, QueryOptions};
use crate::kql::{self, Catalog, TokenKind, operators, tokens};
use crate::types::Column;

/// A word that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub name: String,
    pub doc: String,
}

/// The longest doc that is shown beside a word.
const DOC: usize = 72;

/// Words between operands.
const CONNECTIVES: &[(&str, &str)] = &[
    ("and", "both"),
    ("asc", "smallest first"),
    ("between", "between (low .. high)"),
    ("by", "groups, or the order"),
    ("contains", "holds the text, whatever the case"),
    ("desc", "largest first"),
    ("endswith", "ends with the text"),
    ("has", "holds the term"),
    ("has_any", "holds one of the terms"),
    ("in", "is one of"),
    ("kind", "kind=inner, leftouter, leftanti, …"),
    ("matches regex", "matches the pattern"),
    ("on", "the keys of a join"),
    ("or", "one of both"),
    ("startswith", "begins with the text"),
];

/// Where the word at the cursor begins, and what it may become.
pub fn complete(engine: &Engine, options: &QueryOptions, text: &str, at: usize) -> (usize, Vec<Word>) {
    let before = text.get(..at).unwrap_or(text);
    let start = word_start(before, false);
    let typed = before.get(start..).unwrap_or_default();
    let ahead = before.get(..start).unwrap_or_default();
    if let Some(command) = before.trim_start().strip_prefix('.') {
        // Names of analyses hold a `/`.
        let start = before.len() - command.rsplit(char::is_whitespace).next().unwrap_or(command).len();
        let name = command.get(..command.len() - (before.len() - start)).unwrap_or_default();
        return (start, of_command(engine, name, before.get(start..).unwrap_or_default()));
    }
    let operator = word_start(before, true);
    let before_operator = before.get(..operator).unwrap_or_default().trim_end();
    if before_operator.ends_with('|') {
        return (operator, matching(operator_words(), before.get(operator..).unwrap_or_default()));
    }
    let found = if at_source(ahead) {
        let leading = operator_words().into_iter().filter(|w| operators::LEADING.contains(&w.name.as_str()));
        [table_words(engine), leading.collect()].concat()
    } else {
        // All functions are too many to be shown where nothing is typed.
        let columns = column_words(engine, options, ahead);
        let rest = [connective_words(), function_words()].concat();
        if typed.is_empty() && !columns.is_empty() { columns } else { [columns, rest].concat() }
    };
    (start, matching(found, typed))
}

/// The byte at which the word before the cursor begins.
fn word_start(before: &str, dashes: bool) -> usize {
    let part = |c: char| c.is_alphanumeric() || c == '_' || dashes && c == '-';
    before.char_indices().rev().take_while(|(_, c)| part(*c)).last().map_or(before.len(), |(at, _)| at)
}

/// Words that begin as typed, whatever the case; else those that hold it.
fn matching(words: Vec<Word>, typed: &str) -> Vec<Word> {
    let typed = typed.to_lowercase();
    let begins = |w: &&Word| w.name.to_lowercase().starts_with(&typed);
    let mut found: Vec<Word> = words.iter().filter(begins).cloned().collect();
    if found.is_empty() && typed.chars().count() > 2 {
        found = words.into_iter().filter(|w| w.name.to_lowercase().contains(&typed)).collect();
    }
    found.dedup_by(|a, b| a.name == b.name);
    found
}

/// Does a table stand here: at the start of a statement, or in `join kind=inner (`, `union`, …?
fn at_source(ahead: &str) -> bool {
    let all = tokens(ahead, &mut Vec::new());
    let text = |t: &kql::Token| ahead.get(t.span.start..t.span.end).unwrap_or_default().to_string();
    let mut words: Vec<String> = all.iter().filter(|t| t.kind != TokenKind::End).map(text).collect();
    let bracket = words.last().is_some_and(|word| word == "(");
    if bracket {
        words.pop();
    }
    // Past the parameters of the operator: `kind=inner hint.strategy=shuffle`.
    while words.len() > 2 && words[words.len() - 2] == "=" {
        let name = words.iter().rposition(|word| word == "=").map_or(0, |at| at.saturating_sub(1));
        let dotted = name > 1 && words[name - 1] == ".";
        words.truncate(if dotted { name - 2 } else { name });
    }
    let before = words.last().map(String::as_str);
    match before {
        None => true,
        Some("join" | "union" | "lookup") => true,
        Some("in" | "materialize" | "toscalar" | "find" | "search") => bracket,
        Some(";" | "{") => !bracket,
        Some("=") => words.iter().any(|word| word == "let") && !ahead.contains('|'),
        _ => false,
    }
}

fn of_command(engine: &Engine, dot: &str, typed: &str) -> Vec<Word> {
    match dot.trim_end() {
        "" => {
            let words = COMMANDS
                .iter()
                .map(|(name, _, does, _)| Word { name: name.to_string(), doc: does.to_string() });
            matching(words.collect(), typed)
        }
        "schema" => matching(table_words(engine), typed),
        "functions" => matching([operator_words(), function_words()].concat(), typed),
        "run" => {
            let word =
                |a: &crate::analysis::Analysis| Word { name: a.name.clone(), doc: short(&a.header.title) };
            matching(crate::analysis::all().iter().map(word).collect(), typed)
        }
        _ => Vec::new(),
    }
}

fn table_words(engine: &Engine) -> Vec<Word> {
    let rows = |name: &str| engine.lake().map_or(0, |lake| lake.parts(name).iter().map(|p| p.rows).sum());
    let word =
        |name: String| Word { doc: if rows(&name) > 0 { "has rows".into() } else { String::new() }, name };
    let (full, empty): (Vec<Word>, Vec<Word>) =
        engine.tables().into_iter().map(word).partition(|word| !word.doc.is_empty());
    [full, empty].concat()
}

fn operator_words() -> Vec<Word> {
    let word = |name: &str| Word { name: name.to_string(), doc: short(functions::syntax(name)) };
    operators::PARSERS.iter().map(|(name, _)| word(name)).collect()
}

fn function_words() -> Vec<Word> {
    let word = |(name, doc): (&str, &str)| Word { name: name.to_string(), doc: short(doc) };
    functions::callable().map(word).collect()
}

fn connective_words() -> Vec<Word> {
    CONNECTIVES.iter().map(|(name, doc)| Word { name: name.to_string(), doc: doc.to_string() }).collect()
}

fn column_words(engine: &Engine, options: &QueryOptions, ahead: &str) -> Vec<Word> {
    let word = |c: &Column| Word { name: c.name.clone(), doc: c.ty.name().to_string() };
    let all = tokens(ahead, &mut Vec::new());
    let pipe = all.iter().rev().find(|t| t.kind == TokenKind::Symbol("|"));
    let compiled = pipe.and_then(|pipe| {
        // A subquery begins after the bracket that is open around its pipe.
        let open = |t: &&kql::Token| t.kind == TokenKind::Symbol("(") && t.depth + 1 == pipe.depth;
        let inside = all.iter().rev().skip_while(|t| t.span.start >= pipe.span.start).find(open);
        let begin = inside.map_or(0, |t| t.span.end);
        engine.compile(ahead.get(begin..pipe.span.start)?, options).ok()
    });
    if let Some(plan) = compiled.as_ref().and_then(|c| c.plans.last()) {
        return kql::visible(plan.schema()).map(|(_, c)| word(c)).collect();
    }
    let named = all.iter().filter(|t| t.kind == TokenKind::Word);
    let named = named.filter_map(|t| engine.schema(ahead.get(t.span.start..t.span.end)?));
    let mut words: Vec<Word> =
        named.flat_map(|schema| kql::visible(&schema).map(|(_, c)| word(c)).collect::<Vec<_>>()).collect();
    words.sort_by(|a, b| a.name.cmp(&b.name));
    words.dedup_by(|a, b| a.name == b.name);
    words
}

fn short(doc: &str) -> String {
    match doc.char_indices().nth(DOC) {
        Some((at, _)) => format!("{}…", doc.get(..at).unwrap_or_default()),
        None => doc.to_string(),
    }
}

//! Is what has been typed a whole query?
//!
//! Not while a bracket is open, nor after `|`, `,`, `=`, `by`, … or a `let` alone; nor is a bare name
//! whole, for the lines that follow it begin with `|`. A text of several lines ends with an empty one.
//!
//! Trap: a text that is wrong must count as whole, or its error could never be shown.

use crate::kql::{Token, TokenKind, tokens};

/// Words after which something must follow.
const OPEN_WORDS: &[&str] = &[
    "and",
    "by",
    "contains",
    "has",
    "in",
    "join",
    "kind",
    "let",
    "lookup",
    "matches",
    "of",
    "on",
    "or",
    "startswith",
    "step",
    "to",
    "union",
    "where",
    "with",
    "extend",
    "project",
];
/// Symbols after which something must follow.
const OPEN_SYMBOLS: &[&str] =
    &["|", ",", "=", "==", "!=", "=~", "!~", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "=>", "..", ";"];

pub fn is_whole(text: &str) -> bool {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.starts_with('.') {
        return true;
    }
    let last_line = text.rsplit('\n').next().unwrap_or_default();
    if text.contains('\n') && last_line.trim().is_empty() {
        return true;
    }
    let mut wrong = Vec::new();
    let tokens = tokens(text, &mut wrong);
    let tokens = tokens.split_last().map_or(tokens.as_slice(), |(_, rest)| rest);
    if text.contains('\n') || opened(tokens) > 0 {
        return false;
    }
    !wrong.is_empty() || !(is_open(text, tokens) || only_declares(text, tokens))
}

/// Brackets that have not been closed.
fn opened(tokens: &[Token]) -> i64 {
    let step = |token: &Token| match token.kind {
        TokenKind::Symbol("(" | "[" | "{") => 1,
        TokenKind::Symbol(")" | "]" | "}") => -1,
        _ => 0,
    };
    tokens.iter().map(step).sum()
}

fn word<'t>(text: &'t str, token: &Token) -> Option<&'t str> {
    (token.kind == TokenKind::Word).then(|| text.get(token.span.start..token.span.end)).flatten()
}

/// Does it end where more must come, or is it one name?
fn is_open(text: &str, tokens: &[Token]) -> bool {
    let Some(last) = tokens.last() else { return false };
    match &last.kind {
        TokenKind::Symbol(symbol) => OPEN_SYMBOLS.contains(symbol),
        TokenKind::Word => tokens.len() == 1 || word(text, last).is_some_and(|w| OPEN_WORDS.contains(&w)),
        _ => false,
    }
}

/// Is its last statement a `let`, `set` or `declare`?
fn only_declares(text: &str, tokens: &[Token]) -> bool {
    let ends = |token: &Token| token.kind == TokenKind::Symbol(";") && token.depth == 0;
    let start = tokens.iter().rposition(ends).map_or(0, |at| at + 1);
    let first = tokens.get(start).and_then(|token| word(text, token));
    first.is_some_and(|w| ["let", "set", "declare"].contains(&w))
}

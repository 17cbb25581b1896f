//! The values of the keys of `parse-kv`, in a text of pairs: with given delimiters, with none, by a regular expression.
//!
//! A pair is a key, the delimiter, a value; white space around both does not count. Either may stand in
//! quotes, within which an escape character takes the next one as it is. Without given delimiters the words
//! of the text (letters and digits) and its quoted parts stand one after the other, and the one after a key
//! is its value. With `greedy` a value that is not quoted goes on up to the last pair delimiter before the next key.
//!
//! Trap: the first pair of a key counts. A quote that is not closed goes to the end of the text.

use super::{Body, Cx, Function, Naming};
use crate::value::Value;

/// How pairs are written.
struct Style<'a> {
    pair: &'a str,
    kv: &'a str,
    quotes: Vec<(char, char)>,
    escapes: Vec<char>,
    greedy: bool,
}

impl Style<'_> {
    /// The quoted text at the beginning of `text`, and what comes after it.
    fn quoted<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let first = text.chars().next()?;
        let (open, close) = self.quotes.iter().find(|(open, _)| *open == first)?;
        let mut out = String::new();
        let mut rest = text[open.len_utf8()..].char_indices();
        while let Some((at, c)) = rest.next() {
            if self.escapes.contains(&c) {
                out.extend(rest.next().map(|(_, escaped)| escaped));
            } else if c == *close {
                return Some((out, &text[open.len_utf8() + at + c.len_utf8()..]));
            } else {
                out.push(c);
            }
        }
        Some((out, ""))
    }

    /// `text` without white space in front, as far as that is no delimiter itself.
    fn trimmed<'t>(&self, text: &'t str) -> &'t str {
        let mut text = text;
        while let Some(c) = text.chars().next().filter(|c| c.is_whitespace()) {
            if text.starts_with(self.pair) || text.starts_with(self.kv) {
                break;
            }
            text = &text[c.len_utf8()..];
        }
        text
    }

    /// The key at the beginning of a text and what follows its delimiter; without a key what follows the pair.
    fn key<'t>(&self, text: &'t str) -> (Option<String>, &'t str) {
        if let Some((key, rest)) = self.quoted(text) {
            return match self.trimmed(rest).strip_prefix(self.kv) {
                Some(rest) => (Some(key), rest),
                None => (None, self.after_pair(rest)),
            };
        }
        let pair = text.find(self.pair).unwrap_or(text.len());
        match text.find(self.kv) {
            Some(at) if at < pair => (Some(text[..at].trim().to_string()), &text[at + self.kv.len()..]),
            _ => (None, self.after_pair(text)),
        }
    }

    fn after_pair<'t>(&self, text: &'t str) -> &'t str {
        text.find(self.pair).map_or("", |at| &text[at + self.pair.len()..])
    }

    /// The value at the beginning of a text, and the next pair.
    fn value<'t>(&self, text: &'t str) -> (String, &'t str) {
        if let Some((value, rest)) = self.quoted(text) {
            return (value, self.after_pair(rest));
        }
        let end = match text.find(self.kv).filter(|_| self.greedy) {
            Some(next) => text[..next].rfind(self.pair),
            None if self.greedy => None,
            None => text.find(self.pair),
        };
        let end = end.unwrap_or(text.len());
        (text[..end].trim().to_string(), text.get(end + self.pair.len()..).unwrap_or(""))
    }

    /// Every pair in turn.
    fn pairs(&self, text: &str, found: &mut Found) {
        let mut rest = text;
        while !rest.is_empty() && !found.complete() {
            let (key, after) = self.key(self.trimmed(rest));
            rest = after;
            if let Some(key) = key {
                let (value, after) = self.value(self.trimmed(rest));
                rest = after;
                found.add(&key, value);
            }
        }
    }

    /// The next word or quoted part of a text, and what comes after it.
    fn word<'t>(&self, text: &'t str) -> Option<(String, &'t str)> {
        let quote = |c: char| self.quotes.iter().any(|(open, _)| *open == c);
        let start = text.find(|c: char| c.is_alphanumeric() || quote(c))?;
        let text = &text[start..];
        self.quoted(text).or_else(|| {
            let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
            Some((text[..end].to_string(), &text[end..]))
        })
    }

    /// The word after each key.
    fn words(&self, text: &str, found: &mut Found) {
        let mut rest = text;
        while let Some((word, after)) = self.word(rest).filter(|_| !found.complete()) {
            rest = after;
            if found.wants(&word)
                && let Some((value, after)) = self.word(rest)
            {
                rest = after;
                found.add(&word, value);
            }
        }
    }
}

/// The values of the keys, as far as they have been found.
struct Found {
    keys: Vec<String>,
    values: Vec<Option<String>>,
}

impl Found {
    fn of(keys: &[Value]) -> Found {
        let keys: Vec<String> = keys.iter().map(Value::to_text).collect();
        Found { values: vec![None; keys.len()], keys }
    }

    fn wants(&self, key: &str) -> bool {
        self.keys.iter().zip(&self.values).any(|(k, v)| k == key && v.is_none())
    }

    fn add(&mut self, key: &str, value: String) {
        if let Some(at) = self.keys.iter().position(|k| k == key)
            && self.values[at].is_none()
        {
            self.values[at] = Some(value);
        }
    }

    fn complete(&self) -> bool {
        self.values.iter().all(Option::is_some)
    }

    fn into_value(self) -> Value {
        Value::Array(self.values.into_iter().map(|v| v.map_or(Value::Null, Value::String)).collect())
    }
}

/// `parse_kv_pairs(text, keys, [pair, kv], quotes, escapes, greedy)`; empty delimiters are none.
fn pairs(args: &[Value], _: &Cx) -> Value {
    let [Value::String(text), Value::Array(keys), Value::Array(delimiters), quotes, escapes, greedy] = args
    else {
        return Value::Null;
    };
    let [Value::String(pair), Value::String(kv)] = delimiters.as_slice() else { return Value::Null };
    let mut style = Style {
        pair,
        kv,
        quotes: Vec::new(),
        escapes: escapes.as_str().unwrap_or_default().chars().collect(),
        greedy: *greedy == Value::Bool(true),
    };
    if let Value::Array(quotes) = quotes {
        for quote in quotes.iter().filter_map(Value::as_str) {
            let mut chars = quote.chars();
            let open = chars.next();
            style.quotes.extend(open.map(|open| (open, chars.next().unwrap_or(open))));
        }
    }
    let mut found = Found::of(keys);
    if pair.is_empty() || kv.is_empty() {
        style.words(text, &mut found)
    } else {
        style.pairs(text, &mut found)
    }
    found.into_value()
}

/// `parse_kv_matches(text, keys, regex)`: its first group is a key, its second the value.
fn matches(args: &[Value], cx: &Cx) -> Value {
    let [Value::String(text), Value::Array(keys), Value::String(pattern)] = args else { return Value::Null };
    let Some(regex) = cx.regex(pattern) else { return Value::Null };
    let mut found = Found::of(keys);
    for pair in regex.captures_iter(text) {
        if let (Some(key), Some(value)) = (pair.get(1), pair.get(2)) {
            found.add(key.as_str().trim(), value.as_str().trim().to_string());
        }
    }
    found.into_value()
}

/// Rows that queries cannot name: the binder calls them.
pub const ROWS: &[Function] = &[
    Function {
        name: "parse_kv_pairs",
        aliases: &[],
        signatures: &[
            "(text: string, keys: array, delimiters: array, quotes: array, escapes: string, greedy: bool) -> dynamic",
        ],
        doc: "The values of the keys in a text of pairs.",
        naming: Naming::None,
        body: Body::Kernel(pairs),
        volatile: false,
    },
    Function {
        name: "parse_kv_matches",
        aliases: &[],
        signatures: &["(text: string, keys: array, regex: string) -> dynamic"],
        doc: "The values of the keys in the pairs that a regular expression finds.",
        naming: Naming::None,
        body: Body::Kernel(matches),
        volatile: false,
    },
];

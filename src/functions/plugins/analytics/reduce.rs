//! `reduce`: texts grouped by the words that they share at the same places.
//!
//! The method follows the paper that Kusto names (R. Vaarandi, "A Data Clustering Algorithm for Mining
//! Patterns From Event Logs") as far as the documented answers allow: a word is frequent at a place when at
//! least two of the distinct texts, and the threshold's share of them, have it there; the frequent words of a
//! text, with `*` for the others, are its pattern, if as many texts have it. A text without one is a pattern
//! by itself when that share of the rows has it, else one of the `others`. The threshold is also the share of distinct texts that stay
//! groups: of ten texts with one pattern, 0.9 merges two.
//!
//! Traps: between words of a pattern stand the separators of its texts; those that were asked for vanish
//! beside a `*`. Which texts are merged where not all are is open in Kusto; here the first ones are.

use std::collections::HashMap;

use super::push;
use crate::functions::aggregates::count::Key;
use crate::functions::{Called, Cx, Picked, TableCall, TableFunction};
use crate::value::Value;

/// What texts without a pattern come under.
const OTHERS: &str = "others";

/// Arguments: text, threshold, separators or null; columns that split the rows.
pub static REDUCE: TableFunction = TableFunction { name: "reduce", run: groups };
/// The same arguments; gives all rows, with their patterns.
pub static REDUCE_SOURCE: TableFunction = TableFunction { name: "reduce kind=source", run: source };

/// A text in words, each with what stands before it, and what stands after the last.
struct Words<'a> {
    words: Vec<(&'a str, &'a str)>,
    rest: &'a str,
}

fn words<'a>(text: &'a str, separators: Option<&str>) -> Words<'a> {
    let separates = |c: char| match separators {
        Some(separators) => separators.contains(c),
        None => !c.is_alphanumeric(),
    };
    let (mut words, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find(|c| !separates(c)) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(separates).unwrap_or(from.len()));
        words.push((before, word));
        rest = after;
    }
    Words { words, rest }
}

/// The words that are frequent as they are, the others as `*`; none without a frequent word.
fn pattern(
    words: &Words<'_>,
    keep_separators: bool,
    frequent: impl Fn(usize, &str) -> bool,
) -> Option<String> {
    let (mut out, mut wild, mut any) = (String::new(), false, false);
    for (at, (before, word)) in words.words.iter().enumerate() {
        let is_frequent = frequent(at, word);
        // What stands beside a `*` stays only where separators do; between two of them nothing does.
        let beside = wild || !is_frequent;
        if is_frequent || !wild {
            out.push_str(if beside && !keep_separators { "" } else { before });
            out.push_str(if is_frequent { word } else { "*" });
        }
        any |= is_frequent;
        wild = !is_frequent;
    }
    if !wild || keep_separators {
        out.push_str(words.rest);
    }
    any.then_some(out)
}

/// The distinct texts of some rows, in the order of their first rows, and the pattern of each.
struct Texts<'a> {
    texts: Vec<Text<'a>>,
    /// Which of them each row has.
    of_row: Vec<usize>,
}

struct Text<'a> {
    text: &'a str,
    rows: usize,
    pattern: Option<String>,
}

fn patterns<'a>(cells: &'a [Value], rows: &[usize], threshold: f64, separators: Option<&str>) -> Texts<'a> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let (mut texts, mut of_row): (Vec<Text<'_>>, Vec<usize>) = Default::default();
    for row in rows {
        let text = cells.get(*row).and_then(Value::as_str).unwrap_or_default();
        let at = *known.entry(text).or_insert_with(|| {
            texts.push(Text { text, rows: 0, pattern: None });
            texts.len() - 1
        });
        texts[at].rows += 1;
        of_row.push(at);
    }
    let least = |of: usize| (threshold * of as f64 * (1.0 - 1e-12)).max(2.0);
    let mut counts: HashMap<(usize, &str), usize> = HashMap::new();
    for text in &texts {
        for (at, (_, word)) in words(text.text, separators).words.into_iter().enumerate() {
            *counts.entry((at, word)).or_default() += 1;
        }
    }
    let (few_texts, few_rows) = (least(texts.len()), least(rows.len()));
    let frequent = |at: usize, word: &str| counts.get(&(at, word)).is_some_and(|n| *n as f64 >= few_texts);
    let mut shared: HashMap<String, usize> = HashMap::new();
    for text in &mut texts {
        text.pattern = pattern(&words(text.text, separators), separators.is_none(), frequent);
        if let Some(pattern) = &text.pattern {
            *shared.entry(pattern.clone()).or_default() += 1;
        }
    }
    for text in &mut texts {
        let is_shared = |p: &String| shared.get(p).is_some_and(|n| *n as f64 >= few_texts);
        let by_itself = || (text.rows as f64 >= few_rows).then(|| text.text.to_string());
        text.pattern = text.pattern.take().filter(is_shared).or_else(by_itself);
    }
    Texts { texts, of_row }
}

/// The groups: pattern, rows, representative. Patterns of many texts are merged first, as long as there are
/// merges left; what is not merged any more is a group of its own under the same pattern.
fn merged<'t>(found: &'t Texts<'_>, threshold: f64) -> Vec<(&'t str, usize, &'t str)> {
    let distinct = found.texts.len() as f64;
    let mut merges = (distinct * (1.0 - threshold) * (1.0 + 1e-12)).floor() as usize;
    let mut by_pattern: HashMap<&str, Vec<&Text<'_>>> = HashMap::new();
    let (mut groups, mut others) = (Vec::new(), 0);
    for text in &found.texts {
        match &text.pattern {
            Some(pattern) => by_pattern.entry(pattern).or_default().push(text),
            None => others += text.rows,
        }
    }
    let mut by_pattern: Vec<_> = by_pattern.into_iter().collect();
    by_pattern.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
    for (pattern, texts) in by_pattern {
        let (together, apart) = texts.split_at(texts.len().min(merges + 1));
        merges -= together.len() - 1;
        let rows = together.iter().map(|t| t.rows).sum();
        groups.push((pattern, rows, together.first().map_or("", |t| t.text)));
        groups.extend(apart.iter().map(|t| (pattern, t.rows, t.text)));
    }
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| (a.0, a.2).cmp(&(b.0, b.2))));
    if others > 0 {
        groups.push((OTHERS, others, ""));
    }
    groups
}

/// The rows, split by the columns from the fourth argument on, in the order of their first rows.
fn split(call: &TableCall<'_>) -> Vec<Vec<usize>> {
    let by: Vec<&[Value]> = (3..call.args.len()).map(|at| call.column(at)).collect();
    let (mut known, mut parts): (HashMap<Vec<Key>, usize>, Vec<Vec<usize>>) = Default::default();
    for row in 0..call.column(0).len() {
        let key = by.iter().filter_map(|column| column.get(row)).map(Key::of).collect();
        let part = *known.entry(key).or_insert_with(|| {
            parts.push(Vec::new());
            parts.len() - 1
        });
        parts[part].push(row);
    }
    parts
}

fn found<'a>(call: &'a TableCall<'_>, rows: &[usize]) -> (Texts<'a>, f64) {
    let threshold = call.value(1).as_f64().unwrap_or(0.1);
    (patterns(call.column(0), rows, threshold, call.value(2).as_str()), threshold)
}

fn groups(call: &TableCall<'_>, cx: &Cx) -> Called {
    let mut out = Vec::new();
    for rows in split(call) {
        let (texts, threshold) = found(call, &rows);
        for (pattern, count, representative) in merged(&texts, threshold) {
            let mut cells = vec![Value::string(pattern), Value::Long(count as i64)];
            cells.push(Value::string(representative));
            let part = |at: usize| rows.first().and_then(|row| call.column(at).get(*row)).cloned();
            cells.extend((3..call.args.len()).filter_map(part));
            if !push(&mut out, cells, cx) {
                return Called::Rows(out);
            }
        }
    }
    Called::Rows(out)
}

fn source(call: &TableCall<'_>, _: &Cx) -> Called {
    let height = call.column(0).len();
    let mut added = vec![Value::string(OTHERS); height];
    for rows in split(call) {
        let (texts, _) = found(call, &rows);
        for (row, text) in rows.iter().zip(texts.of_row) {
            let pattern = texts.texts.get(text).and_then(|t| t.pattern.as_deref());
            if let (Some(cell), Some(pattern)) = (added.get_mut(*row), pattern) {
                *cell = Value::string(pattern);
            }
        }
    }
    let rows = (0..height).map(|row| u32::try_from(row).ok()).collect();
    Called::Picked(Picked { rows: vec![rows], added: vec![added] })
}

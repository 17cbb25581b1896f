//! Joins as nested loops.
//!
//! Trap: a null key matches nothing, not even another null; `""` is a value like any other.

use std::collections::BTreeSet;

use auk::plan::{JoinKind, Plan};
use auk::types::Schema;
use auk::value::Value;

use super::{Key, Oracle, Row, TOO_LARGE, VALUES, weight};

impl Oracle<'_> {
    pub(super) fn join(
        &self,
        left: &Plan,
        right: &Plan,
        kind: JoinKind,
        on: &[(usize, usize)],
    ) -> Result<Vec<Row>, String> {
        let (l, r): (Vec<usize>, Vec<usize>) = on.iter().copied().unzip();
        let (mut left_rows, right_rows) = (self.rows(left)?, self.rows(right)?);
        if kind == JoinKind::InnerUnique {
            let mut seen = BTreeSet::new();
            left_rows.retain(|row| seen.insert(Key::of(row, &l)));
        }
        let left_keys: Vec<Option<Key>> = left_rows.iter().map(|row| key(row, &l)).collect();
        let right_keys: Vec<Option<Key>> = right_rows.iter().map(|row| key(row, &r)).collect();
        let (lefts, rights) = (Side::new(&left_rows, &left_keys), Side::new(&right_rows, &right_keys));
        let (no_left, no_right) = (missing(left.schema()), missing(right.schema()));
        let held = |(row, key): (&Row, &Option<Key>)| {
            let others = rights.matches(key);
            others.len() * weight(row) + others.iter().map(|at| weight(&right_rows[*at])).sum::<usize>()
        };
        let held: usize = left_rows.iter().zip(&left_keys).map(held).sum();
        let one_side = matches!(
            kind,
            JoinKind::LeftSemi | JoinKind::LeftAnti | JoinKind::RightSemi | JoinKind::RightAnti
        );
        if !one_side && held > VALUES {
            return Err(TOO_LARGE.to_string());
        }
        Ok(match kind {
            JoinKind::InnerUnique | JoinKind::Inner => lefts.pairs(&rights, None, |a, b| [a, b].concat()),
            JoinKind::LeftOuter => lefts.pairs(&rights, Some(&no_right), |a, b| [a, b].concat()),
            JoinKind::RightOuter => rights.pairs(&lefts, Some(&no_left), |a, b| [b, a].concat()),
            JoinKind::FullOuter => {
                let mut out = lefts.pairs(&rights, Some(&no_right), |a, b| [a, b].concat());
                out.extend(rights.having(&lefts, false).map(|row| [&no_left[..], row].concat()));
                out
            }
            JoinKind::LeftSemi => lefts.having(&rights, true).cloned().collect(),
            JoinKind::LeftAnti => lefts.having(&rights, false).cloned().collect(),
            JoinKind::RightSemi => rights.having(&lefts, true).cloned().collect(),
            JoinKind::RightAnti => rights.having(&lefts, false).cloned().collect(),
        })
    }
}

/// The key of a row; `None` if a part of it is null.
fn key(row: &[Value], columns: &[usize]) -> Option<Key> {
    let key = Key::of(row, columns);
    (!key.0.iter().any(Value::is_null)).then_some(key)
}

/// The row of a side that has none.
fn missing(schema: &Schema) -> Row {
    schema.columns.iter().map(|c| Value::missing(c.ty)).collect()
}

/// The rows of one side, with their keys, and a way to find those of one key.
struct Side<'a> {
    rows: &'a [Row],
    keys: &'a [Option<Key>],
    by_key: std::collections::BTreeMap<&'a Key, Vec<usize>>,
}

impl<'a> Side<'a> {
    fn new(rows: &'a [Row], keys: &'a [Option<Key>]) -> Side<'a> {
        let mut by_key: std::collections::BTreeMap<&Key, Vec<usize>> = Default::default();
        for (at, key) in keys.iter().enumerate() {
            if let Some(key) = key {
                by_key.entry(key).or_default().push(at);
            }
        }
        Side { rows, keys, by_key }
    }

    fn matches(&self, key: &Option<Key>) -> &[usize] {
        key.as_ref().and_then(|k| self.by_key.get(k)).map_or(&[], |v| v)
    }

    /// Each row with each row of the other side that matches it, or with `otherwise` if none does.
    fn pairs(
        &self,
        other: &Side,
        otherwise: Option<&Row>,
        both: impl Fn(&[Value], &[Value]) -> Row,
    ) -> Vec<Row> {
        let mut out = Vec::new();
        for (row, key) in self.rows.iter().zip(self.keys) {
            let found = other.matches(key);
            out.extend(found.iter().map(|at| both(row, &other.rows[*at])));
            if let (true, Some(otherwise)) = (found.is_empty(), otherwise) {
                out.push(both(row, otherwise));
            }
        }
        out
    }

    /// The rows that have (or have not) a match on the other side.
    fn having(&self, other: &'a Side, wanted: bool) -> impl Iterator<Item = &'a Row> {
        let pairs = self.rows.iter().zip(self.keys);
        pairs.filter(move |(_, key)| other.matches(key).is_empty() != wanted).map(|(row, _)| row)
    }
}

//! `Match`: rows through a chain of steps, as `src/plan/matching.rs` says it, with whole rows copied about.
//!
//! Trap: a row may match several steps; what it matched at a later step is output first.

use auk::plan::{Matching, StepOutput};
use auk::value::Value;

use super::eval::settled;
use super::{Oracle, Row, segments};
use auk::types::Schema;

/// For each step the extended row that it matched last, and the number of the match.
#[derive(Clone)]
struct Sequence {
    matched: Vec<Option<Row>>,
    number: i64,
}

impl Oracle<'_> {
    pub(super) fn matching(
        &self,
        rows: Vec<Row>,
        matching: &Matching,
        segment: &[usize],
        schema: &Schema,
    ) -> Result<Vec<Row>, String> {
        // An output row, by the place of its row and, backwards, of its step.
        let mut out: Vec<((usize, usize), Row)> = Vec::new();
        for numbers in segments(&rows, segment) {
            self.one_segment(&rows, &numbers, matching, schema, &mut out)?;
        }
        out.sort_by_key(|(place, _)| *place);
        Ok(out.into_iter().map(|(_, row)| row).collect())
    }

    fn one_segment(
        &self,
        rows: &[Row],
        numbers: &[usize],
        matching: &Matching,
        schema: &Schema,
        out: &mut Vec<((usize, usize), Row)>,
    ) -> Result<(), String> {
        let count = matching.steps.len();
        let mut state: Vec<Option<Sequence>> = vec![None; count];
        // The last match of a sequence at its step, for steps that show only that one.
        let mut last: Vec<Option<((usize, usize), Row)>> = vec![None; count];
        let mut begun = 0;
        for &at in numbers {
            let extended = [&rows[at][..], &matching.defaults].concat();
            for k in (0..count).rev() {
                let step = &matching.steps[k];
                let before = if k > 0 { state[k - 1].clone() } else { None };
                let mut found = None;
                if let Some(before) = before
                    && self.is_true(&step.condition, &combined(&extended, Some(&before), matching, schema))?
                {
                    out.extend(last[k - 1].take());
                    out.extend(last[k].take());
                    state[k - 1] = None;
                    found = Some(before);
                } else if (k == 0 || state[k].is_some())
                    && self
                        .is_true(&step.condition, &combined(&extended, state[k].as_ref(), matching, schema))?
                {
                    let new = Sequence { matched: vec![None; count], number: begun };
                    begun += i64::from(state[k].is_none());
                    found = Some(state[k].clone().unwrap_or(new));
                }
                let Some(mut sequence) = found else { continue };
                let given = combined(&extended, Some(&sequence), matching, schema);
                let mut row = extended.clone();
                for (column, value) in &step.assignments {
                    let value = self.eval(value, &given)?;
                    row[*column] = settled(value, schema.columns[*column].ty, "an assignment")?;
                }
                sequence.matched[k] = Some(row.clone());
                if matching.numbered {
                    row.push(Value::Long(sequence.number));
                }
                state[k] = Some(sequence);
                match step.output {
                    StepOutput::All => out.push(((at, count - k), row)),
                    StepOutput::Last => last[k] = Some(((at, count - k), row)),
                    StepOutput::None => {}
                }
            }
        }
        out.extend(last.into_iter().flatten());
        Ok(())
    }
}

/// The row, then what each step matched last in the sequence.
fn combined(extended: &Row, sequence: Option<&Sequence>, matching: &Matching, schema: &Schema) -> Row {
    let width = extended.len();
    let input = width - matching.defaults.len();
    let mut nothing: Row = schema.columns[..input].iter().map(|c| Value::missing(c.ty)).collect();
    nothing.extend(matching.defaults.iter().cloned());
    let mut out = extended.clone();
    for k in 0..matching.steps.len() {
        let matched = sequence.and_then(|s| s.matched[k].clone());
        out.extend(matched.unwrap_or_else(|| nothing.clone()));
    }
    out
}

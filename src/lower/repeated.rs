//! Does a plan group the same rows by the same keys twice, as a `let` that is read twice does? Then Polars shares what both
//! read, and works it out once. Else it shares nothing, for it would keep all rows of a scan that two branches begin with,
//! where each of them wants few.
//!
//! Trap: a shared part has several readers, and is one plan all the same.

use std::collections::HashSet;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use crate::plan::Plan;

/// A plan of more text is not compared: it has a long list in it.
const LONGEST: usize = 1 << 20;

pub fn groups_twice(plan: &Plan) -> bool {
    Seen::default().again(plan)
}

#[derive(Default)]
struct Seen {
    groupings: HashSet<u64>,
    shared: HashSet<usize>,
}

impl Seen {
    fn again(&mut self, plan: &Plan) -> bool {
        match plan {
            Plan::Shared { id, .. } if !self.shared.insert(*id) => return false,
            Plan::Aggregate { .. } if text(plan).is_some_and(|text| !self.groupings.insert(text)) => {
                return true;
            }
            _ => {}
        }
        plan.inputs().into_iter().any(|input| self.again(input))
    }
}

/// A hash of what a plan says.
fn text(plan: &Plan) -> Option<u64> {
    let mut text = Text { hasher: DefaultHasher::new(), left: LONGEST };
    write!(text, "{plan:?}").ok()?;
    Some(text.hasher.finish())
}

struct Text {
    hasher: DefaultHasher,
    left: usize,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.left = self.left.checked_sub(text.len()).ok_or(fmt::Error)?;
        self.hasher.write(text.as_bytes());
        Ok(())
    }
}

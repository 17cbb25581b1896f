//! What Kusto refuses although its meaning is clear here: auk answers, and a warning says what to write.
//!
//! - a function that looks at other rows (`prev`, `row_number`, …) where the query states no order: Kusto wants
//!   `sort`, `top` or `serialize` before it;
//! - a dynamic value as a key of `summarize`, `distinct` or `join`: Kusto wants `tostring()`, `tolong()` … of it.
//!
//! Trap: only what is sure is warned of. Rows of a `let`, a function or a `datatable` may well be serialized.

use super::Binder;
use crate::kql::ast;
use crate::kql::operators::OperatorKind as Kind;
use crate::types::Type;

impl Binder<'_> {
    /// Begins a pipeline; gives what `end_of_pipeline` wants.
    pub fn begin_pipeline(&mut self, source: Option<&ast::Expr>) -> bool {
        // The rows of a table of the lake have no order that the query asked for.
        let unordered = match source.map(|source| &source.kind) {
            Some(ast::ExprKind::Name(name)) => self.binding(&name.text).is_none(),
            _ => false,
        };
        std::mem::replace(&mut self.unordered, unordered)
    }

    pub fn end_pipeline(&mut self, outer: bool) {
        self.unordered = outer;
    }

    /// Notes what an operator does to the order of the rows.
    pub fn note_order(&mut self, kind: &Kind) {
        match kind {
            Kind::Sort(_) | Kind::Top(_) | Kind::TopHitters(_) | Kind::Serialize(_) => self.unordered = false,
            Kind::Summarize(_)
            | Kind::Distinct(_)
            | Kind::Join(_)
            | Kind::MakeSeries(_)
            | Kind::TopNested(_) => {
                self.unordered = true;
            }
            _ => {}
        }
    }

    /// A function that looks at other rows has been called.
    pub fn caution_order(&mut self) {
        if self.unordered && self.segment.is_none() {
            self.caution(
                "no order is stated for the rows that `prev`, `next` or `row_…` looks at: Kusto wants `sort` or \
                 `serialize` before it",
            );
        }
    }

    /// This is a key of an operator that compares its keys.
    pub fn caution_key(&mut self, name: &str, ty: Type) {
        if ty == Type::Dynamic {
            self.caution(&format!(
                "the key `{name}` is dynamic, which Kusto refuses: tostring(), tolong() … of it are keys"
            ));
        }
    }

    fn caution(&mut self, text: &str) {
        if !self.warnings.iter().any(|said| said == text) {
            self.warnings.push(text.to_string());
        }
    }
}

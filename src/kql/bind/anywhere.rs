//! Predicates that look in every column: `* has "x"`, and the terms of `search` and `find`.
//!
//! A term is looked for by whole words: `"x"` is `* has "x"`, `"x*"` is `hasprefix`, `"*x"` `hassuffix`, `"*x*"`
//! `contains`; with a `*` elsewhere it is a regular expression between word boundaries. `column:"x"` looks in one column.
//!
//! Trap: only columns that hold text are looked at: strings, dynamic values, guids.

use super::{Binder, Row};
use crate::kql::ast::{Expr, ExprKind};
use crate::plan;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

/// How a predicate looks.
pub struct Anywhere<'c> {
    /// The columns that `*` is about.
    pub columns: &'c [(usize, Type)],
    /// A text alone is a term.
    pub terms: bool,
    /// Comparisons of texts ask for the same case.
    pub case_sensitive: bool,
}

/// Operators that fold case, and their forms that do not.
const CASED: &[(&str, &str)] = &[
    ("has", "has_cs"),
    ("!has", "!has_cs"),
    ("hasprefix", "hasprefix_cs"),
    ("!hasprefix", "!hasprefix_cs"),
    ("hassuffix", "hassuffix_cs"),
    ("!hassuffix", "!hassuffix_cs"),
    ("contains", "contains_cs"),
    ("!contains", "!contains_cs"),
    ("startswith", "startswith_cs"),
    ("!startswith", "!startswith_cs"),
    ("endswith", "endswith_cs"),
    ("!endswith", "!endswith_cs"),
    ("=~", "=="),
    ("!~", "!="),
];

impl Anywhere<'_> {
    fn cased(&self, op: &'static str) -> &'static str {
        let found = CASED.iter().find(|(folding, _)| self.case_sensitive && *folding == op);
        found.map_or(op, |(_, cased)| cased)
    }

    /// The operator that a term with stars stands for, and what it looks for; none for a star alone.
    fn term(&self, term: &str) -> Option<(&'static str, String)> {
        let inner = term.trim_matches('*');
        if inner.is_empty() && term.contains('*') {
            return None;
        }
        let (first, last) = (term.starts_with('*'), term.ends_with('*'));
        if inner.contains('*') {
            let parts: Vec<String> = inner.split('*').map(regex::escape).collect();
            let (begin, end) = (if first { "" } else { r"\b" }, if last { "" } else { r"\b" });
            let case = if self.case_sensitive { "" } else { "(?i)" };
            return Some(("matches regex", format!("{case}{begin}{}{end}", parts.join(".*"))));
        }
        let op = match (first, last) {
            (false, false) => "has",
            (false, true) => "hasprefix",
            (true, false) => "hassuffix",
            (true, true) => "contains",
        };
        Some((self.cased(op), inner.to_string()))
    }
}

/// Is there a `*` that stands for all columns in a predicate?
pub fn looks_anywhere(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Star => true,
        ExprKind::Binary { left, right, .. } => looks_anywhere(left) || looks_anywhere(right),
        ExprKind::List { left, .. } => looks_anywhere(left),
        ExprKind::Call { name, args } if name.text == "not" => args.iter().any(|a| looks_anywhere(&a.value)),
        _ => false,
    }
}

impl Binder<'_> {
    /// A predicate in which terms and `*` look in every column.
    pub fn anywhere(&mut self, e: &Expr, how: &Anywhere<'_>, row: &Row<'_>) -> Option<plan::Expr> {
        match &e.kind {
            ExprKind::Literal(Value::String(term), Type::String) if how.terms => {
                self.term(term, e, None, how)
            }
            ExprKind::Star => Some(plan::Expr::literal(Value::Bool(true), Type::Bool, e.span)),
            ExprKind::Binary { op: op @ ("and" | "or"), left, right, .. } => {
                let (left, right) = (self.anywhere(left, how, row), self.anywhere(right, how, row));
                self.apply(op, vec![left?, right?], e.span)
            }
            ExprKind::Binary { op: ":", left, right, .. } => match &right.kind {
                ExprKind::Literal(Value::String(term), Type::String) => {
                    let column = self.expr(left, row)?;
                    self.term(term, right, Some(column), how)
                }
                _ => self.error(right.span, "a text is looked for in a column: `column:\"text\"`"),
            },
            ExprKind::Binary { op, left, right, .. } if matches!(left.kind, ExprKind::Star) => {
                let needle = self.expr(right, row)?;
                self.in_columns(how.cased(op), &[needle], how, e.span)
            }
            ExprKind::List { op, left, items, .. } if matches!(left.kind, ExprKind::Star) => {
                let needles: Option<Vec<_>> = items.iter().map(|item| self.expr(item, row)).collect();
                self.in_columns(op, &needles?, how, e.span)
            }
            ExprKind::Binary { op, left, right, .. } if how.case_sensitive => {
                let (left, right) = (self.expr(left, row)?, self.expr(right, row)?);
                self.apply(how.cased(op), vec![left, right], e.span)
            }
            ExprKind::Call { name, args } if name.text == "not" && args.len() == 1 => {
                let inner = self.anywhere(&args[0].value, how, row)?;
                self.apply("not", vec![inner], e.span)
            }
            _ => {
                let bound = self.expr(e, row)?;
                match bound.as_literal().and_then(Value::as_str).map(str::to_string) {
                    // A `let` that is a text is a term, too.
                    Some(term) if how.terms && bound.ty == Type::String => self.term(&term, e, None, how),
                    _ if bound.ty == Type::Dynamic => Some(self.convert(bound, Type::Bool)),
                    _ if bound.ty != Type::Bool => {
                        self.error(e.span, format!("a predicate is bool; this is {}", bound.ty))
                    }
                    _ => Some(bound),
                }
            }
        }
    }

    /// A term in one column, or in all.
    fn term(
        &mut self,
        term: &str,
        at: &Expr,
        column: Option<plan::Expr>,
        how: &Anywhere<'_>,
    ) -> Option<plan::Expr> {
        let Some((op, text)) = how.term(term) else {
            return Some(plan::Expr::literal(Value::Bool(true), Type::Bool, at.span));
        };
        let needle = plan::Expr::literal(Value::String(text), Type::String, at.span);
        match column {
            Some(column) => {
                let column = self.convert(column, Type::String);
                self.apply(op, vec![column, needle], at.span)
            }
            None => self.in_columns(op, &[needle], how, at.span),
        }
    }

    /// The operator over every column that holds text: true in one is enough.
    fn in_columns(
        &mut self,
        op: &str,
        needles: &[plan::Expr],
        how: &Anywhere<'_>,
        span: Span,
    ) -> Option<plan::Expr> {
        if let Some(plain) = op.strip_prefix('!') {
            let message = format!("`* {op}`; `not(* {plain} …)` is true where no column has it");
            return self.unsupported(span, message);
        }
        let mut all: Option<plan::Expr> = None;
        for (index, ty) in how.columns {
            if !matches!(ty, Type::String | Type::Dynamic | Type::Guid) {
                continue;
            }
            let column = self.convert(plan::Expr::column(*index, *ty, span), Type::String);
            let args = std::iter::once(column).chain(needles.iter().cloned()).collect();
            let found = self.apply(op, args, span)?;
            all = Some(match all {
                None => found,
                Some(before) => self.apply("or", vec![before, found], span)?,
            });
        }
        // Where no column holds text, nothing is found.
        Some(all.unwrap_or(plan::Expr::literal(Value::Bool(false), Type::Bool, span)))
    }
}

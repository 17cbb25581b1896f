//! `Filter` and `Project`: nodes that look at a row at a time.
//!
//! Trap: a cheap predicate does not shield an expensive one in the same Polars filter, so a conjunction
//! is split: what Polars does by itself first, what calls kernels in a filter after it. And one that looks at a real
//! keeps Polars from asking the others of each text of a dictionary once, so it comes in between.

use polars::prelude as pl;

use super::super::compact::compact;
use super::super::error::Result;
use super::super::shred::Below;
use super::super::{Lowering, NO_COLUMN, accelerate, needs::Needs, shred};
use super::{below, column, scope};
use crate::plan::{Expr, ExprKind, Plan};
use crate::types::{Schema, Type};

impl Lowering<'_> {
    pub fn filter(
        &self,
        input: &Plan,
        wanted: &Needs,
        predicate: &Expr,
        needs: &Needs,
    ) -> Result<pl::LazyFrame> {
        // Filters on one another are one conjunction.
        let (mut input, mut wanted, mut predicates) = (input, wanted.clone(), vec![predicate]);
        while let Plan::Filter { input: below, predicate } = input {
            wanted = self.of_inputs(input, &wanted).pop().unwrap_or_default();
            predicates.insert(0, predicate);
            input = below;
        }
        let wanted = &wanted;
        if let Some(below) = below::filtered_inputs(input, &predicates, &|plan| self.is_empty(plan)) {
            return self.node(&below, needs);
        }
        let scope = scope(input.schema(), wanted);
        let mut stages = [const { Vec::new() }; 3];
        let conjuncts = predicates.into_iter().flat_map(conjuncts);
        for part in conjuncts.filter(|part| !self.scan_decides(input, part)) {
            let before = self.kernels.get();
            let lowered = accelerate::as_predicate(self.expr(part, scope)?);
            let is_dear = self.kernels.get() > before || shred::reads_json(part, scope);
            let stage = if is_dear { 2 } else { usize::from(asks_for_real(part)) };
            stages[stage].push(lowered);
        }
        let frame = self.node(input, wanted)?;
        let predicates = stages.into_iter().filter_map(|all| all.into_iter().reduce(pl::Expr::and));
        Ok(predicates.fold(frame, |frame, predicate| barrier(frame.filter(predicate))))
    }

    pub fn project(
        &self,
        input: &Plan,
        wanted: &Needs,
        exprs: &[Expr],
        schema: &Schema,
        needs: &Needs,
    ) -> Result<pl::LazyFrame> {
        let frame = self.node(input, wanted)?;
        let scope = scope(input.schema(), wanted);
        let mut outputs = Vec::new();
        let mut constant = true;
        for (i, output) in schema.columns.iter().enumerate().filter(|(i, _)| needs.wants(*i)) {
            let lowered = self.lowered(&exprs[i], scope)?;
            constant &= lowered.constant().is_some();
            outputs.push(lowered.into_expr(output.ty).alias(output.name.as_str()));
        }
        for path in &needs.paths {
            let Some(below) = exprs.get(path.column).and_then(|e| Below::of(e, &path.steps)) else {
                continue;
            };
            outputs.push(below.expr(input.schema()).alias(shred::frame_name(
                schema,
                path.column,
                &path.steps,
            )));
            constant = false;
        }
        if !constant {
            return Ok(frame.select(outputs));
        }
        // Constants alone do not say how many rows there are.
        outputs.push(column(scope.driver).alias(NO_COLUMN));
        Ok(frame.select(outputs))
    }
}

/// Is it only asked whether there is a real?
fn asks_for_real(part: &Expr) -> bool {
    let ExprKind::Call(f, args) = &part.kind else { return false };
    matches!(f.name, "isnull" | "isnotnull") && args.iter().all(|arg| arg.ty == Type::Real)
}

/// The same frame, for filters and limits above not to be merged with what is below. Of what is filtered, batch by
/// batch only the texts stay that are in its rows.
pub fn barrier(frame: pl::LazyFrame) -> pl::LazyFrame {
    let through = pl::OptFlags::STREAMING | pl::OptFlags::PROJECTION_PUSHDOWN;
    frame.map(|frame| Ok(compact(frame)), through, None, Some("then"))
}

/// The parts of a conjunction, in order.
pub fn conjuncts(predicate: &Expr) -> Vec<&Expr> {
    match &predicate.kind {
        ExprKind::Call(f, args) if f.name == "and" => args.iter().flat_map(conjuncts).collect(),
        _ => vec![predicate],
    }
}

//! A plan's expressions as Polars expressions.
//!
//! A call whose arguments are constant is computed here and now; else its accelerator is asked, and
//! where it has none or that declines, the kernel runs row by row.
//!
//! Trap: `pl::col` takes `*` and `^…$` for patterns; a column is named by `nodes::column`.

use std::collections::HashSet;
use std::sync::Arc;

use polars::prelude as pl;
use polars::prelude::IntoLazy;

use super::column::{self, Cells};
use super::error::{Error, Result};
use super::kernel::{self, Lowered};
use super::needs::{Needs, StoredPath};
use super::path::{self, Base, Path};
use super::{Lowering, accelerate, convert, nodes, shred};
use crate::functions::{Body, Function};
use crate::plan::{Expr, ExprKind, Plan};
use crate::types::{Schema, Type};
use crate::value::Value;

/// What an expression may look at: the columns of its node's input.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    pub schema: &'s Schema,
    /// Any column that the frame has, to count rows by.
    pub driver: &'s str,
    /// Paths that the frame has as columns.
    pub paths: &'s [StoredPath],
}

impl Lowering<'_> {
    /// An expression of the physical type of `expr.ty`.
    pub fn expr(&self, expr: &Expr, scope: Scope<'_>) -> Result<pl::Expr> {
        Ok(self.lowered(expr, scope)?.into_expr(expr.ty))
    }

    pub fn lowered(&self, expr: &Expr, scope: Scope<'_>) -> Result<Lowered> {
        self.lowered_in(expr, scope, false)
    }

    /// `alike`: null and `""` are alike where the expression stands.
    fn lowered_in(&self, expr: &Expr, scope: Scope<'_>, alike: bool) -> Result<Lowered> {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(Lowered::Constant(value.clone())),
            ExprKind::Column(index) => match scope.schema.columns.get(*index) {
                Some(c) => Ok(Lowered::Column(nodes::column(&c.name))),
                None => {
                    Err(Error::internal(format!("the plan names column {index}, which its input has not")))
                }
            },
            ExprKind::Call(function, args) => match self.path(expr, scope, alike)? {
                Some(path) => Ok(path),
                None => match self.parsed(expr, scope)? {
                    Some(parsed) => Ok(parsed),
                    None => self.call(function, args, expr, scope),
                },
            },
            ExprKind::Convert(inner) => {
                let operand = self.lowered_in(inner, scope, shred::takes_alike(expr))?;
                convert::lower(self, operand, inner.ty, expr.ty, nodes::column(scope.driver))
            }
            ExprKind::Scalar(plan) => Ok(Lowered::Constant(self.scalar(plan)?)),
            ExprKind::InTable { value, table, fold_case, negated } => {
                let lowered = self.lowered(value, scope)?;
                self.in_table(lowered, value.ty, table, *fold_case, *negated)
            }
        }
    }

    fn call(&self, function: &Function, args: &[Expr], call: &Expr, scope: Scope<'_>) -> Result<Lowered> {
        let (returns, alike) = (call.ty, shred::takes_alike(call));
        if let [operand] = args
            && shred::CONVERTING.contains(&function.name)
            && operand.ty != returns
        {
            // What is stored, or lies at the end of a path, need not become a dynamic value first.
            let lowered = self.lowered_in(operand, scope, alike)?;
            return convert::lower(self, lowered, operand.ty, returns, nodes::column(scope.driver));
        }
        let kernel = match function.body {
            Body::Kernel(kernel) => kernel,
            Body::Refused(why) => return Err(Error::unsupported(format!("{}: {why}", function.name))),
            _ => return Err(Error::internal(format!("{}() reached the execution", function.name))),
        };
        let lowered = args
            .iter()
            .enumerate()
            .map(|(i, a)| Ok((self.lowered_in(a, scope, alike && i == 0)?, a.ty)))
            .collect::<Result<Vec<(Lowered, Type)>>>()?;
        if let ("and" | "or", true) = (function.name, lowered.len() == 2)
            && let Some(decided) = decided(&lowered, function.name == "or")
        {
            return Ok(decided);
        }
        if !function.volatile {
            let constants: Option<Vec<Value>> = lowered.iter().map(|(a, _)| a.constant().cloned()).collect();
            let types: Vec<Type> = args.iter().map(|a| a.ty).collect();
            let folded =
                constants.and_then(|values| kernel::fold(kernel, &values, &types, returns, self.env.now));
            if let Some(value) = folded {
                return Ok(Lowered::Constant(value));
            }
            if let Some(expr) = accelerate::call(function.name, &lowered, returns) {
                return Ok(Lowered::Column(expr));
            }
        }
        Ok(Lowered::Column(kernel::call(
            self,
            kernel,
            &lowered,
            returns,
            nodes::column(scope.driver),
            function.volatile,
        )))
    }

    /// The expression as a path down to something that is no path.
    fn path(&self, expr: &Expr, scope: Scope<'_>, alike: bool) -> Result<Option<Lowered>> {
        let stored = shred::stored(expr, scope.paths);
        if let Some(stored) = stored.filter(|p| alike || !matches!(p.ty, Type::String | Type::Dynamic)) {
            let column = nodes::column(&shred::frame_name(scope.schema, stored.column, &stored.steps));
            return Ok(Some(match stored.ty {
                Type::Dynamic => Lowered::Column(column),
                ty => Lowered::Stored(column, ty),
            }));
        }
        let (below, steps) = shred::steps(expr);
        if steps.is_empty() || !path::walkable(&steps) {
            return Ok(None);
        }
        let (parsed, below) = shred::below_parse(below);
        let base = match parsed {
            None => Base::Dynamic,
            Some(true) => Base::Text,
            Some(false) => Base::TextOfDynamic,
        };
        // To `tostring` null and "" are alike.
        Ok(match self.lowered_in(below, scope, parsed == Some(false))? {
            Lowered::Constant(_) => None,
            lowered => Some(Lowered::Path(Path { expr: lowered.into_expr(below.ty), base, steps })),
        })
    }

    /// `parse_json` of a dynamic value, or of its text, which is JSON already.
    fn parsed(&self, expr: &Expr, scope: Scope<'_>) -> Result<Option<Lowered>> {
        let (parsed, below) = shred::below_parse(expr);
        if std::ptr::eq(below, expr) || below.ty != Type::Dynamic {
            return Ok(None);
        }
        Ok(match (parsed, self.lowered_in(below, scope, parsed == Some(false))?) {
            (None, lowered) => Some(lowered),
            (_, Lowered::Constant(_)) => None,
            (_, lowered) => Some(Lowered::Column(path::parsed_text_of(lowered.into_expr(Type::Dynamic)))),
        })
    }

    /// The value of an expression that looks at no column.
    pub fn constant(&self, expr: &Expr) -> Result<Value> {
        let none = Schema::default();
        match self.lowered(expr, Scope { schema: &none, driver: super::NO_COLUMN, paths: &[] })? {
            Lowered::Constant(value) => Ok(value),
            lowered => {
                let e = lowered.into_expr(expr.ty);
                let one = nodes::no_columns(1)?.lazy().with_columns([e.alias("\u{1}value")]);
                let frame = self.collect(one)?;
                Ok(Cells::new(frame.column("\u{1}value")?, expr.ty)?.get(0))
            }
        }
    }

    /// The first cell of a plan.
    fn scalar(&self, plan: &Arc<Plan>) -> Result<Value> {
        if self.dry {
            _ = self.node(plan, &Needs::first(plan))?;
            return Ok(Value::Null);
        }
        let address = Arc::as_ptr(plan) as usize;
        if let Some(value) = self.scalars.borrow().get(&address) {
            return Ok(value.clone());
        }
        let value = self.first_cell(plan)?;
        self.scalars.borrow_mut().insert(address, value.clone());
        Ok(value)
    }

    fn first_cell(&self, plan: &Plan) -> Result<Value> {
        let Some(first) = plan.column(0) else { return Ok(Value::Null) };
        let frame = self.node(plan, &Needs::first(plan))?.select([nodes::column(&first.name)]).limit(1);
        let frame = self.collect(frame)?;
        if frame.height() == 0 {
            return Ok(Value::missing(first.ty));
        }
        Ok(Cells::new(frame.column(&first.name)?, first.ty)?.get(0))
    }

    /// Is the value among those of the plan's first column?
    fn in_table(
        &self,
        value: Lowered,
        ty: Type,
        table: &Plan,
        fold_case: bool,
        negated: bool,
    ) -> Result<Lowered> {
        let members = Arc::new(self.members(table, ty, fold_case)?);
        let is_in = move |v: &Value| !v.is_null() && members.contains(&member_key(v, fold_case)) != negated;
        let answer = move |v: &Value| if v.is_null() { negated } else { is_in(v) };
        if let Lowered::Constant(value) = &value {
            return Ok(Lowered::Constant(Value::Bool(answer(value))));
        }
        let run = move |columns: &mut [pl::Column]| {
            let cells = Cells::new(&columns[0], ty)?;
            let values = (0..columns[0].len()).map(|at| Value::Bool(answer(&cells.get(at))));
            Ok(column::from_values(kernel::name(columns), Type::Bool, values))
        };
        Ok(Lowered::Column(kernel::elementwise(vec![value.into_expr(ty)], Type::Bool, run)))
    }

    /// The distinct values of a plan's first column, as the keys that `in_table` looks up.
    fn members(&self, table: &Plan, ty: Type, fold_case: bool) -> Result<HashSet<String>> {
        let Some(first) = table.column(0) else { return Ok(HashSet::new()) };
        let frame = self.node(table, &Needs::first(table))?;
        if self.dry {
            return Ok(HashSet::new());
        }
        let name = nodes::column(&first.name);
        let frame = self.collect(frame.select([name]).unique(None, pl::UniqueKeepStrategy::Any))?;
        let cells = Cells::new(frame.column(&first.name)?, first.ty)?;
        let mut members = HashSet::with_capacity(frame.height());
        for at in 0..frame.height() {
            let mut value = cells.get(at);
            if first.ty != ty {
                let converted = convert::constant(&value, first.ty, ty, self.env.now);
                value = converted.unwrap_or(Value::Null);
            }
            if !value.is_null() {
                members.insert(member_key(&value, fold_case));
            }
        }
        Ok(members)
    }
}

/// `and` and `or` with a constant side: the side that decides, or else the other one.
fn decided(sides: &[(Lowered, Type)], winner: bool) -> Option<Lowered> {
    let at = sides.iter().position(|(side, _)| matches!(side, Lowered::Constant(Value::Bool(_))))?;
    let (constant, other) = (&sides[at].0, &sides[1 - at].0);
    let decides = constant.constant() == Some(&Value::Bool(winner));
    Some(if decides { constant.clone() } else { other.clone() })
}

fn member_key(value: &Value, fold_case: bool) -> String {
    let text = value.to_text();
    if fold_case { text.to_lowercase() } else { text }
}

//! Functions that look at other rows: `prev`, `next`, `row_number`, `row_cumsum`, `row_rank_*`,
//! `row_window_session`. Each becomes a column of a `Window` node below the operator that uses it.
//!
//! Trap: one inside another needs a node of its own below; `with_windows` stacks them.

use super::{Binder, Row};
use crate::functions::Function;
use crate::kql::ast::Argument;
use crate::plan::{Expr, WindowCall, WindowFunction};
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    pub fn window_call(
        &mut self,
        function: &'static Function,
        args: &[Argument],
        span: Span,
        row: &Row<'_>,
    ) -> Option<Expr> {
        let Some(windows) = row.windows else {
            return self
                .error(span, format!("`{}()` is for extend, project, where and serialize", function.name));
        };
        let args = self.arguments(args, row)?;
        let (window, ty) = self.window_function(function.name, args, span)?;
        let mut windows = windows.borrow_mut();
        windows.push(WindowCall { function: window, ty });
        Some(Expr::column(row.schema.len() + windows.len() - 1, ty, span))
    }

    fn window_function(&mut self, name: &str, args: Vec<Expr>, span: Span) -> Option<(WindowFunction, Type)> {
        let mut args = args.into_iter();
        match name {
            "row_number" => {
                let start = match args.next() {
                    Some(arg) => self.constant(arg)?.as_i64().unwrap_or(1),
                    None => 1,
                };
                Some((WindowFunction::RowNumber { start, restart: self.restart(args.next())? }, Type::Long))
            }
            "prev" | "next" => {
                let value = self.first(args.next(), span)?;
                let offset = match args.next() {
                    Some(arg) => self.constant(arg)?.as_i64().unwrap_or(1),
                    None => 1,
                };
                let ty = value.ty;
                let default = match args.next() {
                    Some(arg) => {
                        let arg = self.convert(arg, ty);
                        self.constant(arg)?
                    }
                    None => Value::missing(ty),
                };
                let offset = if name == "prev" { offset } else { -offset };
                Some((WindowFunction::Shift { value, offset, default }, ty))
            }
            "row_cumsum" => {
                let value = self.first(args.next(), span)?;
                if !value.ty.is_number() && value.ty != Type::Timespan {
                    let message = format!("`row_cumsum` sums numbers, not values of type {}", value.ty);
                    return self.error(value.span, message);
                }
                let ty = if value.ty == Type::Int { Type::Long } else { value.ty };
                let value = self.convert(value, ty);
                Some((WindowFunction::CumulativeSum { value, restart: self.restart(args.next())? }, ty))
            }
            "row_rank_dense" | "row_rank_min" => {
                let value = self.first(args.next(), span)?;
                let restart = self.restart(args.next())?;
                let window = if name == "row_rank_dense" {
                    WindowFunction::RankDense { value, restart }
                } else {
                    WindowFunction::RankMin { value, restart }
                };
                Some((window, Type::Long))
            }
            "row_window_session" => {
                let value = self.first(args.next(), span)?;
                let first = self.first(args.next(), span)?;
                let between = self.first(args.next(), span)?;
                let from_first = self.constant(first)?.as_i64().unwrap_or(0);
                let between = self.constant(between)?.as_i64().unwrap_or(0);
                let restart = self.restart(args.next())?;
                Some((WindowFunction::Session { value, from_first, between, restart }, Type::Datetime))
            }
            other => self.unsupported(span, format!("`{other}` is not supported")),
        }
    }

    fn first(&mut self, arg: Option<Expr>, span: Span) -> Option<Expr> {
        if arg.is_none() {
            return self.error(span, "an argument is missing");
        }
        arg
    }

    /// Where a function begins anew is a bool.
    fn restart(&mut self, arg: Option<Expr>) -> Option<Option<Expr>> {
        match arg {
            Some(arg) if !matches!(arg.ty, Type::Bool | Type::Dynamic) => {
                self.error(arg.span, format!("where to begin anew is a bool, not a {}", arg.ty))
            }
            arg => Some(arg.map(|arg| self.convert(arg, Type::Bool))),
        }
    }

    fn constant(&mut self, arg: Expr) -> Option<Value> {
        match arg.as_literal() {
            Some(value) => Some(value.clone()),
            None => self.error(arg.span, "this argument has to be a constant"),
        }
    }
}

//! Functions that follow rules of their own: they take tables, look at names, or stand for several
//! columns.
//!
//! `bin_auto(x)`, `toscalar(T)`, `table("T")`, `materialize(T)`, `case(p, a, …, b)`, `column_ifexists("c", x)`,
//! `bag_pack_columns(c, …)`, `pack_all()`, `ingestion_time()`, `typeof(t)`.
//!
//! Trap: what is a table here is decided by `is_table`; everything else is a row of the function table.

use super::statement::BINS;
use super::{Binder, Row};
use crate::diagnostic::Diagnostic;
use crate::kql::ast::{self, Argument};
use crate::kql::visible;
use crate::plan::Expr;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// `None` when the name is not special; else what it is bound to.
    pub fn special(
        &mut self,
        name: &ast::Name,
        args: &[Argument],
        span: Span,
        row: &Row<'_>,
    ) -> Option<Option<Expr>> {
        Some(match name.text.as_str() {
            "toscalar" => self.toscalar(args, span, row),
            "case" => self.case(args, span, row),
            "column_ifexists" | "columnifexists" => self.column_ifexists(args, span, row),
            "bag_pack_columns" => self.pack_columns(args, span, row),
            "pack_all" => self.pack_all(args, span, row),
            "column_names_of" => self.column_names_of(args, span),
            "around" => self.around(args, span, row),
            "bin_auto" => self.bin_auto(args, span, row),
            "estimate_data_size" => self.estimate_data_size(args, span, row),
            "ingestion_time" => self.ingestion_time(span, row),
            "cluster" | "database" | "workspace" | "app" => self.unsupported(
                span,
                format!("`{}()` names another database; there is only the lake", name.text),
            ),
            _ => return None,
        })
    }

    fn toscalar(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        let [arg] = args else {
            return self.error(span, "toscalar() takes one table or value");
        };
        if self.is_table(&arg.value) {
            let relation = self.table(&arg.value)?;
            return self.scalar_of(relation, span);
        }
        let value = self.expr(&arg.value, row)?;
        // Once for all rows, also where a call gives another value each time.
        if value.as_literal().is_none() && value.columns().is_empty() {
            return Some(self.once(value));
        }
        Some(value)
    }

    /// `case(p1, v1, p2, v2, …, otherwise)` as nested `iff`.
    fn case(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        if args.len() < 3 || args.len().is_multiple_of(2) {
            return self.error(span, "case() takes pairs of predicate and value, then the value otherwise");
        }
        let args = self.arguments(args, row)?;
        let values = args.iter().enumerate().filter(|(i, _)| i % 2 == 1 || *i == args.len() - 1);
        let mut ty = None;
        for (_, value) in values {
            ty = match ty {
                None => Some(value.ty),
                Some(t) => match crate::functions::common_type(t, value.ty) {
                    Some(common) => Some(common),
                    None => {
                        return self.error(value.span, format!("case() gives {t} before, {} here", value.ty));
                    }
                },
            };
        }
        let ty = ty?;
        let mut args = args.into_iter().rev();
        let mut bound = args.next()?;
        bound = self.convert(bound, ty);
        while let (Some(value), Some(predicate)) = (args.next(), args.next()) {
            let value = self.convert(value, ty);
            bound = self.apply("iff", vec![predicate, value, bound], span)?;
        }
        Some(bound)
    }

    fn column_ifexists(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        let [name, default] = args else {
            return self.error(span, "column_ifexists() takes a column name and a value");
        };
        let bound = self.expr(&name.value, &Row::new(&super::expr::NO_COLUMNS))?;
        let Some(column) = bound.as_literal().and_then(Value::as_str).map(str::to_string) else {
            return self.error(name.value.span, "the column's name has to be a constant string");
        };
        match row.schema.index(&column) {
            Some(index) => Some(Expr::column(index, row.schema.columns[index].ty, span)),
            None => self.expr(&default.value, row),
        }
    }

    fn pack_columns(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        let mut packed = Vec::new();
        for arg in args {
            let Some(name) = super::implied_name(&arg.value) else {
                return self.error(arg.value.span, "bag_pack_columns() takes columns");
            };
            packed.push(Expr::literal(Value::String(name), Type::String, arg.value.span));
            packed.push(self.expr(&arg.value, row)?);
        }
        self.apply("bag_pack", packed, span)
    }

    fn pack_all(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        let ignore = match args {
            [] => false,
            [arg] => {
                let bound = self.expr(&arg.value, row)?;
                match bound.as_literal().and_then(Value::as_bool) {
                    Some(ignore) => ignore,
                    None => return self.error(arg.value.span, "pack_all() takes a constant true or false"),
                }
            }
            _ => return self.error(span, "pack_all() takes at most one argument"),
        };
        let (mut packed, mut single) = (Vec::new(), Vec::new());
        for (index, column) in visible(row.schema) {
            let name = Expr::literal(Value::string(column.name.as_str()), Type::String, span);
            let value = Expr::column(index, column.ty, span);
            if ignore {
                // A bag of one, or of none when the value is empty.
                let is_empty = self.apply("isempty", vec![value.clone()], span)?;
                let one = self.apply("bag_pack", vec![name, value], span)?;
                let none = Expr::literal(Value::Bag(Vec::new()), Type::Dynamic, span);
                single.push(self.apply("iff", vec![is_empty, none, one], span)?);
            } else {
                packed.extend([name, value]);
            }
        }
        self.apply(if ignore { "bag_merge" } else { "bag_pack" }, if ignore { single } else { packed }, span)
    }

    fn column_names_of(&mut self, args: &[Argument], span: Span) -> Option<Expr> {
        let [arg] = args else {
            return self.error(span, "column_names_of() takes one table");
        };
        let relation = self.table(&arg.value)?;
        let names = relation.columns().map(|(_, c)| Value::string(c.name.as_str())).collect();
        Some(Expr::literal(Value::Array(names), Type::Dynamic, span))
    }

    /// `bin_auto(value)`: `bin_at` with what `set` says.
    fn bin_auto(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        let mut bound = self.arguments(args, row)?;
        let [size, at] = BINS.map(|name| {
            self.options.iter().find(|(set, _)| set == name).map(|(_, value)| Expr { span, ..value.clone() })
        });
        let Some(size) = size else {
            let error = Diagnostic::semantic(span, "bin_auto() needs to know the size of its bins");
            return self.report(error.with_help(format!("`set {}=1h;` before the query", BINS[0])));
        };
        if bound.len() != 1 {
            return self.error(span, "bin_auto() takes one value");
        }
        let name = if at.is_some() { "bin_at" } else { "bin" };
        bound.extend([size].into_iter().chain(at));
        self.apply(name, bound, span)
    }

    /// `estimate_data_size(column, …)`: 8 for a long, for a string its length in UTF-8.
    fn estimate_data_size(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        let mut total = Expr::literal(Value::Long(0), Type::Long, span);
        let mut columns = Vec::new();
        for arg in args {
            match arg.value.kind {
                ast::ExprKind::Star => {
                    columns.extend(visible(row.schema).map(|(at, c)| Expr::column(at, c.ty, arg.value.span)));
                }
                _ => columns.push(self.expr(&arg.value, row)?),
            }
        }
        for column in columns {
            let size = match column.ty {
                Type::Long => Expr::literal(Value::Long(8), Type::Long, span),
                Type::String => self.apply("string_size", vec![column], span)?,
                ty => {
                    let message = format!("the size of a {ty} is not documented, only of a long or a string");
                    return self.unsupported(column.span, message);
                }
            };
            total = self.apply("+", vec![total, size], span)?;
        }
        Some(total)
    }

    /// `around(value, center, delta)`: is the value within delta of the center?
    fn around(&mut self, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        let bound = self.arguments(args, row)?;
        let [value, center, delta] = bound.as_slice() else {
            return self.error(span, "around() takes a value, a center and a delta");
        };
        let low = self.apply("-", vec![center.clone(), delta.clone()], span)?;
        let high = self.apply("+", vec![center.clone(), delta.clone()], span)?;
        self.apply("between", vec![value.clone(), low, high], span)
    }

    /// When the service received the record, if the export says so, else the event's time.
    fn ingestion_time(&mut self, span: Span, row: &Row<'_>) -> Option<Expr> {
        let column =
            |name: &str| row.schema.index(name).map(|i| Expr::column(i, row.schema.columns[i].ty, span));
        match (column("_TimeReceived"), column("TimeGenerated")) {
            (Some(received), Some(generated)) => self.apply("coalesce", vec![received, generated], span),
            (Some(time), None) | (None, Some(time)) => Some(time),
            (None, None) => Some(Expr::literal(Value::Null, Type::Datetime, span)),
        }
    }
}

//! Calls: user functions, rows of the table, and the names that follow rules of their own.
//!
//! Trap: a user function is bound anew at each call, with its arguments as names; a scalar argument may
//! hold columns of the caller's row, which is why the body is bound against that row with its columns
//! out of sight. No row of a table within the body is that row: there such an argument is an error.

use super::{Binder, Binding, Callee, MAX_CALLED, MAX_CALLS, Row, pipeline::Relation};
use crate::diagnostic::{Diagnostic, closest};
use crate::functions::{self, Body};
use crate::kql::ast::{self, Argument, ParameterType};
use crate::kql::mistakes;
use crate::plan::Expr;
use crate::source::Span;
use crate::types::{Schema, Type};
use crate::value::Value;

/// What to do where a function of a workspace is not known.
pub const SAVED_HELP: &str = "a function of your workspace: `auk function add FILE.kql --lake DIR` saves it; or its \
                              text goes in front of the query as a `let`";

/// What a user function gives.
pub enum Outcome {
    Scalar(Expr),
    Table(Box<Relation>),
}

impl Binder<'_> {
    /// A call within an expression.
    pub fn call(&mut self, name: &ast::Name, args: &[Argument], span: Span, row: &Row<'_>) -> Option<Expr> {
        if let Some(Binding::Function(callee)) = self.binding(&name.text) {
            return match self.user_function(name, &callee, args, None, row)? {
                Outcome::Scalar(expr) => Some(Expr { span, ..expr }),
                Outcome::Table(relation) => self.scalar_of(*relation, span),
            };
        }
        if let Some(bound) = self.special(name, args, span, row) {
            return bound;
        }
        if let Some(aggregates) = row.aggregates
            && functions::aggregate(&name.text).is_some()
        {
            return self.aggregate_call(name, args, span, row, aggregates);
        }
        let Some(function) = functions::function(&name.text) else {
            return self.unknown_function(name);
        };
        match function.body {
            Body::Window => self.window_call(function, args, span, row),
            Body::Refused(reason) => {
                self.unsupported(name.span, format!("`{}` is not supported: {reason}", name.text))
            }
            Body::Special => self.unsupported(name.span, format!("`{}()` has no meaning here", name.text)),
            Body::Kernel(_) => {
                let args = self.arguments(args, row)?;
                self.apply_function(function, args, span)
            }
        }
    }

    /// Binds all arguments, reporting what is wrong with each.
    pub fn arguments(&mut self, args: &[Argument], row: &Row<'_>) -> Option<Vec<Expr>> {
        let bound: Vec<Option<Expr>> = args.iter().map(|a| self.expr(&a.value, row)).collect();
        bound.into_iter().collect()
    }

    pub fn unknown_function<T>(&mut self, name: &ast::Name) -> Option<T> {
        if functions::aggregate(&name.text).is_some() {
            let message = format!("the aggregate `{}` is only for summarize and make-series", name.text);
            let error = Diagnostic::semantic(name.span, message);
            return self.report(error.with_help("`summarize` computes it; `where` and `extend` follow"));
        }
        let mut lets = self.names.all();
        lets.extend(self.env.catalog.functions());
        let rows = functions::functions().map(|f| f.name).chain(functions::aggregates().map(|f| f.name));
        let known = rows.chain(lets.iter().map(String::as_str));
        let near = mistakes::function(&name.text).or_else(|| closest(&name.text, known));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => SAVED_HELP.to_string(),
        };
        let error = Diagnostic::semantic(name.span, format!("no function named `{}`", name.text));
        self.report(error.with_help(help))
    }

    /// Binds the body of a user function for one call; `piped` is the table of `invoke`.
    pub fn user_function(
        &mut self,
        name: &ast::Name,
        callee: &Callee,
        args: &[Argument],
        piped: Option<Relation>,
        row: &Row<'_>,
    ) -> Option<Outcome> {
        if self.calls >= MAX_CALLS {
            return self.error(name.span, format!("functions call each other more than {MAX_CALLS} deep"));
        }
        self.called += 1;
        if self.called > MAX_CALLED {
            return self.error(name.span, format!("functions are called more than {MAX_CALLED} times"));
        }
        let bound = self.parameters(name, callee, args, piped, row)?;
        if !self.enter(callee) {
            let path = [self.active.as_slice(), std::slice::from_ref(&name.text)].concat().join(" → ");
            return self.error(name.span, format!("the function `{}` calls itself: {path}", name.text));
        }
        let mut inner = callee.names.clone();
        for (parameter, binding) in bound {
            inner = inner.with(&parameter, binding);
        }
        let outer = std::mem::replace(&mut self.names, inner);
        let before = self.diagnostics.len();
        self.calls += 1;
        let outcome = self.body(&callee.function.body, row);
        self.calls -= 1;
        self.names = outer;
        self.leave(callee, name.span, before);
        outcome
    }

    /// Begins to look at a function's body; `false` when it is being looked at already.
    pub fn enter(&mut self, callee: &Callee) -> bool {
        let Some(saved) = &callee.saved else { return true };
        if self.active.contains(&saved.name) {
            return false;
        }
        self.active.push(saved.name.clone());
        true
    }

    /// Ends it. Errors in a function of the workspace are said of the call, with the line that they are on.
    pub fn leave(&mut self, callee: &Callee, call: Span, before: usize) {
        if callee.saved.is_some() {
            self.active.pop();
        }
        self.relocate(callee, call, before);
    }

    fn relocate(&mut self, callee: &Callee, call: Span, before: usize) {
        let Some(saved) = &callee.saved else { return };
        for error in self.diagnostics.iter_mut().skip(before) {
            let line = saved.line(error.span);
            error.message = format!("in the function `{}`, line {line}: {}", saved.name, error.message);
            error.span = call;
        }
    }

    /// Arguments to parameters: by name, then by place, then defaults.
    fn parameters(
        &mut self,
        name: &ast::Name,
        callee: &Callee,
        args: &[Argument],
        piped: Option<Relation>,
        row: &Row<'_>,
    ) -> Option<Vec<(String, Binding)>> {
        let function = &callee.function;
        let mut by_place = args.iter().filter(|a| a.name.is_none());
        let mut piped = piped;
        let mut bound = Vec::new();
        for parameter in &function.parameters {
            if let Some(table) = piped.take() {
                bound.push((parameter.name.text.clone(), Binding::Table(Box::new(table))));
                continue;
            }
            let named = args.iter().find(|a| a.name.as_ref().is_some_and(|n| n.text == parameter.name.text));
            let given = named.or_else(|| by_place.next()).map(|a| &a.value);
            let binding = match (&parameter.ty, given, &parameter.default) {
                (ParameterType::Tabular(_), Some(value), _) => Binding::Table(Box::new(self.table(value)?)),
                (ParameterType::Scalar(ty), Some(value), _) => {
                    let value = self.expr(value, row)?;
                    Binding::Scalar(self.convert(value, *ty))
                }
                (ParameterType::Scalar(ty), None, Some(default)) => {
                    let before = self.diagnostics.len();
                    let value = self.expr(default, &Row::new(&super::expr::NO_COLUMNS));
                    self.relocate(callee, name.span, before);
                    Binding::Scalar(self.convert(value?, *ty))
                }
                _ => {
                    let message = format!("`{}` misses its argument `{}`", name.text, parameter.name.text);
                    return self.error(name.span, message);
                }
            };
            bound.push((parameter.name.text.clone(), binding));
        }
        if let Some(extra) = by_place.next() {
            let count = function.parameters.len();
            return self.error(extra.value.span, format!("`{}` takes {count} arguments", name.text));
        }
        Some(bound)
    }

    /// Is this a call of a pattern?
    pub fn is_pattern(&self, e: &ast::Expr) -> bool {
        matches!(&e.kind, ast::ExprKind::Call { name, .. }
            if matches!(self.names.get(&name.text), Some(Binding::Pattern { .. })))
    }

    /// `name('a').['b']`: the table of the rule for these texts.
    pub fn pattern_call(
        &mut self,
        call: &ast::Expr,
        path: Option<&ast::Name>,
        span: Span,
    ) -> Option<Relation> {
        let ast::ExprKind::Call { name, args } = &call.kind else { return None };
        let Some(Binding::Pattern { pattern, names }) = self.names.get(&name.text).cloned() else {
            return None;
        };
        let mut texts = Vec::new();
        for arg in args {
            let bound = self.expr(&arg.value, &Row::new(&super::expr::NO_COLUMNS))?;
            match bound.as_literal().and_then(Value::as_str) {
                Some(text) => texts.push(text.to_string()),
                None => return self.error(arg.value.span, "a pattern takes constant texts"),
            }
        }
        let path = path.map(|path| path.text.as_str());
        let found = pattern.rules.iter().find(|rule| rule.args == texts && rule.path.as_deref() == path);
        let Some(rule) = found else {
            let wanted = path.map_or(String::new(), |path| format!(".['{path}']"));
            let message =
                format!("the pattern `{}` has no rule for ('{}'){wanted}", name.text, texts.join("', '"));
            return self.error(span, message);
        };
        let mut inner = names;
        let given = pattern.parameters.iter().map(|p| &p.name).zip(&texts);
        for (parameter, text) in given.chain(pattern.path.iter().zip(&rule.path)) {
            let value = Expr::literal(Value::string(text.as_str()), Type::String, parameter.span);
            inner = inner.with(&parameter.text, Binding::Scalar(value));
        }
        let outer = std::mem::replace(&mut self.names, inner);
        let outcome = self.body(&rule.body, &Row::new(&super::expr::NO_COLUMNS));
        self.names = outer;
        match outcome? {
            Outcome::Table(relation) => Some(*relation),
            Outcome::Scalar(_) => self.error(span, format!("`{}` gives a value, not a table", name.text)),
        }
    }

    /// The statements of a body: `let`s, then one expression.
    fn body(&mut self, statements: &[ast::Statement], row: &Row<'_>) -> Option<Outcome> {
        let mut outcome = None;
        let schema = blind(row.schema);
        let blind = Row { schema: &schema, ..Row::new(&schema) };
        for statement in statements {
            match statement {
                ast::Statement::Expression(e) if self.is_table(e) => {
                    outcome = Some(Outcome::Table(Box::new(self.table(e)?)))
                }
                ast::Statement::Expression(e) => outcome = Some(Outcome::Scalar(self.expr(e, &blind)?)),
                ast::Statement::Let { name, value } if !self.is_table(value) => {
                    let value = Binding::Scalar(self.expr(value, &blind)?);
                    self.names = self.names.with(&name.text, value);
                }
                other => self.statement(other)?,
            }
        }
        outcome
    }
}

/// A schema of as many columns, none of which can be named.
fn blind(schema: &Schema) -> Schema {
    let mut blind = schema.clone();
    for column in &mut blind.columns {
        column.name = String::from(OUT_OF_SIGHT);
    }
    blind
}

const OUT_OF_SIGHT: &str = "\u{0}";

/// Is it the row of a caller, seen from the body of a function?
pub fn is_blind(schema: &Schema) -> bool {
    schema.columns.iter().all(|c| c.name == OUT_OF_SIGHT) && !schema.columns.is_empty()
}

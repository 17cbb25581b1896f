//! Statements: `let`, `declare query_parameters`, `set`, and the expressions that are results.
//!
//! Trap: a parameter's value comes from outside; it is read as a value of the declared type, never as
//! query text.

use std::sync::Arc;

use super::{Binder, Binding, Callee, Row, expr::NO_COLUMNS};
use crate::diagnostic::Diagnostic;
use crate::functions;
use crate::kql::ast::{self, ParameterType, Statement};
use crate::kql::operators::fork;
use crate::plan::{Expr, Plan};
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// All results of a query.
    pub fn query(&mut self, query: &ast::Query) -> Vec<(Option<String>, Plan)> {
        let mut plans = Vec::new();
        for statement in &query.statements {
            let Statement::Expression(e) = statement else {
                _ = self.statement(statement);
                continue;
            };
            if !self.is_table(e) {
                // Bound for its errors: an unknown name is better news than "not a table".
                let count = self.diagnostics.len();
                if let ast::ExprKind::Name(_) | ast::ExprKind::Call { .. } = e.kind {
                    _ = self.table(e);
                } else {
                    _ = self.expr(e, &Row::new(&NO_COLUMNS));
                }
                if self.diagnostics.len() == count && self.lost.is_empty() {
                    let error = Diagnostic::semantic(e.span, "a query gives a table; this is a value");
                    self.report::<()>(error.with_help("print shows a value"));
                }
            } else if let Some(results) = fork::results(self, e) {
                plans.extend(results.into_iter().flatten().map(|(title, r)| (title, r.visible())));
            } else if let Some(relation) = self.table(e) {
                plans.push((None, relation.visible()));
            }
        }
        if plans.is_empty() && self.diagnostics.is_empty() {
            let error = Diagnostic::semantic(Default::default(), "the query has no tabular statement");
            self.report::<()>(match query.statements.is_empty() {
                true => error,
                false => error.with_help("what it gives comes after the `let`s: `Table | …`"),
            });
        }
        plans
    }

    /// Any statement but a result.
    pub fn statement(&mut self, statement: &Statement) -> Option<()> {
        match statement {
            Statement::Let { name, value } => {
                let binding = if self.is_table(value) {
                    self.table(value).map(|table| Binding::Table(Box::new(table)))
                } else {
                    self.expr(value, &Row::new(&NO_COLUMNS)).map(Binding::Scalar)
                };
                match binding {
                    Some(binding) => self.names = self.names.with(&name.text, binding),
                    None => _ = self.lost.insert(name.text.clone()),
                }
            }
            Statement::LetFunction { name, function } => {
                let function = Arc::new(function.clone());
                let callee = Callee { function, names: self.names.clone(), saved: None };
                self.names = self.names.with(&name.text, Binding::Function(callee));
            }
            Statement::DeclareParameters(parameters) => {
                for parameter in parameters {
                    self.query_parameter(parameter)?;
                }
            }
            Statement::Set { name, value } => return self.option(name, value.as_ref()),
            Statement::Pattern(pattern) => {
                let binding =
                    Binding::Pattern { pattern: std::rc::Rc::new(pattern.clone()), names: self.names.clone() };
                self.names = self.names.with(&pattern.name.text, binding);
            }
            Statement::Expression(_) => {}
            Statement::Unsupported(name) => {
                return self
                    .unsupported(name.span, format!("the statement `{}` is not supported", name.text));
            }
        }
        Some(())
    }

    /// An option that would change the answer is refused; one that tells a service how to run is not needed.
    fn option(&mut self, name: &ast::Name, value: Option<&ast::Expr>) -> Option<()> {
        if let (true, Some(value)) = (BINS.contains(&name.text.as_str()), value) {
            let value = self.expr(value, &Row::new(&NO_COLUMNS))?;
            self.options.retain(|(set, _)| *set != name.text);
            self.options.push((name.text.clone(), value));
            return Some(());
        }
        if CHANGES_ANSWER.iter().any(|prefix| name.text.starts_with(prefix)) {
            let message = format!("the option `{}` is not supported", name.text);
            let error = Diagnostic::unsupported(name.span, message);
            let clock = name.text == "query_now";
            return self.report(if clock { error.with_help("--now sets the clock") } else { error });
        }
        self.warnings.push(format!("the option `{}` has no effect here", name.text));
        Some(())
    }

    fn query_parameter(&mut self, parameter: &ast::Parameter) -> Option<()> {
        let ParameterType::Scalar(ty) = parameter.ty else {
            return self.error(parameter.name.span, "a query parameter is a value, not a table");
        };
        let name = &parameter.name;
        let given = self.env.parameters.iter().find(|(n, _)| *n == name.text).map(|(_, text)| text.clone());
        let value = match (given, &parameter.default) {
            (Some(text), _) => match parameter_value(&text, ty) {
                Some(value) => Expr::literal(value, ty, name.span),
                None => return self.error(name.span, format!("the value of `{}` is no {ty}", name.text)),
            },
            (None, Some(default)) => {
                let value = self.expr(default, &Row::new(&NO_COLUMNS))?;
                self.convert(value, ty)
            }
            (None, None) => {
                let error =
                    Diagnostic::semantic(name.span, format!("the parameter `{}` has no value", name.text));
                return self.report(error.with_help(format!("give it with --param {}=…", name.text)));
            }
        };
        self.names = self.names.with(&name.text, Binding::Scalar(value));
        Some(())
    }
}

/// The size and the start of the bins of `bin_auto`.
pub const BINS: [&str; 2] = ["query_bin_auto_size", "query_bin_auto_at"];

/// Options of `set` that change what a query answers, by how their names begin.
const CHANGES_ANSWER: &[&str] =
    &["query_now", "query_datetimescope", "query_take_max_records", "query_bin_auto", "truncationmax"];

/// The text of a parameter as a value of its type; `None` when it is no such value.
fn parameter_value(text: &str, ty: Type) -> Option<Value> {
    let value = functions::convert(&Value::string(text), ty);
    (ty == Type::String || !value.is_null()).then_some(value)
}

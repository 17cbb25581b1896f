//! Tables that are queries: the text of a view is bound where its name stands, once for a query.
//!
//! Trap: a view sees the tables of the catalogue and not the `let`s of the query that names it, as a function
//! of a workspace does; and within a view its own name is the stored table.

use std::sync::Arc;

use super::{Binder, Callee, NO_COLUMNS, Names, Outcome, Relation, Row, project_columns};
use crate::diagnostic::{Diagnostic, Kind};
use crate::kql::{SavedFunction, ast, is_hidden};
use crate::plan::{Expr, Plan};
use crate::source::Span;
use crate::types::Schema;
use crate::value::Value;

impl Binder<'_> {
    /// The rows of a table, under its columns: what its view gives, if it is one here.
    pub fn rows_of(&mut self, table: &str, schema: Schema, span: Span) -> Option<Relation> {
        let catalog = self.env.catalog;
        if self.active.is_empty() && !self.among_all && !self.tables.iter().any(|named| named == table) {
            self.tables.push(table.to_string());
        }
        let stored = self.active.iter().any(|active| active == table)
            || (self.among_all && catalog.view_of(table).is_none());
        if let Some(rows) = catalog.kept(table).filter(|_| !stored) {
            if let Some(bound) = self.views.get(table) {
                return Some(bound.clone());
            }
            let hidden = schema.names().filter(|n| is_hidden(n)).map(str::to_string).collect();
            let plan = Plan::Values { schema, rows: rows.rows.clone() };
            let relation = self.share(Relation { plan, name: Some(table.to_string()), hidden });
            self.views.insert(table.to_string(), relation.clone());
            return Some(relation);
        }
        match catalog.view(table).filter(|_| !stored) {
            Some(Ok(view)) => self.view(view, &schema, span),
            Some(Err(error)) => {
                let message = format!("the view `{table}` cannot be read: {}", error.message);
                self.report(Diagnostic { kind: Kind::Internal, ..Diagnostic::semantic(span, message) })
            }
            None => {
                let hidden = schema.names().filter(|n| is_hidden(n)).map(str::to_string).collect();
                let plan = Plan::Scan { table: table.to_string(), schema };
                Some(Relation { plan, name: Some(table.to_string()), hidden })
            }
        }
    }

    fn view(&mut self, view: Arc<SavedFunction>, schema: &Schema, span: Span) -> Option<Relation> {
        if let Some(bound) = self.views.get(&view.name) {
            return Some(bound.clone());
        }
        let name = ast::Name { text: view.name.clone(), span };
        let callee =
            Callee { function: Arc::clone(&view.function), names: Names::default(), saved: Some(view) };
        let segment = self.segment.take();
        let outcome = self.user_function(&name, &callee, &[], None, &Row::new(&NO_COLUMNS));
        self.segment = segment;
        let Outcome::Table(relation) = outcome? else {
            return self.error(span, format!("`{}` gives a value, not a table", name.text));
        };
        let mut columns = Vec::new();
        for column in &schema.columns {
            let found = relation.schema().index(&column.name);
            let expr = match found.filter(|at| relation.schema().columns[*at].ty == column.ty) {
                Some(at) => Expr::column(at, column.ty, span),
                None if is_hidden(&column.name) => Expr::literal(Value::missing(column.ty), column.ty, span),
                None => {
                    let message = format!("the view `{}` has no column {}", name.text, column.name);
                    return self.error(span, message);
                }
            };
            columns.push((column.name.clone(), expr));
        }
        let mut relation = project_columns(*relation, columns);
        relation.hidden = schema.names().filter(|n| is_hidden(n)).map(str::to_string).collect();
        relation.name = Some(name.text.clone());
        // What stands for a stored table is read like one: filters reach it, nothing is kept.
        if self.env.catalog.view_of(&name.text).is_some() {
            relation = self.share(relation);
        }
        self.views.insert(name.text, relation.clone());
        Some(relation)
    }
}

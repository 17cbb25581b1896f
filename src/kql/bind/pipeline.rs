//! Tables: what stands at the head of a pipeline, and the operators one after the other.
//!
//! Trap: whether `T` is a table is a question of names (`is_table`), asked before it is bound; and
//! inside a subquery the column that numbers the outer rows has to survive every operator.

use std::cell::RefCell;
use std::sync::Arc;

use super::{Binder, Binding, Callee, Names, Row, SEGMENT, expr::NO_COLUMNS, function::Outcome};
use crate::diagnostic::{Diagnostic, closest};
use crate::kql::ast::{self, ExprKind as Ast, NamedExpr};
use crate::plan::{Expr, Plan, WindowCall};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

/// A table in the making.
#[derive(Clone, Debug)]
pub struct Relation {
    pub plan: Plan,
    /// What `withsource` calls it.
    pub name: Option<String>,
    /// Columns that are no part of `*`.
    pub hidden: Vec<String>,
}

impl Relation {
    pub fn new(plan: Plan) -> Relation {
        let hidden = plan.schema().names().filter(|n| n.starts_with(SEGMENT)).map(str::to_string).collect();
        Relation { plan, name: None, hidden }
    }

    pub fn schema(&self) -> &Schema {
        self.plan.schema()
    }

    /// The columns of `*`, with their places.
    pub fn columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.schema().columns.iter().enumerate().filter(|(_, c)| !self.hidden.contains(&c.name))
    }

    /// The plan with the columns of `*` only.
    pub fn visible(self) -> Plan {
        if self.hidden.is_empty() {
            return self.plan;
        }
        let keep: Vec<usize> = self.columns().map(|(i, _)| i).collect();
        select(self.plan, &keep)
    }

    /// The columns that number outer rows.
    pub fn segments(&self) -> Vec<usize> {
        let columns = self.schema().columns.iter().enumerate();
        columns.filter(|(_, c)| c.name.starts_with(SEGMENT)).map(|(i, _)| i).collect()
    }

    pub fn map(self, plan: impl FnOnce(Plan) -> Plan) -> Relation {
        Relation { plan: plan(self.plan), ..self }
    }
}

/// The plan with only these columns.
pub fn select(plan: Plan, columns: &[usize]) -> Plan {
    let schema = Schema::new(columns.iter().map(|i| plan.schema().columns[*i].clone()).collect());
    let exprs =
        columns.iter().map(|i| Expr::column(*i, plan.schema().columns[*i].ty, Span::default())).collect();
    Plan::Project { input: Box::new(plan), exprs, schema }
}

/// A projection to these named columns; the columns that number outer rows stay.
pub fn project_columns(input: Relation, mut columns: Vec<(String, Expr)>) -> Relation {
    for index in input.segments() {
        let column = &input.schema().columns[index];
        if !columns.iter().any(|(n, _)| *n == column.name) {
            columns.push((column.name.clone(), Expr::column(index, column.ty, Span::default())));
        }
    }
    let schema = Schema::new(columns.iter().map(|(n, e)| Column::new(n.as_str(), e.ty)).collect());
    let exprs = columns.into_iter().map(|(_, e)| e).collect();
    let name = input.name;
    let mut projected = Relation::new(Plan::Project { input: Box::new(input.plan), exprs, schema });
    projected.name = name;
    projected
}

/// The input with these columns set: replaced in place where the name exists, else at the end.
pub fn extend(input: Relation, columns: Vec<(String, Expr)>) -> Relation {
    let mut all: Vec<(String, Expr)> = input
        .schema()
        .columns
        .iter()
        .enumerate()
        .map(|(i, c)| (c.name.clone(), Expr::column(i, c.ty, Span::default())))
        .collect();
    let mut hidden = input.hidden.clone();
    for (name, expr) in columns {
        hidden.retain(|h| *h != name || h.starts_with(SEGMENT));
        match all.iter_mut().find(|(n, _)| *n == name) {
            Some(slot) => slot.1 = expr,
            None => all.push((name, expr)),
        }
    }
    Relation { hidden, ..project_columns(input, all) }
}

/// How many nodes all uses of tabular `let`s may come to: two uses each, and every `let` doubles them.
const MAX_COPIED: usize = 20_000;

/// The nodes of a plan; a shared part is one.
fn nodes(plan: &Plan) -> usize {
    match plan {
        Plan::Shared { .. } => 1,
        plan => 1 + plan.inputs().into_iter().map(nodes).sum::<usize>(),
    }
}

/// A bound column: its name, whether the query gave it, and what it is.
pub type Named = (String, bool, Expr);

impl Binder<'_> {
    /// Binds a tabular expression.
    pub fn table(&mut self, e: &ast::Expr) -> Option<Relation> {
        match &e.kind {
            Ast::Name(name) => self.table_name(name),
            Ast::Pipe { source, operators } => {
                let mut relation = match source {
                    Some(source) => Some(self.table(source)?),
                    None => None,
                };
                let outer = self.begin_pipeline(source.as_deref());
                for operator in operators {
                    relation = Some(self.operator(operator, relation)?);
                    self.note_order(&operator.kind);
                }
                self.end_pipeline(outer);
                match relation {
                    Some(relation) => Some(relation),
                    None => self.error(e.span, "a table is missing here"),
                }
            }
            Ast::Member(object, path) if self.is_pattern(object) => {
                self.pattern_call(object, Some(path), e.span)
            }
            _ if self.is_pattern(e) => self.pattern_call(e, None, e.span),
            Ast::Call { name, args } => self.table_call(name, args, e.span),
            Ast::Member(object, _) | Ast::Method { object, .. } => {
                let span = object.span;
                self.unsupported(span, "tables of other databases are not here; there is only the lake")
            }
            Ast::Error => None,
            _ => self.error(e.span, "this is a value where a table is wanted"),
        }
    }

    fn table_name(&mut self, name: &ast::Name) -> Option<Relation> {
        match self.binding(&name.text) {
            Some(Binding::Table(mut relation)) => {
                if self.copied > MAX_COPIED {
                    return None;
                }
                self.copied += nodes(&relation.plan);
                if self.copied > MAX_COPIED {
                    let message = format!("the tables of `let`s come to more than {MAX_COPIED} steps");
                    let error = Diagnostic::unsupported(name.span, message);
                    return self.report(error.with_help("materialize() computes a table once"));
                }
                relation.name = Some(name.text.clone());
                Some(*relation)
            }
            Some(Binding::Function { .. }) => {
                let mut relation = self.table_call(name, &[], name.span)?;
                relation.name = Some(name.text.clone());
                Some(relation)
            }
            Some(Binding::Pattern { .. }) => {
                self.error(name.span, format!("`{}` is a pattern: it takes texts in brackets", name.text))
            }
            Some(Binding::Scalar(_) | Binding::Key(_)) => {
                self.error(name.span, format!("`{}` is a value, not a table", name.text))
            }
            None if self.is_outside(&name.text) => self.outside(name, &[], name.span),
            None => self.scan(&name.text, name.span),
        }
    }

    /// A table of the catalog.
    pub fn scan(&mut self, table: &str, span: Span) -> Option<Relation> {
        if self.lost.contains(table) {
            return None;
        }
        let Some(schema) = self.env.catalog.schema(table) else {
            let (tables, mut lets) = (self.env.catalog.tables(), self.names.all());
            lets.extend(self.env.catalog.functions());
            let near = closest(table, tables.iter().chain(&lets).map(String::as_str)).map(str::to_string);
            let error = Diagnostic::semantic(span, format!("no table named `{table}`"));
            return self.report(match near {
                Some(near) => error.with_help(format!("did you mean `{near}`?")),
                None => error.with_help(
                    "`auk tables` lists the tables; `auk function add FILE.kql --lake DIR` adds a function of your workspace",
                ),
            });
        };
        self.rows_of(table, schema, span)
    }

    fn table_call(&mut self, name: &ast::Name, args: &[ast::Argument], span: Span) -> Option<Relation> {
        if let Some(Binding::Function(callee)) = self.binding(&name.text) {
            return match self.user_function(name, &callee, args, None, &Row::new(&NO_COLUMNS))? {
                Outcome::Table(relation) => Some(*relation),
                Outcome::Scalar(_) => self.error(span, format!("`{}` gives a value, not a table", name.text)),
            };
        }
        if self.is_outside(&name.text) {
            return self.outside(name, args, span);
        }
        match (name.text.as_str(), args) {
            ("materialize", [arg]) => {
                let relation = self.table(&arg.value)?;
                Some(self.share(relation))
            }
            ("table", [arg, ..]) => {
                let bound = self.expr(&arg.value, &Row::new(&NO_COLUMNS))?;
                match bound.as_literal().and_then(Value::as_str).map(str::to_string) {
                    Some(table) => {
                        let name = ast::Name { text: table, span: arg.value.span };
                        self.table_name(&name)
                    }
                    None => self.error(arg.value.span, "table() takes a constant name"),
                }
            }
            ("toscalar", _) => self.error(span, "toscalar() gives a value, not a table"),
            _ => {
                let known = crate::functions::function(&name.text).is_some();
                if known {
                    return self.error(span, format!("`{}()` gives a value, not a table", name.text));
                }
                self.unknown_function(name)
            }
        }
    }

    /// Runs a part of the query once, however often it is named.
    pub fn share(&mut self, relation: Relation) -> Relation {
        let id = self.fresh();
        relation.map(|plan| Plan::Shared { id, plan: Arc::new(plan) })
    }

    /// Would this expression be a table?
    pub fn is_table(&mut self, e: &ast::Expr) -> bool {
        match &e.kind {
            Ast::Pipe { .. } => true,
            Ast::Name(name) => match self.binding(&name.text) {
                Some(Binding::Table(_) | Binding::Pattern { .. }) => true,
                Some(Binding::Scalar(_) | Binding::Key(_)) => false,
                Some(Binding::Function(callee)) => self.gives_table(&callee),
                None => self.is_outside(&name.text) || self.env.catalog.schema(&name.text).is_some(),
            },
            Ast::Call { name, .. } => match self.binding(&name.text) {
                Some(Binding::Function(callee)) => self.gives_table(&callee),
                Some(Binding::Pattern { .. }) => true,
                _ => self.is_outside(&name.text) || matches!(name.text.as_str(), "materialize" | "table"),
            },
            Ast::Method { .. } => true,
            Ast::Member(object, _) if self.is_pattern(object) => true,
            Ast::Member(object, _) => matches!(&object.kind,
                Ast::Call { name, .. } if matches!(name.text.as_str(), "database" | "cluster" | "workspace")),
            _ => false,
        }
    }

    /// Does the body of a function end in a table? Its parameters and `let`s count by their kind.
    fn gives_table(&mut self, callee: &Callee) -> bool {
        self.called += 1;
        if self.called > super::MAX_CALLED || !self.enter(callee) {
            return false;
        }
        let answer = self.ends_in_table(&callee.function, &callee.names);
        self.leave(callee, Span::default(), self.diagnostics.len());
        answer
    }

    fn ends_in_table(&mut self, function: &ast::Function, declared: &Names) -> bool {
        let scalar = || Binding::Scalar(Expr::literal(Value::Null, Type::Dynamic, Span::default()));
        let table = || {
            Binding::Table(Box::new(Relation::new(Plan::Values {
                schema: Schema::default(),
                rows: Vec::new(),
            })))
        };
        let outer = self.names.clone();
        self.names = declared.clone();
        for parameter in &function.parameters {
            let tabular = matches!(parameter.ty, ast::ParameterType::Tabular(_));
            self.names = self.names.with(&parameter.name.text, if tabular { table() } else { scalar() });
        }
        let mut answer = false;
        for statement in &function.body {
            match statement {
                ast::Statement::Let { name, value } => {
                    let tabular = self.is_table(value);
                    self.names = self.names.with(&name.text, if tabular { table() } else { scalar() });
                }
                ast::Statement::LetFunction { name, function } => {
                    let function = Arc::new(function.clone());
                    let callee = Callee { function, names: self.names.clone(), saved: None };
                    self.names = self.names.with(&name.text, Binding::Function(callee));
                }
                ast::Statement::Expression(e) => answer = self.is_table(e),
                _ => {}
            }
        }
        self.names = outer;
        answer
    }

    /// Binds named expressions over an input, which gains a `Window` node if they look at other rows.
    pub fn named_exprs(
        &mut self,
        input: Relation,
        columns: &[NamedExpr],
        unnamed: &dyn Fn(usize) -> String,
    ) -> Option<(Relation, Vec<Named>)> {
        let windows = RefCell::default();
        let schema = input.schema().clone();
        let row = Row::with_windows(&schema, &windows);
        let mut bound = Vec::new();
        let mut unknown = false;
        for (index, column) in columns.iter().enumerate() {
            match self.named_expr(column, index, &row, unnamed) {
                Some(more) => bound.extend(more),
                None => match self.lost_columns(column, &row, &unnamed(index)) {
                    Some(more) => bound.extend(more),
                    None => unknown = true,
                },
            }
        }
        if unknown {
            return None;
        }
        Some((self.with_windows(input, windows.into_inner()), bound))
    }

    /// One named expression: its columns (several for `(a, b) = …` and functions of several results),
    /// and whether the name was given.
    fn named_expr(
        &mut self,
        column: &NamedExpr,
        index: usize,
        row: &Row<'_>,
        unnamed: &dyn Fn(usize) -> String,
    ) -> Option<Vec<Named>> {
        let expr = self.expr(&column.expr, row)?;
        if let Ast::Call { name, args } = &column.expr.kind
            && matches!(name.text.as_str(), "array_sort_asc" | "array_sort_desc")
            && args.len() > 1
            && args.iter().all(|a| super::implied_name(&a.value).is_some())
            && column.names.is_empty()
        {
            return self.sorted_arrays(args, expr);
        }
        if let Ast::Call { name, args } = &column.expr.kind
            && let Some(parts) = crate::functions::multiple(&name.text)
        {
            let first = args.first().and_then(|a| super::implied_name(&a.value)).unwrap_or_default();
            return self.several(column, expr, parts, &format!("{}_{first}", name.text));
        }
        match column.names.as_slice() {
            [] => {
                let implied = self.column_name(&column.expr, row);
                Some(vec![(implied.unwrap_or_else(|| unnamed(index)), false, expr)])
            }
            [name] => Some(vec![(name.text.clone(), true, expr)]),
            names => {
                let mut all = Vec::new();
                for (at, name) in names.iter().enumerate() {
                    let step = Expr::literal(Value::Long(at as i64), Type::Long, column.expr.span);
                    let part = self.apply("dynamic_index", vec![expr.clone(), step], column.expr.span)?;
                    all.push((name.text.clone(), true, part));
                }
                Some(all)
            }
        }
    }

    /// The columns of an expression that could not be bound; `None` where what it is tells their names.
    fn lost_columns(&mut self, column: &NamedExpr, row: &Row<'_>, unnamed: &str) -> Option<Vec<Named>> {
        let span = column.expr.span;
        let given: Vec<String> = column.names.iter().map(|n| n.text.clone()).collect();
        if let Ast::Call { name, .. } = &column.expr.kind
            && given.len() < 2
            && (crate::functions::multiple(&name.text).is_some() || name.text.starts_with("array_sort_"))
        {
            return None;
        }
        if !given.is_empty() {
            return Some(given.iter().map(|name| (name.clone(), true, self.lose(name, span))).collect());
        }
        let name = self.column_name(&column.expr, row).unwrap_or(unnamed.to_string());
        let lost = self.lose(&name, span);
        Some(vec![(name, false, lost)])
    }

    /// The name that an unnamed column gets; what a user function gives has none, and `column_ifexists` has
    /// the name of what it stands for.
    fn column_name(&self, e: &ast::Expr, row: &Row<'_>) -> Option<String> {
        match &e.kind {
            Ast::Name(name) if !row.schema.contains(&name.text) => match self.names.get(&name.text) {
                Some(Binding::Function { .. }) => None,
                _ => super::implied_name(e),
            },
            Ast::Call { name, args }
                if matches!(name.text.as_str(), "column_ifexists" | "columnifexists") =>
            {
                match (args.first().map(|a| &a.value.kind), args.get(1)) {
                    (Some(Ast::Literal(Value::String(column), _)), _) if row.schema.contains(column) => {
                        Some(column.clone())
                    }
                    (_, default) => self.column_name(&default?.value, row),
                }
            }
            _ => super::implied_name(e),
        }
    }

    /// Arrays sorted together: a column each, `a_sorted`.
    fn sorted_arrays(&mut self, args: &[ast::Argument], expr: Expr) -> Option<Vec<Named>> {
        let mut all = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            let step = Expr::literal(Value::Long(at as i64), Type::Long, expr.span);
            let part = self.apply("dynamic_index", vec![expr.clone(), step], expr.span)?;
            all.push((format!("{}_sorted", super::implied_name(&arg.value)?), false, part));
        }
        Some(all)
    }

    /// The columns of a function with several results.
    fn several(
        &mut self,
        column: &NamedExpr,
        expr: Expr,
        parts: &[(&str, Type)],
        prefix: &str,
    ) -> Option<Vec<Named>> {
        let span = column.expr.span;
        let mut all = Vec::new();
        for (at, (suffix, ty)) in parts.iter().enumerate() {
            if column.names.len() > 1 && at >= column.names.len() {
                break;
            }
            let (name, given) = match (column.names.as_slice(), at) {
                ([], _) => (format!("{prefix}_{suffix}"), false),
                ([only], 0) => (only.text.clone(), true),
                ([_], _) => (format!("{prefix}_{suffix}"), false),
                (names, at) => (names[at].text.clone(), true),
            };
            let step = Expr::literal(Value::Long(at as i64), Type::Long, span);
            let part = self.apply("dynamic_index", vec![expr.clone(), step], span)?;
            all.push((name, given, self.convert(part, *ty)));
        }
        Some(all)
    }

    /// The input with `Window` nodes on top, if there are calls for them: a call that uses the column of
    /// an earlier one begins a node of its own.
    pub fn with_windows(&mut self, input: Relation, calls: Vec<WindowCall>) -> Relation {
        if !calls.is_empty() {
            self.caution_order();
        }
        let mut relation = input;
        let mut layer: Vec<WindowCall> = Vec::new();
        for call in calls {
            let width = relation.schema().len();
            if call.function.exprs().any(|e| e.columns().iter().any(|c| *c >= width)) && !layer.is_empty() {
                relation = window(relation, std::mem::take(&mut layer));
            }
            layer.push(call);
        }
        if layer.is_empty() { relation } else { window(relation, layer) }
    }
}

fn window(input: Relation, calls: Vec<WindowCall>) -> Relation {
    let mut schema = input.schema().clone();
    let mut hidden = input.hidden.clone();
    for call in &calls {
        let name = schema.unique("_auk_window");
        schema.columns.push(Column::new(name.as_str(), call.ty));
        hidden.push(name);
    }
    let segment = input.segments();
    let name = input.name.clone();
    let plan = Plan::Window { input: Box::new(input.plan), calls, segment, schema };
    Relation { plan, name, hidden }
}

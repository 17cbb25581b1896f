//! The syntax tree as text, a node a line, indented: what `auk explain --stage ast` shows.
//!
//! Trap: texts come from the query; they are shown escaped, and never end a line.

mod nested;

use std::fmt::Display;

use super::ast::{
    Argument, Expr, ExprKind, Function, Name, NamePattern, NamedExpr, Operator, OperatorParameter, Parameter,
    ParameterType, Query, SortKey, Statement,
};
use super::operators::OperatorKind;
use super::operators::make_series::MakeSeries;
use super::operators::mv_expand::Expanded;
use super::operators::parse::Piece;
use crate::types::Type;

/// The tree of a query.
pub fn dump(query: &Query) -> String {
    let mut dump = Dump { out: String::new(), level: 0 };
    query.statements.iter().for_each(|s| dump.statement(s));
    dump.out
}

struct Dump {
    out: String,
    level: usize,
}

/// A name, as it is when it is plain.
fn shown(text: &str) -> String {
    let plain =
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '*' | '.'));
    if plain { text.to_string() } else { format!("[{text:?}]") }
}

fn column_list(columns: &[(Name, Type)]) -> String {
    let columns: Vec<String> = columns.iter().map(|(n, t)| format!("{}: {t}", shown(&n.text))).collect();
    columns.join(", ")
}

impl Dump {
    fn line(&mut self, text: impl Display) {
        let indent = "  ".repeat(self.level.min(60));
        self.out.push_str(&format!("{indent}{text}\n"));
    }

    /// A line, and what belongs to it one step in.
    fn node(&mut self, head: impl Display, children: impl FnOnce(&mut Dump)) {
        self.line(head);
        self.level += 1;
        children(self);
        self.level -= 1;
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Let { name, value } => {
                self.node(format!("let {}", shown(&name.text)), |d| d.expr(value))
            }
            Statement::LetFunction { name, function } => self.function(name, function),
            Statement::DeclareParameters(parameters) => {
                self.node("declare query_parameters", |d| parameters.iter().for_each(|p| d.parameter(p)));
            }
            Statement::Pattern(pattern) => {
                self.node(format!("declare pattern {}", shown(&pattern.name.text)), |d| {
                    pattern.parameters.iter().for_each(|p| d.parameter(p));
                    for rule in &pattern.rules {
                        let head = format!("rule {:?} {:?}", rule.args, rule.path);
                        d.node(head, |d| rule.body.iter().for_each(|s| d.statement(s)));
                    }
                });
            }
            Statement::Set { name, value } => self.node(format!("set {}", shown(&name.text)), |d| {
                value.iter().for_each(|v| d.expr(v));
            }),
            Statement::Expression(expr) => self.expr(expr),
            Statement::Unsupported(name) => self.line(format!("unsupported {}", shown(&name.text))),
        }
    }

    fn function(&mut self, name: &Name, function: &Function) {
        let view = if function.view { " view" } else { "" };
        self.node(format!("let {} = function{view}", shown(&name.text)), |d| {
            function.parameters.iter().for_each(|p| d.parameter(p));
            d.node("body", |d| function.body.iter().for_each(|s| d.statement(s)));
        });
    }

    fn parameter(&mut self, parameter: &Parameter) {
        let ty = match &parameter.ty {
            ParameterType::Scalar(ty) => ty.to_string(),
            ParameterType::Tabular(columns) => format!("({})", column_list(columns)),
        };
        self.node(format!("parameter {}: {ty}", shown(&parameter.name.text)), |d| {
            parameter.default.iter().for_each(|v| d.expr(v));
        });
    }

    fn exprs(&mut self, head: impl Display, exprs: &[Expr]) {
        self.node(head, |d| exprs.iter().for_each(|e| d.expr(e)));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(value, ty) => {
                self.line(format!(
                    "{ty} {}",
                    if value.is_null() { "null".into() } else { format!("{:?}", value.to_text()) }
                ));
            }
            ExprKind::TypeLiteral(ty) => self.line(format!("typeof {ty}")),
            ExprKind::Name(name) => self.line(shown(&name.text)),
            ExprKind::Star => self.line("*"),
            ExprKind::Member(object, name) => {
                self.node(format!("member {}", shown(&name.text)), |d| d.expr(object))
            }
            ExprKind::Index(object, index) => self.node("index", |d| {
                d.expr(object);
                d.expr(index);
            }),
            ExprKind::Call { name, args } => {
                self.node(format!("call {}", shown(&name.text)), |d| d.arguments(args))
            }
            ExprKind::Method { object, name, args } => {
                self.node(format!("method {}", shown(&name.text)), |d| {
                    d.expr(object);
                    d.arguments(args);
                })
            }
            ExprKind::Unary { op, operand, .. } => self.node(op, |d| d.expr(operand)),
            ExprKind::Binary { op, left, right, .. } => self.node(op, |d| {
                d.expr(left);
                d.expr(right);
            }),
            ExprKind::List { op, left, items, .. } => self.node(op, |d| {
                d.expr(left);
                d.exprs("list", items);
            }),
            ExprKind::Between { op, value, low, high, .. } => self.node(op, |d| {
                [value, low, high].into_iter().for_each(|e| d.expr(e));
            }),
            ExprKind::Pipe { source, operators } => self.node("pipe", |d| {
                source.iter().for_each(|s| d.expr(s));
                d.operators(operators);
            }),
            ExprKind::Wildcard(pattern) => self.line(format!("wildcard {}", shown(pattern))),
            ExprKind::Error => self.line("error"),
        }
    }

    fn arguments(&mut self, args: &[Argument]) {
        for arg in args {
            match &arg.name {
                Some(name) => self.node(format!("{} =", shown(&name.text)), |d| d.expr(&arg.value)),
                None => self.expr(&arg.value),
            }
        }
    }

    fn named(&mut self, named: &NamedExpr) {
        let names: Vec<String> = named.names.iter().map(|n| shown(&n.text)).collect();
        match names.len() {
            0 => self.expr(&named.expr),
            1 => self.node(format!("{} =", names[0]), |d| d.expr(&named.expr)),
            _ => self.node(format!("({}) =", names.join(", ")), |d| d.expr(&named.expr)),
        }
    }

    fn all_named(&mut self, head: impl Display, columns: &[NamedExpr]) {
        self.node(head, |d| columns.iter().for_each(|c| d.named(c)));
    }

    fn options(&mut self, parameters: &[OperatorParameter]) {
        for p in parameters {
            self.node(format!("option {}", shown(&p.name.text)), |d| d.expr(&p.value));
        }
    }

    fn optional(&mut self, head: impl Display, expr: &Option<Expr>) {
        if let Some(expr) = expr {
            self.node(head, |d| d.expr(expr));
        }
    }

    fn keys(&mut self, keys: &[SortKey]) {
        for key in keys {
            let order = if key.descending { "desc" } else { "asc" };
            let nulls = match key.nulls_first {
                Some(true) => " nulls first",
                Some(false) => " nulls last",
                None => "",
            };
            self.node(format!("{order}{nulls}"), |d| d.expr(&key.expr));
        }
    }

    fn expanded(&mut self, columns: &[Expanded]) {
        for c in columns {
            let name = c.name.as_ref().map_or(String::new(), |n| format!(" {} =", shown(&n.text)));
            let to = c.to.map_or(String::new(), |ty| format!(" to {ty}"));
            self.node(format!("expand{name}{to}"), |d| d.expr(&c.expr));
        }
    }

    fn operators(&mut self, operators: &[Operator]) {
        operators.iter().for_each(|o| self.operator(o));
    }

    fn operator(&mut self, operator: &Operator) {
        match &operator.kind {
            OperatorKind::As(o) => self.line(format!("as {}", shown(&o.name.text))),
            OperatorKind::Consume => self.line("consume"),
            OperatorKind::Count(o) => {
                self.line(o.name.as_ref().map_or("count".into(), |n| format!("count as {}", shown(&n.text))));
            }
            OperatorKind::Datatable(o) => {
                self.exprs(format!("datatable ({})", column_list(&o.columns)), &o.values);
            }
            OperatorKind::Distinct(o) => self.all_named("distinct", &o.columns),
            OperatorKind::Extend(o) => self.all_named("extend", &o.columns),
            OperatorKind::Getschema(_) => self.line("getschema"),
            OperatorKind::Print(o) => self.all_named("print", &o.columns),
            OperatorKind::Project(o) => self.all_named("project", &o.columns),
            OperatorKind::ProjectAway(o) => {
                self.patterns(if o.keep { "project-keep" } else { "project-away" }, o.patterns.iter());
            }
            OperatorKind::ProjectRename(o) => self.node("project-rename", |d| {
                o.pairs
                    .iter()
                    .for_each(|(new, old)| d.line(format!("{} = {}", shown(&new.text), shown(&old.text))));
            }),
            OperatorKind::ProjectReorder(o) => self.node("project-reorder", |d| {
                o.items.iter().for_each(|(p, by)| d.line(format!("{} {by:?}", pattern(p))));
            }),
            OperatorKind::Reduce(o) => self.node("reduce", |d| {
                d.options(&o.parameters);
                d.node("by", |d| d.expr(&o.by));
                d.options(&o.with);
            }),
            OperatorKind::Sample(o) => {
                self.node(if o.of.is_some() { "sample-distinct" } else { "sample" }, |d| {
                    d.expr(&o.count);
                    o.of.iter().for_each(|of| d.named(of));
                })
            }
            OperatorKind::Serialize(o) => self.all_named("serialize", &o.columns),
            OperatorKind::Sort(o) => self.node("sort", |d| d.keys(&o.keys)),
            OperatorKind::Take(o) => self.node("take", |d| d.expr(&o.count)),
            OperatorKind::Where(o) => self.node("where", |d| d.expr(&o.predicate)),
            OperatorKind::Refused { name, .. } => self.line(format!("refused {name}")),
            OperatorKind::Error => self.line("error"),
            other => self.larger_operator(other),
        }
    }

    fn larger_operator(&mut self, kind: &OperatorKind) {
        match kind {
            OperatorKind::Evaluate(o) => self.node(format!("evaluate {}", shown(&o.plugin.text)), |d| {
                d.options(&o.parameters);
                d.arguments(&o.args);
                if let Some((star, columns)) = &o.schema {
                    d.line(format!("schema {}({})", if *star { "* " } else { "" }, column_list(columns)));
                }
            }),
            OperatorKind::Externaldata(o) => {
                self.node(format!("externaldata ({})", column_list(&o.columns)), |d| {
                    o.uris.iter().for_each(|u| d.expr(u));
                    d.options(&o.properties);
                });
            }
            OperatorKind::Invoke(o) => {
                self.node(format!("invoke {}", shown(&o.function.text)), |d| d.arguments(&o.args));
            }
            OperatorKind::Join(o) => self.node(if o.lookup { "lookup" } else { "join" }, |d| {
                d.options(&o.parameters);
                d.expr(&o.right);
                d.exprs("on", &o.on);
            }),
            OperatorKind::MakeSeries(o) => self.make_series(o),
            OperatorKind::MvApply(o) => self.node("mv-apply", |d| {
                d.options(&o.parameters);
                d.expanded(&o.columns);
                d.optional("limit", &o.limit);
                d.node("on", |d| d.operators(&o.subquery));
            }),
            OperatorKind::MvExpand(o) => self.node("mv-expand", |d| {
                d.options(&o.parameters);
                d.expanded(&o.columns);
                d.optional("limit", &o.limit);
            }),
            OperatorKind::Parse(o) => self.node(if o.filter { "parse-where" } else { "parse" }, |d| {
                d.options(&o.parameters);
                d.expr(&o.expr);
                o.pieces.iter().for_each(|piece| d.piece(piece));
            }),
            OperatorKind::Range(o) => self.node(format!("range {}", shown(&o.name.text)), |d| {
                d.expr(&o.from);
                d.expr(&o.to);
                d.optional("step", &o.step);
            }),
            OperatorKind::Render(o) => {
                self.node(format!("render {}", shown(&o.chart.text)), |d| d.options(&o.properties));
            }
            OperatorKind::Search(o) => self.node("search", |d| {
                d.options(&o.parameters);
                d.exprs("in", &o.tables);
                d.expr(&o.predicate);
            }),
            OperatorKind::Summarize(o) => self.node("summarize", |d| {
                d.options(&o.parameters);
                o.aggregates.iter().for_each(|a| d.named(a));
                d.all_named("by", &o.by);
            }),
            OperatorKind::Top(o) => self.node("top", |d| {
                d.expr(&o.count);
                d.keys(&o.keys);
            }),
            OperatorKind::Union(o) => self.node("union", |d| {
                d.options(&o.parameters);
                o.tables.iter().for_each(|t| d.expr(t));
            }),
            other => self.nested_operator(other),
        }
    }

    fn make_series(&mut self, o: &MakeSeries) {
        self.node("make-series", |d| {
            d.options(&o.parameters);
            for column in &o.columns {
                d.named(&column.column);
                d.optional("default", &column.default);
            }
            d.all_named(if o.in_range { "on … in range" } else { "on" }, std::slice::from_ref(&o.on));
            d.optional("from", &o.from);
            d.optional("to", &o.to);
            d.node("step", |d| d.expr(&o.step));
            d.all_named("by", &o.by);
        });
    }

    fn patterns<'a>(&mut self, head: &str, patterns: impl Iterator<Item = &'a NamePattern>) {
        self.node(head, |d| patterns.for_each(|p| d.line(pattern(p))));
    }

    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Star => self.line("*"),
            Piece::Text(text) => self.line(format!("{text:?}")),
            Piece::Column(name, ty) => self.line(format!("{}: {ty}", shown(&name.text))),
        }
    }
}

fn pattern(pattern: &NamePattern) -> String {
    if pattern.wildcard { pattern.text.clone() } else { shown(&pattern.text) }
}

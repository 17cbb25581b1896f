//! `find [withsource=name] [in (tables)] where predicate [project-smart | project column [: type], …, pack_all()] [project-away column, …]`, `find predicate …`
//!
//! Each row is tested in its own table, under the table's own types; what the predicate may say beyond those of `where` is in `bind/anywhere.rs`. Tables that have no column of the predicate are left out, unless it looks in every column.
//!
//! Smart is: `source_`, the columns that all tables have, those of the predicate, and the rest as a bag, `pack_`.
//!
//! Trap: a column of several types is a column for each type, `name_type`; in `project` it needs a type.

use super::OperatorKind;
use super::search::tables;
use crate::kql::ast::{Expr, ExprKind, Name, OperatorParameter};
use crate::kql::bind::{Anywhere, Binder, Relation, Row, extend, looks_anywhere};
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{self, Plan};
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Find {
    pub parameters: Vec<OperatorParameter>,
    pub tables: Vec<Expr>,
    pub predicate: Expr,
    /// None: smart.
    pub project: Option<Vec<(Name, Option<Type>)>>,
    /// `pack_all()` at the end of `project`.
    pub pack: bool,
    /// `project-away`; without names all columns that are not asked for.
    pub away: Option<Vec<Name>>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["withsource", "with_source"])?;
    let tables = if p.is_word("in") && p.is_symbol_at(1, "(") {
        p.advance();
        p.bracketed("(", ")", Parser::table)?
    } else {
        Vec::new()
    };
    if !(tables.is_empty() && parameters.is_empty()) || p.is_word("where") {
        p.expect_word("where")?;
    }
    let predicate = p.search_predicate()?;
    let (mut project, mut pack, mut away) = (None, false, None);
    if p.is_word("project") && !p.is_symbol_at(1, "-") {
        p.advance();
        let columns = p.list(|p| {
            if matches!(p.word_at(0), Some("pack" | "pack_all")) && p.is_symbol_at(1, "(") {
                p.advance();
                p.bracketed("(", ")", |p| p.expect_symbol("*"))?;
                return Ok(None);
            }
            let name = p.name("the name of a column")?;
            let ty = if p.eat_symbol(":") { Some(p.type_name()?) } else { None };
            Ok(Some((name, ty)))
        })?;
        pack = columns.iter().any(Option::is_none);
        project = Some(columns.into_iter().flatten().collect());
    }
    while p.is_word("project") && p.is_symbol_at(1, "-") && matches!(p.word_at(2), Some("smart" | "away")) {
        let smart = p.word_at(2) == Some("smart");
        (0..3).for_each(|_| p.advance());
        if !smart {
            let all = p.eat_symbol("*");
            away = Some(if all { Vec::new() } else { p.list(|p| p.name("the name of a column"))? });
        }
    }
    Ok(OperatorKind::Find(Find { parameters, tables, predicate, project, pack, away }))
}

/// A column of the result: its name, and the column of the tables that it takes its values from.
struct Output {
    name: String,
    ty: Type,
    source: Column,
    /// A column of another type with this name is taken too, and converted.
    converted: bool,
}

pub fn bind(b: &mut Binder<'_>, op: &Find, input: Option<Relation>, span: Span) -> Option<Relation> {
    if input.is_some() {
        return b.error(span, "`find` stands at the head of a pipeline, not after `|`; `where` filters rows");
    }
    let mut tables = tables(b, &op.tables, span)?;
    let mut referenced: Vec<String> = Vec::new();
    names(&op.predicate, &mut referenced);
    referenced.retain(|name| tables.iter().any(|t| t.columns().any(|(_, c)| c.name == *name)));
    if tables.len() > 1 && !referenced.is_empty() && !anywhere(&op.predicate) {
        tables.retain(|t| t.columns().any(|(_, c)| referenced.contains(&c.name)));
    }
    let (outputs, pack) = match &op.project {
        None => smart(&tables, &referenced),
        Some(columns) => (projected(b, columns, &tables)?, op.pack),
    };
    let kept: Vec<String> = outputs.iter().map(|o| o.source.name.clone()).collect();
    let outputs = unified(outputs, op);
    let pack = pack && op.away.as_ref().is_none_or(|a| !a.is_empty() || op.pack);
    let source = source_name(op);
    let mut schema = Schema::new(vec![Column::new(source.as_str(), Type::String)]);
    for output in &outputs {
        schema.columns.push(Column::new(schema.unique(&output.name), output.ty));
    }
    if pack {
        schema.columns.push(Column::new(schema.unique("pack_"), Type::Dynamic));
    }
    let mut inputs = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let name = table.name.clone().unwrap_or_else(|| format!("union_arg{at}"));
        let found = filtered(b, op, table, &referenced, &tables)?;
        let mut exprs = vec![plan::Expr::literal(Value::String(name), Type::String, span)];
        for output in &outputs {
            exprs.push(cell(b, table, output, span));
        }
        if pack {
            exprs.push(packed(b, table, &kept, span)?);
        }
        inputs.push(Plan::Project { input: Box::new(found), exprs, schema: schema.clone() });
    }
    Some(Relation::new(Plan::Union { inputs, schema }))
}

fn source_name(op: &Find) -> String {
    let given = op.parameters.iter().find(|p| p.name.text.starts_with("with"));
    match given.map(|p| &p.value.kind) {
        Some(ExprKind::Name(name)) => name.text.clone(),
        Some(ExprKind::Literal(value, _)) => value.to_text(),
        _ => "source_".into(),
    }
}

/// Every name in an expression, once.
fn names(e: &Expr, found: &mut Vec<String>) {
    match &e.kind {
        ExprKind::Name(name) if !found.contains(&name.text) => found.push(name.text.clone()),
        ExprKind::Member(object, _) => names(object, found),
        ExprKind::Index(left, right) | ExprKind::Binary { left, right, .. } => {
            names(left, found);
            names(right, found);
        }
        ExprKind::Call { args, .. } => args.iter().for_each(|a| names(&a.value, found)),
        ExprKind::Unary { operand, .. } => names(operand, found),
        ExprKind::List { left, items, .. } => {
            std::iter::once(&**left).chain(items).for_each(|e| names(e, found))
        }
        ExprKind::Between { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|e| names(e, found))
        }
        _ => {}
    }
}

/// Does a predicate look in every column: by a `*`, or by a term?
fn anywhere(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Literal(_, ty) => *ty == Type::String,
        ExprKind::Binary { op: "and" | "or", left, right, .. } => anywhere(left) || anywhere(right),
        ExprKind::Call { name, args } if name.text == "not" => args.iter().any(|a| anywhere(&a.value)),
        _ => looks_anywhere(e),
    }
}

/// The columns that all tables have, then those of the predicate; whether any table has more.
fn smart(tables: &[Relation], referenced: &[String]) -> (Vec<Output>, bool) {
    let has = |table: &Relation, column: &Column| table.columns().any(|(_, c)| c == column);
    let mut columns: Vec<Column> = Vec::new();
    if let Some((first, rest)) = tables.split_first() {
        let common = |c: &Column| rest.iter().all(|table| has(table, c));
        columns.extend(first.columns().map(|(_, c)| c.clone()).filter(common));
    }
    for name in referenced {
        for (_, column) in tables.iter().flat_map(Relation::columns).filter(|(_, c)| c.name == *name) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
    }
    let kept = |c: &Column| columns.iter().any(|k| k.name == c.name);
    let pack = tables.iter().any(|table| table.columns().any(|(_, c)| !kept(c)));
    let outputs = columns.iter().map(|c| Output {
        name: c.name.clone(),
        ty: c.ty,
        source: c.clone(),
        converted: false,
    });
    (outputs.collect(), pack)
}

/// The columns of `project`.
fn projected(
    b: &mut Binder<'_>,
    columns: &[(Name, Option<Type>)],
    tables: &[Relation],
) -> Option<Vec<Output>> {
    let mut outputs = Vec::new();
    for (name, ty) in columns {
        let mut types: Vec<Type> = Vec::new();
        for (_, column) in tables.iter().flat_map(Relation::columns).filter(|(_, c)| c.name == name.text) {
            if !types.contains(&column.ty) {
                types.push(column.ty);
            }
        }
        let ty = match (ty, types.as_slice()) {
            (_, []) => return b.error(name.span, format!("no table has a column `{}`", name.text)),
            (Some(ty), _) => *ty,
            (None, [only]) => *only,
            (None, [one, other, ..]) => {
                let message =
                    format!("`{}` is {one} here and {other} there; write `{}:{one}`", name.text, name.text);
                return b.error(name.span, message);
            }
        };
        let source = Column::new(name.text.as_str(), types[0]);
        outputs.push(Output { name: name.text.clone(), ty, source, converted: true });
    }
    Some(outputs)
}

/// The columns under their names in the result: one name of several types is a name for each, side by side.
fn unified(outputs: Vec<Output>, op: &Find) -> Vec<Output> {
    let of_name: Vec<(String, usize)> = outputs
        .iter()
        .map(|o| (o.name.clone(), outputs.iter().filter(|other| other.name == o.name).count()))
        .collect();
    let mut named: Vec<Output> = Vec::new();
    for (mut output, (name, count)) in outputs.into_iter().zip(of_name) {
        let gone = match &op.away {
            Some(away) if away.is_empty() => true,
            Some(away) => away.iter().any(|a| a.text == name),
            None => false,
        };
        if gone {
            continue;
        }
        if count > 1 {
            output.name = format!("{name}_{}", output.ty);
        }
        match named.iter().rposition(|o| o.source.name == name) {
            Some(at) => named.insert(at + 1, output),
            None => named.push(output),
        }
    }
    named
}

/// The rows of a table that the predicate takes; columns of the predicate that it has not are null.
fn filtered(
    b: &mut Binder<'_>,
    op: &Find,
    table: &Relation,
    referenced: &[String],
    tables: &[Relation],
) -> Option<Plan> {
    let columns: Vec<(usize, Type)> = table.columns().map(|(i, c)| (i, c.ty)).collect();
    let mut missing = Vec::new();
    for name in referenced.iter().filter(|name| !table.schema().contains(name)) {
        let of_others = tables.iter().flat_map(Relation::columns).find(|(_, c)| c.name == *name);
        let ty = of_others.map_or(Type::Dynamic, |(_, c)| c.ty);
        missing.push((name.clone(), plan::Expr::literal(Value::missing(ty), ty, op.predicate.span)));
    }
    let rows = if missing.is_empty() { table.clone() } else { extend(table.clone(), missing) };
    let schema = rows.schema().clone();
    let how = Anywhere { columns: &columns, terms: true, case_sensitive: false };
    let predicate = b.anywhere(&op.predicate, &how, &Row::new(&schema))?;
    Some(Plan::Filter { input: Box::new(rows.plan), predicate })
}

/// The value of a column of the result in a row of a table.
fn cell(b: &mut Binder<'_>, table: &Relation, output: &Output, span: Span) -> plan::Expr {
    let missing = plan::Expr::literal(Value::missing(output.ty), output.ty, span);
    match table.columns().find(|(_, c)| c.name == output.source.name) {
        Some((at, c)) if output.converted || c.ty == output.source.ty => {
            b.convert(plan::Expr::column(at, c.ty, span), output.ty)
        }
        _ => missing,
    }
}

/// The columns of a row that the result does not have, as a bag.
fn packed(b: &mut Binder<'_>, table: &Relation, kept: &[String], span: Span) -> Option<plan::Expr> {
    let mut members = Vec::new();
    for (at, column) in table.columns().filter(|(_, c)| !kept.contains(&c.name)) {
        members.push(plan::Expr::literal(Value::string(column.name.as_str()), Type::String, span));
        members.push(plan::Expr::column(at, column.ty, span));
    }
    match members.is_empty() {
        true => Some(plan::Expr::literal(Value::Bag(Vec::new()), Type::Dynamic, span)),
        false => b.apply("bag_pack", members, span),
    }
}

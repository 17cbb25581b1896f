//! `T | parse [kind=simple|regex|relaxed] [flags=…] expr with [*] "text" name[: type] [*] …`; `parse-where` drops the rows that do not match
//!
//! Trap: in `simple` a value that does not convert fails the whole row, in `relaxed` only its own column is null.

use super::OperatorKind;
use crate::functions;
use crate::kql::ast::ExprKind;
use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::kql::bind::{Binder, Relation, Row, extend};
use crate::kql::lexer::TokenKind;
use crate::kql::parser::{Parsed, Parser};
use crate::plan::{Expr as PlanExpr, Plan};
use crate::types::Type;
use crate::value::Value;

#[derive(Clone, Debug)]
pub enum Piece {
    /// `*`: anything.
    Star,
    /// Text to find (a pattern with `kind=regex`).
    Text(String),
    /// A column to fill.
    Column(Name, Type),
}

#[derive(Clone, Debug)]
pub struct Parse {
    pub parameters: Vec<OperatorParameter>,
    pub expr: Expr,
    pub pieces: Vec<Piece>,
    /// `parse-where`
    pub filter: bool,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    read(p, false)
}

pub fn parse_where(p: &mut Parser) -> Parsed<OperatorKind> {
    read(p, true)
}

fn read(p: &mut Parser, filter: bool) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["kind", "flags"])?;
    let expr = p.expr()?;
    p.expect_word("with")?;
    let mut pieces = Vec::new();
    loop {
        if p.eat_symbol("*") {
            pieces.push(Piece::Star);
        } else if matches!(p.peek(), TokenKind::Text(_)) {
            pieces.push(Piece::Text(p.text("a text")?));
        } else if let Some(name) = p.name_here() {
            let ty = if p.eat_symbol(":") { p.type_name()? } else { Type::String };
            pieces.push(Piece::Column(name, ty));
        } else if pieces.is_empty() {
            return Err(p.expected("a pattern: `*`, texts and names of columns"));
        } else {
            return Ok(OperatorKind::Parse(Parse { parameters, expr, pieces, filter }));
        }
    }
}

pub fn bind(b: &mut Binder<'_>, op: &Parse, input: Relation) -> Option<Relation> {
    let text = |name: &str| {
        op.parameters.iter().find(|p| p.name.text == name).map(|p| match &p.value.kind {
            ExprKind::Name(name) => name.text.clone(),
            ExprKind::Literal(value, _) => value.to_text(),
            _ => String::new(),
        })
    };
    let kind = text("kind").unwrap_or_else(|| "simple".into());
    if !["simple", "regex", "relaxed"].contains(&kind.as_str()) {
        return b.error(op.expr.span, format!("parse is simple, regex or relaxed, not `{kind}`"));
    }
    let flags = text("flags").unwrap_or_default();
    if let Some(flag) = flags.chars().find(|f| !"imsU".contains(*f)) {
        return b.error(op.expr.span, format!("no flag of parse is `{flag}`; there are i, m, s and U"));
    }
    let schema = input.schema().clone();
    let span = op.expr.span;
    let source = b.expr(&op.expr, &Row::new(&schema));
    // Where it is wrong that has been reported; the columns are known all the same.
    let source = source.unwrap_or_else(|| PlanExpr::literal(Value::Null, Type::Dynamic, span));
    let source = b.convert(source, Type::String);
    let pattern = functions::pattern_regex(&functions_pieces(&op.pieces), &kind, &flags);
    let types: Vec<Value> = columns(&op.pieces).map(|(_, ty)| Value::string(ty.name())).collect();
    let strict = Value::Bool(kind != "relaxed");
    let literal = |value: Value, ty: Type| PlanExpr::literal(value, ty, span);
    let args = vec![
        source,
        literal(Value::String(pattern), Type::String),
        literal(Value::Array(types), Type::Dynamic),
        literal(strict, Type::Bool),
    ];
    let found = b.apply("parse_captures", args, span)?;
    let temporary = input.schema().unique("_auk_parsed");
    let at = input.schema().len();
    let hidden = input.hidden.clone();
    let mut input = extend(input, vec![(temporary.clone(), found)]);
    input.hidden.push(temporary.clone());
    let parsed = PlanExpr::column(at, Type::Dynamic, span);
    if op.filter {
        let predicate = b.apply("isnotnull", vec![parsed.clone()], span)?;
        input = input.map(|plan| Plan::Filter { input: Box::new(plan), predicate });
    }
    let mut set: Vec<(String, PlanExpr)> = Vec::new();
    // A column that is there already stays; the new one is numbered.
    let free = |name: &str, set: &[(String, PlanExpr)]| {
        let taken = |n: &str| schema.contains(n) || set.iter().any(|(other, _)| other == n);
        let mut names = std::iter::once(name.to_string()).chain((1..).map(|n| format!("{name}{n}")));
        names.find(|n| !taken(n)).unwrap_or_default()
    };
    for (place, (name, ty)) in columns(&op.pieces).enumerate() {
        let step = literal(Value::Long(place as i64), Type::Long);
        let part = b.apply("dynamic_index", vec![parsed.clone(), step], span)?;
        let name = free(&name.text, &set);
        set.push((name, b.convert(part, ty)));
    }
    let extended = extend(input, set);
    let keep: Vec<usize> = (0..extended.schema().len()).filter(|i| *i != at).collect();
    let mut dropped = extended.map(|plan| crate::kql::bind::select(plan, &keep));
    dropped.hidden = hidden.into_iter().filter(|h| dropped.schema().contains(h)).collect();
    Some(dropped)
}

fn columns(pieces: &[Piece]) -> impl Iterator<Item = (&Name, Type)> {
    pieces.iter().filter_map(|p| match p {
        Piece::Column(name, ty) => Some((name, *ty)),
        _ => None,
    })
}

/// The pieces as the function table knows them.
fn functions_pieces(pieces: &[Piece]) -> Vec<functions::PatternPiece> {
    pieces
        .iter()
        .map(|p| match p {
            Piece::Star => functions::PatternPiece::Star,
            Piece::Text(text) => functions::PatternPiece::Text(text.clone()),
            Piece::Column(_, ty) => functions::PatternPiece::Column(*ty),
        })
        .collect()
}

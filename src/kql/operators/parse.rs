//! `T | parse [kind=simple|regex|relaxed] [flags=…] expr with [*] "text" name[: type] [*] …`; `parse-where` drops the rows that do not match
//!
//! Trap: in `simple` a value that does not convert fails the whole row, in `relaxed` only its own column is null.

use super::OperatorKind;
use crate::kql::ast::{Expr, Name, OperatorParameter};
use crate::kql::lexer::TokenKind;
use crate::kql::parser::{Parsed, Parser};
use crate::types::Type;

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

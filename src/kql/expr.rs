//! Scalar expressions, by binding power: `or`, `and`, equality and lists (`==`, `in`, `between`),
//! order (`<`), sums, products, text operators (`has`, `=~`), signs, then `.member`, `[index]` and calls.
//!
//! Traps: as in Kusto, text operators bind tighter than sums: `a + b has "x"` is `a + (b has "x")`.
//! Long chains of `and` and `or`, as generated queries have them, are read in a loop and, from
//! `MAX_LEFT` links on, built as a balanced tree: they are associative, and the tree stays low.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

use super::ast::{Argument, Expr, ExprKind, Name, Operator};
use super::lexer::TokenKind;
use super::operators::{datatable, externaldata};
use super::parser::{Parsed, Parser};

/// Chains of `and` and `or` up to this length lean to the left like all others.
const MAX_LEFT: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Binary,
    /// `x in (a, b)`
    List,
    /// `x between (a .. b)`
    Between,
    /// Known, not done.
    Refused,
}

struct Infix {
    spelling: &'static str,
    /// As the function table has it.
    op: &'static str,
    power: u8,
    form: Form,
}

const fn row(spelling: &'static str, op: &'static str, power: u8, form: Form) -> Infix {
    Infix { spelling, op, power, form }
}

const EQUALITY: u8 = 3;
const ORDER: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const TEXT: u8 = 7;

#[rustfmt::skip]
const INFIX: &[Infix] = &[
    row("or", "or", 1, Form::Binary),
    row("and", "and", 2, Form::Binary),
    row("==", "==", EQUALITY, Form::Binary),
    row("!=", "!=", EQUALITY, Form::Binary),
    row("<>", "!=", EQUALITY, Form::Binary),
    row("in", "in", EQUALITY, Form::List),
    row("!in", "!in", EQUALITY, Form::List),
    row("in~", "in~", EQUALITY, Form::List),
    row("!in~", "!in~", EQUALITY, Form::List),
    row("has_any", "has_any", EQUALITY, Form::List),
    row("has_all", "has_all", EQUALITY, Form::List),
    row("between", "between", EQUALITY, Form::Between),
    row("!between", "!between", EQUALITY, Form::Between),
    row("<", "<", ORDER, Form::Binary),
    row("<=", "<=", ORDER, Form::Binary),
    row(">", ">", ORDER, Form::Binary),
    row(">=", ">=", ORDER, Form::Binary),
    row("+", "+", SUM, Form::Binary),
    row("-", "-", SUM, Form::Binary),
    row("*", "*", PRODUCT, Form::Binary),
    row("/", "/", PRODUCT, Form::Binary),
    row("%", "%", PRODUCT, Form::Binary),
    row("=~", "=~", TEXT, Form::Binary),
    row("!~", "!~", TEXT, Form::Binary),
    row("has", "has", TEXT, Form::Binary),
    row("!has", "!has", TEXT, Form::Binary),
    row("has_cs", "has_cs", TEXT, Form::Binary),
    row("!has_cs", "!has_cs", TEXT, Form::Binary),
    row("hasprefix", "hasprefix", TEXT, Form::Binary),
    row("!hasprefix", "!hasprefix", TEXT, Form::Binary),
    row("hasprefix_cs", "hasprefix_cs", TEXT, Form::Binary),
    row("!hasprefix_cs", "!hasprefix_cs", TEXT, Form::Binary),
    row("hassuffix", "hassuffix", TEXT, Form::Binary),
    row("!hassuffix", "!hassuffix", TEXT, Form::Binary),
    row("hassuffix_cs", "hassuffix_cs", TEXT, Form::Binary),
    row("!hassuffix_cs", "!hassuffix_cs", TEXT, Form::Binary),
    row("contains", "contains", TEXT, Form::Binary),
    row("!contains", "!contains", TEXT, Form::Binary),
    row("notcontains", "!contains", TEXT, Form::Binary),
    row("contains_cs", "contains_cs", TEXT, Form::Binary),
    row("containscs", "contains_cs", TEXT, Form::Binary),
    row("!contains_cs", "!contains_cs", TEXT, Form::Binary),
    row("notcontainscs", "!contains_cs", TEXT, Form::Binary),
    row("startswith", "startswith", TEXT, Form::Binary),
    row("!startswith", "!startswith", TEXT, Form::Binary),
    row("startswith_cs", "startswith_cs", TEXT, Form::Binary),
    row("!startswith_cs", "!startswith_cs", TEXT, Form::Binary),
    row("endswith", "endswith", TEXT, Form::Binary),
    row("!endswith", "!endswith", TEXT, Form::Binary),
    row("endswith_cs", "endswith_cs", TEXT, Form::Binary),
    row("!endswith_cs", "!endswith_cs", TEXT, Form::Binary),
    row("matches", "matches regex", TEXT, Form::Binary),
    row("like", "like", TEXT, Form::Refused),
    row("notlike", "notlike", TEXT, Form::Refused),
    row("likecs", "likecs", TEXT, Form::Refused),
    row("notlikecs", "notlikecs", TEXT, Form::Refused),
];

/// `column: "text"` of search.
const COLON: Infix = row(":", ":", TEXT, Form::Binary);

impl Parser<'_> {
    /// A scalar expression; in brackets it may be a pipeline.
    pub fn expr(&mut self) -> Parsed<Expr> {
        self.nested(|p| p.binary(0))
    }

    /// The predicate of `search`, where `column: "text"` is `has`.
    pub fn search_predicate(&mut self) -> Parsed<Expr> {
        let outer = std::mem::replace(&mut self.in_search, true);
        let predicate = self.expr();
        self.in_search = outer;
        predicate
    }

    /// An expression that ends before `in`, `==`, `and` and the like.
    pub fn sum(&mut self) -> Parsed<Expr> {
        self.nested(|p| p.binary(SUM))
    }

    fn infix_at(&self, ahead: usize) -> Option<&'static Infix> {
        let spelling = match self.peek_at(ahead) {
            TokenKind::Word => self.word_at(ahead)?,
            TokenKind::Symbol(":") if self.in_search => return Some(&COLON),
            TokenKind::Symbol(symbol) => symbol,
            _ => return None,
        };
        let infix = INFIX.iter().find(|i| i.spelling == spelling)?;
        let whole = spelling != "matches" || self.word_at(ahead + 1) == Some("regex");
        whole.then_some(infix)
    }

    /// Whether a binary operator stands `ahead`.
    pub(super) fn is_operator_at(&self, ahead: usize) -> bool {
        self.infix_at(ahead).is_some()
    }

    /// Operators that bind at least as tight as `power`.
    fn binary(&mut self, power: u8) -> Parsed<Expr> {
        let outer = std::mem::take(&mut self.height);
        let mut left = self.unary()?;
        while let Some(infix) = self.infix_at(0).filter(|i| i.power >= power) {
            if matches!(infix.op, "and" | "or") {
                left = self.chain(infix, left)?;
                continue;
            }
            let height = std::mem::take(&mut self.height);
            left = self.operation(infix, left)?;
            self.height = self.height.max(height);
            self.grow(left.span)?;
        }
        self.height = self.height.max(outer);
        Ok(left)
    }

    /// `first and second and …`
    fn chain(&mut self, infix: &Infix, first: Expr) -> Parsed<Expr> {
        let mut height = self.height;
        let mut operands = vec![(Span::default(), first)];
        while self.infix_at(0).is_some_and(|i| i.op == infix.op) {
            let op_span = self.span();
            self.advance();
            self.height = 0;
            operands.push((op_span, self.binary(infix.power + 1)?));
            height = height.max(self.height);
        }
        self.height = height;
        let span = operands[0].1.span;
        let links = operands.len() - 1;
        let levels = if links < MAX_LEFT { links } else { MAX_LEFT + links.ilog2() as usize };
        for _ in 0..levels {
            self.grow(span)?;
        }
        Ok(join(infix.op, operands))
    }

    /// What stands at the right of an operator, and the whole.
    fn operation(&mut self, infix: &Infix, left: Expr) -> Parsed<Expr> {
        let start = self.span();
        self.advance();
        if infix.spelling == "matches" {
            self.advance();
        }
        let (op, op_span, left) = (infix.op, self.span_from(start), Box::new(left));
        let span = left.span;
        let kind = match infix.form {
            Form::Binary => {
                let right = Box::new(self.binary(infix.power + 1)?);
                ExprKind::Binary { op, op_span, left, right }
            }
            Form::List => {
                let items = if self.is_symbol("(") {
                    self.bracketed("(", ")", Self::pipeline)?
                } else {
                    vec![self.binary(infix.power + 1)?]
                };
                ExprKind::List { op, op_span, left, items }
            }
            Form::Between => {
                let open = self.span();
                if !self.eat_symbol("(") {
                    return Err(self.expected("`(low .. high)`"));
                }
                let low = Box::new(self.expr()?);
                if !self.eat_symbol("..") {
                    return Err(self.expected_help("`..`", "a range is `between (low .. high)`"));
                }
                let high = Box::new(self.expr()?);
                self.close(")", open)?;
                ExprKind::Between { op, op_span, value: left, low, high }
            }
            Form::Refused => {
                let message = format!("the operator `{op}` is not done by auk");
                let help = "`contains`, `startswith`, `endswith` or `matches regex` say the same";
                self.diagnostics.push(Diagnostic::unsupported(op_span, message).with_help(help));
                self.binary(infix.power + 1)?;
                ExprKind::Error
            }
        };
        Ok(Expr { kind, span: self.span_from(span) })
    }

    /// `-x`, `+x`
    pub fn unary(&mut self) -> Parsed<Expr> {
        let op_span = self.span();
        let op = match self.peek() {
            TokenKind::Symbol("-") => "-",
            TokenKind::Symbol("+") => "+",
            _ => return self.postfix(),
        };
        self.advance();
        let operand = Box::new(self.nested(Self::unary)?);
        Ok(Expr { span: self.span_from(op_span), kind: ExprKind::Unary { op, op_span, operand } })
    }

    /// Members, indexes and calls after an operand.
    pub fn postfix(&mut self) -> Parsed<Expr> {
        let mut expr = self.primary()?;
        loop {
            let start = expr.span;
            if self.is_symbol(".") && self.is_symbol_at(1, "[") {
                // `a.['b']` and `a.[0]` are `a['b']` and `a[0]`.
                self.advance();
            }
            let kind = if self.eat_symbol(".") {
                let name = self.name("the name of a member")?;
                if self.is_symbol("(") {
                    let args = self.arguments()?;
                    ExprKind::Method { object: Box::new(expr), name, args }
                } else {
                    ExprKind::Member(Box::new(expr), name)
                }
            } else if self.is_symbol("[") {
                self.index(expr)?
            } else {
                return Ok(expr);
            };
            expr = Expr { kind, span: self.span_from(start) };
            self.grow(expr.span)?;
        }
    }

    /// `[expr]`; with a text in it, a member.
    fn index(&mut self, object: Expr) -> Parsed<ExprKind> {
        if let Some(name) = self.name_here() {
            return Ok(ExprKind::Member(Box::new(object), name));
        }
        let open = self.span();
        self.advance();
        let index = self.expr()?;
        self.close("]", open)?;
        Ok(ExprKind::Index(Box::new(object), Box::new(index)))
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        let kind = match self.peek().clone() {
            TokenKind::Text(text) => return Ok(self.text_literal(text)),
            TokenKind::Literal(Value::Timespan(time), Type::Datetime) => {
                self.advance();
                today_at(time, span)
            }
            TokenKind::Literal(value, ty) => {
                self.advance();
                ExprKind::Literal(value, ty)
            }
            TokenKind::Symbol("(") => {
                self.advance();
                let inner = self.pipeline()?;
                self.close(")", span)?;
                inner.kind
            }
            TokenKind::Symbol("*") => {
                self.advance();
                ExprKind::Star
            }
            TokenKind::Word => self.word_expr()?,
            _ => ExprKind::Name(self.name("an expression")?),
        };
        Ok(Expr { kind, span: self.span_from(span) })
    }

    /// Texts that follow one another are one.
    fn text_literal(&mut self, first: String) -> Expr {
        let start = self.span();
        let mut text = first;
        self.advance();
        while let TokenKind::Text(next) = self.peek() {
            text.push_str(next);
            self.advance();
        }
        let kind = ExprKind::Literal(Value::String(text), Type::String);
        Expr { kind, span: self.span_from(start) }
    }

    /// A text where only a text can stand.
    pub fn text(&mut self, what: &str) -> Parsed<String> {
        match self.peek().clone() {
            TokenKind::Text(first) => match self.text_literal(first).kind {
                ExprKind::Literal(Value::String(text), _) => Ok(text),
                _ => Ok(String::new()),
            },
            _ => Err(self.expected(what)),
        }
    }

    /// A word: a literal, a table written out, a call, a name.
    fn word_expr(&mut self) -> Parsed<ExprKind> {
        let start = self.span();
        let call = self.is_symbol_at(1, "(");
        let literal = |b| ExprKind::Literal(Value::Bool(b), Type::Bool);
        match self.word_at(0).unwrap_or_default() {
            "true" | "True" | "TRUE" if !call => {
                self.advance();
                return Ok(literal(true));
            }
            "false" | "False" | "FALSE" if !call => {
                self.advance();
                return Ok(literal(false));
            }
            "typeof" if call => return self.typeof_type().map(ExprKind::TypeLiteral),
            "datatable" if call => {
                self.advance();
                return datatable::parse(self).map(|kind| self.written_table(kind, start));
            }
            "externaldata" if call => {
                self.advance();
                return externaldata::parse(self).map(|kind| self.written_table(kind, start));
            }
            _ => {}
        }
        let Some(name) = self.name_here() else { return Err(self.expected("an expression")) };
        if !call {
            return Ok(ExprKind::Name(name));
        }
        let args = self.arguments()?;
        Ok(ExprKind::Call { name, args })
    }

    fn written_table(&self, kind: super::operators::OperatorKind, start: Span) -> ExprKind {
        ExprKind::Pipe { source: None, operators: vec![Operator { kind, span: self.span_from(start) }] }
    }
}

/// `datetime(06:00)`: that time of the current day.
fn today_at(time: i64, span: Span) -> ExprKind {
    let call = |name: &str, value: Option<Expr>| {
        let args = value.into_iter().map(|value| Argument { name: None, value }).collect();
        Expr { kind: ExprKind::Call { name: Name { text: name.into(), span }, args }, span }
    };
    let time = Expr { kind: ExprKind::Literal(Value::Timespan(time), Type::Timespan), span };
    let left = Box::new(call("startofday", Some(call("now", None))));
    ExprKind::Binary { op: "+", op_span: span, left, right: Box::new(time) }
}

/// `and` or `or` over all operands: leaning left when they are few, balanced when they are many.
fn join(op: &'static str, mut operands: Vec<(Span, Expr)>) -> Expr {
    let at = if operands.len() <= MAX_LEFT { operands.len() - 1 } else { operands.len() / 2 };
    let right = operands.split_off(at);
    let op_span = right[0].0;
    if operands.is_empty() {
        return right.into_iter().next().map_or_else(nothing, |(_, expr)| expr);
    }
    let (left, right) = (Box::new(join(op, operands)), Box::new(join(op, right)));
    Expr { span: left.span.to(right.span), kind: ExprKind::Binary { op, op_span, left, right } }
}

fn nothing() -> Expr {
    Expr { kind: ExprKind::Error, span: Span::default() }
}

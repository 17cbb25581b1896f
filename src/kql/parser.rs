//! Tokens to tree: statements and pipelines, and how reading goes on after an error.
//!
//! Reading a piece gives `Parsed<T>`; `Broken` says that an error has been reported. It is caught where
//! the piece stands in a pipeline or is a statement: all up to the next `|` or `;` of the same bracket
//! depth is skipped, so one mistake is one error, and the operators after it are read as usual.
//!
//! Traps: the text comes from anyone. Nesting and the height of the tree are bounded, so neither
//! reading nor walking it can exhaust the stack; no token is read more than a few times.

use crate::diagnostic::{Diagnostic, Kind, closest};
use crate::source::Span;
use crate::value::Value;

use super::ast::{Expr, ExprKind, Function, Name, Operator, Parameter, ParameterType, Query, Statement};
use super::ast::{Pattern, PatternRule};
use super::lexer::{self, Token, TokenKind};
use super::mistakes;
use super::operators::{LEADING, OperatorKind, PARSERS, REFUSED};

/// Brackets, signs, functions and operators may be nested so deep.
const MAX_NESTING: u32 = 100;
/// The tree is no higher than this plus `MAX_NESTING`.
const MAX_HEIGHT: u32 = 1000;
/// More errors than this help nobody.
const MAX_DIAGNOSTICS: usize = 100;

/// An error has been reported; the piece that was being read is lost.
#[derive(Clone, Copy, Debug)]
pub struct Broken;

pub type Parsed<T> = Result<T, Broken>;

/// Reads a query text. What could not be read is `Error` in the tree and has a diagnostic.
pub fn parse(text: &str) -> (Query, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let tokens = lexer::tokens(text, &mut diagnostics);
    let mut parser = Parser { text, tokens, at: 0, diagnostics, nesting: 0, height: 0, in_search: false };
    let statements = parser.block(0);
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|d| d.span.start);
    diagnostics.truncate(MAX_DIAGNOSTICS);
    (Query { statements }, diagnostics)
}

pub struct Parser<'t> {
    pub(super) text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
    nesting: u32,
    /// The height of what the current expression has read so far.
    pub(super) height: u32,
    /// Inside `search`, `:` is an operator.
    pub(super) in_search: bool,
}

/// Looking at tokens and taking them.
impl<'t> Parser<'t> {
    pub fn peek(&self) -> &TokenKind {
        self.peek_at(0)
    }

    pub fn peek_at(&self, ahead: usize) -> &TokenKind {
        &self.token(ahead).kind
    }

    fn token(&self, ahead: usize) -> &Token {
        // The last token is `End`, and nothing goes beyond it.
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    pub fn span(&self) -> Span {
        self.token(0).span
    }

    /// From `start` to the end of the last token taken.
    pub fn span_from(&self, start: Span) -> Span {
        let last = if self.at == 0 { start } else { self.tokens[self.at - 1].span };
        Span::new(start.start, last.end.max(start.end))
    }

    pub(super) fn previous(&self) -> &str {
        let span = self.tokens[self.at.saturating_sub(1)].span;
        &self.text[span.start..span.end]
    }

    pub fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    pub fn word_at(&self, ahead: usize) -> Option<&'t str> {
        let token = self.token(ahead);
        (token.kind == TokenKind::Word).then(|| &self.text[token.span.start..token.span.end])
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.word_at(0) == Some(word)
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.is_symbol_at(0, symbol)
    }

    pub fn is_symbol_at(&self, ahead: usize, symbol: &str) -> bool {
        matches!(self.peek_at(ahead), TokenKind::Symbol(s) if *s == symbol)
    }

    /// Whether a number stands before the token here.
    pub(super) fn follows_number(&self) -> bool {
        self.at > 0
            && matches!(self.tokens[self.at - 1].kind, TokenKind::Literal(Value::Long(_) | Value::Real(_), _))
    }

    /// Whether no space stands between the token `ahead` and the one before it.
    pub fn is_adjacent(&self, ahead: usize) -> bool {
        ahead + self.at > 0
            && self
                .tokens
                .get(self.at + ahead - 1)
                .is_some_and(|t| t.span.end == self.token(ahead).span.start)
    }

    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.advance();
        }
        found
    }

    pub fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    pub fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.eat_word(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    pub fn expect_symbol(&mut self, symbol: &str) -> Parsed<()> {
        if self.eat_symbol(symbol) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    /// The closing bracket to the one at `open`.
    pub fn close(&mut self, symbol: &str, open: Span) -> Parsed<()> {
        if self.eat_symbol(symbol) {
            return Ok(());
        }
        // An error inside has skipped to the end already; or nobody reads so many errors.
        let skipped = *self.peek() == TokenKind::End
            && self
                .diagnostics
                .last()
                .is_some_and(|d| d.span.start >= open.start && d.kind != Kind::Unsupported);
        if skipped || self.diagnostics.len() > MAX_DIAGNOSTICS {
            return Err(Broken);
        }
        let line = self.text[..open.start].matches('\n').count() + 1;
        let bracket = &self.text[open.start..open.end];
        Err(self.expected(&format!("`{symbol}` to close the `{bracket}` of line {line}")))
    }
}

/// Reporting, bounds, and going on.
impl Parser<'_> {
    /// Reports that something else should stand here.
    pub fn expected(&mut self, what: &str) -> Broken {
        if *self.peek() != TokenKind::Bad {
            let diagnostic =
                Diagnostic::syntax(self.span(), format!("expected {what}, found {}", self.found()));
            let help = self.usual_mistake(what);
            self.diagnostics.push(Diagnostic { help, ..diagnostic });
        }
        Broken
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub fn error(&mut self, span: Span, message: impl Into<String>) -> Broken {
        self.diagnostics.push(Diagnostic::syntax(span, message));
        Broken
    }

    pub fn error_help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Broken {
        self.diagnostics.push(Diagnostic::syntax(span, message).with_help(help));
        Broken
    }

    /// The same, with a help of its own.
    pub fn expected_help(&mut self, what: &str, help: impl Into<String>) -> Broken {
        let broken = self.expected(what);
        if *self.peek() != TokenKind::Bad
            && let Some(last) = self.diagnostics.last_mut()
        {
            last.help = Some(help.into());
        }
        broken
    }

    /// The token here, in words.
    fn found(&self) -> String {
        let span = self.span();
        let shown = lexer::shown(&self.text[span.start..span.end]);
        match self.peek() {
            TokenKind::End => "the end of the query".into(),
            TokenKind::Text(_) => format!("the text {shown}"),
            _ => format!("`{shown}`"),
        }
    }

    /// One level deeper, if there is room.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.nesting >= MAX_NESTING {
            return Err(self.error(self.span(), format!("this is nested deeper than {MAX_NESTING} levels")));
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    /// One node on top of the tree read so far.
    pub fn grow(&mut self, span: Span) -> Parsed<()> {
        self.height += 1;
        if self.height <= MAX_HEIGHT {
            return Ok(());
        }
        let help = "compute it in steps, with `let` or `extend`";
        Err(self.error_help(
            span,
            format!("more than {MAX_HEIGHT} operations depend on each other here"),
            help,
        ))
    }

    /// Skips to the next `|` or `;` of that depth, or to what closes it.
    fn recover(&mut self, depth: u32) {
        loop {
            let token = self.token(0);
            let stop = match token.kind {
                TokenKind::End => true,
                TokenKind::Symbol("|" | ";") => token.depth <= depth,
                _ => token.depth < depth,
            };
            if stop {
                return;
            }
            self.advance();
        }
    }
}

/// Statements.
impl Parser<'_> {
    /// Statements separated by `;`, up to a closing bracket or the end.
    fn block(&mut self, depth: u32) -> Vec<Statement> {
        let mut statements = Vec::new();
        loop {
            while self.eat_symbol(";") {}
            if self.ends_block(depth) {
                return statements;
            }
            let height = self.height;
            let statement = self.nested(Self::statement);
            self.height = height;
            let ended = self.is_symbol(";") || self.ends_block(depth);
            if statement.is_err() {
                self.recover_statement(depth);
            } else if !ended {
                match &statement {
                    Ok(Statement::Let { name, .. } | Statement::LetFunction { name, .. })
                        if self.operator_named(0).is_none() =>
                    {
                        let help = format!("a `;` ends the `let` of `{}`", name.text);
                        self.expected_help("`;` after the `let`", help);
                    }
                    _ => _ = self.expected("`|` and an operator, or `;`"),
                }
                if !self.begins_statement() {
                    self.recover(depth);
                    if self.is_symbol("|") {
                        self.operators();
                    }
                    self.recover_statement(depth);
                }
            }
            statements.extend(statement);
        }
    }

    fn recover_statement(&mut self, depth: u32) {
        self.recover(depth);
        while self.eat_symbol("|") {
            self.recover(depth);
        }
    }

    fn begins_statement(&self) -> bool {
        self.is_word("let") && matches!(self.peek_at(1), TokenKind::Word)
    }

    fn statement(&mut self) -> Parsed<Statement> {
        let starts = |p: &Self, word: &str| {
            p.is_word(word) && matches!(p.peek_at(1), TokenKind::Word | TokenKind::Symbol("["))
        };
        if starts(self, "let") {
            return self.let_statement();
        }
        if starts(self, "set") {
            self.advance();
            let name = self.name("the name of an option")?;
            let value = if self.eat_symbol("=") { Some(self.expr()?) } else { None };
            return Ok(Statement::Set { name, value });
        }
        if starts(self, "declare") && self.word_at(1) == Some("query_parameters") {
            self.advance();
            self.advance();
            return Ok(Statement::DeclareParameters(self.parameters_of_function()?));
        }
        if starts(self, "declare") && self.word_at(1) == Some("pattern") {
            self.advance();
            self.advance();
            return Ok(Statement::Pattern(self.pattern()?));
        }
        for (word, next) in [("alias", "database"), ("restrict", "access")] {
            if self.is_word(word) && self.word_at(1) == Some(next) {
                return Ok(self.unsupported_statement(&format!("`{word} {next}`")));
            }
        }
        if self.is_symbol(".") && matches!(self.peek_at(1), TokenKind::Word) {
            return Ok(self.unsupported_statement("a management command"));
        }
        Ok(Statement::Expression(self.pipeline()?))
    }

    /// `name [= (parameters) [path: type] { ('a', …)[.['b']] = { query }; … }]`
    fn pattern(&mut self) -> Parsed<Pattern> {
        let name = self.name("the name of a pattern")?;
        let (mut parameters, mut path, mut rules) = (Vec::new(), None, Vec::new());
        if !self.eat_symbol("=") {
            return Ok(Pattern { name, parameters, path, rules });
        }
        parameters.extend(self.parameters_of_function()?);
        if self.eat_symbol("[") {
            path = Some(self.name("the name of the path")?);
            self.expect_symbol(":")?;
            self.type_name()?;
            self.expect_symbol("]")?;
        }
        let open = self.span();
        self.expect_symbol("{")?;
        while !self.is_symbol("}") {
            rules.push(self.pattern_rule()?);
            while self.eat_symbol(";") {}
        }
        self.close("}", open)?;
        Ok(Pattern { name, parameters, path, rules })
    }

    fn pattern_rule(&mut self) -> Parsed<PatternRule> {
        let args = self.bracketed("(", ")", |p| p.text("a text"))?;
        let mut path = None;
        if self.eat_symbol(".") {
            self.expect_symbol("[")?;
            path = Some(self.text("a text")?);
            self.expect_symbol("]")?;
        }
        self.expect_symbol("=")?;
        let open = self.span();
        self.expect_symbol("{")?;
        let depth = self.tokens[self.at - 1].depth + 1;
        let body = self.block(depth);
        self.close("}", open)?;
        Ok(PatternRule { args, path, body })
    }

    fn unsupported_statement(&mut self, what: &str) -> Statement {
        let depth = self.token(0).depth;
        let start = self.span();
        self.advance();
        self.advance();
        let span = self.span_from(start);
        let text = self.text[span.start..span.end].to_string();
        self.diagnostics.push(Diagnostic::unsupported(span, format!("{what} is not done by auk")));
        self.recover_statement(depth);
        Statement::Unsupported(Name { text, span })
    }

    fn let_statement(&mut self) -> Parsed<Statement> {
        self.advance();
        let name = self.name("the name that `let` defines")?;
        self.expect_symbol("=")?;
        if self.begins_function() {
            return Ok(Statement::LetFunction { name, function: self.function()? });
        }
        Ok(Statement::Let { name, value: self.pipeline()? })
    }

    /// `view (`, `()`, `(name:`: anything else in brackets is an expression.
    fn begins_function(&self) -> bool {
        if self.is_word("view") {
            return self.is_symbol_at(1, "(");
        }
        let named = matches!(self.peek_at(1), TokenKind::Word) && self.is_symbol_at(2, ":");
        let quoted = self.is_symbol_at(1, "[") && self.is_symbol_at(3, "]") && self.is_symbol_at(4, ":");
        self.is_symbol("(") && (self.is_symbol_at(1, ")") || named || quoted)
    }

    fn function(&mut self) -> Parsed<Function> {
        let start = self.span();
        let view = self.eat_word("view");
        let parameters = self.parameters_of_function()?;
        let open = self.span();
        self.expect_symbol("{")?;
        let depth = self.tokens[self.at - 1].depth + 1;
        let body = self.block(depth);
        self.close("}", open)?;
        Ok(Function { parameters, body, view, span: self.span_from(start) })
    }

    /// `(name: type = default, name: (columns), …)`
    fn parameters_of_function(&mut self) -> Parsed<Vec<Parameter>> {
        self.bracketed("(", ")", |p| {
            let name = p.name("the name of a parameter")?;
            p.expect_symbol(":")?;
            let ty = if p.is_symbol("(") {
                ParameterType::Tabular(p.schema()?.1)
            } else {
                ParameterType::Scalar(p.type_name()?)
            };
            let default = if p.eat_symbol("=") { Some(p.expr()?) } else { None };
            Ok(Parameter { name, ty, default })
        })
    }
}

/// Pipelines.
impl Parser<'_> {
    /// An expression, and the operators that its rows go through.
    pub fn pipeline(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let (depth, height) = (self.token(0).depth, self.height);
        if self.is_leading() {
            let mut operators = vec![self.operator()];
            operators.extend(self.operators());
            return Ok(self.pipe(start, None, operators));
        }
        let source = match self.expr() {
            Ok(source) => source,
            Err(Broken) => {
                self.height = height;
                self.recover(depth);
                if !self.is_symbol("|") {
                    return Err(Broken);
                }
                Expr { kind: ExprKind::Error, span: self.span_from(start) }
            }
        };
        if !self.is_symbol("|") {
            return Ok(source);
        }
        let operators = self.operators();
        Ok(self.pipe(start, Some(Box::new(source)), operators))
    }

    fn pipe(&self, start: Span, source: Option<Box<Expr>>, operators: Vec<Operator>) -> Expr {
        Expr { kind: ExprKind::Pipe { source, operators }, span: self.span_from(start) }
    }

    /// `| operator | operator …`
    pub fn operators(&mut self) -> Vec<Operator> {
        let mut operators = Vec::new();
        let mut refused = false;
        while self.eat_symbol("|") {
            let before = self.diagnostics.len();
            let start = self.span();
            let mut operator = self.operator();
            if matches!(operator.kind, OperatorKind::Print(_) | OperatorKind::Range(_)) {
                self.error(start, "this operator begins a pipeline; it takes no table before it");
                operator.kind = OperatorKind::Error;
            }
            if matches!(operator.kind, OperatorKind::Refused { .. }) {
                // One is enough to say that this pipeline is not done.
                if refused {
                    self.diagnostics.truncate(before);
                }
                refused = true;
            }
            operators.push(operator);
        }
        operators
    }

    /// `(operator | operator …)`: what a subquery does to the rows it is given.
    pub fn subquery(&mut self) -> Parsed<Vec<Operator>> {
        let open = self.span();
        self.expect_symbol("(")?;
        let mut subquery = vec![self.operator()];
        subquery.extend(self.operators());
        self.close(")", open)?;
        Ok(subquery)
    }

    /// One operator, with whatever it takes to stand before the next `|` after it.
    pub fn operator(&mut self) -> Operator {
        let start = self.span();
        let (depth, height) = (self.token(0).depth, self.height);
        let kind = match self.nested(Self::operator_kind) {
            Ok(kind) if self.ends_operator(depth) => kind,
            Ok(kind) => {
                self.expected("`|`, `;` or the end");
                if self.begins_statement() { kind } else { OperatorKind::Error }
            }
            Err(Broken) => OperatorKind::Error,
        };
        if !self.ends_operator(depth) && !self.begins_statement() {
            self.recover(depth);
        }
        if matches!(kind, OperatorKind::Error) {
            self.height = height;
        }
        Operator { kind, span: self.span_from(start) }
    }

    /// Whether the operator here has nothing more.
    pub fn at_operator_end(&self) -> bool {
        matches!(self.peek(), TokenKind::End | TokenKind::Symbol("|" | ";" | "," | ")" | "]" | "}"))
    }

    fn ends_operator(&self, depth: u32) -> bool {
        match self.peek() {
            TokenKind::Symbol("|" | ";") => true,
            TokenKind::Symbol(",") => depth > 0,
            _ => self.ends_block(depth),
        }
    }

    /// The end, or the bracket that closes what stands at that depth.
    fn ends_block(&self, depth: u32) -> bool {
        *self.peek() == TokenKind::End || self.token(0).depth < depth
    }

    fn operator_kind(&mut self) -> Parsed<OperatorKind> {
        let start = self.span();
        let Some((name, length)) = self.hyphenated(0) else {
            return Err(self.expected("the name of an operator"));
        };
        let depth = self.token(0).depth;
        for _ in 0..length {
            self.advance();
        }
        let span = self.span_from(start);
        if let Some((_, read)) = PARSERS.iter().find(|(spelling, _)| *spelling == name) {
            return read(self);
        }
        if let Some((name, reason)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            let message = format!("the operator `{name}` is not done by auk");
            self.diagnostics.push(Diagnostic::new(Kind::Unsupported, span, message).with_help(*reason));
            self.recover(depth);
            return Ok(OperatorKind::Refused { name, reason });
        }
        let known = PARSERS.iter().map(|(name, _)| *name).chain(REFUSED.iter().map(|(name, _)| *name));
        let shown = lexer::shown(&name);
        let message = format!("unknown operator `{shown}`");
        // Between words as short as `foo` and `top`, nearness says nothing.
        let near = closest(&shown, known)
            .filter(|near| near.len() > 4 || near.as_bytes().first() == shown.as_bytes().first());
        Err(match (mistakes::operator(&shown), near) {
            (Some(here), _) => self.error_help(span, message, here),
            (None, Some(near)) => self.error_help(span, message, format!("did you mean `{near}`?")),
            (None, None) => self.error_help(span, message, "`auk functions` lists the operators"),
        })
    }

    /// The name `ahead`, hyphens included, and how many tokens it has.
    fn hyphenated(&self, ahead: usize) -> Option<(String, usize)> {
        let mut name = self.word_at(ahead)?.to_string();
        let mut length = 1;
        while length < 9
            && self.is_symbol_at(ahead + length, "-")
            && self.is_adjacent(ahead + length)
            && self.is_adjacent(ahead + length + 1)
            && let Some(next) = self.word_at(ahead + length + 1)
        {
            name = format!("{name}-{next}");
            length += 2;
        }
        Some((name, length))
    }

    /// The operator whose name stands `ahead`, if one does.
    pub(super) fn operator_named(&self, ahead: usize) -> Option<&'static str> {
        let (name, _) = self.hyphenated(ahead)?;
        let known = PARSERS.iter().map(|(name, _)| *name).chain(REFUSED.iter().map(|(name, _)| *name));
        known.into_iter().find(|known| *known == name)
    }

    /// Whether an operator that needs no source begins here (`print 1`), and not a name (`print | …`).
    fn is_leading(&self) -> bool {
        if !self.word_at(0).is_some_and(|word| LEADING.iter().any(|name| name.starts_with(word))) {
            return false;
        }
        let Some((name, length)) = self.hyphenated(0).filter(|(name, _)| LEADING.contains(&name.as_str()))
        else {
            return false;
        };
        match (name.as_str(), self.peek_at(length)) {
            ("range", TokenKind::Word) => self.word_at(length + 1) == Some("from"),
            ("range", TokenKind::Symbol("[")) => {
                self.is_symbol_at(length + 2, "]") && !self.is_adjacent(length)
            }
            ("evaluate", TokenKind::Word) => true,
            ("range" | "evaluate", _) => false,
            (_, TokenKind::Word) => !self.is_operator_at(length) || self.word_at(length) == Some("in"),
            (_, TokenKind::Text(_) | TokenKind::Literal(..) | TokenKind::Symbol("(" | "*")) => true,
            ("print", TokenKind::Symbol("[")) => !self.is_adjacent(length),
            (_, TokenKind::Symbol("[")) => !self.is_adjacent(length),
            ("print", TokenKind::Symbol("-" | "+")) => true,
            _ => false,
        }
    }
}

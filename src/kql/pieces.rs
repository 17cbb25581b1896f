//! What several operators and statements are made of: names, types, lists, parameters, sort keys.
//!
//! Trap: words are no keywords. `by`, `on`, `kind` end a piece only where an operator looks for them,
//! so columns may have these names.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

use super::ast::{Argument, Expr, ExprKind, Name, NamePattern, NamedExpr, OperatorParameter, SortKey};
use super::lexer::TokenKind;
use super::parser::{Broken, Parsed, Parser};

impl Parser<'_> {
    /// `one, two, …`: one at least.
    pub fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![read(self)?];
        while self.eat_symbol(",") {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// `(one, two, …)`: may be empty.
    pub fn bracketed<T>(
        &mut self,
        open: &str,
        close: &str,
        read: impl FnMut(&mut Self) -> Parsed<T>,
    ) -> Parsed<Vec<T>> {
        let start = self.span();
        self.expect_symbol(open)?;
        let items = if self.is_symbol(close) { Vec::new() } else { self.list(read)? };
        self.close(close, start)?;
        Ok(items)
    }

    /// `name`, `['any text']`.
    pub fn name(&mut self, what: &str) -> Parsed<Name> {
        match self.name_here() {
            Some(name) => Ok(name),
            None => Err(self.expected(what)),
        }
    }

    pub fn name_here(&mut self) -> Option<Name> {
        let start = self.span();
        if let Some(word) = self.word_at(0).filter(|w| !w.starts_with('!') && !w.ends_with('~')) {
            self.advance();
            return Some(Name { text: word.to_string(), span: start });
        }
        if self.is_symbol("[")
            && self.is_symbol_at(2, "]")
            && let TokenKind::Text(text) = self.peek_at(1)
        {
            let text = text.clone();
            (0..3).for_each(|_| self.advance());
            return Some(Name { text, span: self.span_from(start) });
        }
        None
    }

    /// How many tokens the name here has; 0 when there is none.
    fn name_length(&self, ahead: usize) -> usize {
        match self.peek_at(ahead) {
            TokenKind::Word => 1,
            TokenKind::Symbol("[") => {
                let quoted = matches!(self.peek_at(ahead + 1), TokenKind::Text(_))
                    && self.is_symbol_at(ahead + 2, "]");
                if quoted { 3 } else { 0 }
            }
            _ => 0,
        }
    }

    /// The name of one of the ten types.
    pub fn type_name(&mut self) -> Parsed<Type> {
        match self.word_at(0).and_then(Type::from_name) {
            Some(ty) => {
                self.advance();
                Ok(ty)
            }
            None => Err(self.expected("a type (`string`, `long`, `datetime`, `dynamic`, …)")),
        }
    }

    /// `typeof(type)`
    pub fn typeof_type(&mut self) -> Parsed<Type> {
        self.expect_word("typeof")?;
        let open = self.span();
        self.expect_symbol("(")?;
        if self.is_symbol("*") || self.is_symbol_at(1, ":") {
            let help = "it belongs to plugins that run code in other languages";
            let message = "`typeof` of a whole schema is not done by auk";
            self.report(Diagnostic::unsupported(self.span(), message).with_help(help));
            return Err(Broken);
        }
        let ty = self.type_name()?;
        self.close(")", open)?;
        Ok(ty)
    }

    /// `(name: type, …)`, where `*` may stand for further columns.
    pub fn schema(&mut self) -> Parsed<(bool, Vec<(Name, Type)>)> {
        let columns = self.bracketed("(", ")", |p| {
            if p.eat_symbol("*") {
                return Ok(None);
            }
            let name = p.name("the name of a column")?;
            p.expect_symbol(":")?;
            Ok(Some((name, p.type_name()?)))
        })?;
        let star = columns.iter().any(Option::is_none);
        let columns: Vec<(Name, Type)> = columns.into_iter().flatten().collect();
        for (at, (name, _)) in columns.iter().enumerate() {
            if columns[..at].iter().any(|(other, _)| other.text == name.text) {
                let message = format!("the column `{}` is named twice", name.text);
                self.report(Diagnostic::semantic(name.span, message));
                return Err(Broken);
            }
        }
        Ok((star, columns))
    }

    /// `(name: type, …)`
    pub fn columns(&mut self) -> Parsed<Vec<(Name, Type)>> {
        let start = self.span();
        let (star, columns) = self.schema()?;
        if star {
            let message = "`*` cannot stand here: every column has a name and a type";
            return Err(self.error(self.span_from(start), message));
        }
        Ok(columns)
    }

    /// `(value, name = value, …)`
    pub fn arguments(&mut self) -> Parsed<Vec<Argument>> {
        self.bracketed("(", ")", |p| {
            let length = p.name_length(0);
            let name = if length > 0 && p.is_symbol_at(length, "=") { p.name_here() } else { None };
            if name.is_some() {
                p.advance();
            }
            Ok(Argument { name, value: p.pipeline()? })
        })
    }

    /// `expr`, `name = expr`, `(name, name) = expr`.
    pub fn named_expr(&mut self) -> Parsed<NamedExpr> {
        let names = self.assigned_names();
        Ok(NamedExpr { names, expr: self.expr()? })
    }

    pub fn named_exprs(&mut self) -> Parsed<Vec<NamedExpr>> {
        self.list(Self::named_expr)
    }

    /// What stands before a `=`, the sign taken too.
    pub fn assigned_names(&mut self) -> Vec<Name> {
        let length = self.name_length(0);
        if length > 0 && self.is_symbol_at(length, "=") {
            let name = self.name_here();
            self.advance();
            return name.into_iter().collect();
        }
        if !self.is_symbol("(") {
            return Vec::new();
        }
        let mut ahead = 1;
        loop {
            let length = self.name_length(ahead);
            ahead += length;
            if length == 0 || !self.is_symbol_at(ahead, ",") {
                break;
            }
            ahead += 1;
        }
        if !(self.is_symbol_at(ahead, ")") && self.is_symbol_at(ahead + 1, "=")) {
            return Vec::new();
        }
        let mut names = Vec::new();
        while !self.is_symbol("=") {
            self.advance();
            names.extend(self.name_here());
        }
        self.advance();
        names
    }

    /// `name`, `na*e`, `['name']`.
    pub fn name_pattern(&mut self) -> Parsed<NamePattern> {
        let start = self.span();
        if self.is_symbol("[") {
            let name = self.name("the name of a column")?;
            return Ok(NamePattern { text: name.text, span: name.span, wildcard: false });
        }
        let part =
            |p: &Self| matches!(p.peek(), TokenKind::Word | TokenKind::Symbol("*") | TokenKind::Literal(..));
        if !part(self) {
            return Err(self.expected("the name of a column, or a pattern with `*`"));
        }
        self.advance();
        while part(self) && self.is_adjacent(0) {
            self.advance();
        }
        let span = self.span_from(start);
        let text = self.text[span.start..span.end].to_string();
        let wildcard = text.contains('*');
        Ok(NamePattern { text, span, wildcard })
    }

    /// `expr [asc|desc] [nulls first|nulls last]`
    pub fn sort_key(&mut self) -> Parsed<SortKey> {
        let expr = self.expr()?;
        let ascending = self.eat_word("asc");
        if !ascending {
            self.eat_word("desc");
        }
        let mut nulls_first = None;
        if self.eat_word("nulls") {
            nulls_first = Some(self.eat_word("first"));
            if nulls_first == Some(false) {
                self.expect_word("last")?;
            }
        }
        Ok(SortKey { expr, descending: !ascending, nulls_first })
    }

    /// `name=value …` as long as the names are of the list, or begin with `hint.`.
    pub fn parameters(&mut self, names: &[&str]) -> Parsed<Vec<OperatorParameter>> {
        let mut parameters = Vec::new();
        while let Some(word) = self.word_at(0) {
            let hint =
                word == "hint" && self.is_symbol_at(1, ".") && matches!(self.peek_at(2), TokenKind::Word);
            let named = names.contains(&word) && self.is_symbol_at(1, "=");
            if !hint && !named {
                break;
            }
            parameters.push(self.parameter()?);
        }
        Ok(parameters)
    }

    /// `name=value`; the name may have dots.
    fn parameter(&mut self) -> Parsed<OperatorParameter> {
        let start = self.span();
        self.name("the name of an option")?;
        while self.eat_symbol(".") {
            self.name("the name of an option")?;
        }
        let span = self.span_from(start);
        let name = Name { text: self.text[span.start..span.end].to_string(), span };
        self.expect_symbol("=")?;
        Ok(OperatorParameter { name, value: self.parameter_value()? })
    }

    /// A word, a literal, a list of names; no call, for the table may follow: `kind=inner (T)`.
    fn parameter_value(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if let Some(name) = self.name_here() {
            let span = name.span;
            let kind = match name.text.as_str() {
                "true" => ExprKind::Literal(Value::Bool(true), Type::Bool),
                "false" => ExprKind::Literal(Value::Bool(false), Type::Bool),
                _ => ExprKind::Name(name),
            };
            return Ok(Expr { kind, span });
        }
        match self.peek() {
            TokenKind::Text(_) | TokenKind::Literal(..) | TokenKind::Symbol("-" | "+") => self.unary(),
            TokenKind::Symbol("*") => {
                self.advance();
                Ok(Expr { kind: ExprKind::Star, span: start })
            }
            _ => Err(self.expected("the value of the option")),
        }
    }

    /// `with (name=value, …)`, if it stands here; also without brackets, as older queries have it.
    pub fn properties(&mut self) -> Parsed<Vec<OperatorParameter>> {
        if !self.eat_word("with") {
            return Ok(Vec::new());
        }
        let (open, close) = if self.is_symbol("[") { ("[", "]") } else { ("(", ")") };
        let start = self.span();
        self.expect_symbol(open)?;
        let mut properties = Vec::new();
        while !self.is_symbol(close) {
            let mut property = self.parameter()?;
            self.more_values(&mut property.value)?;
            properties.push(property);
            if !self.eat_symbol(",") {
                break;
            }
        }
        self.close(close, start)?;
        Ok(properties)
    }

    /// `ycolumns=a, b`: the further values of a list, joined into one text.
    fn more_values(&mut self, value: &mut Expr) -> Parsed<()> {
        while self.is_symbol(",") && self.name_length(1) > 0 {
            let after = 1 + self.name_length(1);
            if self.is_symbol_at(after, "=") || self.is_symbol_at(after, ".") {
                return Ok(());
            }
            self.advance();
            let next = self.name("a name")?;
            let span: Span = value.span.to(next.span);
            let first = match &value.kind {
                ExprKind::Name(name) => name.text.clone(),
                ExprKind::Literal(value, _) => value.to_text(),
                _ => String::new(),
            };
            let text = Value::String(format!("{first},{}", next.text));
            *value = Expr { kind: ExprKind::Literal(text, Type::String), span };
        }
        Ok(())
    }

    /// A table where tables are listed: an expression without operators between, or a name with `*`.
    pub fn table(&mut self) -> Parsed<Expr> {
        let start = self.span();
        let name = matches!(self.peek(), TokenKind::Word) && self.is_symbol_at(1, "*") && self.is_adjacent(1);
        if name || self.is_symbol("*") {
            let pattern = self.name_pattern()?;
            return Ok(Expr { kind: ExprKind::Wildcard(pattern.text), span: pattern.span });
        }
        let table = self.postfix()?;
        if self.is_symbol("*") && self.is_adjacent(0) && matches!(table.kind, ExprKind::Member(..)) {
            self.advance();
            let span = self.span_from(start);
            return Ok(Expr { kind: ExprKind::Wildcard(self.text[span.start..span.end].to_string()), span });
        }
        Ok(table)
    }
}

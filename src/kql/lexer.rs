//! Text to tokens: names, literals of every type, operators, each with its place and bracket depth.
//!
//! `// comment`; `"text"` `'text'` with `\` escapes, `@"verbatim"` (a quote is doubled), `h"hidden"`,
//! `` ```many lines``` `` and `~~~many lines~~~`; `1` `1.5` `1e3` `0x1F` `2.5h`; `datetime(2024-05-01)`,
//! `dynamic({...})` and the other typed literals, whose inside is not KQL (see `literal`).
//!
//! Traps: `1..5` is a range, not a number; `in~` and `!has` are one token; digits may begin a name
//! (`3xx`). A plain string ends at its line, closed or not, so that one lost quote costs one line.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::time;
use crate::types::Type;
use crate::value::Value;

use super::literal;

#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind {
    /// A name or a word; `in~`, `!in`, `$left` too. Its text is that of its span.
    Word,
    Text(String),
    /// A number, a timespan, or a typed literal.
    Literal(Value, Type),
    /// `(`, `|`, `==`, …
    Symbol(&'static str),
    /// Unreadable; the diagnostic has been given.
    Bad,
    End,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub kind: TokenKind,
    pub span: Span,
    /// How many brackets are open around it; a bracket itself counts as outside.
    pub depth: u32,
}

/// Longest first.
const SYMBOLS: &[&str] = &[
    "<>", "<=", "==", "=~", "=>", ">=", "!=", "!~", "..", "||", "&&", "(", ")", "[", "]", "{", "}", "|", ";",
    ",", ".", ":", "=", "<", ">", "+", "-", "*", "/", "%", "!", "?", "~", "&", "^", "#",
];

/// Quotation marks of word processors.
const QUOTES: &[char] = &['“', '”', '„', '‘', '’'];

/// Reads the whole text; the last token is `End`.
pub fn tokens(text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, diagnostics };
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4 + 1);
    let mut depth = 0_u32;
    loop {
        lexer.skip_space();
        let start = lexer.at;
        let kind = lexer.token();
        let span = Span::new(start, lexer.at);
        let outside = match kind {
            TokenKind::Symbol("(" | "[" | "{") => {
                depth += 1;
                depth - 1
            }
            TokenKind::Symbol(")" | "]" | "}") => {
                depth = depth.saturating_sub(1);
                depth
            }
            _ => depth,
        };
        let end = kind == TokenKind::End;
        tokens.push(Token { kind, span, depth: outside });
        if end {
            return tokens;
        }
    }
}

pub(super) struct Lexer<'t, 'd> {
    pub text: &'t str,
    pub at: usize,
    pub diagnostics: &'d mut Vec<Diagnostic>,
}

pub(super) fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(super) fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl<'t> Lexer<'t, '_> {
    pub fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes `prefix` if it is next.
    pub fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Takes characters as long as `keep` says so.
    pub fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    pub fn error(&mut self, from: usize, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::syntax(Span::new(from, self.at), message));
    }

    pub fn error_help(&mut self, from: usize, message: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::syntax(Span::new(from, self.at), message).with_help(help));
    }

    /// White space, the byte-order mark, and comments.
    pub fn skip_space(&mut self) {
        loop {
            self.take_while(|c| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
            if self.rest().starts_with("//") {
                self.take_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                self.block_comment();
            } else {
                return;
            }
        }
    }

    /// `/* … */`, which KQL does not have: one error, and what stands in it is no concern.
    fn block_comment(&mut self) {
        let from = self.at;
        let length = self.rest().find("*/").map_or(self.rest().len(), |end| end + 2);
        self.at += length;
        self.error_help(from, "`/*` begins no comment", "a comment is `// …`, to the end of the line");
    }

    fn token(&mut self) -> TokenKind {
        let Some(c) = self.peek() else { return TokenKind::End };
        if let Some(text) = self.string() {
            return TokenKind::Text(text);
        }
        if c.is_ascii_digit()
            || c == '.'
                && self.rest()[1..].starts_with(|d: char| d.is_ascii_digit())
                && self.may_start_number()
        {
            return self.number();
        }
        if is_name_start(c) || c == '$' {
            return self.word();
        }
        if c == '!' && self.rest()[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.at += 1;
            self.take_while(is_name_part);
            self.eat("~");
            return TokenKind::Word;
        }
        if self.rest().starts_with("{{") && self.placeholder() {
            return TokenKind::Bad;
        }
        if let Some(symbol) = SYMBOLS.iter().find(|s| self.rest().starts_with(**s)) {
            self.at += symbol.len();
            return TokenKind::Symbol(symbol);
        }
        self.unreadable(c)
    }

    /// `.5` is a number unless it follows a name or a bracket (`a.5`).
    fn may_start_number(&self) -> bool {
        !self.text[..self.at].ends_with(|c: char| is_name_part(c) || matches!(c, ')' | ']' | '.'))
    }

    /// A run of characters that begin no token: one error for all.
    fn unreadable(&mut self, first: char) -> TokenKind {
        let from = self.at;
        if QUOTES.contains(&first) {
            return self.curly_quotes(from);
        }
        self.take_while(|c| {
            !c.is_ascii_graphic() && !c.is_whitespace() && !is_name_start(c) || matches!(c, '`' | '\\' | '@')
        });
        if self.at == from {
            self.at += first.len_utf8();
        }
        let shown = shown(&self.text[from..self.at]);
        let message = format!("`{shown}` has no meaning here");
        match first {
            '–' | '—' => self.error_help(from, message, "the minus sign is `-`"),
            _ => self.error(from, message),
        }
        TokenKind::Bad
    }

    /// `“text”`, as word processors make it: one error for all of it.
    fn curly_quotes(&mut self, from: usize) -> TokenKind {
        let rest = self.rest();
        let line = rest.lines().next().unwrap_or(rest);
        let close = line.char_indices().skip(1).find(|(_, c)| QUOTES.contains(c) || matches!(c, '"' | '\''));
        let first = line.chars().next();
        self.at += close.map_or(first.map_or(0, char::len_utf8), |(at, c)| at + c.len_utf8());
        let message = format!("`{}` is no quotation mark of KQL", first.unwrap_or('“'));
        self.error_help(from, message, "write strings in straight quotes: \"…\" or '…'");
        TokenKind::Bad
    }

    /// `{{Name}}`: what a template leaves to be filled.
    fn placeholder(&mut self) -> bool {
        let from = self.at;
        let Some(length) = placeholder_length(self.rest()) else { return false };
        self.at += length;
        let text = &self.text[from..self.at];
        self.error_help(
            from,
            format!("the placeholder {text} is not filled"),
            "put a value in its place; auk does not fill query templates",
        );
        true
    }

    fn word(&mut self) -> TokenKind {
        let from = self.at;
        self.eat("$");
        self.take_while(is_name_part);
        let word = &self.text[from..self.at];
        if word == "in" {
            // `in~`, but not the start of `in ~~~…~~~`
            if !self.rest().starts_with("~~~") {
                self.eat("~");
            }
            return TokenKind::Word;
        }
        match literal::type_of_literal(word) {
            Some(ty) => self.typed_literal(ty, from).unwrap_or(TokenKind::Word),
            None => TokenKind::Word,
        }
    }

    /// After the name of a type: `(…)` with the literal. `None` where no bracket follows.
    fn typed_literal(&mut self, ty: Type, from: usize) -> Option<TokenKind> {
        let after_name = self.at;
        self.take_while(|c| c == ' ' || c == '\t');
        if !self.eat("(") {
            self.at = after_name;
            return None;
        }
        let value =
            if ty == Type::Dynamic { literal::dynamic(self, from) } else { literal::scalar(self, ty, from) };
        Some(value.map_or(TokenKind::Bad, |v| TokenKind::Literal(v, ty)))
    }

    /// `1`, `0x1F`, `1.5`, `1e3`, `2.5h`; or a name that begins with a digit.
    pub fn number(&mut self) -> TokenKind {
        let from = self.at;
        if (self.eat("0x") || self.eat("0X")) && self.peek().is_some_and(|c| c.is_ascii_hexdigit()) {
            let digits = self.take_while(is_name_part);
            return match u64::from_str_radix(digits, 16) {
                Ok(n) => TokenKind::Literal(Value::Long(n as i64), Type::Long),
                Err(_) => self.bad_number(from),
            };
        }
        self.at = from;
        self.take_while(|c| c.is_ascii_digit());
        let mut real = false;
        // `0.` is a number, `1..5` and `1.name` are not.
        let after_point = self.rest().strip_prefix('.').map(|rest| rest.chars().next());
        if after_point.is_some_and(|c| !c.is_some_and(|c| is_name_start(c) || matches!(c, '.' | '['))) {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
            real = true;
        }
        real |= self.exponent();
        let number = &self.text[from..self.at];
        let suffix = self.take_while(is_name_part);
        if !suffix.is_empty() {
            let unit = time::UNITS.iter().any(|(name, _)| *name == suffix);
            return match time::parse_unit_timespan(&self.text[from..self.at]).filter(|_| unit) {
                Some(ticks) => TokenKind::Literal(Value::Timespan(ticks), Type::Timespan),
                None if unit || real => self.bad_number(from),
                None => TokenKind::Word,
            };
        }
        if real {
            return number.parse().map_or(TokenKind::Bad, |x| TokenKind::Literal(Value::Real(x), Type::Real));
        }
        match number.parse() {
            Ok(n) => TokenKind::Literal(Value::Long(n), Type::Long),
            Err(_) => self.bad_number(from),
        }
    }

    fn bad_number(&mut self, from: usize) -> TokenKind {
        let shown = shown(&self.text[from..self.at]);
        self.error_help(
            from,
            format!("`{shown}` is not a number that fits its type"),
            "a long reaches from -9223372036854775808 to 9223372036854775807; `decimal(…)` holds 34 digits",
        );
        TokenKind::Bad
    }

    /// `e3`, `E-5`, if it is one.
    fn exponent(&mut self) -> bool {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix(['e', 'E']) else { return false };
        let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let ends = !digits[length..].starts_with(is_name_part);
        if length > 0 && ends {
            self.at += rest.len() - digits.len() + length;
        }
        length > 0 && ends
    }

    /// A string literal of any kind, if one begins here.
    pub fn string(&mut self) -> Option<String> {
        let from = self.at;
        let rest = self.rest();
        for fence in ["```", "~~~"] {
            if rest.starts_with(fence) {
                return Some(self.fenced(fence, from));
            }
        }
        let hidden = usize::from(rest.starts_with(['h', 'H']));
        let verbatim = usize::from(rest[hidden..].starts_with('@'));
        let quote = rest[hidden + verbatim..].chars().next().filter(|c| matches!(c, '"' | '\''))?;
        self.at += hidden + verbatim + 1;
        let text = if verbatim == 1 { self.verbatim(quote, from) } else { self.escaped(quote, from) };
        Some(text)
    }

    fn fenced(&mut self, fence: &str, from: usize) -> String {
        self.at += fence.len();
        let rest = self.rest();
        let end = rest.find(fence);
        self.at += end.map_or(rest.len(), |e| e + fence.len());
        if end.is_none() {
            self.at = self.text.len();
            self.error(from, format!("this text has no closing {fence}"));
        }
        rest[..end.unwrap_or(rest.len())].to_string()
    }

    fn verbatim(&mut self, quote: char, from: usize) -> String {
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|c| c != quote && c != '\n'));
            if !self.rest().starts_with(quote) {
                self.unclosed(quote, from);
                return text;
            }
            self.at += 1;
            if !self.rest().starts_with(quote) {
                return text;
            }
            self.at += 1;
            text.push(quote);
        }
    }

    fn escaped(&mut self, quote: char, from: usize) -> String {
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|c| c != quote && c != '\\' && c != '\n'));
            let escape_at = self.at;
            if self.rest().starts_with(quote) {
                self.at += 1;
                return text;
            }
            if !self.eat("\\") {
                self.unclosed(quote, from);
                return text;
            }
            let Some(c) = self.peek().filter(|c| *c != '\n') else { continue };
            self.at += c.len_utf8();
            match self.escape(c) {
                Some(c) => text.push(c),
                None => {
                    text.push(c);
                    let message = format!("`\\{}` is no escape sequence", c.escape_default());
                    self.error_help(
                        escape_at,
                        message,
                        "write `\\\\` for a backslash, or a verbatim string: @\"…\"",
                    );
                }
            }
        }
    }

    fn unclosed(&mut self, quote: char, from: usize) {
        let help = "a string ends on its line; text of many lines stands between ```";
        self.error_help(from, format!("this string has no closing {quote}"), help);
    }

    /// What `\c` stands for, the digits that follow taken.
    fn escape(&mut self, c: char) -> Option<char> {
        Some(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\\' | '"' | '\'' | '`' => c,
            'x' => self.code(2)?,
            'U' => self.code(8)?,
            'u' => {
                let start = self.at;
                match self.hex(4)? {
                    high @ 0xd800..=0xdbff if self.eat("\\u") => match self.hex(4) {
                        Some(low @ 0xdc00..=0xdfff) => {
                            char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
                        }
                        _ => {
                            self.at = start + 4;
                            '\u{fffd}'
                        }
                    },
                    code => char::from_u32(code).unwrap_or('\u{fffd}'),
                }
            }
            '0'..='7' => {
                self.at -= 1;
                let rest = self.rest();
                let length = rest.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
                self.at += length;
                char::from_u32(u32::from_str_radix(&rest[..length], 8).ok()?)?
            }
            _ => return None,
        })
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        self.hex(digits).map(|code| char::from_u32(code).unwrap_or('\u{fffd}'))
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text = self.rest().get(..digits)?;
        if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += digits;
        u32::from_str_radix(text, 16).ok()
    }
}

/// Text of the query as a message shows it: cut, and nothing in it that a terminal would obey.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for (n, c) in text.chars().enumerate() {
        match c {
            _ if n == 50 => return shown + "…",
            ' '..='~' => shown.push(c),
            _ if c.is_alphanumeric() || matches!(c, '“' | '”' | '‘' | '’' | '–' | '—') => {
                shown.push(c)
            }
            _ => shown.extend(c.escape_default()),
        }
    }
    shown
}

/// The length of `{{ Name }}` at the start of `text`.
pub(super) fn placeholder_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("{{")?;
    let end = inside.find(['}', '\n', '{'])?;
    let name = inside[..end].trim();
    let named = !name.is_empty()
        && name.len() < 80
        && name.chars().all(|c| is_name_part(c) || matches!(c, '-' | '.' | ' '));
    (named && inside[end..].starts_with("}}")).then_some(end + 4)
}

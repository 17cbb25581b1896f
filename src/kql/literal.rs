//! The inside of typed literals: `datetime(2024-05-01 10:00)`, `real(+inf)`, `dynamic({'a': [1d]})`.
//!
//! `type(null)` is the null of that type. A dynamic literal is JSON, with single quotes, comments and
//! KQL's own literals (`datetime(…)`, `1d`) allowed in it.
//!
//! Trap: only literals stand in these brackets; `datetime(x)` of a column is `todatetime(x)`.

use crate::decimal::Decimal;
use crate::time;
use crate::types::Type;
use crate::value::{self, Value};

use super::lexer::{Lexer, TokenKind, is_name_part, placeholder_length, shown};

/// JSON may be nested so deep in a literal.
const MAX_DEPTH: usize = 100;

/// The names that make a literal when a bracket follows.
pub(super) fn type_of_literal(word: &str) -> Option<Type> {
    Type::from_name(word).filter(|ty| *ty != Type::String)
}

/// From after the opening bracket to after the closing one.
pub(super) fn scalar(lexer: &mut Lexer, ty: Type, from: usize) -> Option<Value> {
    lexer.skip_space();
    let start = lexer.at;
    let quoted = lexer.string();
    let content = match quoted {
        Some(text) => text,
        None => {
            lexer.at = start;
            lexer.take_while(|c| !matches!(c, ')' | '(' | '|' | ';' | '\n')).trim().to_string()
        }
    };
    lexer.skip_space();
    if !lexer.rest().starts_with(')') {
        return not_literal(lexer, ty, from);
    }
    lexer.at += 1;
    if placeholder_length(&content) == Some(content.len()) {
        lexer.error_help(
            from,
            format!("the placeholder {content} is not filled"),
            "put a value in its place; auk does not fill query templates",
        );
        return None;
    }
    let value = if content == "null" { Some(Value::Null) } else { read(ty, &content) };
    if value.is_none() {
        not_literal(lexer, ty, from);
    }
    value
}

/// Reports what stands in the brackets, and skips to after the closing one.
fn not_literal(lexer: &mut Lexer, ty: Type, from: usize) -> Option<Value> {
    if !lexer.text[..lexer.at].ends_with(')') {
        skip_brackets(lexer, 1);
    }
    let shown = shown(&lexer.text[from..lexer.at]);
    let name = ty.name();
    if ty == Type::Datetime && lexer.text[from..lexer.at].ends_with("()") {
        lexer.error_help(from, format!("`{shown}` names no time"), "the current time is `now()`");
        return None;
    }
    if ty == Type::Datetime && lexer.text[from..lexer.at].contains(|c: char| c.is_ascii_digit()) {
        let help = "a point in time is year, month, day, and maybe a time: `datetime(2026-05-31 14:30)`";
        lexer.error_help(from, format!("`{shown}` is no datetime literal"), help);
        return None;
    }
    let help = format!("only a literal stands in `{name}(…)`; a value is converted with `to{name}(…)`");
    lexer.error_help(from, format!("`{shown}` is no {name} literal"), &help);
    None
}

/// Skips to after the bracket that closes `open` levels, or to the end of the statement.
fn skip_brackets(lexer: &mut Lexer, open: usize) {
    let mut open = open;
    while open > 0 {
        lexer.skip_space();
        let before = lexer.diagnostics.len();
        if lexer.string().is_some() {
            lexer.diagnostics.truncate(before);
            continue;
        }
        let Some(c) = lexer.peek().filter(|c| *c != ';') else { return };
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ => {}
        }
        lexer.at += c.len_utf8();
    }
}

fn read(ty: Type, text: &str) -> Option<Value> {
    match ty {
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Int => integer(text).and_then(|n| i32::try_from(n).ok()).map(Value::Int),
        Type::Long => integer(text).and_then(|n| i64::try_from(n).ok()).map(Value::Long),
        Type::Real => real(text).map(Value::Real),
        Type::Decimal => Decimal::parse(text).map(Value::Decimal),
        Type::Datetime if text == "min" => Some(Value::Datetime(0)),
        Type::Datetime if text == "max" => Some(Value::Datetime(time::MAX_DATETIME)),
        Type::Timespan if text == "min" => Some(Value::Timespan(i64::MIN)),
        Type::Timespan if text == "max" => Some(Value::Timespan(i64::MAX)),
        Type::Datetime => {
            datetime(text).map(Value::Datetime).or_else(|| time_of_day(text).map(Value::Timespan))
        }
        Type::Timespan => time::parse_timespan(text).or_else(|| fraction_of_days(text)).map(Value::Timespan),
        Type::Guid => value::parse_guid(text).map(Value::Guid),
        Type::String | Type::Dynamic => None,
    }
}

fn integer(text: &str) -> Option<i128> {
    let (sign, digits) =
        text.strip_prefix('-').map_or((1, text.strip_prefix('+').unwrap_or(text)), |t| (-1, t));
    let digits = digits.trim();
    let n = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i128::from(u64::from_str_radix(hex, 16).ok()? as i64),
        None if digits.starts_with(|c: char| c.is_ascii_digit()) => digits.parse().ok()?,
        None => return None,
    };
    Some(sign * n)
}

fn real(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "+inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        number if number.bytes().all(|b| b.is_ascii_digit() || b"+-.e".contains(&b)) => number.parse().ok(),
        _ => None,
    }
}

/// `datetime(06:00)` is a time of today: its value is the time since midnight, to be added when the query is read.
fn time_of_day(text: &str) -> Option<i64> {
    let clock = text.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.') && text.contains(':');
    let ticks = if clock { time::parse_timespan(text)? } else { return None };
    (0..time::TICKS_PER_DAY).contains(&ticks).then_some(ticks)
}

/// Also `datetime(2025, 6, 14)`.
fn datetime(text: &str) -> Option<i64> {
    time::parse_datetime(text).or_else(|| {
        let commas = text.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b' ');
        if commas { time::parse_iso(&text.replace(' ', "").replace(',', "-")) } else { None }
    })
}

/// `time(1.5)`: days.
fn fraction_of_days(text: &str) -> Option<i64> {
    let days = real(text)?;
    let ticks = (days * time::TICKS_PER_DAY as f64).round();
    (ticks.abs() < 9.2e18).then_some(ticks as i64)
}

/// The inside of `dynamic(…)`, from after the opening bracket to after the closing one.
pub(super) fn dynamic(lexer: &mut Lexer, from: usize) -> Option<Value> {
    let before = lexer.diagnostics.len();
    let value = json(lexer, 0);
    lexer.skip_space();
    if value.is_some() && lexer.eat(")") {
        return value;
    }
    if lexer.diagnostics.len() == before {
        let at = lexer.at;
        let found = lexer.peek().map_or("the end".to_string(), |c| format!("`{}`", c.escape_debug()));
        lexer.at += lexer.peek().map_or(0, char::len_utf8);
        let message = format!("this dynamic literal cannot be read: {found} is not expected here");
        lexer.error_help(
            at,
            message,
            "it holds JSON; values that are computed go into `bag_pack(…)` or `pack_array(…)`",
        );
        lexer.at = at;
    }
    lexer.at = from;
    lexer.take_while(|c| c != '(');
    lexer.at += 1;
    skip_brackets(lexer, 1);
    None
}

/// One JSON value. `None` leaves the place of the trouble.
fn json(lexer: &mut Lexer, depth: usize) -> Option<Value> {
    lexer.skip_space();
    if depth > MAX_DEPTH {
        return None;
    }
    if let Some(text) = lexer.string() {
        return Some(Value::String(text));
    }
    match lexer.peek()? {
        '[' => array(lexer, depth),
        '{' => bag(lexer, depth),
        c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => number(lexer),
        c if is_name_part(c) => word(lexer, depth),
        _ => None,
    }
}

fn array(lexer: &mut Lexer, depth: usize) -> Option<Value> {
    lexer.at += 1;
    let mut items = Vec::new();
    loop {
        lexer.skip_space();
        if lexer.eat("]") {
            return Some(Value::Array(items));
        }
        items.push(json(lexer, depth + 1)?);
        lexer.skip_space();
        if !lexer.eat(",") && !lexer.rest().starts_with(']') {
            return None;
        }
    }
}

fn bag(lexer: &mut Lexer, depth: usize) -> Option<Value> {
    lexer.at += 1;
    let mut members = Vec::new();
    loop {
        lexer.skip_space();
        if lexer.eat("}") {
            return Some(Value::Bag(members));
        }
        let key = lexer.string()?;
        lexer.skip_space();
        if !lexer.eat(":") {
            return None;
        }
        members.push((key, json(lexer, depth + 1)?));
        lexer.skip_space();
        if !lexer.eat(",") && !lexer.rest().starts_with('}') {
            return None;
        }
    }
}

fn number(lexer: &mut Lexer) -> Option<Value> {
    let negative = lexer.eat("-");
    if !negative {
        lexer.eat("+");
    }
    if !lexer.rest().starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let from = lexer.at;
    let before = lexer.diagnostics.len();
    match lexer.number() {
        TokenKind::Literal(Value::Long(n), _) => Some(Value::Long(if negative { -n } else { n })),
        TokenKind::Literal(Value::Real(x), _) => Some(Value::Real(if negative { -x } else { x })),
        TokenKind::Literal(Value::Timespan(t), _) => Some(Value::Timespan(if negative { -t } else { t })),
        TokenKind::Bad => {
            // Integers beyond `long` are doubles in JSON.
            let x = lexer.text[from..lexer.at].parse::<f64>().ok()?;
            lexer.diagnostics.truncate(before);
            Some(Value::Real(if negative { -x } else { x }))
        }
        _ => {
            lexer.at = from;
            None
        }
    }
}

/// `null`, `true`, `false`, `datetime(…)` and the other typed literals.
fn word(lexer: &mut Lexer, depth: usize) -> Option<Value> {
    let from = lexer.at;
    let word = lexer.take_while(is_name_part);
    match word {
        "null" => return Some(Value::Null),
        "true" => return Some(Value::Bool(true)),
        "false" => return Some(Value::Bool(false)),
        _ => {}
    }
    if let Some(ty) = type_of_literal(word)
        && lexer.eat("(")
    {
        if ty != Type::Dynamic {
            return match scalar(lexer, ty, from)? {
                Value::Timespan(_) if ty == Type::Datetime => not_literal(lexer, ty, from),
                value => Some(value),
            };
        }
        let value = json(lexer, depth + 1)?;
        lexer.skip_space();
        return lexer.eat(")").then_some(value);
    }
    lexer.at = from;
    None
}

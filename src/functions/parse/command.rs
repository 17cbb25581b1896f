//! `parse_command_line`: the arguments of a Windows command line.
//!
//! The rules are those of `CommandLineToArgvW`: quotes hold blanks together, backslashes before a quote
//! escape it (two stand for one), `""` inside quotes is a quote. In the first argument (the program)
//! backslashes mean nothing.
//!
//! Trap: only the parser type `windows` exists.

use crate::functions::convert::text;
use crate::functions::rows::plain;
use crate::functions::{Cx, Function};
use crate::value::Value;

pub const ROWS: &[Function] = &[plain(
    "parse_command_line",
    &["(command: scalar, parser: string) -> dynamic"],
    "The arguments of a command line.",
    parse_command_line,
)];

fn parse_command_line(args: &[Value], cx: &Cx) -> Value {
    let parser = text(&args[1]);
    if !parser.eq_ignore_ascii_case("windows") {
        cx.fail(format!("parse_command_line() knows the parser type 'windows', not '{parser}'"));
        return Value::Null;
    }
    let source = text(&args[0]);
    if source.trim().is_empty() {
        return Value::Null;
    }
    let (program, rest) = program(&source);
    let mut arguments = vec![Value::String(program)];
    let mut rest = rest.trim_start_matches([' ', '\t']);
    while !rest.is_empty() {
        let (argument, after) = argument(rest);
        arguments.push(Value::String(argument));
        rest = after.trim_start_matches([' ', '\t']);
    }
    Value::Array(arguments)
}

/// The program: up to the closing quote, or to the first blank.
fn program(source: &str) -> (String, &str) {
    let mut out = String::new();
    let mut quoted = false;
    for (at, c) in source.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return (out, &source[at..]),
            c => out.push(c),
        }
    }
    (out, "")
}

/// One argument, and what follows it.
fn argument(source: &str) -> (String, &str) {
    let mut out = String::new();
    let mut quoted = false;
    let mut backslashes = 0;
    let mut chars = source.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        let escapes = if c == '"' { backslashes / 2 } else { backslashes };
        out.extend(std::iter::repeat_n('\\', escapes));
        let escaped = c == '"' && backslashes % 2 == 1;
        backslashes = 0;
        match c {
            '"' if escaped => out.push('"'),
            '"' if quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                chars.next();
                out.push('"');
            }
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return (out, &source[at..]),
            c => out.push(c),
        }
    }
    out.extend(std::iter::repeat_n('\\', backslashes));
    (out, "")
}

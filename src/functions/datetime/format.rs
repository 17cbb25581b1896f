//! `format_datetime(date, format)` and `format_timespan(timespan, format)`.
//!
//! A format is runs of one letter (`yyyy`, `HH`, `fff`, …) and the delimiters `space / - : , . _ [ ]`.
//!
//! Traps: any other character makes the format invalid, which fails the query, as in Kusto. `F` is
//! `f` without trailing zeros; when nothing is left, a datetime drops the point before it too.

use super::super::rows::kernel;
use super::super::{Cx, Function, Naming};
use crate::time::{Civil, TICKS_PER_DAY, civil};
use crate::value::Value;

pub const ROWS: &[Function] = &[
    kernel(
        "format_datetime",
        &["(date: datetime, format: string) -> string"],
        "The datetime as text in a format.",
        Naming::FirstArgument,
        |args, cx| format(&args[0], &args[1], "format_datetime", cx),
    ),
    kernel(
        "format_timespan",
        &["(timespan: timespan, format: string) -> string"],
        "The timespan as text in a format.",
        Naming::FirstArgument,
        |args, cx| format(&args[0], &args[1], "format_timespan", cx),
    ),
];

fn format(value: &Value, format: &Value, function: &str, cx: &Cx) -> Value {
    let Some(format) = format.as_str() else { return Value::missing(cx.returns) };
    let text = match value {
        Value::Datetime(ticks) => {
            runs(format, |letter, count, out| datetime_part(civil(*ticks), letter, count, out))
        }
        Value::Timespan(ticks) => {
            let span = ticks.checked_abs().unwrap_or(i64::MAX);
            let text = runs(format, |letter, count, out| timespan_part(span, letter, count, out));
            text.map(|text| if *ticks < 0 { format!("-{text}") } else { text })
        }
        _ => return Value::missing(cx.returns),
    };
    text.map_or_else(
        || {
            cx.fail(format!("{function}(): {format:?} is not a valid format"));
            Value::missing(cx.returns)
        },
        Value::String,
    )
}

/// Writes each run of a letter by `part`, each delimiter as it is.
fn runs(format: &str, part: impl Fn(char, usize, &mut String) -> Option<()>) -> Option<String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        let count = rest.chars().take_while(|c| *c == letter).count();
        match letter {
            ' ' | '/' | '-' | ':' | ',' | '.' | '_' | '[' | ']' => out.push_str(&rest[..count]),
            letter if letter.is_ascii_alphabetic() => part(letter, count, &mut out)?,
            _ => return None,
        }
        rest = &rest[count..];
    }
    Some(out)
}

fn datetime_part(c: Civil, letter: char, count: usize, out: &mut String) -> Option<()> {
    let number = match (letter, count) {
        ('y', 1 | 2) => c.year % 100,
        ('y', 4) => c.year,
        ('M', 1 | 2) => c.month,
        ('d', 1 | 2) => c.day,
        ('H', 1 | 2) => c.hour,
        ('h', 1 | 2) => (c.hour + 11) % 12 + 1,
        ('m', 1 | 2) => c.minute,
        ('s', 1 | 2) => c.second,
        ('f' | 'F', 1..=7) => {
            let before = out.len();
            fraction(c.fraction, letter, count, out);
            if out.len() == before && out.ends_with('.') {
                out.pop();
            }
            return Some(());
        }
        ('t', 2) => {
            out.push_str(if c.hour < 12 { "AM" } else { "PM" });
            return Some(());
        }
        _ => return None,
    };
    out.push_str(&format!("{number:0count$}"));
    Some(())
}

fn timespan_part(span: i64, letter: char, count: usize, out: &mut String) -> Option<()> {
    let c = civil(span % TICKS_PER_DAY);
    let number = match (letter, count) {
        ('d', 1..=8) => span / TICKS_PER_DAY,
        ('H' | 'h', 1 | 2) => c.hour,
        ('m', 1 | 2) => c.minute,
        ('s', 1 | 2) => c.second,
        ('f' | 'F', 1..=7) => {
            fraction(c.fraction, letter, count, out);
            return Some(());
        }
        _ => return None,
    };
    out.push_str(&format!("{number:0count$}"));
    Some(())
}

fn fraction(ticks: i64, letter: char, count: usize, out: &mut String) {
    let digits = format!("{ticks:07}");
    let digits = &digits[..count];
    out.push_str(if letter == 'F' { digits.trim_end_matches('0') } else { digits });
}

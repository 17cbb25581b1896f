//! A table of the map: the analyses: every `queries/**/*.kql`, embedded, with its header and its parameters.
//!
//! A file opens with a header of comments (`header.rs`) and goes on with its parameters, each a literal `let`
//! with a line of explanation above:
//!
//! ```text
//! // title: Role activations
//! // description: Who activated which role, when, for how long and why.
//! // hit: A role was put to use; compare the reason with the ticket it names.
//! // false positives: Most are daily work.
//! // tables: AuditLogs
//! // optional: IdentityInfo
//! // severity: informational
//! // techniques: T1078.004
//! // tags: monthly, compliance
//! //
//! // Notes for the reader.
//!
//! // param lookback: how far back from now
//! let lookback = 90d;
//! AuditLogs | where TimeGenerated > ago(lookback) | …
//! ```
//!
//! So a file pastes into Sentinel as it is, and `--param lookback=7d` replaces the literal here.
//!
//! Trap: what a parameter is replaced with is written anew as a literal of the default's type. It
//! is never pasted, so no value can end the statement and begin another.

mod header;

use std::ops::Range;
use std::sync::LazyLock;

pub use header::{Header, Severity, TAGS};

use crate::decimal::Decimal;
use crate::diagnostic::closest;
use crate::json;
use crate::time;
use crate::types::Type;
use crate::value::{self, Value};

/// Name and text of every embedded file, sorted by name.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/queries.rs"));

/// A query of the collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// The path in `queries/` without its extension: `pim/activations`.
    pub name: String,
    pub header: Header,
    pub parameters: Vec<Parameter>,
    /// The whole file.
    pub text: String,
}

/// A leading literal `let` that a user may replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub description: String,
    pub ty: Type,
    /// The literal, as it stands in the file.
    pub default: String,
    /// Where the literal stands in the file, in bytes.
    at: Range<usize>,
}

static ANALYSES: LazyLock<Vec<Analysis>> =
    LazyLock::new(|| FILES.iter().map(|(name, text)| Analysis::read(name, text)).collect());

/// Every analysis, sorted by name.
pub fn all() -> &'static [Analysis] {
    &ANALYSES
}

/// The analysis of that name, or of that last part of a name when only one has it. The error says
/// what is close.
pub fn find(name: &str) -> Result<&'static Analysis, String> {
    let wanted = name.strip_suffix(".kql").unwrap_or(name);
    if let Some(found) = all().iter().find(|a| a.name == wanted) {
        return Ok(found);
    }
    let short = |a: &Analysis| a.name.rsplit('/').next() == Some(wanted);
    let found: Vec<&Analysis> = all().iter().filter(|a| short(a)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let names =
                all().iter().flat_map(|a| [a.name.as_str(), a.name.rsplit('/').next().unwrap_or_default()]);
            let hint =
                closest(wanted, names).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            Err(format!("there is no analysis named '{name}'{hint} (auk list shows all)"))
        }
        several => {
            let names: Vec<&str> = several.iter().map(|a| a.name.as_str()).collect();
            Err(format!("'{name}' may be any of {}", names.join(", ")))
        }
    }
}

impl Analysis {
    /// Reads the header and the parameters of a file.
    pub fn read(name: &str, text: &str) -> Analysis {
        let mut parameters = Vec::new();
        let mut offset = 0;
        let mut explained: Option<(String, String)> = None;
        while let Some(line) = text[offset..].split_inclusive('\n').next() {
            let content = line.trim();
            if let Some(comment) = content.strip_prefix("//") {
                explained = explained_by(comment.trim(), explained);
            } else if !content.is_empty() {
                let Some((parameter, end)) = read_let(text, offset, explained.take()) else { break };
                parameters.push(parameter);
                offset = end;
                continue;
            }
            offset += line.len();
        }
        Analysis { name: name.to_string(), header: Header::read(text), parameters, text: text.to_string() }
    }

    /// The folder that the file is in; `""` for none.
    pub fn folder(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Its tags: the folder, then those of the header.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let folder = Some(self.folder()).filter(|folder| !folder.is_empty());
        folder.into_iter().chain(self.header.tags.iter().map(String::as_str))
    }

    /// The text with the literals of the named parameters replaced.
    pub fn with(&self, values: &[(String, String)]) -> Result<String, String> {
        let mut replaced: Vec<(Range<usize>, String)> = Vec::new();
        for (name, value) in values {
            let Some(parameter) = self.parameters.iter().find(|p| p.name == *name) else {
                return Err(self.unknown(name));
            };
            let literal = literal(parameter, value).ok_or_else(|| {
                format!("'{value}' is no {} for the parameter {name} of {}", parameter.ty, self.name)
            })?;
            replaced.retain(|(at, _)| *at != parameter.at);
            replaced.push((parameter.at.clone(), literal));
        }
        replaced.sort_by_key(|(at, _)| at.start);
        let mut text = self.text.clone();
        for (at, literal) in replaced.into_iter().rev() {
            text.replace_range(at, &literal);
        }
        Ok(text)
    }

    fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = self.parameters.iter().map(|p| p.name.as_str()).collect();
        match names.as_slice() {
            [] => format!("{} has no parameters, so none named '{name}'", self.name),
            names => format!("{} has no parameter '{name}'; it has {}", self.name, names.join(", ")),
        }
    }
}

/// The parameter that a `// param NAME: …` line explains, and the lines that go on with it.
fn explained_by(comment: &str, open: Option<(String, String)>) -> Option<(String, String)> {
    if let Some((name, description)) = comment.strip_prefix("param ").and_then(|p| p.split_once(':')) {
        return Some((name.trim().to_string(), description.trim().to_string()));
    }
    let (name, description) = open.filter(|_| !comment.is_empty())?;
    Some((name, format!("{description} {comment}")))
}

/// Reads `let NAME = LITERAL;` at `offset`, if it stands there and was explained; and where it ends.
fn read_let(text: &str, offset: usize, explained: Option<(String, String)>) -> Option<(Parameter, usize)> {
    let (name, description) = explained?;
    let statement = &text[offset..];
    let rest = statement.trim_start().strip_prefix("let ")?;
    let (left, _) = rest.split_once('=')?;
    if left.trim() != name {
        return None;
    }
    let start = text.len() - rest.len() + left.len() + 1;
    let length = statement_length(&text[start..])?;
    let raw = &text[start..start + length];
    let literal = raw.trim();
    let from = start + (raw.len() - raw.trim_start().len());
    let parameter = Parameter {
        name,
        description,
        ty: literal_type(literal)?,
        default: literal.to_string(),
        at: from..from + literal.len(),
    };
    Some((parameter, start + length + 1))
}

/// The bytes up to the `;` that ends the statement, strings and comments seen over.
fn statement_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote: Option<(u8, bool)> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match quote {
            Some((_, false)) if byte == b'\\' => at += 1,
            Some((mark, _)) if byte == mark => quote = None,
            Some(_) => {}
            None if byte == b'"' || byte == b'\'' => {
                let verbatim = at > 0 && bytes[at - 1] == b'@';
                quote = Some((byte, verbatim));
            }
            None if bytes[at..].starts_with(b"//") => {
                at += bytes[at..].iter().position(|b| *b == b'\n')?;
            }
            None if byte == b';' => return Some(at),
            None => {}
        }
        at += 1;
    }
    None
}

/// The type of a literal by its looks; `None` when it is an expression.
fn literal_type(literal: &str) -> Option<Type> {
    if literal.starts_with(['"', '\'', '@', 'h', 'H']) && literal.ends_with(['"', '\'']) {
        return Some(Type::String);
    }
    if let Some((name, _)) = literal.split_once('(') {
        return if literal.ends_with(')') { Type::from_name(name.trim()) } else { None };
    }
    if literal == "true" || literal == "false" {
        return Some(Type::Bool);
    }
    let number = literal.strip_prefix('-').unwrap_or(literal);
    if number.parse::<i64>().is_ok() {
        return Some(Type::Long);
    }
    if number.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok() {
        return Some(Type::Real);
    }
    time::parse_timespan(number).map(|_| Type::Timespan)
}

/// `value`, as the user typed it, as a literal of the parameter's type; `None` when it is none.
fn literal(parameter: &Parameter, value: &str) -> Option<String> {
    let trimmed = value.trim();
    Some(match parameter.ty {
        Type::String => string_literal(value),
        Type::Dynamic => format!("dynamic({})", json::to_text(&list(parameter, trimmed)?)),
        Type::Bool => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "1" => "true".to_string(),
            "false" | "0" => "false".to_string(),
            _ => return None,
        },
        Type::Int => format!("int({})", trimmed.parse::<i32>().ok()?),
        Type::Long => format!("long({})", trimmed.parse::<i64>().ok()?),
        Type::Real => format!("real({:?})", trimmed.parse::<f64>().ok().filter(|x| x.is_finite())?),
        Type::Decimal => format!("decimal({})", Decimal::parse(trimmed)?),
        Type::Datetime => {
            let inner = inside(trimmed, "datetime");
            format!("datetime({})", time::datetime_text(time::parse_datetime(inner)?))
        }
        Type::Timespan => {
            let inner = inside(inside(trimmed, "timespan"), "time");
            format!("timespan({})", time::timespan_text(time::parse_timespan(inner)?))
        }
        Type::Guid => format!("guid({})", value::guid_text(value::parse_guid(inside(trimmed, "guid"))?)),
    })
}

/// `x` for `name(x)`, else the text itself.
fn inside<'a>(text: &'a str, name: &str) -> &'a str {
    let inner = text.strip_prefix(name).and_then(|t| t.strip_prefix('(')).and_then(|t| t.strip_suffix(')'));
    inner.unwrap_or(text)
}

/// A list or a bag: JSON, `dynamic(JSON)`, or values with commas between, which are numbers where
/// the default's are.
fn list(parameter: &Parameter, text: &str) -> Option<Value> {
    let text = inside(text, "dynamic");
    if text.starts_with(['[', '{']) {
        return json::parse(text);
    }
    let default = json::parse(inside(&parameter.default, "dynamic")).unwrap_or(Value::Null);
    let items = default.as_array().unwrap_or_default();
    let numbers = !items.is_empty() && items.iter().all(|item| item.as_f64().is_some());
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    let item = |text: &str| if numbers { json::parse(text) } else { Some(Value::string(text)) };
    items.map(item).collect::<Option<Vec<Value>>>().map(Value::Array)
}

/// A double-quoted KQL string.
fn string_literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

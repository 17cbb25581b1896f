//! A table of the map: the analyses: every `queries/**/*.kql`, embedded, with its header and its parameters.
//!
//! A file opens with a header of comments and goes on with its parameters, each a literal `let`
//! with a line of explanation above:
//!
//! ```text
//! // title: Role activations
//! // description: Who activated which role, when, for how long and why.
//! // tables: AuditLogs
//! // severity: informational
//! // techniques: T1078.004
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

use std::ops::Range;
use std::sync::LazyLock;

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
    pub title: String,
    pub description: String,
    /// The tables it reads.
    pub tables: Vec<String>,
    /// How bad a finding is, in Sentinel's words: `high`, `medium`, `low`, `informational`.
    pub severity: String,
    /// MITRE ATT&CK technique ids.
    pub techniques: Vec<String>,
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
        let mut analysis = Analysis {
            name: name.to_string(),
            title: name.to_string(),
            description: String::new(),
            tables: Vec::new(),
            severity: String::new(),
            techniques: Vec::new(),
            parameters: Vec::new(),
            text: text.to_string(),
        };
        let mut open = Field::Other;
        let mut offset = 0;
        let mut explained: Option<(String, String)> = None;
        while let Some(line) = text[offset..].split_inclusive('\n').next() {
            let content = line.trim();
            if let Some(comment) = content.strip_prefix("//") {
                open = analysis.header_line(comment, open, &mut explained);
            } else if !content.is_empty() {
                let Some((parameter, end)) = read_let(text, offset, explained.take()) else { break };
                analysis.parameters.push(parameter);
                offset = end;
                continue;
            }
            offset += line.len();
        }
        analysis
    }

    /// Takes one comment line; says which field it belongs to, for the lines that go on with it.
    fn header_line(&mut self, comment: &str, open: Field, explained: &mut Option<(String, String)>) -> Field {
        let comment = comment.trim();
        if comment.is_empty() {
            return Field::Other;
        }
        if let Some(title) = comment.strip_prefix("title:") {
            self.title = title.trim().to_string();
        } else if let Some(description) = comment.strip_prefix("description:") {
            self.description = description.trim().to_string();
            return Field::Description;
        } else if let Some(tables) = comment.strip_prefix("tables:") {
            self.tables = words(tables);
        } else if let Some(severity) = comment.strip_prefix("severity:") {
            self.severity = severity.trim().to_string();
        } else if let Some(techniques) = comment.strip_prefix("techniques:") {
            self.techniques = words(techniques);
        } else if let Some((name, description)) =
            comment.strip_prefix("param ").and_then(|p| p.split_once(':'))
        {
            *explained = Some((name.trim().to_string(), description.trim().to_string()));
            return Field::Parameter;
        } else if open == Field::Description && !is_field(comment) {
            self.description.push(' ');
            self.description.push_str(comment);
            return Field::Description;
        } else if let (Field::Parameter, Some((_, description))) = (open, explained) {
            description.push(' ');
            description.push_str(comment);
            return Field::Parameter;
        }
        Field::Other
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

fn words(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_string()).filter(|word| !word.is_empty()).collect()
}

/// What a line of the header goes on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Description,
    Parameter,
    Other,
}

/// `word: …`: another field, of which the header may hold any.
fn is_field(comment: &str) -> bool {
    comment
        .split_once(':')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase()))
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

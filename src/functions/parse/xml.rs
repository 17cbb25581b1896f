//! `parse_xml`: an XML document as bags, arrays and texts.
//!
//! An element is a member named by it: null when empty, text when it holds only text, else a bag of its
//! attributes (`@name`), its text (`#text`) and its elements; elements of one name become an array.
//!
//! Traps: text that is not well-formed is null. No entity is resolved but the five of XML and character
//! references; a document type is passed over, so that no entity can expand without end.

use crate::functions::convert::text;
use crate::functions::rows::row;
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

/// Elements nested deeper make the document null.
const MAX_DEPTH: usize = 128;

pub const ROWS: &[Function] = &[row(
    "parse_xml",
    &[],
    &["(xml_text: text) -> dynamic"],
    "An XML text as a dynamic value.",
    Naming::FirstArgument,
    parse_xml,
)];

type Members = Vec<(String, Value)>;

fn parse_xml(args: &[Value], _: &Cx) -> Value {
    document(&text(&args[0])).unwrap_or(Value::Null)
}

struct Reader<'a> {
    rest: &'a str,
}

fn document(source: &str) -> Option<Value> {
    let mut reader = Reader { rest: source.trim_start_matches('\u{feff}') };
    reader.skip_misc()?;
    let (name, value) = reader.element(0)?;
    reader.skip_misc()?;
    reader.rest.is_empty().then(|| Value::Bag(vec![(name, value)]))
}

impl<'a> Reader<'a> {
    /// Takes the text up to `end` and `end` itself.
    fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(before)
    }

    fn take(&mut self, start: &str) -> bool {
        match self.rest.strip_prefix(start) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// White space, declarations, comments and a document type outside the root element.
    fn skip_misc(&mut self) -> Option<()> {
        loop {
            self.rest = self.rest.trim_start();
            if self.take("<?") {
                self.until("?>")?;
            } else if self.take("<!--") {
                self.until("-->")?;
            } else if self.take("<!DOCTYPE") {
                let bracket = self.rest.find('[').filter(|at| self.rest[..*at].find('>').is_none());
                if bracket.is_some() {
                    self.until("]")?;
                }
                self.until(">")?;
            } else {
                return Some(());
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        let end = self.rest.find(|c: char| c.is_whitespace() || "/>=<\"'".contains(c))?;
        let name = &self.rest[..end];
        self.rest = &self.rest[end..];
        (!name.is_empty()).then(|| name.to_string())
    }

    /// An element from its `<` on: its name and its value.
    fn element(&mut self, depth: usize) -> Option<(String, Value)> {
        if depth > MAX_DEPTH || !self.take("<") {
            return None;
        }
        let name = self.name()?;
        let mut members: Members = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if self.take("/>") {
                return Some((name, value(members, String::new())));
            }
            if self.take(">") {
                break;
            }
            let attribute = self.name()?;
            self.rest = self.rest.trim_start();
            if !self.take("=") {
                return None;
            }
            self.rest = self.rest.trim_start();
            let quote = if self.take("\"") {
                "\""
            } else if self.take("'") {
                "'"
            } else {
                return None;
            };
            let raw = self.until(quote)?;
            members.push((format!("@{attribute}"), Value::String(unescaped(raw))));
        }
        let content = self.content(&mut members, depth)?;
        if self.name()? != name {
            return None;
        }
        self.rest = self.rest.trim_start();
        self.take(">").then(|| (name, value(members, content)))
    }

    /// What is inside an element, up to and with its `</`; the text of it is returned.
    fn content(&mut self, members: &mut Members, depth: usize) -> Option<String> {
        let mut content = String::new();
        loop {
            let at = self.rest.find('<')?;
            content.push_str(&unescaped(&self.rest[..at]));
            self.rest = &self.rest[at..];
            if self.take("</") {
                return Some(content);
            }
            if self.take("<!--") {
                self.until("-->")?;
            } else if self.take("<![CDATA[") {
                content.push_str(self.until("]]>")?);
            } else if self.take("<?") {
                self.until("?>")?;
            } else {
                let (name, value) = self.element(depth + 1)?;
                add(members, name, value);
            }
        }
    }
}

/// Adds an element; the second of one name makes an array of them.
fn add(members: &mut Members, name: String, value: Value) {
    match members.iter_mut().find(|(k, _)| *k == name) {
        Some((_, Value::Array(items))) => items.push(value),
        Some((_, known)) => {
            let first = std::mem::replace(known, Value::Null);
            *known = Value::Array(vec![first, value]);
        }
        None => members.push((name, value)),
    }
}

/// The value of an element out of its members and its text.
fn value(mut members: Members, content: String) -> Value {
    let content = content.trim();
    match (members.is_empty(), content.is_empty()) {
        (true, true) => Value::Null,
        (true, false) => Value::string(content),
        (false, true) => Value::Bag(members),
        (false, false) => {
            let attributes = members.iter().take_while(|(k, _)| k.starts_with('@')).count();
            members.insert(attributes, ("#text".to_string(), Value::string(content)));
            Value::Bag(members)
        }
    }
}

/// The text with its entities and character references resolved; others stay as they are.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end <= 10);
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

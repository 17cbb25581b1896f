//! `externaldata(name: type, …) [uri, …] [with (format = csv, ignoreFirstRecord = true, ingestionMapping = '…')]`
//!
//! The rows are those of files of this machine, one file after the other; who knows of files is the catalog.
//!
//! Trap: nothing is fetched from a network. A property that would change the rows and is not done is refused.

use super::OperatorKind;
use crate::diagnostic::Diagnostic;
use crate::functions::{convert, json_path};
use crate::json;
use crate::kql::ast::{Expr, ExprKind, Name, OperatorParameter};
use crate::kql::bind::{Binder, NO_COLUMNS, Relation, Row};
use crate::kql::parser::{Parsed, Parser};
use crate::kql::{External, FORMATS, Mapping};
use crate::plan::Plan;
use crate::source::Span;
use crate::types::{Column, Schema, Type};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Externaldata {
    pub columns: Vec<(Name, Type)>,
    pub uris: Vec<Expr>,
    pub properties: Vec<OperatorParameter>,
    pub span: Span,
}

/// The properties of `with`, as they were understood.
#[derive(Default)]
struct Properties {
    format: Option<String>,
    ignore_first_record: bool,
    mapping: Option<Vec<Mapping>>,
}

/// After the word `externaldata`.
pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let start = p.span();
    let columns = p.columns()?;
    let uris = p.bracketed("[", "]", Parser::expr)?;
    let properties = p.properties()?;
    Ok(OperatorKind::Externaldata(Externaldata { columns, uris, properties, span: p.span_from(start) }))
}

pub fn bind(b: &mut Binder<'_>, op: &Externaldata) -> Option<Relation> {
    let mut schema = Schema::default();
    for (name, ty) in &op.columns {
        if schema.contains(&name.text) {
            return b.error(name.span, format!("the column `{}` is named twice", name.text));
        }
        schema.columns.push(Column::new(name.text.as_str(), *ty));
    }
    let properties = properties(b, op, &schema)?;
    let mut rows = Vec::new();
    for uri in &op.uris {
        let Some(text) = b.constant_text(uri)? else {
            return b.error(uri.span, "the place of a file is a constant string");
        };
        let file = External {
            uri: &text,
            schema: &schema,
            format: properties.format.as_deref(),
            ignore_first_record: properties.ignore_first_record,
            mapping: properties.mapping.as_deref(),
        };
        match b.env.catalog.external(&file) {
            Ok(given) => {
                rows.extend(given.rows);
                b.warnings.extend(given.note);
            }
            Err(absent) => return b.absent(uri.span, absent),
        }
    }
    Some(b.share(Relation::new(Plan::Values { schema, rows })))
}

fn properties(b: &mut Binder<'_>, op: &Externaldata, schema: &Schema) -> Option<Properties> {
    let mut properties = Properties::default();
    for property in &op.properties {
        let text = match &property.value.kind {
            ExprKind::Name(name) if b.names.get(&name.text).is_none() => name.text.clone(),
            _ => match b.expr(&property.value, &Row::new(&NO_COLUMNS))? {
                bound if bound.as_literal().is_some() => bound.as_literal().map(Value::to_text)?,
                _ => return b.error(property.value.span, "the value of a property is a constant"),
            },
        };
        match property.name.text.to_ascii_lowercase().as_str() {
            "format" => {
                let format = text.to_ascii_lowercase();
                if !FORMATS.contains(&format.as_str()) {
                    let message = format!("externaldata does not read the format `{text}`");
                    let error = Diagnostic::unsupported(property.value.span, message);
                    return b.report(error.with_help(format!("it reads {}", FORMATS.join(", "))));
                }
                properties.format = Some(format);
            }
            "ignorefirstrecord" => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => properties.ignore_first_record = true,
                "false" | "0" => properties.ignore_first_record = false,
                _ => return b.error(property.value.span, "ignoreFirstRecord is true or false"),
            },
            "ingestionmapping" => match mapping(&text, schema) {
                Ok(mapping) => properties.mapping = Some(mapping),
                Err(message) => return b.error(property.value.span, message),
            },
            _ => {
                let message =
                    format!("the property `{}` of externaldata is not supported", property.name.text);
                let error = Diagnostic::unsupported(property.name.span, message);
                return b.report(error.with_help("there are format, ignoreFirstRecord and ingestionMapping"));
            }
        }
    }
    Some(properties)
}

/// `[{"Column": "a", "Properties": {"Path": "$.x"}}, …]`: where each column of the schema comes from.
fn mapping(text: &str, schema: &Schema) -> Result<Vec<Mapping>, String> {
    let value = json::parse(text).ok_or("ingestionMapping is not JSON")?;
    let entries = value.as_array().ok_or("ingestionMapping is an array of columns")?;
    let mut mapping = vec![Mapping::Nothing; schema.len()];
    for entry in entries {
        let name = member(entry, &["column", "name"]).to_text();
        let at = schema
            .index(&name)
            .ok_or(format!("ingestionMapping names the column `{name}`, which there is not"))?;
        let nested = member(entry, &["properties"]);
        let place = |key: &str| match member(&nested, &[key]) {
            Value::Null => member(entry, &[key]),
            found => found,
        };
        if !place("transform").is_empty() && !place("transform").is_null() {
            return Err("transformations of ingestionMapping are not supported".to_string());
        }
        mapping[at] = match (place("path"), place("ordinal"), place("constvalue")) {
            (Value::String(path), ..) => match json_path::parse(&path) {
                Some(_) => Mapping::Path(path),
                None => return Err(format!("the path of `{name}` is none: `{path}`")),
            },
            (_, Value::Null, Value::Null) => {
                return Err(format!("ingestionMapping says nothing of `{name}`"));
            }
            (_, Value::Null, constant) => Mapping::Constant(constant),
            (_, ordinal, _) => {
                let number = convert(&ordinal, Type::Long).as_i64();
                let number = number.and_then(|n| usize::try_from(n).ok());
                Mapping::Field(number.ok_or(format!("the ordinal of `{name}` is no number"))?)
            }
        };
    }
    Ok(mapping)
}

/// A member of a bag under one of several names, whatever their case.
fn member(bag: &Value, names: &[&str]) -> Value {
    let members = bag.as_bag().unwrap_or_default();
    let found = members.iter().find(|(key, _)| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
    found.map_or(Value::Null, |(_, value)| value.clone())
}

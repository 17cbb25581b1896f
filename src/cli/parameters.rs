//! `--param NAME=VALUE` for a query text: a leading `let` explained by a `// param` line is replaced; what
//! `declare query_parameters(…)` names goes to the binder, what `{{Name}}` names is put in its place.
//!
//! Trap: a name that neither knows is an error. A slip of the pen must not run the query with its
//! default.

use super::failure::Failure;
use crate::analysis::Analysis;
use crate::diagnostic::closest;
use crate::kql::{self, placeholders};

/// The text with its literals replaced, and the values that are left for the binder.
pub fn set(
    name: &str,
    text: &str,
    values: &[(String, String)],
) -> Result<(String, Vec<(String, String)>), Failure> {
    if values.is_empty() {
        return Ok((text.to_string(), Vec::new()));
    }
    let analysis = Analysis::read(name, text);
    let known = |value: &&(String, String)| analysis.parameters.iter().any(|p| p.name == value.0);
    let (own, rest): (Vec<_>, Vec<_>) = values.iter().partition(known);
    let declared = [kql::declared(text), placeholders::names(text)].concat();
    if let Some((unknown, _)) = rest.iter().find(|(name, _)| !declared.contains(name)) {
        let names: Vec<&str> = analysis.parameters.iter().map(|p| p.name.as_str()).collect();
        let names: Vec<&str> = names.into_iter().chain(declared.iter().map(String::as_str)).collect();
        let failure = Failure::usage(format!("the query has no parameter '{unknown}'"));
        return Err(match (closest(unknown, names.iter().copied()), names.as_slice()) {
            (Some(near), _) => failure.with_help(format!("did you mean {near}?")),
            (None, []) => failure.with_help("declare query_parameters(name:type) makes one"),
            (None, names) => failure.with_help(format!("it has {}", names.join(", "))),
        });
    }
    let own: Vec<(String, String)> = own.into_iter().cloned().collect();
    let text = analysis.with(&own).map_err(Failure::usage)?;
    Ok((text, rest.into_iter().cloned().collect()))
}

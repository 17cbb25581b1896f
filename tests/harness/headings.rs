//! Every row of the tables has a golden, and every golden of these folders belongs to a row.
//!
//! `tests/kql/functions/` is for functions, aggregates and scalar operators, `tests/kql/operators/` for tabular
//! ones. A heading is the name as the row has it, alone or followed by `: what about it`, then `(documentation)` or
//! `(recorded)`. The names of a page are in alphabetical order, the cases of one name side by side. A page that is
//! called as a row (`scan.md`) is about that row, whatever its headings.
//!
//! Trap: a page of another folder counts for nothing: who looks for a function's golden looks here.

use std::collections::HashSet;

use auk::functions::{self, AggregateBody, Body};
use auk::kql::operators::PARSERS;

use super::page::{self, Page};

/// Tables written out in the query: expressions, but read like operators.
const WRITTEN: &[&str] = &["datatable", "externaldata"];

pub fn check() -> Result<(), String> {
    let scalar = functions::functions().filter(|f| !matches!(f.body, Body::Refused(_))).map(|f| f.name);
    let aggregates =
        functions::aggregates().filter(|f| !matches!(f.body, AggregateBody::Refused(_))).map(|f| f.name);
    let mut wrong = Vec::new();
    check_folder("kql/functions", scalar.chain(aggregates).collect(), &[], &mut wrong)?;
    check_folder("kql/operators", PARSERS.iter().map(|(name, _)| *name).collect(), WRITTEN, &mut wrong)?;
    super::rows::report(wrong)
}

/// Holds the headings of a folder's pages against the names of rows; `more` may have cases, too.
fn check_folder(
    folder: &str,
    rows: HashSet<&str>,
    more: &[&str],
    wrong: &mut Vec<String>,
) -> Result<(), String> {
    let mut found: HashSet<String> = HashSet::new();
    for path in page::pages(folder) {
        let own = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| rows.contains(stem));
        if let Some(row) = own {
            found.insert(row.to_string());
            continue;
        }
        let page = Page::read(&path)?;
        let mut before = String::new();
        for case in &page.cases {
            let name = name(&case.heading);
            let place = format!("{}:{}", path.display(), case.line);
            if !rows.contains(name) && !more.contains(&name) {
                wrong.push(format!("{place}: `{name}` is no row"));
            }
            if name < before.as_str() {
                wrong.push(format!("{place}: `{name}` stands after `{before}`"));
            }
            before = name.to_string();
            found.insert(name.to_string());
        }
    }
    let mut missing: Vec<&&str> = rows.iter().filter(|name| !found.contains(**name)).collect();
    missing.sort();
    wrong.extend(missing.into_iter().map(|name| format!("`{name}` has no golden in tests/{folder}")));
    Ok(())
}

/// The row that a heading is about.
fn name(heading: &str) -> &str {
    let heading = heading.strip_prefix("FIXME ").unwrap_or(heading);
    let name = heading.split(": ").next().unwrap_or(heading);
    name.split(" (").next().unwrap_or(name).trim()
}

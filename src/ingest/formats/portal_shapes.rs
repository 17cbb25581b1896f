//! Sign-ins of the Entra admin center under a header in a language that no dictionary has: the columns are
//! told by what their cells look like.
//!
//! Trap: only what has a shape of its own is told: time, ids, user, address, place. Results are words and
//! small numbers, and are left out rather than guessed; their columns are kept in `_auk_rest`.

use std::borrow::Cow;
use std::net::IpAddr;

use super::portal_sign_ins::FIELDS;
use crate::ingest::tabular::Mapped;
use crate::value::parse_guid;

/// Such a list has many columns, and many ids in front.
const COLUMNS: usize = 12;
const IDS: usize = 3;

/// The columns of sign-ins, if these are some.
pub fn guess(columns: &[String], rows: &[Vec<Cow<'_, str>>]) -> Option<Vec<Mapped>> {
    let date = columns.iter().position(|name| name.contains("(UTC)"))?;
    if columns.len() < COLUMNS || rows.is_empty() {
        return None;
    }
    let all = |is: fn(&str) -> bool| {
        let cells = |at: usize| rows.iter().filter_map(move |row| row.get(at)).filter(|c| !c.is_empty());
        let fits = move |at: &usize| cells(*at).next().is_some() && cells(*at).all(|cell| is(cell));
        (0..columns.len()).filter(fits).collect::<Vec<usize>>()
    };
    let (users, addresses, places) = (all(is_address), all(is_ip), all(is_place));
    let user = *users.first()?;
    let ids: Vec<usize> =
        all(|cell| parse_guid(cell).is_some()).into_iter().filter(|at| *at < user).collect();
    if ids.len() < IDS || addresses.is_empty() {
        return None;
    }
    let told = [
        ("createdDateTime", Some(date)),
        ("id", ids.first().copied()),
        ("correlationId", ids.get(1).copied()),
        ("userId", ids.get(2).copied()),
        ("userPrincipalName", Some(user)),
        ("ipAddress", addresses.first().copied()),
        ("location", places.first().copied()),
    ];
    let mapped = told.into_iter().filter_map(|(path, at)| {
        let field = FIELDS.iter().find(|field| field.path == path)?;
        Some(Mapped { path: path.to_string(), cell: field.cell, columns: vec![at?] })
    });
    Some(mapped.collect())
}

fn is_address(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !cell.contains([' ', '/', ','])
    })
}

fn is_ip(cell: &str) -> bool {
    cell.parse::<IpAddr>().is_ok()
}

/// `City, State, CC`.
fn is_place(cell: &str) -> bool {
    let mut parts = cell.rsplit(", ");
    parts.next().is_some_and(|c| c.len() == 2 && c.bytes().all(|b| b.is_ascii_uppercase()))
        && parts.count() == 2
}

//! `ipv4_lookup`, `ipv6_lookup`: the rows of a table of networks that each address lies in.
//!
//! Two networks of one prefix notation are nested or apart. So the networks stand sorted by their start,
//! each knows the one around it, and an address is found by one search and a walk outwards.
//!
//! Trap: an address may lie in several networks of the table, and each of them is a row of the answer.

use super::super::network::{ipv4, ipv6};
use super::super::{Called, Picked, TableCall, TableFunction};
use crate::value::Value;

/// Arguments: the addresses (input 0), the networks (input 1), whether addresses without a network stay,
/// then the extra keys: each of input 0, and of input 1.
pub static IPV4_LOOKUP: TableFunction =
    TableFunction { name: "ipv4_lookup", run: |call, _| lookup(call, [0, 1], ipv4_range) };

/// The same, with the networks as input 0 and the addresses as input 1: their columns come in this order.
pub static IPV6_LOOKUP: TableFunction =
    TableFunction { name: "ipv6_lookup", run: |call, _| lookup(call, [1, 0], ipv6::range) };

/// First and last address.
type Range = (u128, u128);

struct Network {
    range: Range,
    /// Its row in the lookup table.
    row: u32,
    /// The smallest network around it.
    around: Option<usize>,
}

fn ipv4_range(text: &str) -> Option<Range> {
    let network = ipv4::parse(text)?;
    let first = network.base();
    Some((u128::from(first), u128::from(first | (u64::from(u32::MAX) >> network.prefix) as u32)))
}

/// The networks by their start, the wider first.
fn networks(cells: &[Value], range: fn(&str) -> Option<Range>) -> Vec<Network> {
    let mut networks: Vec<Network> = cells
        .iter()
        .zip(0..)
        .filter_map(|(cell, row)| Some(Network { range: range(cell.as_str()?)?, row, around: None }))
        .collect();
    networks.sort_by(|a, b| a.range.0.cmp(&b.range.0).then(b.range.1.cmp(&a.range.1)));
    let mut open: Vec<usize> = Vec::new();
    for at in 0..networks.len() {
        let end = networks[at].range.1;
        while open.last().is_some_and(|o| networks[*o].range.1 < end) {
            open.pop();
        }
        networks[at].around = open.last().copied();
        open.push(at);
    }
    networks
}

/// The rows of the lookup table whose network holds all of the range, in order.
fn holding(networks: &[Network], range: Range, rows: &mut Vec<u32>) {
    rows.clear();
    let after = networks.partition_point(|n| n.range.0 <= range.0);
    let mut at = after.checked_sub(1);
    while let Some(network) = at.and_then(|at| networks.get(at)) {
        if network.range.1 >= range.1 {
            rows.push(network.row);
        }
        at = network.around;
    }
    rows.sort_unstable();
}

/// `source` and `table` are where the rows of the two sides go.
fn lookup(call: &TableCall<'_>, [source, table]: [usize; 2], range: fn(&str) -> Option<Range>) -> Called {
    let networks = networks(call.column(1), range);
    let keep = call.value(2).as_bool().unwrap_or(false);
    let keys: Vec<(&[Value], &[Value])> =
        (3..call.args.len()).step_by(2).map(|at| (call.column(at), call.column(at + 1))).collect();
    let equal = |row: usize, other: u32| {
        keys.iter().all(|(a, b)| match (a.get(row), b.get(other as usize)) {
            (Some(x), Some(y)) => !x.is_null() && x.total_cmp(y).is_eq(),
            _ => false,
        })
    };
    let (mut sources, mut found, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (row, number) in (0..call.column(0).len()).zip(0_u32..) {
        rows.clear();
        if let Some(range) = call.column(0)[row].as_str().and_then(range) {
            holding(&networks, range, &mut rows);
            rows.retain(|other| equal(row, *other));
        }
        if rows.is_empty() && keep {
            sources.push(Some(number));
            found.push(None);
        }
        sources.extend(rows.iter().map(|_| Some(number)));
        found.extend(rows.iter().map(|row| Some(*row)));
    }
    let mut picked = Picked { rows: vec![Vec::new(); 2], added: Vec::new() };
    picked.rows[source] = sources;
    picked.rows[table] = found;
    Called::Picked(picked)
}

//! What files hold, found without writing anything.

use std::path::PathBuf;
use std::sync::Arc;

use super::account::{Account, Lists, add_name};
use super::files;
use super::reader::{Event, Reader, Unreadable};
use super::run::parse;
use super::worker::Parsed;
use super::{Error, Found};
use crate::lake::rows::{Spare, layouts};

/// Says what the files under `paths` hold, without writing anything.
pub fn inspect(paths: &[PathBuf], passwords: &[String]) -> Result<Vec<Found>, Error> {
    let mut reader = Reader::new(files::list(paths, None)?, &[], passwords, false, &Unreadable::default());
    let spare = Arc::new(Spare::default());
    let mut found: Vec<Found> = Vec::new();
    let mut lists = Lists::default();
    let mut current: Option<(Account, Vec<u64>)> = None;
    loop {
        let batch = reader.next_batch()?;
        if batch.is_empty() {
            lists.unfinished().for_each(|at| found[at].notes.push(Lists::NOTE.into()));
            return Ok(found);
        }
        let mut parsed = parse(&batch, &spare, None).into_iter().peekable();
        for (at, event) in batch.into_iter().enumerate() {
            match event {
                Event::Begin(begin) => current = Some((Account::new(begin), vec![0; layouts().len()])),
                Event::Skipped { path, size, reason, .. } => {
                    found.push(Found { path, size, skipped: Some(reason), ..Found::default() });
                }
                Event::Chunk(_) => {
                    while let Some((_, parsed)) = parsed.next_if(|(number, _)| *number == at) {
                        if let Some((account, rows)) = &mut current {
                            count(account, rows, parsed, &spare);
                        }
                    }
                }
                Event::End(end) => {
                    if let Some((mut account, rows)) = current.take() {
                        account.close(end);
                        lists.add(found.len(), &account);
                        found.push(finding(account, rows));
                    }
                }
            }
        }
    }
}

fn count(account: &mut Account, counts: &mut [u64], parsed: Parsed, spare: &Spare) {
    account.add_rejected(parsed.rejected, parsed.more_rejected, parsed.unknown);
    parsed.routes.into_iter().for_each(|route| add_name(&mut account.source.routes, route));
    for rows in &parsed.tables {
        counts[rows.table()] += rows.len() as u64;
        for meta in &rows.meta {
            if rows.layout.time.is_some() {
                account.note_time(meta.time, i64::MAX);
            }
            account.note_damage(meta.flags);
        }
    }
    spare.give(parsed.tables);
}

fn finding(account: Account, rows: Vec<u64>) -> Found {
    let tables = layouts().iter().map(|layout| layout.table.clone()).zip(rows);
    Found {
        skipped: account.is_foreign().then(|| account.reason()),
        tables: tables.filter(|(_, rows)| *rows > 0).collect(),
        path: account.path,
        size: account.source.size,
        encoding: account.source.encoding,
        routes: account.source.routes,
        rejected: account.source.rejected,
        first: account.source.first,
        last: account.source.last,
        notes: account.source.notes,
    }
}

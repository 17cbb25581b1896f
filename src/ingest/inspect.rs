//! What files hold, found without writing anything.

use std::path::PathBuf;
use std::sync::Arc;

use super::account::{Account, add_name, note_unfinished};
use super::batch::Batch;
use super::files;
use super::reader::{Event, Reader, Unreadable};
use super::worker::Parsed;
use super::{Error, Found};
use crate::lake::rows::{Spare, layouts};

/// Says what the files under `paths` hold, without writing anything.
pub fn inspect(paths: &[PathBuf], passwords: &[String]) -> Result<Vec<Found>, Error> {
    let mut reader = Reader::new(files::list(paths, None)?, &[], passwords, false, &Unreadable::default());
    let spare = Arc::new(Spare::default());
    let mut found: Vec<Found> = Vec::new();
    let mut sources = Vec::new();
    let mut current: Option<(Account, Vec<u64>)> = None;
    loop {
        let batch = Batch::new(&spare, None);
        rayon::in_place_scope(|scope| batch.begin(scope, &mut reader));
        let batch = batch.finish()?;
        if batch.is_empty() {
            note_unfinished(&mut [], &mut sources);
            let read = found.iter_mut().filter(|found| found.skipped.is_none());
            read.zip(sources).for_each(|(found, source)| found.notes = source.notes);
            return Ok(found);
        }
        for event in batch {
            match event {
                Event::Begin(begin) => current = Some((Account::new(begin), vec![0; layouts().len()])),
                Event::Skipped(skipped, size) => {
                    let (path, skipped) = (skipped.path, Some(skipped.reason));
                    found.push(Found { path, size, skipped, ..Found::default() });
                }
                Event::Chunk(parsed) => {
                    if let Some((account, rows)) = &mut current {
                        count(account, rows, parsed, &spare);
                    }
                }
                Event::End(end) => {
                    if let Some((mut account, rows)) = current.take() {
                        account.close(end);
                        found.push(finding(&account, rows));
                        sources.extend((!account.is_foreign()).then_some(account.source));
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

fn finding(account: &Account, rows: Vec<u64>) -> Found {
    let tables = layouts().iter().map(|layout| layout.table.clone()).zip(rows);
    Found {
        skipped: account.is_foreign().then(|| account.reason()),
        tables: tables.filter(|(_, rows)| *rows > 0).collect(),
        path: account.path.clone(),
        size: account.source.size,
        encoding: account.source.encoding.clone(),
        routes: account.source.routes.clone(),
        rejected: account.source.rejected,
        first: account.source.first,
        last: account.source.last,
        notes: account.source.notes.clone(),
    }
}

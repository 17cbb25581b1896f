//! A run of finished records: their JSON in one buffer, and what the containers need to know of each.

use super::write::{Guid, Ticks, Writer};

/// What an export's outer columns repeat of an audit record.
#[derive(Clone)]
pub struct Head {
    pub id: Guid,
    pub record_type: (u64, &'static str),
    pub operation: &'static str,
    pub user: String,
}

#[derive(Clone)]
pub struct Record {
    pub at: Ticks,
    pub start: usize,
    pub end: usize,
    pub head: Option<Head>,
}

#[derive(Default)]
pub struct Chunk {
    pub writer: Writer,
    pub records: Vec<Record>,
}

impl Chunk {
    pub fn push(&mut self, at: Ticks, head: Option<Head>, members: impl FnOnce(&mut Writer)) {
        let start = self.writer.out.len();
        self.writer.record(members);
        self.records.push(Record { at, start, end: self.writer.out.len(), head });
    }

    pub fn text(&self, record: &Record) -> &[u8] {
        &self.writer.out[record.start..record.end]
    }

    pub fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// Copies the other's records of `from..to`.
    pub fn take(&mut self, other: &Chunk, from: Ticks, to: Ticks) {
        for record in other.records.iter().filter(|record| (from..to).contains(&record.at)) {
            let start = self.writer.out.len();
            self.writer.out.extend_from_slice(other.text(record));
            self.records.push(Record { start, end: self.writer.out.len(), ..record.clone() });
        }
    }

    /// Repeats a record byte for byte, as overlapping exports do.
    pub fn repeat(&mut self, index: usize) {
        if let Some(record) = self.records.get(index).cloned() {
            let start = self.writer.out.len();
            self.writer.out.extend_from_within(record.start..record.end);
            self.records.push(Record { start, end: self.writer.out.len(), ..record });
        }
    }

    pub fn newest_first(&mut self) {
        self.records.sort_by_key(|record| std::cmp::Reverse((record.at, record.start)));
    }
}

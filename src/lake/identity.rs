//! Which records the lake has: identity → where its winning row is and how it ranks.
//!
//! Open addressing in shards, 32 bytes an entry, so that a hundred million records fit in memory.
//!
//! Trap: identities are cryptographic hashes; their bits are used as they are. Zero marks a free
//! slot.

use std::collections::HashSet;

/// Ranks two records of one identity: not partial first, then more leaves, then the greater content
/// hash. Equal ranks are equal payloads.
pub fn rank(partial: bool, leaves: u32, content: u64) -> u64 {
    u64::from(!partial) << 63 | u64::from(leaves.min(0x7fff)) << 48 | content >> 16
}

/// A row: a part, counting those of earlier runs first, and the row's number as it arrived there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub part: u32,
    pub arrival: u32,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    id: u128,
    rank: u64,
    place: Place,
}

#[derive(Default)]
struct Shard {
    slots: Vec<Entry>,
    used: usize,
}

/// What a record is to the records before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The first of its identity.
    New,
    /// Its payload is known.
    Duplicate,
    /// Another payload, and the better one: the row at the old place is masked.
    Wins(Place),
    /// Another payload, and not the better one: stored, and masked itself.
    Loses,
}

const SHARDS: usize = 256;

pub struct Identities {
    shards: Vec<Shard>,
    /// Identity and rank of the records that lost.
    losers: HashSet<(u128, u64)>,
}

impl Default for Identities {
    fn default() -> Identities {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Identities { shards, losers: HashSet::new() }
    }
}

impl Identities {
    /// Takes in a record that would be stored at `place`.
    pub fn add(&mut self, id: u128, rank: u64, place: Place) -> Verdict {
        let id = id.max(1);
        let shard = &mut self.shards[(id >> 120) as usize % SHARDS];
        let entry = shard.entry(id);
        if entry.id == 0 {
            *entry = Entry { id, rank, place };
            shard.used += 1;
            return Verdict::New;
        }
        if entry.rank == rank || self.losers.contains(&(id, rank)) {
            return Verdict::Duplicate;
        }
        if entry.rank > rank {
            self.losers.insert((id, rank));
            return Verdict::Loses;
        }
        self.losers.insert((id, entry.rank));
        let old = entry.place;
        (entry.rank, entry.place) = (rank, place);
        Verdict::Wins(old)
    }

    /// A masked row of an earlier run.
    pub fn add_loser(&mut self, id: u128, rank: u64) {
        self.losers.insert((id.max(1), rank));
    }
}

impl Shard {
    /// The slot of `id`, or the free one that it would take.
    fn entry(&mut self, id: u128) -> &mut Entry {
        if self.used * 20 >= self.slots.len() * 17 {
            self.grow();
        }
        let at = find(&self.slots, id);
        &mut self.slots[at]
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 5 / 4).max(16);
        let old = std::mem::replace(&mut self.slots, vec![Entry::default(); size]);
        for entry in old.into_iter().filter(|e| e.id != 0) {
            let at = find(&self.slots, entry.id);
            self.slots[at] = entry;
        }
    }
}

fn find(slots: &[Entry], id: u128) -> usize {
    let scaled = (u128::from(id as u64) * slots.len() as u128) >> 64;
    let mut at = scaled as usize;
    while slots[at].id != 0 && slots[at].id != id {
        at = if at + 1 == slots.len() { 0 } else { at + 1 };
    }
    at
}

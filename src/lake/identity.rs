//! Which records the lake has: identity → where its winning row is and how it ranks.
//!
//! Open addressing in shards, 32 bytes an entry, so that a hundred million records fit in memory.
//!
//! Trap: identities are cryptographic hashes; their bits are used as they are.

use std::collections::HashSet;

/// What decides between two records of one identity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank {
    /// Not partial first, then more leaves, then the greater payload hash. Equal is a duplicate.
    payload: u64,
    /// Between duplicates: routes differ in the order of members and the like, and the order of
    /// files must not show.
    text: u32,
}

impl Rank {
    /// `content` is the hash of the payload above and that of its very text below.
    pub fn new(partial: bool, leaves: u32, content: u64) -> Rank {
        let payload = u64::from(!partial) << 63 | u64::from(leaves.min(0x7fff)) << 48 | content >> 32;
        Rank { payload, text: content as u32 }
    }
}

/// A row: a part, counting those of earlier runs first, and the row's number as it arrived there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub part: u32,
    pub arrival: u32,
}

/// The identity is cut to 104 bits, eight of which are the shard.
#[derive(Clone, Copy, Default)]
struct Entry {
    high: u64,
    low: u32,
    text: u32,
    payload: u64,
    place: Place,
}

impl Entry {
    fn is_free(&self) -> bool {
        self.high == 0 && self.low == 0
    }
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
    /// Its payload is known, but its text is preferred: the row at the old place is masked.
    Replaces(Place),
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
    pub fn add(&mut self, id: u128, rank: Rank, place: Place) -> Verdict {
        let (high, low) = key(id);
        let shard = &mut self.shards[(id >> 120) as usize % SHARDS];
        let entry = shard.entry(high, low);
        if entry.is_free() {
            *entry = Entry { high, low, text: rank.text, payload: rank.payload, place };
            shard.used += 1;
            return Verdict::New;
        }
        let old = entry.place;
        if entry.payload == rank.payload {
            if entry.text >= rank.text {
                return Verdict::Duplicate;
            }
            (entry.text, entry.place) = (rank.text, place);
            return Verdict::Replaces(old);
        }
        if self.losers.contains(&(id, rank.payload)) {
            return Verdict::Duplicate;
        }
        if entry.payload > rank.payload {
            self.losers.insert((id, rank.payload));
            return Verdict::Loses;
        }
        self.losers.insert((id, entry.payload));
        (entry.text, entry.payload, entry.place) = (rank.text, rank.payload, place);
        Verdict::Wins(old)
    }

    /// A masked row of an earlier run.
    pub fn add_loser(&mut self, id: u128, rank: Rank) {
        self.losers.insert((id, rank.payload));
    }
}

/// The bits of an identity that an entry holds; never all zero.
fn key(id: u128) -> (u64, u32) {
    ((id >> 32) as u64, id as u32 | 1)
}

impl Shard {
    /// The slot of `id`, or the free one that it would take.
    fn entry(&mut self, high: u64, low: u32) -> &mut Entry {
        if self.used * 20 >= self.slots.len() * 17 {
            self.grow();
        }
        let at = find(&self.slots, high, low);
        &mut self.slots[at]
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 5 / 4).max(16);
        let old = std::mem::replace(&mut self.slots, vec![Entry::default(); size]);
        for entry in old.into_iter().filter(|e| !e.is_free()) {
            let at = find(&self.slots, entry.high, entry.low);
            self.slots[at] = entry;
        }
    }
}

fn find(slots: &[Entry], high: u64, low: u32) -> usize {
    let scaled = (u128::from(high) * slots.len() as u128) >> 64;
    let mut at = scaled as usize;
    while !slots[at].is_free() && (slots[at].high, slots[at].low) != (high, low) {
        at = if at + 1 == slots.len() { 0 } else { at + 1 };
    }
    at
}

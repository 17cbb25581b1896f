//! Which records the lake has: identity → where its winning row is and how it ranks.
//!
//! Entries of 28 bytes as they come, and a table of their numbers: with 5 bytes a slot, that is what grows by doubling.
//! So a hundred million records fit in memory.
//!
//! Trap: identities are cryptographic hashes; their bits are used as they are.

use std::collections::HashSet;

use hashbrown::HashTable;

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
    /// Below `PARTS`.
    pub part: u32,
    /// Below `ARRIVALS`.
    pub arrival: u32,
}

/// Parts of a lake, at most.
pub const PARTS: u32 = 1 << 26;
/// Rows of a part, at most.
pub const ARRIVALS: u32 = 1 << 22;

/// What is kept of a record. Of the identity that is 96 bits: of a lake of 10⁹ records, one in 10¹¹ has two that agree.
#[derive(Clone, Copy)]
struct Entry {
    id: [u32; 3],
    text: u32,
    /// The payload of its rank, whose other bits are zero.
    hash: u32,
    leaves: u16,
    /// Part and arrival. In halves of words, for nothing here is to be padded to eight bytes.
    place: [u16; 3],
}

const _: () = assert!(size_of::<Entry>() == 28);

impl Entry {
    fn new(id: u128, rank: Rank, place: Place) -> Entry {
        let id = [(id >> 96) as u32, (id >> 64) as u32, (id >> 32) as u32];
        let mut entry = Entry { id, text: 0, hash: 0, leaves: 0, place: [0; 3] };
        entry.set(rank, place);
        entry
    }

    fn set(&mut self, rank: Rank, place: Place) {
        (self.text, self.hash, self.leaves) = (rank.text, rank.payload as u32, (rank.payload >> 48) as u16);
        let bits = u64::from(place.part % PARTS) << 22 | u64::from(place.arrival % ARRIVALS);
        self.place = [(bits >> 32) as u16, (bits >> 16) as u16, bits as u16];
    }

    fn payload(&self) -> u64 {
        u64::from(self.leaves) << 48 | u64::from(self.hash)
    }

    fn place(&self) -> Place {
        let [high, middle, low] = self.place.map(u64::from);
        let bits = high << 32 | middle << 16 | low;
        Place { part: (bits >> 22) as u32, arrival: bits as u32 % ARRIVALS }
    }

    fn hashed(&self) -> u64 {
        u64::from(self.id[0]) << 32 | u64::from(self.id[1])
    }
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

/// Entries of a piece of memory: what has come stays where it is.
const CHUNK: usize = 1 << 15;

#[derive(Default)]
pub struct Identities {
    entries: Vec<Vec<Entry>>,
    /// Numbers of entries, by identity.
    numbers: HashTable<u32>,
    /// Identity and rank of the records that lost.
    losers: HashSet<(u128, u64)>,
}

impl Identities {
    /// Takes in a record that would be stored at `place`.
    pub fn add(&mut self, id: u128, rank: Rank, place: Place) -> Verdict {
        let new = Entry::new(id, rank, place);
        let entries = &mut self.entries;
        let found = self.numbers.find(new.hashed(), |n| entry(entries, *n).id == new.id).copied();
        let Some(number) = found else {
            let number = push(entries, new);
            self.numbers.insert_unique(new.hashed(), number, |n| entry(entries, *n).hashed());
            return Verdict::New;
        };
        let (chunk, at) = place_of(number);
        let known = &mut entries[chunk][at];
        let old = known.place();
        if known.payload() == rank.payload {
            if known.text >= rank.text {
                return Verdict::Duplicate;
            }
            known.set(rank, place);
            return Verdict::Replaces(old);
        }
        if self.losers.contains(&(id, rank.payload)) {
            return Verdict::Duplicate;
        }
        if known.payload() > rank.payload {
            self.losers.insert((id, rank.payload));
            return Verdict::Loses;
        }
        self.losers.insert((id, known.payload()));
        known.set(rank, place);
        Verdict::Wins(old)
    }

    /// A masked row of an earlier run.
    pub fn add_loser(&mut self, id: u128, rank: Rank) {
        self.losers.insert((id, rank.payload));
    }
}

fn place_of(number: u32) -> (usize, usize) {
    (number as usize / CHUNK, number as usize % CHUNK)
}

fn entry(entries: &[Vec<Entry>], number: u32) -> &Entry {
    let (chunk, at) = place_of(number);
    &entries[chunk][at]
}

/// The number of an entry that is put behind the others.
fn push(entries: &mut Vec<Vec<Entry>>, new: Entry) -> u32 {
    if entries.last().is_none_or(|last| last.len() == CHUNK) {
        entries.push(Vec::with_capacity(CHUNK));
    }
    let before = (entries.len() - 1) * CHUNK;
    let last = entries.last_mut().map_or(0, |last| {
        last.push(new);
        last.len() - 1
    });
    (before + last) as u32
}

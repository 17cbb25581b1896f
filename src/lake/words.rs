//! Which words a column of a part has: a filter in the part's file, behind its rows. A word that is not in the filter is
//! in no row; one that is may be in none all the same.
//!
//! A word is a run of ASCII letters and digits, regardless of case. Short ones are in every part, and of a guid the first
//! digits tell as much as the last: neither are noted. The filter is a split block Bloom filter, as Parquet has for whole
//! values, folded in halves as long as it stays sparse enough.
//!
//! Trap: lakes keep filters. Another notion of a word, or another hash, needs another name in the manifest.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use parquet::bloom_filter::Sbbf;
use xxhash_rust::xxh3::xxh3_64;

use crate::json;

/// Columns of which the words are noted: long JSON in which things are looked for, and that much of it that reading it
/// takes longer than the rest of a query. To note the words of a gigabyte takes 0.8 s.
pub const COLUMNS: &[&str] = &["TargetResources"];

/// Where in a part's file the filter of a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    pub column: String,
    pub offset: u64,
    pub length: u64,
}

impl Noted {
    /// The filter; `None` where it cannot be read.
    pub fn read(&self, file: &Path) -> Option<Words> {
        let length = usize::try_from(self.length).ok().filter(|length| *length <= WIDEST + CHECK)?;
        let mut bytes = vec![0; length];
        let read = |bytes: &mut [u8]| -> io::Result<()> {
            let mut file = File::open(file)?;
            file.seek(SeekFrom::Start(self.offset))?;
            file.read_exact(bytes)
        };
        read(&mut bytes).ok()?;
        Words::of_bytes(&bytes)
    }
}

/// A shorter word is in nearly every part.
const SHORTEST: usize = 5;
/// The digits of a guid behind its last hyphen.
const OF_GUID: usize = 12;

/// Bytes of a filter before it is folded.
const WIDEST: usize = 512 << 10;
/// Bytes of one of its blocks.
const BLOCK: usize = 32;
/// Behind the blocks is a hash of them: a filter that has been damaged would leave out rows.
const CHECK: usize = 8;
/// So often a word is taken for one that is there, at most.
const MISTAKEN: f64 = 0.06;

pub struct Words {
    filter: Sbbf,
    /// The text at hand in lower case: its letters and digits, that is.
    lower: Vec<u8>,
}

impl Default for Words {
    fn default() -> Words {
        Words { filter: Sbbf::new_with_num_of_bytes(WIDEST), lower: Vec::new() }
    }
}

impl Words {
    /// Notes the words of a text, which may be JSON.
    pub fn note(&mut self, text: &str) {
        self.note_words(text);
        // Of one string in JSON the text is looked at, in which `\n` is no letter.
        if text.starts_with('"')
            && text.contains('\\')
            && let Some(text) = json::parse(text).as_ref().and_then(|value| value.as_str())
        {
            self.note_words(text);
        }
    }

    fn note_words(&mut self, text: &str) {
        let Words { filter, lower } = self;
        lower.clear();
        lower.extend(text.bytes().map(|b| b | CASE));
        words_of(text.as_bytes(), |from, to| {
            let word = &lower[from..to];
            if is_noted(word) {
                filter.insert(word);
            }
        });
    }

    /// May the word be there?
    pub fn may_have(&self, word: &str) -> bool {
        let word: Vec<u8> = word.bytes().map(|b| b | CASE).collect();
        !is_noted(&word) || self.filter.check(word.as_slice())
    }

    /// The filter as it is stored; `None` where it would tell hardly any word from another.
    pub fn into_bytes(mut self) -> Option<Vec<u8>> {
        if self.filter.estimated_fpp() > MISTAKEN {
            return None;
        }
        self.filter.fold_to_target_fpp(MISTAKEN);
        let mut bytes = Vec::new();
        self.filter.write_bitset(&mut bytes).ok()?;
        bytes.extend(xxh3_64(&bytes).to_le_bytes());
        Some(bytes)
    }

    fn of_bytes(bytes: &[u8]) -> Option<Words> {
        let (blocks, sum) = bytes.split_last_chunk::<CHECK>()?;
        let is_whole =
            !blocks.is_empty() && blocks.len() % BLOCK == 0 && xxh3_64(blocks).to_le_bytes() == *sum;
        is_whole.then(|| Words { filter: Sbbf::new(blocks), lower: Vec::new() })
    }
}

/// The bit by which the cases of a letter differ; digits have it.
const CASE: u8 = 0x20;

fn is_noted(word: &[u8]) -> bool {
    let is_guid = || word.len() == OF_GUID && word.iter().all(u8::is_ascii_hexdigit);
    word.len() >= SHORTEST && !is_guid()
}

/// Can a filter tell that the word is not there?
pub fn tells(word: &str) -> bool {
    is_noted(word.as_bytes())
}

/// Where every longest run of letters and digits begins and ends.
pub fn words_of(text: &[u8], mut found: impl FnMut(usize, usize)) {
    let (mut open, mut from) = (false, 0);
    for (at, chunk) in (0..).step_by(WINDOW).zip(text.chunks(WINDOW)) {
        let is = match chunk.as_array() {
            Some(whole) => letters_and_digits(whole),
            None => {
                let mut window = [0; WINDOW];
                window[..chunk.len()].copy_from_slice(chunk);
                letters_and_digits(&window)
            }
        };
        // Where a run begins or ends.
        let mut edges = is ^ (is << 1 | u64::from(open));
        while edges != 0 {
            let edge = at + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if open {
                found(from, edge);
            }
            (open, from) = (!open, edge);
        }
    }
    if open {
        found(from, text.len());
    }
}

/// Bytes that are looked at together.
const WINDOW: usize = 64;

/// Bit i is set where byte i is a letter or a digit.
fn letters_and_digits(window: &[u8; WINDOW]) -> u64 {
    let is = |b: u8| u8::from((b | CASE).wrapping_sub(b'a') < 26) | u8::from(b.wrapping_sub(b'0') < 10);
    let hits = window.map(is);
    let (eights, _) = hits.as_chunks();
    // A product gathers the bits of eight bytes.
    let gathered =
        eights.iter().map(|eight| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56);
    gathered.enumerate().fold(0, |all, (i, eight)| all | eight << (8 * i))
}

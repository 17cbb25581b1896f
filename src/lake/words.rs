//! Which words a column of a part has: a filter in the part's file, behind its rows. A word that is not in the filter is
//! in no row; one that is may be in none all the same.
//!
//! A word is a run of ASCII letters and digits, regardless of case. Short ones are in every part, and of a guid the first
//! digits tell as much as the last: neither are noted. The filter is a split block Bloom filter (as Parquet has for whole
//! values), folded in halves as long as it stays sparse enough.
//!
//! Trap: lakes keep filters. Another notion of a word, or another hash, needs another name in the manifest.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

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
        let length = usize::try_from(self.length).ok().filter(|length| *length <= WIDEST * BLOCK + CHECK)?;
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

/// A block is a word of 32 bits for each of eight bits that a hash sets.
const BLOCK: usize = 32;
/// Behind the blocks is a hash of them: a filter that has been damaged would leave out rows.
const CHECK: usize = 8;
/// Blocks of a filter before it is folded.
const WIDEST: usize = 1 << 14;
/// Of ten bits of a filter so many are set at most: one word in seventeen is then taken for one that is there.
const FULLEST: usize = 7;
/// A bit in each word of a block, as in Parquet's filters.
const SALTS: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

pub struct Words {
    /// As many as a power of two.
    blocks: Vec<[u32; 8]>,
}

impl Default for Words {
    fn default() -> Words {
        Words { blocks: vec![[0; 8]; WIDEST] }
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
        let text = text.as_bytes();
        words_of(text, |from, to| {
            if is_noted(&text[from..to]) {
                self.set(hash(&text[from..to]));
            }
        });
    }

    /// May the word be there?
    pub fn may_have(&self, word: &str) -> bool {
        let word = word.as_bytes();
        if !is_noted(word) {
            return true;
        }
        let hash = hash(word);
        bits(hash).zip(self.blocks[self.at(hash)]).all(|(bit, of)| of & bit != 0)
    }

    fn at(&self, hash: u64) -> usize {
        (hash >> 32) as usize & (self.blocks.len() - 1)
    }

    fn set(&mut self, hash: u64) {
        let at = self.at(hash);
        self.blocks[at].iter_mut().zip(bits(hash)).for_each(|(of, bit)| *of |= bit);
    }

    /// The filter as it is stored; `None` where it would tell hardly any word from another.
    pub fn into_bytes(mut self) -> Option<Vec<u8>> {
        let fits = |set: u32, blocks: usize| set as usize * 10 <= blocks * BLOCK * 8 * FULLEST;
        if !fits(self.blocks.iter().flatten().map(|of| of.count_ones()).sum(), self.blocks.len()) {
            return None;
        }
        while self.blocks.len() > 1 {
            let (low, high) = self.blocks.split_at(self.blocks.len() / 2);
            let both = low.iter().flatten().zip(high.iter().flatten());
            if !fits(both.map(|(a, b)| (a | b).count_ones()).sum(), low.len()) {
                break;
            }
            let fold = |(low, high): (&[u32; 8], &[u32; 8])| std::array::from_fn(|i| low[i] | high[i]);
            self.blocks = low.iter().zip(high).map(fold).collect();
        }
        let mut bytes: Vec<u8> = self.blocks.iter().flatten().flat_map(|of| of.to_le_bytes()).collect();
        bytes.extend(check(&bytes));
        Some(bytes)
    }

    fn of_bytes(bytes: &[u8]) -> Option<Words> {
        let (bytes, sum) = bytes.split_last_chunk()?;
        let (words, _) = bytes.as_chunks();
        let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let (blocks, rest) = words.as_chunks();
        let is_whole = blocks.len().is_power_of_two() && rest.is_empty() && check(bytes) == *sum;
        is_whole.then(|| Words { blocks: blocks.to_vec() })
    }
}

fn bits(hash: u64) -> impl Iterator<Item = u32> {
    SALTS.iter().map(move |salt| 1 << ((hash as u32).wrapping_mul(*salt) >> 27))
}

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
    let is = |b: u8| u8::from((b | 0x20).wrapping_sub(b'a') < 26) | u8::from(b.wrapping_sub(b'0') < 10);
    let hits = window.map(is);
    let (eights, _) = hits.as_chunks();
    // A product gathers the bits of eight bytes.
    let gathered =
        eights.iter().map(|eight| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56);
    gathered.enumerate().fold(0, |all, (i, eight)| all | eight << (8 * i))
}

/// The hash of a word, letters in lower case.
fn hash(word: &[u8]) -> u64 {
    // This is the bit by which cases differ; digits have it.
    let four = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes) | 0x2020_2020);
    let eight = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes) | 0x2020_2020_2020_2020;
    let length = word.len() as u64 ^ 0x9e37_79b9_7f4a_7c15;
    match (word.split_first_chunk(), word.last_chunk()) {
        (Some((first, rest)), Some(last)) => {
            let (inner, _) = rest.as_chunks();
            let hash = inner.iter().fold(mix(eight(first), length), |hash, bytes| mix(hash, eight(bytes)));
            mix(hash, eight(last))
        }
        _ => match (word.first_chunk(), word.last_chunk()) {
            (Some(first), Some(last)) => mix(four(first) | four(last) << 32, length),
            _ => mix(0, length),
        },
    }
}

fn check(blocks: &[u8]) -> [u8; CHECK] {
    let (words, _) = blocks.as_chunks();
    let hash = words.iter().fold(blocks.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    hash.to_le_bytes()
}

fn mix(hash: u64, bits: u64) -> u64 {
    let product = u128::from(hash ^ 0xa076_1d64_78bd_642f) * u128::from(bits ^ 0xe703_7ed1_a0b4_28db);
    product as u64 ^ (product >> 64) as u64
}

//! Bit masks over 64 bytes at a time: where quotes, brackets and newlines are, and what is inside
//! a string. Portable arithmetic on words; no record is read here, only its ends found.
//!
//! Trap: in JSON a quote may be escaped, in CSV a doubled quote closes and opens again, which comes
//! to the same parity.

pub const BLOCK: usize = 64;

const LOW: u64 = 0x0101_0101_0101_0101;
const SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// A block as eight words.
pub type Words = [u64; 8];

/// The 64 bytes at `at`, filled up with blanks beyond the end.
pub fn load(bytes: &[u8], at: usize) -> Words {
    let mut block = [b' '; BLOCK];
    let rest = bytes.get(at..).unwrap_or_default();
    let count = rest.len().min(BLOCK);
    block[..count].copy_from_slice(&rest[..count]);
    let mut words = [0; 8];
    for (word, chunk) in words.iter_mut().zip(block.chunks_exact(8)) {
        *word = u64::from_le_bytes(<[u8; 8]>::try_from(chunk).unwrap_or_default());
    }
    words
}

/// Bit i is set where byte i, after `| blur`, equals `byte`.
pub fn equal(words: &Words, byte: u8, blur: u8) -> u64 {
    let (want, blur) = (LOW * u64::from(byte), LOW * u64::from(blur));
    let mut mask = 0;
    for (i, word) in words.iter().enumerate() {
        let x = (word | blur) ^ want;
        let zero = !(((x & SEVEN) + SEVEN) | x | SEVEN);
        mask |= (((zero >> 7).wrapping_mul(0x0102_0408_1020_4080)) >> 56) << (8 * i);
    }
    mask
}

/// Which bytes a backslash escapes; `carry` says whether the first one of the block is, and takes
/// the same for the next block.
pub fn escaped(backslash: u64, carry: &mut bool) -> u64 {
    if backslash == 0 {
        return u64::from(std::mem::take(carry));
    }
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let first = u64::from(*carry);
    let backslash = backslash & !first;
    let follows = backslash << 1 | first;
    let odd_starts = backslash & !EVEN & !follows;
    let (runs, overflow) = odd_starts.overflowing_add(backslash);
    *carry = overflow;
    (EVEN ^ (runs << 1)) & follows
}

/// Which bytes are inside a string (the opening quote counts as inside), given the quotes that
/// count; `inside` carries the state to the next block.
pub fn strings(quotes: u64, inside: &mut bool) -> u64 {
    let mut mask = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        mask ^= mask << shift;
    }
    if *inside {
        mask = !mask;
    }
    *inside = mask >> 63 == 1;
    mask
}

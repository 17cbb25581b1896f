//! Bit masks over 64 bytes at a time: where quotes, brackets and newlines are, and what is inside
//! a string. No record is read here, only its ends found.
//!
//! Trap: in JSON a quote may be escaped, in CSV a doubled quote closes and opens again, which comes
//! to the same parity.

pub const BLOCK: usize = 64;

/// The 64 bytes at `at`, filled up with blanks beyond the end.
pub fn load(bytes: &[u8], at: usize) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    match bytes.get(at..at + BLOCK) {
        Some(full) => block.copy_from_slice(full),
        None => {
            let rest = bytes.get(at..).unwrap_or_default();
            block[..rest.len()].copy_from_slice(rest);
        }
    }
    block
}

/// Bit i is set where byte i equals `byte`.
#[inline(always)]
pub fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
    mask(block, |b| b == byte)
}

/// Bit i is set where byte i is one of `{`, `}`, `[`, `]` or a newline.
#[inline(always)]
pub fn brackets_and_newlines(block: &[u8; BLOCK]) -> u64 {
    mask(block, |b| (b | 0x20 == b'{') | (b | 0x20 == b'}') | (b == b'\n'))
}

/// Is the byte anywhere? That costs less than a mask.
#[inline(always)]
pub fn has(block: &[u8; BLOCK], byte: u8) -> bool {
    block.iter().fold(false, |found, b| found | (*b == byte))
}

/// The comparison is one that compilers turn into vector instructions; the product gathers the bits
/// of eight bytes.
#[inline(always)]
fn mask(block: &[u8; BLOCK], hit: impl Fn(u8) -> bool) -> u64 {
    let mut hits = [0_u8; BLOCK];
    for (to, b) in hits.iter_mut().zip(block) {
        *to = u8::from(hit(*b));
    }
    let mut mask = 0;
    for (i, chunk) in hits.chunks_exact(8).enumerate() {
        let word = u64::from_le_bytes(<[u8; 8]>::try_from(chunk).unwrap_or_default());
        mask |= (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
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

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

#[inline(always)]
fn mask(block: &[u8; BLOCK], hit: impl Fn(u8) -> bool) -> u64 {
    let hits = hits(block, hit);
    let (sixteens, _) = hits.as_chunks();
    sixteens.iter().enumerate().fold(0, |mask, (i, hits)| mask | u64::from(high_bits(hits)) << (16 * i))
}

/// Bit i is set where byte i is a hit.
#[inline(always)]
pub fn mask16(bytes: &[u8; 16], hit: impl Fn(u8) -> bool) -> u16 {
    high_bits(&hits(bytes, hit))
}

/// All bits of a byte are set where it is a hit. The comparison is one that compilers turn into vector instructions.
#[inline(always)]
fn hits<const N: usize>(bytes: &[u8; N], hit: impl Fn(u8) -> bool) -> [u8; N] {
    let mut hits = [0; N];
    for (to, b) in hits.iter_mut().zip(bytes) {
        *to = if hit(*b) { u8::MAX } else { 0 };
    }
    hits
}

/// The highest bit of each of sixteen bytes.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn high_bits(bytes: &[u8; 16]) -> u16 {
    use std::arch::x86_64::{_mm_movemask_epi8, _mm_set_epi64x};
    let word = u128::from_le_bytes(*bytes);
    // SAFETY: every x86_64 has SSE2, and neither touches memory.
    unsafe { _mm_movemask_epi8(_mm_set_epi64x((word >> 64) as i64, word as i64)) as u16 }
}

/// The highest bit of each of sixteen bytes: a product gathers those of eight.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn high_bits(bytes: &[u8; 16]) -> u16 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let gather = |word: u64| (word >> 7 & LOW).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let word = u128::from_le_bytes(*bytes);
    (gather(word as u64) | gather((word >> 64) as u64) << 8) as u16
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

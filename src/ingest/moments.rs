//! Reading the times that exports write. A time without a zone is UTC.
//!
//! Trap: the fixed ISO form is read by position, as it is nearly every one; all others go to the
//! calendar's general reader. `/Date(1620207880000)/` is PowerShell 5.1's JSON.

use crate::time::{self, Civil, TICKS_PER_MILLISECOND, UNIX_EPOCH, in_range};

/// Ticks of a time in any of the known forms.
pub fn read(text: &str) -> Option<i64> {
    iso(text.as_bytes()).or_else(|| date_call(text)).or_else(|| time::parse_datetime(text))
}

fn number(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

/// `2024-01-02T03:04:05[.1234567][Z]`.
fn iso(b: &[u8]) -> Option<i64> {
    if b.len() < 19 || b[4] != b'-' || b[7] != b'-' || b[10] != b'T' || b[13] != b':' || b[16] != b':' {
        return None;
    }
    let rest = b[19..].strip_suffix(b"Z").unwrap_or(&b[19..]);
    let fraction = match rest {
        [] => 0,
        [b'.', digits @ ..] if (1..=7).contains(&digits.len()) => {
            number(digits)? * 10_i64.pow(7 - digits.len() as u32)
        }
        _ => return None,
    };
    time::ticks(Civil {
        year: number(&b[..4])?,
        month: number(&b[5..7])?,
        day: number(&b[8..10])?,
        hour: number(&b[11..13])?,
        minute: number(&b[14..16])?,
        second: number(&b[17..19])?,
        fraction,
    })
}

/// `/Date(1620207880000)/`, with or without an offset, which changes nothing: the number is UTC.
fn date_call(text: &str) -> Option<i64> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let end = inner.get(1..)?.find(['+', '-']).map_or(inner.len(), |at| at + 1);
    let millis: i64 = inner[..end].parse().ok()?;
    let ticks = millis.checked_mul(TICKS_PER_MILLISECOND)?.checked_add(UNIX_EPOCH)?;
    in_range(ticks).then_some(ticks)
}

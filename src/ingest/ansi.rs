//! Text that is no UTF-8: what Excel and PowerShell write in the code page of Western Windows.
//!
//! Trap: a file in UTF-8 with one damaged byte is no such text. If any letter beyond ASCII reads as UTF-8,
//! the damage stays damage.

use std::borrow::Cow;

/// 0x80 to 0x9f of Windows-1252; the rest is as in Unicode.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// How a text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    AsIs,
    /// By the code page, with nothing lost.
    CodePage,
    /// With replacement characters.
    Damaged,
}

pub fn read(bytes: &[u8]) -> (Cow<'_, str>, Read) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), Read::AsIs);
    }
    let mixed = bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if mixed {
        return (String::from_utf8_lossy(bytes), Read::Damaged);
    }
    let letter = |b: &u8| match b {
        0x80..0xa0 => HIGH[usize::from(b - 0x80)],
        b => char::from(*b),
    };
    (Cow::Owned(bytes.iter().map(letter).collect()), Read::CodePage)
}

//! What the forms for people have in common: how long a cell may be, how many rows.

/// A cell longer than this is cut, or folded.
const CELL: usize = 600;

/// Where a text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Whole,
    /// At this byte; so many characters are left out.
    At(usize, usize),
}

pub fn cut(text: &str) -> Cut {
    cut_to(text, CELL)
}

/// Cuts a text that has more than `length` characters.
pub fn cut_to(text: &str, length: usize) -> Cut {
    match text.char_indices().nth(length) {
        None => Cut::Whole,
        Some((end, _)) => Cut::At(end, text[end..].chars().count()),
    }
}

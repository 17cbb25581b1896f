//! Places in a query's text.

/// A range of bytes in the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// From the start of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As (start, length) in Unicode code points, which is how the batch protocol counts.
    pub fn in_chars(self, text: &str) -> (usize, usize) {
        let count = |from: usize, to: usize| text.get(from..to).map_or(0, |t| t.chars().count());
        (count(0, self.start), count(self.start, self.end))
    }
}

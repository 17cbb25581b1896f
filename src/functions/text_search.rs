//! Searching text the way KQL's string operators do: `has`, `contains`, `startswith`, … over `&str`.
//!
//! A *term* is a maximal run of alphanumeric characters. `has` finds a needle whose ends are ends of
//! terms in the text; an end of the needle that is no alphanumeric is an end of a term by itself.
//! Nothing is allocated as long as the needle is ASCII.
//!
//! Trap: a needle made once (`Needle::new`) can be used for many texts; the free functions make one a call.

use memchr::{memchr, memchr2, memmem};

/// How often a byte is met in logs, coarsely: the search jumps to the rarest byte of the needle.
const COMMON: &[u8] = b"jqxzkvwybgfhpmuldcrsinoate0123456789-/.: ";

const fn frequency_table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < COMMON.len() {
        table[COMMON[i] as usize] = i as u8 + 1;
        table[COMMON[i].to_ascii_uppercase() as usize] = i as u8 + 1;
        i += 1;
    }
    table
}

static FREQUENCY: [u8; 256] = frequency_table();

/// Does the character belong to a term?
pub fn is_term_char(c: char) -> bool {
    c.is_alphanumeric()
}

/// A text to look for, regardless of case, prepared.
pub struct Needle<'a> {
    term: &'a str,
    /// The lower-case form of a needle that is not ASCII.
    folded: Option<String>,
    /// Where its rarest byte is.
    rare: usize,
    /// Whether its first and last character belong to a term.
    ends: (bool, bool),
}

/// Which ends of a match must be ends of terms.
#[derive(Clone, Copy)]
struct Bounds {
    head: bool,
    tail: bool,
}

impl<'a> Needle<'a> {
    pub fn new(term: &'a str) -> Needle<'a> {
        let folded = (!term.is_ascii()).then(|| term.to_lowercase());
        let rare = (0..term.len()).min_by_key(|&i| FREQUENCY[usize::from(term.as_bytes()[i])]).unwrap_or(0);
        Needle { term, folded, rare, ends: term_ends(term) }
    }

    /// Are the bytes of an ASCII needle among these, regardless of ASCII case? Of another needle it is not told.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.folded.is_some() || find_ascii(bytes, self.term.as_bytes(), self.rare, 0).is_some()
    }

    /// `text contains needle`.
    pub fn contains(&self, text: &str) -> bool {
        self.search(text, Bounds { head: false, tail: false })
    }

    /// `text has needle`.
    pub fn has(&self, text: &str) -> bool {
        self.search(text, Bounds { head: self.ends.0, tail: self.ends.1 })
    }

    /// `text hasprefix needle`.
    pub fn has_prefix(&self, text: &str) -> bool {
        self.search(text, Bounds { head: self.ends.0, tail: false })
    }

    /// `text hassuffix needle`.
    pub fn has_suffix(&self, text: &str) -> bool {
        self.search(text, Bounds { head: false, tail: self.ends.1 })
    }

    fn search(&self, text: &str, bounds: Bounds) -> bool {
        match &self.folded {
            None => bounded(text, self.term.len(), bounds, |from| {
                find_ascii(text.as_bytes(), self.term.as_bytes(), self.rare, from)
            }),
            Some(folded) if text.is_ascii() => folded.is_ascii() && Needle::new(folded).search(text, bounds),
            Some(folded) => {
                let text = text.to_lowercase();
                bounded(&text, folded.len(), bounds, |from| find_exact(&text, folded, from))
            }
        }
    }
}

/// Do the first and the last character of `term` belong to terms?
fn term_ends(term: &str) -> (bool, bool) {
    let is_term = |c: Option<char>| c.is_some_and(is_term_char);
    (is_term(term.chars().next()), is_term(term.chars().next_back()))
}

/// Is one of the matches that `next` gives (from an offset on) at the ends of terms as asked?
fn bounded(text: &str, len: usize, bounds: Bounds, next: impl Fn(usize) -> Option<usize>) -> bool {
    let mut from = 0;
    while let Some(at) = next(from) {
        if (!bounds.head || !ends_in_term(text, at)) && (!bounds.tail || !starts_with_term(text, at + len)) {
            return true;
        }
        from = at + 1;
    }
    false
}

/// Is the character before byte `at` part of a term?
fn ends_in_term(text: &str, at: usize) -> bool {
    match text.as_bytes()[..at].last() {
        None => false,
        Some(b) if b.is_ascii() => b.is_ascii_alphanumeric(),
        Some(_) => text.get(..at).and_then(|t| t.chars().next_back()).is_some_and(is_term_char),
    }
}

/// Is the character at byte `at` part of a term?
fn starts_with_term(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        None => false,
        Some(b) if b.is_ascii() => b.is_ascii_alphanumeric(),
        Some(_) => text.get(at..).and_then(|t| t.chars().next()).is_some_and(is_term_char),
    }
}

/// The next place at or after `from` where the ASCII needle is, regardless of ASCII case.
fn find_ascii(text: &[u8], needle: &[u8], rare: usize, from: usize) -> Option<usize> {
    if needle.is_empty() {
        return (from <= text.len()).then_some(from);
    }
    let (low, high) = (needle[rare].to_ascii_lowercase(), needle[rare].to_ascii_uppercase());
    let last = text.len().checked_sub(needle.len())?;
    let mut at = from;
    while at <= last {
        let window = &text[at + rare..last + rare + 1];
        let jump = if low == high { memchr(low, window) } else { memchr2(low, high, window) };
        at += jump?;
        if text[at..at + needle.len()].eq_ignore_ascii_case(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The next place at or after `from` where the needle is, exactly.
fn find_exact(text: &str, needle: &str, from: usize) -> Option<usize> {
    memmem::find(text.as_bytes().get(from..)?, needle.as_bytes()).map(|at| at + from)
}

/// `text has term`.
pub fn has(text: &str, term: &str) -> bool {
    Needle::new(term).has(text)
}

/// `text has_cs term`.
pub fn has_cs(text: &str, term: &str) -> bool {
    let (head, tail) = term_ends(term);
    bounded(text, term.len(), Bounds { head, tail }, |from| find_exact(text, term, from))
}

/// `text hasprefix term`.
pub fn has_prefix(text: &str, term: &str) -> bool {
    Needle::new(term).has_prefix(text)
}

/// `text hasprefix_cs term`.
pub fn has_prefix_cs(text: &str, term: &str) -> bool {
    let bounds = Bounds { head: term_ends(term).0, tail: false };
    bounded(text, term.len(), bounds, |from| find_exact(text, term, from))
}

/// `text hassuffix term`.
pub fn has_suffix(text: &str, term: &str) -> bool {
    Needle::new(term).has_suffix(text)
}

/// `text hassuffix_cs term`.
pub fn has_suffix_cs(text: &str, term: &str) -> bool {
    let bounds = Bounds { head: false, tail: term_ends(term).1 };
    bounded(text, term.len(), bounds, |from| find_exact(text, term, from))
}

/// `text contains part`.
pub fn contains(text: &str, part: &str) -> bool {
    Needle::new(part).contains(text)
}

/// `text contains_cs part`.
pub fn contains_cs(text: &str, part: &str) -> bool {
    find_exact(text, part, 0).is_some()
}

/// `a =~ b`.
pub fn equals(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    lower(a).eq(lower(b))
}

/// `text startswith part`.
pub fn starts_with(text: &str, part: &str) -> bool {
    if part.is_ascii() {
        let head = text.as_bytes().get(..part.len());
        return head.is_some_and(|head| head.eq_ignore_ascii_case(part.as_bytes()));
    }
    let mut text = lower(text);
    lower(part).all(|c| text.next() == Some(c))
}

/// `text endswith part`.
pub fn ends_with(text: &str, part: &str) -> bool {
    if part.is_ascii() {
        let tail = text.len().checked_sub(part.len()).and_then(|at| text.as_bytes().get(at..));
        return tail.is_some_and(|tail| tail.eq_ignore_ascii_case(part.as_bytes()));
    }
    text.to_lowercase().ends_with(&part.to_lowercase())
}

/// The characters in lower case, one by one.
fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Does the text have one of the terms?
pub fn has_any<'a>(text: &str, terms: impl IntoIterator<Item = &'a str>) -> bool {
    terms.into_iter().any(|term| has(text, term))
}

/// Does the text have all of the terms?
pub fn has_all<'a>(text: &str, terms: impl IntoIterator<Item = &'a str>) -> bool {
    terms.into_iter().all(|term| has(text, term))
}

//! Cutting a stream into records before anything is parsed: JSON in any container
//! (`{"value":[…]}` pages, arrays, lines, documents one after the other), and CSV rows.
//!
//! A splitter is fed a growing buffer and says which pieces are complete. It never fails: what is
//! between the records and is not white space or a comma comes out as a broken piece, and so does a
//! tail that ends in the middle of a record.
//!
//! Trap: a record cut short by a crashed writer must not swallow the lines after it. A line that
//! starts with `{` where no value can start begins a new record.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::blocks::{BLOCK, brackets_and_newlines, equal, escaped, has, load, strings};
use super::tape::{Kind, MAX_DEPTH, Tape};

/// What a stretch between records is called.
pub const NO_RECORD: &str = "text that is no record";

/// What a stretch after the list of a page is called, where it may hold records.
const NOT_READ: &str = "text after the list of a page";

/// A longer record is refused.
pub const MAX_RECORD: usize = 64 << 20;

/// What a longer one is called.
pub const TOO_LONG: &str = "longer than 64 MiB";

/// A broken record of more bytes may have swallowed others.
const LOST: usize = 1 << 20;

/// Times that a stream is taken up again after a record that swallowed others.
const MAX_RESUMED: usize = 1000;

/// A record, or a stretch of the stream that is none and why.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    /// A JSON document of its own, not an element of an array.
    pub alone: bool,
    pub broken: Option<&'static str>,
}

/// What the container itself tells about the export.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notes {
    /// The last page names a next one: the export may be incomplete.
    pub next_link: bool,
    /// An array or a page was never closed.
    pub unclosed: bool,
    /// Records come as documents of their own, not in an array.
    pub lines: bool,
    /// Records come in pages; the list that the last one is of.
    pub pages: bool,
    pub context: u64,
}

/// The state of a JSON stream between two calls. Positions are in the buffer of the next call.
#[derive(Debug, Default)]
pub struct JsonSplitter {
    scanned: usize,
    last_end: usize,
    record: Option<usize>,
    depth: usize,
    /// The depth at which records begin: 0, 1 in an array, 2 in a page.
    level: usize,
    deepest: usize,
    page_tail: bool,
    skipping: bool,
    in_string: bool,
    escape: bool,
    resumed: usize,
    pub notes: Notes,
}

impl JsonSplitter {
    /// Scans what is new in `buffer`. Everything before the returned position is done with.
    pub fn feed(&mut self, buffer: &[u8], last: bool, out: &mut Vec<Piece>) -> usize {
        loop {
            while self.scanned + BLOCK + 2 <= buffer.len() || last && self.scanned < buffer.len() {
                let at = self.scanned;
                self.scanned = self.block(buffer, at, out).unwrap_or((at + BLOCK).min(buffer.len()));
                self.bound(buffer, out);
            }
            let lost = |start: usize| last && !self.page_tail && buffer.len() - start > LOST;
            if !self.record.is_some_and(lost) || !self.resume(buffer, "a quote or a bracket is missing", out)
            {
                break;
            }
        }
        if last {
            self.finish(buffer, out);
        }
        if self.skipping {
            self.last_end = self.scanned;
        } else if self.record.is_none() {
            self.bound_gap(buffer, out);
        }
        let keep = self.record.unwrap_or(self.last_end);
        self.scanned -= keep;
        self.last_end = self.last_end.saturating_sub(keep);
        self.record = self.record.map(|start| start - keep);
        keep
    }

    /// One block; `Some(position)` when scanning must go on elsewhere.
    fn block(&mut self, buffer: &[u8], at: usize, out: &mut Vec<Piece>) -> Option<usize> {
        let block = load(buffer, at);
        let backslash = if has(&block, b'\\') { equal(&block, b'\\') } else { 0 };
        let quotes = equal(&block, b'"') & !escaped(backslash, &mut self.escape);
        let inside = strings(quotes, &mut self.in_string);
        let newlines = if has(&block, b'\n') { equal(&block, b'\n') } else { 0 };
        let mut events = brackets_and_newlines(&block) & (!inside | newlines);
        while events != 0 {
            let bit = events.trailing_zeros() as usize;
            events &= events - 1;
            let here = at + bit;
            match buffer[here] {
                b'\n' => {
                    if let Some(start) = self.restart(buffer, here, inside >> bit & 1 == 1) {
                        self.give_up(buffer, here, out);
                        return Some(start);
                    }
                }
                b'{' | b'[' => self.open(buffer, here, out),
                _ => self.close(buffer, here, out),
            }
        }
        None
    }

    /// Inside an unfinished record: does the next line begin another one?
    fn restart(&self, buffer: &[u8], newline: usize, in_string: bool) -> Option<usize> {
        if self.depth <= self.level || buffer.get(newline + 1) != Some(&b'{') {
            return None;
        }
        let before = buffer[..newline].iter().rev().find(|b| !b" \t\r\n".contains(b));
        // Before the buffer lies what belongs to a longer record, or the end of a page's list.
        let open = before.map_or(!self.page_tail, |b| matches!(b, b',' | b'[' | b':'));
        let value_may_start = !in_string && open;
        let new = !value_may_start && buffer.get(newline + 2) == Some(&b'"');
        new.then_some(newline + 1)
    }

    fn give_up(&mut self, buffer: &[u8], end: usize, out: &mut Vec<Piece>) {
        // The end of a page that has not been closed may be nothing at all.
        if let Some(start) =
            self.record.take().filter(|start| !self.page_tail || !blank(&buffer[*start..end]))
        {
            out.push(Piece { start, end, alone: false, broken: Some("the record is cut short") });
        }
        if self.page_tail {
            self.notes.unclosed = true;
            (self.level, self.page_tail) = (0, false);
        }
        self.depth = self.level;
        self.last_end = end;
        (self.in_string, self.escape, self.skipping) = (false, false, false);
    }

    fn open(&mut self, buffer: &[u8], here: usize, out: &mut Vec<Piece>) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        if self.depth == self.level + 1 {
            self.gap(buffer, here, out);
            if self.level == 0 && buffer[here] == b'[' {
                (self.level, self.last_end) = (1, here + 1);
            } else {
                (self.record, self.deepest) = (Some(here), self.depth);
            }
        } else if self.level == 0 && self.depth == 2 && buffer[here] == b'[' && !self.page_tail {
            let Some(start) = self.record else { return };
            if page_header(&buffer[start..=here]) {
                (self.level, self.record, self.last_end) = (2, None, here + 1);
                self.notes.next_link = contains(&buffer[start..here], b"nextLink");
                (self.notes.pages, self.notes.context) = (true, context(&buffer[start..here]));
            }
        }
    }

    fn close(&mut self, buffer: &[u8], here: usize, out: &mut Vec<Piece>) {
        if self.depth == self.level {
            self.gap(buffer, here, out);
            self.last_end = here + 1;
            if self.level == 2 {
                (self.page_tail, self.record) = (true, Some(here + 1));
            }
            self.depth = self.depth.saturating_sub(1);
            self.level = 0;
            return;
        }
        self.depth -= 1;
        if self.depth > self.level {
            return;
        }
        self.last_end = here + 1;
        self.skipping = false;
        let Some(start) = self.record.take() else { return };
        if std::mem::take(&mut self.page_tail) {
            let tail = &buffer[start..here];
            self.notes.next_link |= contains(tail, b"nextLink");
            if !page_footer(tail) {
                out.push(Piece { start, end: here, alone: false, broken: Some(NOT_READ) });
            }
            return;
        }
        self.notes.lines |= self.level == 0;
        let broken = (self.deepest - self.level > MAX_DEPTH).then_some("nested too deeply (limit: 200)");
        out.push(Piece { start, end: here + 1, alone: self.level == 0, broken });
    }

    /// What lies between two records must be white space and commas.
    fn gap(&self, buffer: &[u8], here: usize, out: &mut Vec<Piece>) {
        let text = &buffer[self.last_end..here];
        if !blank(text) {
            let start = self.last_end + text.iter().take_while(|b| separator(**b)).count();
            out.push(Piece { start, end: here, alone: false, broken: Some(NO_RECORD) });
        }
    }

    /// A record beyond the limit is not waited for.
    fn bound(&mut self, buffer: &[u8], out: &mut Vec<Piece>) {
        let Some(start) = self.record.filter(|start| self.scanned - start > MAX_RECORD) else { return };
        if !self.resume(buffer, TOO_LONG, out) {
            out.push(Piece { start, end: start + 1, alone: false, broken: Some(TOO_LONG) });
            (self.record, self.skipping) = (None, true);
        }
    }

    /// Gives the record at hand up, as it swallows those after it, and goes on at the next place that
    /// looks like the beginning of one. Those that are none are told by their members.
    fn resume(&mut self, buffer: &[u8], why: &'static str, out: &mut Vec<Piece>) -> bool {
        let Some(start) = self.record.filter(|_| self.resumed < MAX_RESUMED) else { return false };
        let Some(at) = memchr::memmem::find(&buffer[start..], b"},{\"") else { return false };
        let next = start + at + 2;
        out.push(Piece { start, end: next, alone: false, broken: Some(why) });
        self.record = None;
        self.give_up(buffer, next, out);
        self.scanned = next;
        self.resumed += 1;
        true
    }

    /// White space between records is done with, and so is a long stretch of anything else.
    fn bound_gap(&mut self, buffer: &[u8], out: &mut Vec<Piece>) {
        let end = self.scanned.max(self.last_end);
        if blank(&buffer[self.last_end..end]) {
            self.last_end = end;
        } else if end - self.last_end > LOST {
            self.gap(buffer, end, out);
            self.last_end = end;
        }
    }

    fn finish(&mut self, buffer: &[u8], out: &mut Vec<Piece>) {
        self.scanned = buffer.len();
        self.notes.unclosed |= self.level > 0 || self.page_tail;
        if let Some(start) = self.record.take() {
            let tail = &buffer[start..];
            if !self.page_tail || memchr::memchr(b'{', tail).is_some() {
                let why = if self.page_tail { NOT_READ } else { "the file ends in the middle of it" };
                out.push(Piece { start, end: buffer.len(), alone: false, broken: Some(why) });
            }
        } else if !self.skipping {
            let text = &buffer[self.last_end..];
            let tail = std::str::from_utf8(text).unwrap_or("?");
            if !tail.chars().all(|c| c.is_ascii() && separator(c as u8) || TORN_NEWLINES.contains(&c)) {
                let start = self.last_end + text.iter().take_while(|b| separator(**b)).count();
                let broken = Some(NO_RECORD);
                out.push(Piece { start, end: buffer.len(), alone: false, broken });
            }
        }
        self.last_end = buffer.len();
    }
}

/// Two ASCII newlines at the end of a UTF-16 file, read as one character.
const TORN_NEWLINES: [char; 4] = ['\u{a0a}', '\u{a0d}', '\u{d0a}', '\u{d0d}'];

fn separator(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b',' | 0)
}

fn blank(text: &[u8]) -> bool {
    text.iter().all(|b| separator(*b))
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

/// What `@odata.context` of a page's head says the list is, as a number.
fn context(head: &[u8]) -> u64 {
    let Some(at) = memchr::memmem::find(head, b"@odata.context\"") else { return 0 };
    xxh3_64_with_seed(head[at..].split(|b| *b == b'"').nth(2).unwrap_or_default(), 0)
}

/// Is this `{ … "value": [` with nothing before it that a record could have?
fn page_header(text: &[u8]) -> bool {
    const NAMES: [&str; 4] = ["value", "records", "Records", "responses"];
    let head = text[..text.len() - 1].trim_ascii_end();
    let named = head.strip_suffix(b":").map(<[u8]>::trim_ascii_end).is_some_and(|head| {
        NAMES.iter().any(|n| head.strip_suffix(b"\"").is_some_and(|h| h.ends_with(n.as_bytes())))
    });
    if !named || text.len() > 1 << 16 {
        return false;
    }
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let mut tape = Tape::default();
    if tape.parse(&format!("{text}]}}")).is_err() {
        return false;
    }
    let known = |key: &str| {
        key.starts_with('@')
            || NAMES.contains(&key)
            || key.eq_ignore_ascii_case("count")
            || key.ends_with("nextLink")
    };
    tape.children(0).all(|child| known(tape.key(child)))
}

/// Is this what follows the list of a page up to its end: annotations, and members without a list of objects?
fn page_footer(tail: &[u8]) -> bool {
    if memchr::memchr2(b'{', b'[', tail).is_none() {
        return true;
    }
    let mut tape = Tape::default();
    let read = std::str::from_utf8(tail).is_ok_and(|text| tape.parse(&format!("{{\"@\":0{text}}}")).is_ok());
    read && tape.children(0).all(|child| tape.key(child).starts_with('@') || !holds_list(&tape, child))
}

/// Is there a list of objects in a value?
fn holds_list(tape: &Tape, node: u32) -> bool {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        let is_list = tape.kind(node) == Kind::Array;
        if is_list && tape.children(node).any(|child| tape.kind(child) == Kind::Object) {
            return true;
        }
        open.extend(tape.children(node));
    }
    false
}

/// The state of a CSV stream between two calls.
#[derive(Debug, Default)]
pub struct CsvSplitter {
    scanned: usize,
    start: usize,
    in_string: bool,
}

impl CsvSplitter {
    /// Scans what is new in `buffer`. Everything before the returned position is done with.
    pub fn feed(&mut self, buffer: &[u8], last: bool, out: &mut Vec<Piece>) -> usize {
        loop {
            while self.scanned + BLOCK <= buffer.len() || last && self.scanned < buffer.len() {
                self.block(buffer, out);
                if self.scanned - self.start.min(self.scanned) > MAX_RECORD {
                    self.give_up(buffer, "longer than 64 MiB: is a quote missing?", out);
                }
            }
            if !last || self.start >= buffer.len() {
                break;
            }
            if self.in_string {
                self.give_up(buffer, "the file ends before the quote is closed", out);
            } else {
                self.row(buffer, buffer.len(), out);
            }
        }
        let keep = self.start.min(buffer.len());
        self.scanned = self.scanned.saturating_sub(keep);
        self.start = self.start.saturating_sub(keep);
        keep
    }

    fn block(&mut self, buffer: &[u8], out: &mut Vec<Piece>) {
        let at = self.scanned;
        let block = load(buffer, at);
        let inside = strings(equal(&block, b'"'), &mut self.in_string);
        if !has(&block, b'\n') {
            self.scanned = (at + BLOCK).min(buffer.len());
            return;
        }
        let mut ends = equal(&block, b'\n') & !inside;
        while ends != 0 {
            let end = at + ends.trailing_zeros() as usize;
            ends &= ends - 1;
            self.row(buffer, end, out);
        }
        self.scanned = (at + BLOCK).min(buffer.len());
    }

    /// A quote that is never closed would swallow all rows after it: only its line is given up.
    fn give_up(&mut self, buffer: &[u8], why: &'static str, out: &mut Vec<Piece>) {
        let start = self.start;
        let end = memchr::memchr(b'\n', &buffer[start..]).map_or(buffer.len(), |n| start + n);
        out.push(Piece { start, end, alone: false, broken: Some(why) });
        self.start = (end + 1).min(buffer.len());
        (self.scanned, self.in_string) = (self.start, false);
    }

    fn row(&mut self, buffer: &[u8], end: usize, out: &mut Vec<Piece>) {
        let start = std::mem::replace(&mut self.start, (end + 1).min(buffer.len()));
        if !buffer[start..end].iter().all(|b| matches!(b, b'\r' | b' ' | 0)) {
            out.push(Piece { start, end, alone: false, broken: None });
        }
    }
}

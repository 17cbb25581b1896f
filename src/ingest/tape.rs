//! One JSON value read in one pass: its normal form as text, and a tape of nodes over that text.
//!
//! The normal form (formats of dynamic columns) has no white space and only the escapes that JSON
//! requires; digits, key order, array order and duplicate keys stay as delivered. A node is a value
//! with the place of its text, so a column, a shredded path or a whole subtree is a slice.
//!
//! Traps: nothing here recurses, and nesting is bounded. Annotations (`Actor@odata.type`) are
//! dropped. Raw control characters inside strings are taken, escaped. A lone surrogate has no UTF-8;
//! it becomes U+FFFD and the tape is marked `damaged`.

use std::borrow::Cow;

use super::blocks::mask16;

/// Nesting beyond this is refused. The JSON reader of queries takes up to 255.
pub const MAX_DEPTH: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// A value: where its key and its text are in the tape's text, and which node follows its subtree.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub kind: Kind,
    /// A string with at least one escape in it.
    pub escaped: bool,
    key: (u32, u32),
    start: u32,
    end: u32,
    next: u32,
}

/// Why a text is not JSON, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    pub at: usize,
    pub what: &'static str,
}

/// A parsed value. Reused from record to record, so that nothing is allocated per record.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    text: String,
    nodes: Vec<Node>,
    open: Vec<u32>,
    /// Scalars that are not null.
    pub leaves: u32,
    /// A lone surrogate was replaced.
    pub damaged: bool,
}

impl Tape {
    /// Reads one value; only white space and NULs may follow it.
    pub fn parse(&mut self, input: &str) -> Result<(), Error> {
        self.text.clear();
        self.nodes.clear();
        self.open.clear();
        self.leaves = 0;
        self.damaged = false;
        self.text.reserve(input.len());
        let mut reader = Reader { input, bytes: input.as_bytes(), at: 0, from: 0 };
        reader.document(self)
    }

    #[inline]
    pub fn node(&self, at: u32) -> Node {
        self.nodes[at as usize]
    }

    #[inline]
    pub fn kind(&self, at: u32) -> Kind {
        self.nodes[at as usize].kind
    }

    /// The key of a member, in its normal form (escapes, if any, left in).
    #[inline]
    pub fn key(&self, at: u32) -> &str {
        let (from, to) = self.node(at).key;
        &self.text[from as usize..to as usize]
    }

    /// The normal form of the value.
    #[inline]
    pub fn text(&self, at: u32) -> &str {
        let node = self.node(at);
        &self.text[node.start as usize..node.end as usize]
    }

    /// The characters of a string; the normal form of any other value.
    #[inline]
    pub fn string(&self, at: u32) -> Cow<'_, str> {
        let node = self.node(at);
        if node.kind != Kind::String {
            return Cow::Borrowed(self.text(at));
        }
        let inner = &self.text[node.start as usize + 1..node.end as usize - 1];
        if node.escaped { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) }
    }

    /// The members of an object or the elements of an array.
    #[inline]
    pub fn children(&self, at: u32) -> Children<'_> {
        let node = self.node(at);
        let container = matches!(node.kind, Kind::Array | Kind::Object);
        Children { tape: self, at: at + 1, end: if container { node.next } else { at + 1 } }
    }

    /// The first member of that name.
    #[inline]
    pub fn member(&self, at: u32, key: &str) -> Option<u32> {
        if self.kind(at) != Kind::Object {
            return None;
        }
        self.children(at).find(|child| self.is_key(*child, key))
    }

    /// Is the key of a member this one?
    #[inline]
    pub fn is_key(&self, at: u32, key: &str) -> bool {
        let (from, to) = self.nodes[at as usize].key;
        let (from, to) = (from as usize, to as usize);
        to - from == key.len() && self.text.as_bytes().get(from..to) == Some(key.as_bytes())
    }

    /// A member that is a string and not empty.
    #[inline]
    pub fn member_text(&self, at: u32, key: &str) -> Option<Cow<'_, str>> {
        let child = self.member(at, key)?;
        (self.kind(child) == Kind::String).then(|| self.string(child)).filter(|text| !text.is_empty())
    }

    /// The scalars under `at` that are not null.
    pub fn leaves_under(&self, at: u32) -> u32 {
        let end = self.node(at).next;
        let nodes = &self.nodes[at as usize..end as usize];
        nodes.iter().filter(|n| matches!(n.kind, Kind::Bool | Kind::Number | Kind::String)).count() as u32
    }
}

/// The children of a node, first to last.
pub struct Children<'a> {
    tape: &'a Tape,
    at: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let child = self.at;
        self.at = self.tape.nodes[child as usize].next;
        Some(child)
    }
}

/// The characters of a string in normal form.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (plain, length) = match rest.as_bytes().get(at + 1) {
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'u') => {
                let code = rest.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                (code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
            }
            Some(b'\\') => ('\\', 2),
            _ => ('"', 2),
        };
        out.push(plain);
        rest = rest.get(at + length..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// Bytes of a string that are looked at together.
const STEP: usize = 16;

/// The first byte from `at` on that ends a plain run of a string: `"`, `\` or a control character; in a key, `@` as
/// well.
#[inline(always)]
fn plain_end<const KEY: bool>(bytes: &[u8], at: usize) -> usize {
    let ends = |b: u8| (b == b'"') | (b == b'\\') | (b < 0x20) | (KEY & (b == b'@'));
    let mut at = at;
    while let Some(step) = bytes.get(at..at + STEP).and_then(|step| <&[u8; STEP]>::try_from(step).ok()) {
        let found = mask16(step, ends);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += STEP;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| ends(*b)).unwrap_or(rest.len())
}

/// What is in normal form already is copied in one go: the input from `from` to `at` is read, but
/// not yet in the tape's text.
struct Reader<'a> {
    input: &'a str,
    bytes: &'a [u8],
    at: usize,
    from: usize,
}

/// What may come next in a container.
enum Step {
    Value,
    After,
}

impl Reader<'_> {
    fn fail<T>(&self, what: &'static str) -> Result<T, Error> {
        Err(Error { at: self.at, what })
    }

    /// How long the tape's text is, with what is not yet copied.
    fn position(&self, tape: &Tape) -> u32 {
        (tape.text.len() + self.at - self.from) as u32
    }

    /// Copies what is read.
    fn flush(&mut self, tape: &mut Tape) {
        tape.text.push_str(&self.input[self.from..self.at]);
        self.from = self.at;
    }

    /// Passes over bytes that are not part of the normal form; what was before them has been copied.
    fn drop_bytes(&mut self, count: usize) {
        self.at += count;
        self.from = self.at;
    }

    /// The next byte that is not white space.
    #[inline(always)]
    fn peek(&mut self, tape: &mut Tape) -> Option<u8> {
        let next = *self.bytes.get(self.at)?;
        if next > b' ' { Some(next) } else { self.peek_beyond(tape) }
    }

    fn peek_beyond(&mut self, tape: &mut Tape) -> Option<u8> {
        let white = |b: &u8| matches!(b, b' ' | b'\n' | b'\r' | b'\t');
        let rest = &self.bytes[self.at..];
        let count = rest.iter().take_while(|b| white(b)).count();
        if count > 0 {
            self.flush(tape);
            self.drop_bytes(count);
        }
        self.bytes.get(self.at).copied()
    }

    fn document(&mut self, tape: &mut Tape) -> Result<(), Error> {
        let mut key = (0, 0);
        let mut step = Step::Value;
        loop {
            step = match step {
                Step::Value => {
                    let opened = self.value(tape, key)?;
                    if opened { self.enter(tape, &mut key)? } else { Step::After }
                }
                Step::After => {
                    let Some(container) = tape.open.last().copied() else { break };
                    self.after(tape, container, &mut key)?
                }
            };
        }
        self.flush(tape);
        while self.peek(tape) == Some(0) {
            self.drop_bytes(1);
        }
        if self.at < self.bytes.len() { self.fail("text after the end of the record") } else { Ok(()) }
    }

    /// Reads a scalar, or the opening bracket of a container (`true`).
    #[inline(always)]
    fn value(&mut self, tape: &mut Tape, key: (u32, u32)) -> Result<bool, Error> {
        let Some(first) = self.peek(tape) else { return self.fail("the record ends in the middle") };
        let start = self.position(tape);
        let mut node = Node { kind: Kind::Null, escaped: false, key, start, end: 0, next: 0 };
        match first {
            b'"' => {
                node.kind = Kind::String;
                node.escaped = self.string(tape)?;
            }
            b'{' | b'[' => {
                if tape.open.len() >= MAX_DEPTH {
                    return self.fail("nested too deeply (limit: 200)");
                }
                node.kind = if first == b'{' { Kind::Object } else { Kind::Array };
                self.at += 1;
                tape.open.push(tape.nodes.len() as u32);
                tape.nodes.push(node);
                return Ok(true);
            }
            b'-' | b'0'..=b'9' => {
                node.kind = Kind::Number;
                self.number()?;
            }
            _ => node.kind = self.word()?,
        }
        tape.leaves += u32::from(node.kind != Kind::Null);
        node.end = self.position(tape);
        node.next = tape.nodes.len() as u32 + 1;
        tape.nodes.push(node);
        Ok(false)
    }

    /// Just inside a container: its end, or its first member.
    fn enter(&mut self, tape: &mut Tape, key: &mut (u32, u32)) -> Result<Step, Error> {
        let Some(container) = tape.open.last().copied() else { return self.fail("unbalanced brackets") };
        let object = tape.kind(container) == Kind::Object;
        match (self.peek(tape), object) {
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.close(tape, container);
                Ok(Step::After)
            }
            (_, true) => self.member(tape, key, self.position(tape)),
            (_, false) => {
                *key = (0, 0);
                Ok(Step::Value)
            }
        }
    }

    /// After a value inside a container: a comma and the next member, or the end.
    fn after(&mut self, tape: &mut Tape, container: u32, key: &mut (u32, u32)) -> Result<Step, Error> {
        let object = tape.kind(container) == Kind::Object;
        match (self.peek(tape), object) {
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.close(tape, container);
                Ok(Step::After)
            }
            (Some(b','), _) => {
                let before = self.position(tape);
                self.at += 1;
                if object {
                    return self.member(tape, key, before);
                }
                *key = (0, 0);
                Ok(Step::Value)
            }
            (None, _) => self.fail("the record ends in the middle"),
            _ => self.fail("a comma or a closing bracket is missing"),
        }
    }

    fn close(&mut self, tape: &mut Tape, container: u32) {
        self.at += 1;
        tape.open.pop();
        let (end, next) = (self.position(tape), tape.nodes.len() as u32);
        let node = &mut tape.nodes[container as usize];
        (node.end, node.next) = (end, next);
    }

    /// The key of the next member. Members whose key holds `@odata.` are passed over: the text goes on
    /// at `before`, which is where the comma is.
    #[inline(always)]
    fn member(&mut self, tape: &mut Tape, key: &mut (u32, u32), before: u32) -> Result<Step, Error> {
        loop {
            if self.peek(tape) != Some(b'"') {
                return self.fail("a member's name is missing");
            }
            let from = self.position(tape) + 1;
            let end = plain_end::<true>(self.bytes, self.at + 1);
            let plain = self.bytes.get(end) == Some(&b'"');
            if plain {
                self.at = end + 1;
            } else {
                self.string(tape)?;
            }
            *key = (from, self.position(tape) - 1);
            if self.peek(tape) != Some(b':') {
                return self.fail("a colon is missing");
            }
            self.at += 1;
            if plain {
                return Ok(Step::Value);
            }
            self.flush(tape);
            if !tape.text[key.0 as usize..key.1 as usize].contains("@odata.") {
                return Ok(Step::Value);
            }
            self.skip_annotation(tape, before as usize)?;
            match self.peek(tape) {
                Some(b',') if tape.text.ends_with('{') => self.drop_bytes(1),
                Some(b',') => self.at += 1,
                Some(b'}') => return Ok(Step::After),
                _ => return self.fail("a comma or a closing bracket is missing"),
            }
        }
    }

    /// Annotations are scalars; anything else is refused, so that nothing recurses here.
    fn skip_annotation(&mut self, tape: &mut Tape, before: usize) -> Result<(), Error> {
        let leaves = tape.leaves;
        if self.value(tape, (0, 0))? {
            return self.fail("an @odata annotation that is not a scalar");
        }
        tape.nodes.pop();
        tape.text.truncate(before);
        self.drop_bytes(0);
        tape.leaves = leaves;
        Ok(())
    }

    /// Reads a string; says whether it has escapes in normal form.
    #[inline(always)]
    fn string(&mut self, tape: &mut Tape) -> Result<bool, Error> {
        let end = plain_end::<false>(self.bytes, self.at + 1);
        if self.bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(false);
        }
        self.at = end;
        self.string_on(tape)
    }

    /// The rest of a string, from what is not plain in it.
    fn string_on(&mut self, tape: &mut Tape) -> Result<bool, Error> {
        let mut escaped = false;
        loop {
            match self.bytes.get(self.at) {
                None => return self.fail("the record ends in the middle of a string"),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => escaped |= self.escape(tape)?,
                Some(control) => {
                    self.flush(tape);
                    self.drop_bytes(1);
                    escaped |= push_char(char::from(*control), &mut tape.text);
                }
            }
            self.at = plain_end::<false>(self.bytes, self.at);
        }
    }

    /// One escape sequence; says whether it is still an escape in normal form.
    fn escape(&mut self, tape: &mut Tape) -> Result<bool, Error> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'n' | b'r' | b't' | b'b' | b'f') => {
                self.at += 2;
                Ok(true)
            }
            Some(b'/') => {
                self.flush(tape);
                self.drop_bytes(1);
                self.at += 1;
                Ok(false)
            }
            Some(b'u') => {
                self.flush(tape);
                let plain = self.code_point(tape)?;
                self.drop_bytes(0);
                Ok(push_char(plain, &mut tape.text))
            }
            _ => self.fail("an unknown escape"),
        }
    }

    /// `\uXXXX`, or a pair of them that is one character.
    fn code_point(&mut self, tape: &mut Tape) -> Result<char, Error> {
        let Some(first) = self.hex(self.at) else { return self.fail("an incomplete \\u escape") };
        self.at += 6;
        if (0xD800..0xDC00).contains(&first)
            && let Some(second @ 0xDC00..0xE000) = self.hex(self.at)
        {
            self.at += 6;
            let joined = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(first).unwrap_or_else(|| {
            tape.damaged = true;
            char::REPLACEMENT_CHARACTER
        }))
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn number(&mut self) -> Result<(), Error> {
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        let whole = self.at;
        let count = self.digits();
        if count == 0 || count > 1 && self.bytes[whole] == b'0' {
            return self.fail("a malformed number");
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.fail("a malformed number");
            }
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.fail("a malformed number");
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - from
    }

    fn word(&mut self) -> Result<Kind, Error> {
        let rest = &self.bytes[self.at..];
        for (word, kind) in [("null", Kind::Null), ("true", Kind::Bool), ("false", Kind::Bool)] {
            if rest.starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        self.fail("not a JSON value")
    }
}

/// Appends a character of a string in normal form; says whether it took an escape.
fn push_char(c: char, out: &mut String) -> bool {
    let escape = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\0'..='\u{1f}' => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.push_str("\\u00");
            out.push(char::from(HEX[c as usize >> 4]));
            out.push(char::from(HEX[c as usize & 15]));
            return true;
        }
        plain => {
            out.push(plain);
            return false;
        }
    };
    out.push_str(escape);
    true
}

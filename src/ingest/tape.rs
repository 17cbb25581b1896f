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
        let mut reader = Reader { input, bytes: input.as_bytes(), at: 0 };
        reader.document(self)
    }

    pub fn node(&self, at: u32) -> Node {
        self.nodes[at as usize]
    }

    pub fn kind(&self, at: u32) -> Kind {
        self.node(at).kind
    }

    /// The key of a member, in its normal form (escapes, if any, left in).
    pub fn key(&self, at: u32) -> &str {
        let (from, to) = self.node(at).key;
        &self.text[from as usize..to as usize]
    }

    /// The normal form of the value.
    pub fn text(&self, at: u32) -> &str {
        let node = self.node(at);
        &self.text[node.start as usize..node.end as usize]
    }

    /// The characters of a string; the normal form of any other value.
    pub fn string(&self, at: u32) -> Cow<'_, str> {
        let node = self.node(at);
        if node.kind != Kind::String {
            return Cow::Borrowed(self.text(at));
        }
        let inner = &self.text[node.start as usize + 1..node.end as usize - 1];
        if node.escaped { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) }
    }

    /// The members of an object or the elements of an array.
    pub fn children(&self, at: u32) -> Children<'_> {
        let node = self.node(at);
        let container = matches!(node.kind, Kind::Array | Kind::Object);
        Children { tape: self, at: at + 1, end: if container { node.next } else { at + 1 } }
    }

    /// The first member of that name.
    pub fn member(&self, at: u32, key: &str) -> Option<u32> {
        if self.kind(at) != Kind::Object {
            return None;
        }
        self.children(at).find(|child| self.key(*child) == key)
    }

    /// A member that is a string and not empty.
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

    fn next(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let child = self.at;
        self.at = self.tape.node(child).next;
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

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first byte from `at` on that ends a plain run of a string: `"`, `\` or a control character.
fn plain_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(<[u8; 8]>::try_from(chunk).unwrap_or_default());
        let quote = word ^ (LOW * u64::from(b'"'));
        let slash = word ^ (LOW * u64::from(b'\\'));
        let zero = |x: u64| x.wrapping_sub(LOW) & !x;
        let control = word.wrapping_sub(LOW * 0x20) & !word;
        let found = (zero(quote) | zero(slash) | control) & HIGH;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

struct Reader<'a> {
    input: &'a str,
    bytes: &'a [u8],
    at: usize,
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

    fn peek(&mut self) -> Option<u8> {
        while let Some(b) = self.bytes.get(self.at) {
            if !matches!(b, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*b);
            }
            self.at += 1;
        }
        None
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
        while self.peek() == Some(0) {
            self.at += 1;
        }
        if self.at < self.bytes.len() { self.fail("text after the end of the record") } else { Ok(()) }
    }

    /// Reads a scalar, or the opening bracket of a container (`true`).
    fn value(&mut self, tape: &mut Tape, key: (u32, u32)) -> Result<bool, Error> {
        let start = tape.text.len() as u32;
        let mut node = Node { kind: Kind::Null, escaped: false, key, start, end: 0, next: 0 };
        let Some(first) = self.peek() else { return self.fail("the record ends in the middle") };
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
                tape.text.push(char::from(first));
                tape.open.push(tape.nodes.len() as u32);
                tape.nodes.push(node);
                return Ok(true);
            }
            b'-' | b'0'..=b'9' => {
                node.kind = Kind::Number;
                let from = self.at;
                self.number()?;
                tape.text.push_str(&self.input[from..self.at]);
            }
            _ => node.kind = self.word(tape)?,
        }
        tape.leaves += u32::from(node.kind != Kind::Null);
        node.end = tape.text.len() as u32;
        node.next = tape.nodes.len() as u32 + 1;
        tape.nodes.push(node);
        Ok(false)
    }

    /// Just inside a container: its end, or its first member.
    fn enter(&mut self, tape: &mut Tape, key: &mut (u32, u32)) -> Result<Step, Error> {
        let Some(container) = tape.open.last().copied() else { return self.fail("unbalanced brackets") };
        let object = tape.kind(container) == Kind::Object;
        match (self.peek(), object) {
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.close(tape, container);
                Ok(Step::After)
            }
            (_, true) => self.member(tape, key),
            (_, false) => {
                *key = (0, 0);
                Ok(Step::Value)
            }
        }
    }

    /// After a value inside a container: a comma and the next member, or the end.
    fn after(&mut self, tape: &mut Tape, container: u32, key: &mut (u32, u32)) -> Result<Step, Error> {
        let object = tape.kind(container) == Kind::Object;
        match (self.peek(), object) {
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.close(tape, container);
                Ok(Step::After)
            }
            (Some(b','), _) => {
                self.at += 1;
                if object {
                    return self.member(tape, key);
                }
                tape.text.push(',');
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
        let object = tape.kind(container) == Kind::Object;
        tape.text.push(if object { '}' } else { ']' });
        let (end, next) = (tape.text.len() as u32, tape.nodes.len() as u32);
        let node = &mut tape.nodes[container as usize];
        (node.end, node.next) = (end, next);
    }

    /// The key of the next member. Members whose key holds `@odata.` are passed over.
    fn member(&mut self, tape: &mut Tape, key: &mut (u32, u32)) -> Result<Step, Error> {
        loop {
            if self.peek() != Some(b'"') {
                return self.fail("a member's name is missing");
            }
            let before = tape.text.len();
            if !tape.text.ends_with('{') {
                tape.text.push(',');
            }
            let from = tape.text.len() as u32 + 1;
            self.string(tape)?;
            *key = (from, tape.text.len() as u32 - 1);
            if self.peek() != Some(b':') {
                return self.fail("a colon is missing");
            }
            self.at += 1;
            let name = &tape.text[key.0 as usize..key.1 as usize];
            if !(name.contains('@') && name.contains("@odata.")) {
                tape.text.push(':');
                return Ok(Step::Value);
            }
            tape.text.truncate(before);
            self.skip_annotation(tape, before)?;
            match self.peek() {
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
        tape.leaves = leaves;
        Ok(())
    }

    /// Copies a string in normal form; says whether it has escapes.
    fn string(&mut self, tape: &mut Tape) -> Result<bool, Error> {
        self.at += 1;
        tape.text.push('"');
        let mut escaped = false;
        loop {
            let stop = plain_end(self.bytes, self.at);
            tape.text.push_str(&self.input[self.at..stop]);
            self.at = stop;
            match self.bytes.get(stop) {
                None => return self.fail("the record ends in the middle of a string"),
                Some(b'"') => {
                    self.at += 1;
                    tape.text.push('"');
                    return Ok(escaped);
                }
                Some(b'\\') => escaped |= self.escape(tape)?,
                Some(control) => {
                    self.at += 1;
                    escaped |= push_char(char::from(*control), &mut tape.text);
                }
            }
        }
    }

    /// One escape sequence, in normal form; says whether it is still an escape there.
    fn escape(&mut self, tape: &mut Tape) -> Result<bool, Error> {
        let plain = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => {
                let plain = self.code_point(tape)?;
                return Ok(push_char(plain, &mut tape.text));
            }
            _ => return self.fail("an unknown escape"),
        };
        self.at += 2;
        Ok(push_char(plain, &mut tape.text))
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

    fn word(&mut self, tape: &mut Tape) -> Result<Kind, Error> {
        let rest = &self.bytes[self.at..];
        for (word, kind) in [("null", Kind::Null), ("true", Kind::Bool), ("false", Kind::Bool)] {
            if rest.starts_with(word.as_bytes()) {
                self.at += word.len();
                tape.text.push_str(word);
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

//! JSON, times, GUIDs and addresses written straight into a byte buffer.
//!
//! A generator that builds values first and prints them later spends most of its time on the heap; here
//! `w.object("user", |w| w.text("displayName", name))` appends bytes and nothing else. The comma rule is the
//! trap: a comma is due before a key or an item unless the last byte opens a container, so a record must
//! begin with `record`, which does not look back.

use crate::time::civil_from_days;

/// 100 ns ticks since 2025-01-01T00:00:00Z, the first instant of the generated quarter.
pub type Ticks = u64;
pub const SECOND: Ticks = 10_000_000;
pub const MINUTE: Ticks = 60 * SECOND;
pub const HOUR: Ticks = 60 * MINUTE;
pub const DAY: Ticks = 24 * HOUR;
const ORIGIN_DAYS: i64 = 739_251; // 2025-01-01, counted from 0001-01-01

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Guid(u128);

impl Guid {
    /// A version 4 GUID out of random bits.
    pub const fn random(bits: u128) -> Self {
        let version = 0x4000_u128 << 64;
        let variant = 0x8000_u128 << 48;
        Guid((bits & !(0xf000_u128 << 64) & !(0xc000_u128 << 48)) | version | variant)
    }
}

/// An address of the ranges reserved for documentation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ip {
    V4([u8; 4]),
    /// `2001:db8:a:b::c`
    V6(u16, u16, u16),
}

#[derive(Default)]
pub struct Writer {
    pub out: Vec<u8>,
}

impl Writer {
    pub fn record(&mut self, members: impl FnOnce(&mut Self)) {
        self.out.push(b'{');
        members(self);
        self.out.push(b'}');
    }

    pub fn object(&mut self, key: &str, members: impl FnOnce(&mut Self)) {
        self.key(key);
        self.record(members);
    }

    pub fn array(&mut self, key: &str, items: impl FnOnce(&mut Self)) {
        self.key(key);
        self.out.push(b'[');
        items(self);
        self.out.push(b']');
    }

    /// An object as an item of an array.
    pub fn item(&mut self, members: impl FnOnce(&mut Self)) {
        self.comma();
        self.record(members);
    }

    pub fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.out.push(b'"');
        push_escaped(&mut self.out, value);
        self.out.push(b'"');
    }

    /// A string member whose characters `value` appends; they must need no escapes.
    pub fn text_with(&mut self, key: &str, value: impl FnOnce(&mut Vec<u8>)) {
        self.key(key);
        self.out.push(b'"');
        value(&mut self.out);
        self.out.push(b'"');
    }

    /// `"key":"\"value\""`: the JSON-in-a-string of `modifiedProperties`.
    pub fn quoted(&mut self, key: &str, value: &str) {
        self.text_with(key, |out| {
            out.extend_from_slice(b"\\\"");
            push_escaped(out, value);
            out.extend_from_slice(b"\\\"");
        });
    }

    pub fn guid(&mut self, key: &str, id: Guid) {
        self.text_with(key, |out| push_guid(out, id));
    }

    pub fn ip(&mut self, key: &str, ip: Ip) {
        self.text_with(key, |out| push_ip(out, ip));
    }

    /// An ISO time with `Z` and so many digits of the second's fraction (0 to 7).
    pub fn time(&mut self, key: &str, at: Ticks, digits: usize) {
        self.text_with(key, |out| push_time(out, at, digits));
    }

    pub fn int(&mut self, key: &str, value: u64) {
        self.key(key);
        push_int(&mut self.out, value);
    }

    pub fn flag(&mut self, key: &str, value: bool) {
        self.raw(key, if value { "true" } else { "false" });
    }

    pub fn null(&mut self, key: &str) {
        self.raw(key, "null");
    }

    /// A member whose value is JSON already.
    pub fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.extend_from_slice(json.as_bytes());
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }
}

pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 => out.extend_from_slice(b" "),
            _ => out.push(byte),
        }
    }
}

pub fn push_int(out: &mut Vec<u8>, value: u64) {
    if value >= 10 {
        push_int(out, value / 10);
    }
    out.push(b'0' + (value % 10) as u8);
}

/// Decimal digits with leading zeros.
fn push_padded(out: &mut Vec<u8>, value: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (value / 10u64.pow(place) % 10) as u8);
    }
}

pub fn push_guid(out: &mut Vec<u8>, id: Guid) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for (position, byte) in id.0.to_be_bytes().into_iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 15)]);
    }
}

pub fn push_ip(out: &mut Vec<u8>, ip: Ip) {
    use std::io::Write;
    let written = match ip {
        Ip::V4([a, b, c, d]) => write!(out, "{a}.{b}.{c}.{d}"),
        Ip::V6(a, b, c) => write!(out, "2001:db8:{a:x}:{b:x}::{c:x}"),
    };
    debug_assert!(written.is_ok(), "writing to memory does not fail");
}

pub fn push_time(out: &mut Vec<u8>, at: Ticks, digits: usize) {
    let (year, month, day) = date(at);
    push_padded(out, year, 4);
    out.push(b'-');
    push_padded(out, month, 2);
    out.push(b'-');
    push_padded(out, day, 2);
    out.push(b'T');
    push_clock(out, at);
    if digits > 0 {
        out.push(b'.');
        let fraction = at % SECOND / 10u64.pow(7u32.saturating_sub(digits as u32));
        push_padded(out, fraction, digits as u32);
    }
    out.push(b'Z');
}

/// Milliseconds since 1970, of a whole second.
pub fn push_milliseconds(out: &mut Vec<u8>, at: Ticks) {
    push_int(out, (at / SECOND + 1_735_689_600) * 1000);
}

/// `2025-03-09T08:01:07`, as the unified audit log writes UTC without saying so.
pub fn push_local(out: &mut Vec<u8>, at: Ticks) {
    push_time(out, at, 0);
    out.pop();
}

/// `3/9/2025 8:01:07 AM`, as PowerShell prints a time under en-US.
pub fn push_american(out: &mut Vec<u8>, at: Ticks) {
    let (year, month, day) = date(at);
    for (part, end) in [(month, b'/'), (day, b'/'), (year, b' ')] {
        push_int(out, part);
        out.push(end);
    }
    let seconds = at % DAY / SECOND;
    let hour = seconds / 3600;
    push_int(out, (hour + 11) % 12 + 1);
    for part in [seconds / 60 % 60, seconds % 60] {
        out.push(b':');
        push_padded(out, part, 2);
    }
    out.extend_from_slice(if hour < 12 { b" AM" } else { b" PM" });
}

fn push_clock(out: &mut Vec<u8>, at: Ticks) {
    let seconds = at % DAY / SECOND;
    push_padded(out, seconds / 3600, 2);
    out.push(b':');
    push_padded(out, seconds / 60 % 60, 2);
    out.push(b':');
    push_padded(out, seconds % 60, 2);
}

fn date(at: Ticks) -> (u64, u64, u64) {
    let (year, month, day) = civil_from_days(ORIGIN_DAYS + (at / DAY) as i64);
    (year.unsigned_abs(), month.unsigned_abs(), day.unsigned_abs())
}

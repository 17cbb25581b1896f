//! JSON and CSV in pieces: any bytes are cut at the same places however they arrive and nothing between the
//! pieces is lost; what the tape takes is what another JSON reader reads there.
//!
//! Trap: of auk's readers these are the ones that need neither Parquet nor the tables; so the target builds in
//! minutes, with every line instrumented. The others are in `ingest`.

#![no_main]

use auk_fuzz::json;
use auk_fuzz::reading::split::{CsvSplitter, JsonSplitter, Piece};
use auk_fuzz::reading::tape::{Kind, MAX_DEPTH, Tape};
use auk_fuzz::value::Value;
use libfuzzer_sys::fuzz_target;

/// A piece in the whole text: from, to, and whether it is broken.
type Place = (usize, usize, bool);

fuzz_target!(|data: &[u8]| {
    // The last byte says in what portions the rest arrives.
    let [data @ .., portion] = data else { return };
    let portion = usize::from(*portion) * 3 + 1;
    let text = String::from_utf8_lossy(data);
    tape(&text);
    let mut json = JsonSplitter::default();
    let whole = cut(data, data.len(), |buffer, last, out| json.feed(buffer, last, out));
    check(data, &whole, |b| b.is_ascii_whitespace() || b",[]{}\0".contains(b), json.notes.pages);
    if let Ok(text) = std::str::from_utf8(data) {
        elements(text, &whole, json.notes.pages);
    }
    let mut json = JsonSplitter::default();
    let pieces = cut(data, portion, |buffer, last, out| json.feed(buffer, last, out));
    assert_eq!(whole, pieces, "in portions of {portion}");
    let mut csv = CsvSplitter::default();
    let whole = cut(data, data.len(), |buffer, last, out| csv.feed(buffer, last, out));
    check(data, &whole, |b| b" \r\n\0".contains(b), false);
    let mut csv = CsvSplitter::default();
    let pieces = cut(data, portion, |buffer, last, out| csv.feed(buffer, last, out));
    assert_eq!(whole, pieces, "in portions of {portion}");
});

/// The places of the pieces, when the bytes arrive in portions.
fn cut(
    data: &[u8],
    portion: usize,
    mut feed: impl FnMut(&[u8], bool, &mut Vec<Piece>) -> usize,
) -> Vec<Place> {
    let (mut buffer, mut base, mut all, mut at) = (Vec::new(), 0, Vec::new(), 0);
    loop {
        let next = (at + portion).min(data.len());
        buffer.extend_from_slice(&data[at..next]);
        let last = next == data.len();
        let mut pieces = Vec::new();
        let keep = feed(&buffer, last, &mut pieces);
        all.extend(pieces.iter().map(|p| (base + p.start, base + p.end, p.broken.is_some())));
        assert!(keep <= buffer.len() && pieces.iter().all(|p| p.end <= buffer.len()), "{keep} {pieces:?}");
        if last {
            return all;
        }
        base += keep;
        buffer.drain(..keep);
        at = next;
    }
}

/// Pieces follow one another, and between them is nothing that could be a part of a record.
fn check(data: &[u8], pieces: &[Place], nothing: impl Fn(&u8) -> bool, pages: bool) {
    let mut end = 0;
    for (from, to, _) in pieces.iter().chain([&(data.len(), data.len(), false)]) {
        assert!(end <= *from && from <= to, "pieces overlap: {pieces:?}");
        let between = &data[end..*from];
        // Two newlines of one byte at the end of UTF-16, read as one character.
        let torn = *from == data.len() && std::str::from_utf8(between).is_ok_and(|t| !t.is_ascii());
        let lost = !pages && !torn && !between.iter().all(&nothing);
        assert!(!lost, "lost: {:?}", String::from_utf8_lossy(between));
        end = *to;
    }
}

/// The elements of an array that is whole are its pieces.
fn elements(text: &str, pieces: &[Place], pages: bool) {
    if pages || !text.trim_start().starts_with('[') {
        return;
    }
    let Some(Value::Array(items)) = json::parse(text) else { return };
    if items.is_empty() || !items.iter().all(|item| matches!(item, Value::Array(_) | Value::Bag(_))) {
        return;
    }
    assert_eq!(items.len(), pieces.len(), "pieces: {pieces:?}");
    for (item, (from, to, broken)) in items.iter().zip(pieces) {
        let piece = text.get(*from..*to).and_then(json::parse);
        assert!(*broken || piece.as_ref() == Some(item), "{from}..{to} is no element");
    }
}

/// What the tape takes is JSON and means the same, and its normal form is a fixed point. What is JSON is taken.
fn tape(text: &str) {
    let mut tape = Tape::default();
    let other = json::parse(text);
    if let Err(e) = tape.parse(text) {
        let refused = e.what.starts_with("nested too deeply") || e.what.starts_with("an @odata annotation");
        assert!(other.is_none() || refused, "not taken: {} at {}", e.what, e.at);
        return;
    }
    assert!(!tape.text(0).is_empty() && depth(&tape) <= MAX_DEPTH);
    let normal = tape.text(0).to_string();
    let value = json::parse(&normal);
    assert!(value.is_some(), "no JSON: {normal}");
    if !tape.damaged && !text.contains("@odata.") && !text.contains('\\') {
        assert!(other.is_none() || other == value, "another value: {normal}");
    }
    let mut again = Tape::default();
    assert!(again.parse(&normal).is_ok(), "not read back: {normal}");
    assert_eq!(again.text(0), normal);
    assert_eq!((again.leaves, again.leaves_under(0)), (tape.leaves, tape.leaves_under(0)), "{normal}");
    assert_eq!(tape.leaves, tape.leaves_under(0), "{normal}");
    walk(&tape, 0);
}

/// How deep the values lie in one another, counted in brackets of the normal form.
fn depth(tape: &Tape) -> usize {
    let (mut open, mut deepest, mut quoted, mut escaped) = (0, 0, false, false);
    for b in tape.text(0).bytes() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => open += 1,
            b'}' | b']' if !quoted => open -= 1,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// All nodes can be looked at: their text is JSON, a string's characters are those of its text.
fn walk(tape: &Tape, root: u32) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match tape.kind(node) {
            Kind::String => {
                let read = json::parse(tape.text(node));
                assert_eq!(read, Some(Value::string(tape.string(node).as_ref())), "{}", tape.text(node));
            }
            Kind::Array | Kind::Object => open.extend(tape.children(node)),
            _ => assert!(!tape.text(node).is_empty()),
        }
        _ = tape.key(node);
    }
}

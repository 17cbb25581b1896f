//! JSON and CSV in pieces: any bytes are cut at the same places however they arrive, and what the tape takes is
//! JSON whose normal form is read back as it is.
//!
//! Trap: of auk's readers these are the ones that need neither Parquet nor the tables; so the target builds in
//! minutes, with every line instrumented. The others are in `ingest`.

#![no_main]

use auk_fuzz::json;
use auk_fuzz::reading::split::{CsvSplitter, JsonSplitter, Piece};
use auk_fuzz::reading::tape::{Kind, Tape};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    tape(&text);
    let at = data.first().map_or(0, |b| usize::from(*b)) * data.len() / 256;
    let whole = cut(data, &[], |buffer, last, out| JsonSplitter::default().feed(buffer, last, out));
    whole.iter().for_each(|piece| assert!(piece.0 <= piece.1 && piece.1 <= data.len(), "{piece:?}"));
    let mut json = JsonSplitter::default();
    let pieces = cut(&data[..at], &data[at..], |buffer, last, out| json.feed(buffer, last, out));
    assert_eq!(whole, pieces, "cut at {at}");
    let whole = cut(data, &[], |buffer, last, out| CsvSplitter::default().feed(buffer, last, out));
    let mut csv = CsvSplitter::default();
    let pieces = cut(&data[..at], &data[at..], |buffer, last, out| csv.feed(buffer, last, out));
    assert_eq!(whole, pieces, "cut at {at}");
});

/// The places of the pieces, when the bytes arrive in one portion or two.
fn cut(
    first: &[u8],
    second: &[u8],
    mut feed: impl FnMut(&[u8], bool, &mut Vec<Piece>) -> usize,
) -> Vec<(usize, usize, bool)> {
    let (mut buffer, mut base, mut all) = (first.to_vec(), 0, Vec::new());
    for last in [false, true] {
        if last {
            buffer.extend_from_slice(second);
        } else if second.is_empty() {
            continue;
        }
        let mut pieces = Vec::new();
        let keep = feed(&buffer, last, &mut pieces).min(buffer.len());
        all.extend(
            pieces.iter().map(|p| (base + p.start, base + p.end.min(buffer.len()), p.broken.is_some())),
        );
        base += keep;
        buffer.drain(..keep);
    }
    all
}

/// What the tape takes is JSON, and its normal form is a fixed point.
fn tape(text: &str) {
    let mut tape = Tape::default();
    if tape.parse(text).is_err() {
        return;
    }
    let normal = tape.text(0).to_string();
    assert!(json::parse(&normal).is_some(), "no JSON: {normal}");
    let mut again = Tape::default();
    assert!(again.parse(&normal).is_ok(), "not read back: {normal}");
    assert_eq!(again.text(0), normal);
    walk(&tape, 0);
}

/// All nodes can be looked at.
fn walk(tape: &Tape, root: u32) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        assert!(tape.text(node).len() <= tape.text(root).len());
        if tape.kind(node) == Kind::String {
            _ = tape.string(node);
        }
        if matches!(tape.kind(node), Kind::Array | Kind::Object) {
            open.extend(tape.children(node));
        }
    }
}

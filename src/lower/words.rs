//! Words that a filter looks for in a column (`TargetResources has "Helper"`), asked of the part files before any row is
//! read: a part without the word has no row for the filter.
//!
//! Where a file says which words it has (`lake/words.rs`), that alone tells nearly always. Else its pages are searched as
//! the bytes that they are, up to the first hit in the part; so a text that is everywhere costs a page of each part.
//!
//! Trap: only text that a page holds as it stands: no encoding that leaves out what rows have in common, and of JSON
//! nothing that may be of a number, which has more than one form there.

use std::fs::File;

use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use rayon::prelude::*;

use super::Lowering;
use super::nodes::conjuncts;
use super::path::stands_in_json;
use crate::functions::text_search::Needle;
use crate::lake::Part;
use crate::lake::words::{tells, words_of};
use crate::plan::{Expr, ExprKind};
use crate::types::Type;
use crate::value::Value;

/// Operators that hold only where the text of their second operand is in the first, regardless of case; and whether the
/// text begins and ends where a word does.
const SEARCHING: &[(&str, [bool; 2])] = &[
    ("has", [true, true]),
    ("has_cs", [true, true]),
    ("has_any", [true, true]),
    ("has_all", [true, true]),
    ("hasprefix", [true, false]),
    ("hasprefix_cs", [true, false]),
    ("hassuffix", [false, true]),
    ("hassuffix_cs", [false, true]),
    ("contains", [false, false]),
    ("contains_cs", [false, false]),
    ("startswith", [true, false]),
    ("startswith_cs", [true, false]),
    ("endswith", [false, true]),
    ("endswith_cs", [false, true]),
];
/// A shorter text is nearly everywhere.
const SHORTEST: usize = 3;
/// So many texts are looked for in pages at most.
const MOST: usize = 4;

/// Only rows whose column has one of the texts in it, regardless of ASCII case, are looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub column: usize,
    pub texts: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    text: String,
    /// The words in it that are whole words of the column, too.
    whole: Vec<String>,
}

impl Lowering<'_> {
    /// The words that a filter looks for; and whether it asks for words and times alone: else few rows are left to be
    /// searched anyway.
    pub fn words_of(&self, predicate: &Expr) -> (Vec<Word>, bool) {
        let parts = conjuncts(predicate).into_iter();
        let words: Vec<Option<Vec<Word>>> =
            parts.filter(|part| self.bounds_of(part).is_empty()).map(words).collect();
        let all = words.iter().all(Option::is_some);
        (words.into_iter().flatten().flatten().collect(), all)
    }
}

fn words(part: &Expr) -> Option<Vec<Word>> {
    let ExprKind::Call(f, args) = &part.kind else { return None };
    let (_, ends) = SEARCHING.iter().find(|(name, _)| *name == f.name)?;
    let (value, texts) = args.split_first()?;
    let ExprKind::Column(column) = value.kind else { return None };
    let stands_so = |text: &str| match value.ty {
        Type::String => text.is_ascii(),
        Type::Dynamic => stands_in_json(text),
        _ => false,
    };
    let mut found = Vec::new();
    for text in texts {
        match text.as_literal()? {
            Value::Array(items) => found.extend(items.iter().map(Value::as_str)),
            value => found.push(value.as_str()),
        }
    }
    let text = |text: Option<&str>| {
        let text = text.filter(|text| stands_so(text) && text.len() >= SHORTEST)?;
        Some(Text { text: text.to_string(), whole: whole_words(text, *ends) })
    };
    let texts = found.into_iter().map(text).collect::<Option<Vec<Text>>>()?;
    let word = |texts| Word { column, texts };
    Some(if f.name == "has_all" {
        texts.into_iter().map(|text| word(vec![text])).collect()
    } else {
        vec![word(texts)]
    })
}

/// The words of an ASCII text that are words of whatever has the text in it. At its ends there may be more of a word,
/// unless a word is known to begin and end there.
fn whole_words(text: &str, [begins, ends]: [bool; 2]) -> Vec<String> {
    let mut whole = Vec::new();
    words_of(text.as_bytes(), |from, to| {
        if (begins || from > 0) && (ends || to < text.len()) {
            whole.push(text[from..to].to_string());
        }
    });
    whole.retain(|word| tells(word));
    whole
}

/// Of these parts those that may have all words; the names are those of the words' columns. `pages` says whether pages
/// are searched where files do not tell.
pub fn searched<'p>(parts: Vec<&'p Part>, words: &[(&str, &Word)], pages: bool) -> Vec<&'p Part> {
    if words.is_empty() {
        return parts;
    }
    let may_hold = |part: &Part| words.iter().all(|(name, word)| may_hold(part, name, word, pages));
    parts.into_par_iter().filter(|part| may_hold(part)).collect()
}

fn may_hold(part: &Part, column: &str, word: &Word, pages: bool) -> bool {
    let noted = part.words.iter().find(|noted| noted.column == column);
    let Some(noted) = noted.and_then(|noted| noted.read(&part.path)) else {
        return !pages || holds(part, column, word.texts.iter()) != Some(false);
    };
    let texts = word.texts.iter().filter(|t| t.whole.iter().all(|word| noted.may_have(word)));
    let texts: Vec<&Text> = texts.collect();
    // One word is hardly ever taken for another; of several each may be in a row of its own.
    let is_word = |text: &Text| matches!(text.whole.as_slice(), [whole] if *whole == text.text);
    let sure = texts.iter().any(|text| is_word(text));
    !texts.is_empty() && (sure || !pages || holds(part, column, texts.into_iter()) != Some(false))
}

/// Is one of the texts in a column of a part? `None` where that cannot be told from its pages.
fn holds<'a>(part: &Part, column: &str, texts: impl ExactSizeIterator<Item = &'a Text>) -> Option<bool> {
    if texts.len() > MOST {
        return None;
    }
    let needles: Vec<Needle<'_>> = texts.map(|text| Needle::new(&text.text)).collect();
    let file = SerializedFileReader::new(File::open(&part.path).ok()?).ok()?;
    let columns = file.metadata().file_metadata().schema_descr().columns().iter();
    let at = columns.map(|c| c.path().parts()).position(|path| path == [column])?;
    for group in 0..file.num_row_groups() {
        if in_pages(&*file.get_row_group(group).ok()?, at, &needles)? {
            return Some(true);
        }
    }
    Some(false)
}

fn in_pages(group: &dyn RowGroupReader, column: usize, needles: &[Needle<'_>]) -> Option<bool> {
    let mut pages = group.get_column_page_reader(column).ok()?;
    while let Some(page) = pages.get_next_page().ok()? {
        let as_it_stands = match page {
            Page::DictionaryPage { .. } => true,
            _ => matches!(
                page.encoding(),
                Encoding::PLAIN
                    | Encoding::RLE_DICTIONARY
                    | Encoding::PLAIN_DICTIONARY
                    | Encoding::DELTA_LENGTH_BYTE_ARRAY
            ),
        };
        if !as_it_stands {
            return None;
        }
        if needles.iter().any(|needle| needle.is_in(page.buffer())) {
            return Some(true);
        }
    }
    Some(false)
}

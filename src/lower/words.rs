//! Words that a filter looks for in a column (`TargetResources has "Helper"`), searched in the pages of the part files
//! before any row is read: a part without the word has no row for the filter.
//!
//! A page is searched as the bytes that it is, up to the first hit in the part; so a word that is everywhere costs a
//! page of each part.
//!
//! Trap: only text that a page holds as it stands: no encoding that leaves out what rows have in common, and of JSON
//! no numbers, which have more than one form there.

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
use crate::plan::{Expr, ExprKind};
use crate::types::Type;

/// Operators that hold only where the text of their second operand is in the first, regardless of case.
const SEARCHING: &[&str] = &[
    "has",
    "has_cs",
    "hasprefix",
    "hasprefix_cs",
    "hassuffix",
    "hassuffix_cs",
    "contains",
    "contains_cs",
    "startswith",
    "startswith_cs",
    "endswith",
    "endswith_cs",
];
/// A shorter text is nearly everywhere.
const SHORTEST: usize = 3;

/// Only rows whose column has the text in it, regardless of ASCII case, are looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    pub column: usize,
    pub text: String,
}

impl Lowering<'_> {
    /// The words of a filter; `None` where it asks for more than words and times, for then few rows are left to
    /// be searched anyway.
    pub fn words_of(&self, predicate: &Expr) -> Option<Vec<Word>> {
        let parts = conjuncts(predicate).into_iter();
        let words = parts.filter(|part| self.bounds_of(part).is_empty()).map(word);
        words.collect()
    }
}

fn word(part: &Expr) -> Option<Word> {
    let ExprKind::Call(f, args) = &part.kind else { return None };
    let (true, [value, text]) = (SEARCHING.contains(&f.name), args.as_slice()) else { return None };
    let (ExprKind::Column(column), Some(text)) = (&value.kind, text.as_literal().and_then(|t| t.as_str()))
    else {
        return None;
    };
    let stands_so = match value.ty {
        Type::String => text.is_ascii(),
        Type::Dynamic => stands_in_json(text),
        _ => false,
    };
    let text = text.to_string();
    (stands_so && text.len() >= SHORTEST).then_some(Word { column: *column, text })
}

/// Of these parts those that may have all words; the names are those of the words' columns.
pub fn searched<'p>(parts: Vec<&'p Part>, words: &[(&str, &Word)]) -> Vec<&'p Part> {
    if words.is_empty() {
        return parts;
    }
    let may_hold = |part: &Part| words.iter().all(|(name, word)| holds(part, name, word) != Some(false));
    parts.into_par_iter().filter(|part| may_hold(part)).collect()
}

/// Is the word in a column of a part? `None` where that cannot be told from its pages.
fn holds(part: &Part, column: &str, word: &Word) -> Option<bool> {
    let file = SerializedFileReader::new(File::open(&part.path).ok()?).ok()?;
    let columns = file.metadata().file_metadata().schema_descr().columns().iter();
    let at = columns.map(|c| c.path().parts()).position(|path| path == [column])?;
    let needle = Needle::new(&word.text);
    for group in 0..file.num_row_groups() {
        if in_pages(&*file.get_row_group(group).ok()?, at, &needle)? {
            return Some(true);
        }
    }
    Some(false)
}

fn in_pages(group: &dyn RowGroupReader, column: usize, needle: &Needle<'_>) -> Option<bool> {
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
        if needle.is_in(page.buffer()) {
            return Some(true);
        }
    }
    Some(false)
}

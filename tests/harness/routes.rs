//! The page of all routes: how each was read in which container and encoding, what became of its records, and the
//! goldens that say so. It is put together from the `account` fences of the ingest pages, which those tests hold.
//!
//! Trap: it reads pages, not lakes, so `UPDATE_EXPECT=1` may have to be run twice after an account has changed.

use std::collections::{BTreeMap, BTreeSet};

use auk::ingest::{CSV_FORMATS, FORMATS};

use super::page::{self, Page};

/// The page, from the root of the package.
const PAGE: &str = "tests/ROUTES.md";

/// Goldens that a row names.
const NAMED: usize = 3;

/// How files are encoded and packed; each must be in a golden.
const LAID: &[&str] = &["UTF-8 with BOM", "UTF-16LE", "UTF-16BE", "gzip", "zip", "Parquet"];

/// What became of the records of one kind of source: seen, kept, duplicates, superseded, rejected.
#[derive(Default)]
struct Row {
    sources: u64,
    counts: [u64; 5],
    goldens: BTreeSet<(String, String)>,
}

pub fn check_page() -> Result<(), String> {
    let mut rows: BTreeMap<[String; 3], Row> = BTreeMap::new();
    for path in page::pages("ingest") {
        let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        for case in Page::read(&path)?.cases {
            let lines = case.block("account").map(|b| b.lines.clone()).unwrap_or_default();
            for line in lines.iter().filter(|l| l.contains(" seen = ")) {
                let (key, counts) = read(line).ok_or_else(|| format!("{name}: no account: {line}"))?;
                if counts[0] != counts[1..].iter().sum::<u64>() {
                    return Err(format!("{name}: {}: records are lost: {line}", case.heading));
                }
                let row = rows.entry(key).or_default();
                row.sources += 1;
                row.counts.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                row.goldens.insert((name.clone(), case.heading.clone()));
            }
        }
    }
    complete(&rows)?;
    page::held(PAGE, &render(&rows))
}

/// `NAME (ROUTES CONTAINER, ENCODING, ARCHIVE): 3 seen = 1 kept + …`: routes, container, the rest; and the counts.
fn read(line: &str) -> Option<([String; 3], [u64; 5])> {
    let (head, counts) = line.split_once("): ")?;
    let (_, laid) = head.rsplit_once(" (")?;
    let (form, how) = laid.split_once(", ").unwrap_or((laid, "UTF-8"));
    let is_container = |word: &&str| matches!(*word, "JSON" | "CSV" | "Parquet");
    let at = form.split(' ').position(|word| is_container(&word))?;
    let words: Vec<&str> = form.split(' ').collect();
    let mut numbers = counts.split(' ').filter_map(|word| word.parse().ok());
    let counts = std::array::from_fn(|_| numbers.next());
    let [Some(seen), Some(kept), Some(duplicates), Some(superseded), Some(rejected)] = counts else {
        return None;
    };
    let key = [words[..at].join(", "), words[at..].join(" "), how.to_string()];
    Some((key, [seen, kept, duplicates, superseded, rejected]))
}

/// Every route, encoding and packing has a golden with an account.
fn complete(rows: &BTreeMap<[String; 3], Row>) -> Result<(), String> {
    let told: BTreeSet<&str> =
        rows.keys().flat_map(|key| key.iter().flat_map(|cell| cell.split(", "))).collect();
    let routes = FORMATS.iter().map(|f| f.route).chain(CSV_FORMATS.iter().map(|f| f.route));
    let missing: BTreeSet<&str> =
        routes.chain(LAID.iter().copied()).filter(|name| !told.contains(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "no golden of tests/ingest has an account of: {}",
        missing.into_iter().collect::<Vec<_>>().join(", ")
    ))
}

fn render(rows: &BTreeMap<[String; 3], Row>) -> String {
    let mut out = String::from(
        "# Routes, containers and encodings\n\n\
         What the goldens of `tests/ingest/` hold, added up: every record that is seen is kept, a duplicate, superseded or\n\
         rejected. `src/ingest/formats/` says what the routes are. This page is written by the test `tables/routes`.\n\n\
         | Route | Container | Encoding, packing | Sources | Seen | = Kept | + Duplicates | + Superseded | + Rejected | Goldens |\n\
         |---|---|---|---:|---:|---:|---:|---:|---:|---|\n",
    );
    for ([route, container, how], row) in rows {
        let [seen, kept, duplicates, superseded, rejected] = row.counts;
        let goldens: Vec<String> =
            row.goldens.iter().take(NAMED).map(|(page, heading)| link(page, heading)).collect();
        let more = match row.goldens.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(", {more} more"),
        };
        out.push_str(&format!(
            "| {route} | {container} | {how} | {} | {seen} | {kept} | {duplicates} | {superseded} | {rejected} | {}{more} |\n",
            row.sources,
            goldens.join(", "),
        ));
    }
    out
}

/// A link to a case, as Markdown pages name their headings.
fn link(page: &str, heading: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let anchor: String = heading.to_lowercase().chars().filter(|c| word(*c)).collect();
    format!("[{page}](ingest/{page}.md#{})", anchor.replace(' ', "-"))
}

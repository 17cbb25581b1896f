//! The one test binary: golden pages, console pages, tests over the tables, differential tests.
//!
//! `cargo test --release` runs all; a word after `--` chooses by name: `-- kql/join`, `-- differential`.
//! `UPDATE_EXPECT=1` rewrites the expectations of pages that differ. README.md beside this file says how
//! a page is written.

mod harness;
mod oracle;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        trial("tables/functions", harness::rows::check_functions),
        trial("tables/aggregates", harness::rows::check_aggregates),
        trial("tables/operators", harness::rows::check_operators),
        trial("source/layers", harness::layers::check_layers),
        trial("source/lengths", harness::layers::check_lengths),
    ];
    for folder in ["kql"] {
        for page in harness::page::pages(folder) {
            let name = page.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            trials.push(trial(&format!("{folder}/{name}"), move || harness::golden::run_page(&page)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(name: &str, test: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    Trial::test(name, || test().map_err(Failed::from))
}

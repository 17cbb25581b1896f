//! The one test binary: golden pages, console pages, tests over the tables, differential tests.
//!
//! `cargo test --release` runs all; a word after `--` chooses by name: `-- kql/join`, `-- differential`.
//! `UPDATE_EXPECT=1` rewrites the expectations of pages that differ. README.md beside this file says how
//! a page is written.

mod harness;
mod oracle;

use std::path::{Path, PathBuf};

use harness::engine::World;
use harness::{
    benchmark, collection, console, crash, differential, golden, headings, hostile, incidents, ingest,
    kernels, layers, listing, mangled, mutants, odd, order, page, planning, property, question, routes, rows,
    shreds, threads, together,
};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        trial("tables/functions", rows::check_functions),
        trial("tables/aggregates", rows::check_aggregates),
        trial("tables/operators", rows::check_operators),
        trial("tables/goldens", headings::check),
        trial("tables/plugins", rows::check_plugins),
        trial("tables/analyses", collection::check),
        trial("tables/incidents", incidents::check),
        trial("tables/page", listing::check_page),
        trial("tables/routes", routes::check_page),
        trial("source/layers", layers::check_layers),
        trial("source/lengths", layers::check_lengths),
        trial("kernels", kernels::run),
        trial("property", property::run),
        trial("mutants", mutants::run),
        trial("planning", planning::run),
        trial("shreds", shreds::run),
        trial("question", question::run),
        trial("threads", threads::run),
        trial("lake/crashes", crash::crashes),
        trial("lake/compactions", crash::compactions),
        trial("lake/full", crash::full),
        trial("lake/unreadable", crash::unreadable),
        trial("lake/writers", together::writers),
        trial("lake/readers", together::readers),
        trial("lake/busy", together::busy),
        trial("lake/orders", order::orders),
        trial("lake/many-runs", order::many_runs),
        trial("lake/hostile", hostile::run),
        trial("lake/mangled", mangled::run),
    ];
    trials.extend(pages("kql", golden::run_page));
    trials.extend(pages("analyses", ingest::run_page));
    trials.extend(pages("ingest", ingest::run_page));
    trials.extend(pages("cli", console::run_page));
    trials.push(trial("cli/README", || {
        console::run_page(&Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))
    }));
    let no_cases = differential::cases_folder().is_none();
    for name in ["sentinel", "emulator", "kusto_loco"] {
        let run = move || differential::run(name, World::sample()?);
        trials.push(trial(&format!("differential/{name}"), run).with_ignored_flag(no_cases));
    }
    trials.push(trial("odd/sentinel", || odd::cases("sentinel")).with_ignored_flag(no_cases));
    trials.push(trial("odd/analyses", odd::analyses));
    trials.push(trial("odd/pages", odd::pages));
    trials.push(trial("benchmark", benchmark::smoke).with_ignored_flag(!benchmark::python()));
    let conclusion = libtest_mimic::run(&arguments, trials);
    harness::clean_up();
    conclusion.exit();
}

/// A test per page of a folder: `kql/join`, `kql/functions/text`.
fn pages(folder: &'static str, run: fn(&Path) -> Result<(), String>) -> Vec<Trial> {
    let test = |page: PathBuf| {
        let name = page.strip_prefix(page::root()).unwrap_or(&page).with_extension("");
        trial(&name.to_string_lossy(), move || run(&page))
    };
    page::pages(folder).into_iter().map(test).collect()
}

fn trial(name: &str, test: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    Trial::test(name, || test().map_err(Failed::from))
}

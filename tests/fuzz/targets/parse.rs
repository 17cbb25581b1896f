//! Reading and binding: any text gives a plan that is well made, or errors at places that are there.
//!
//! The catalogue is the real one, without rows. `AUK_SHOW=1` prints what a text is bound to.
//!
//! Trap: the work is done on a thread with the stack that auk gives it.

#![no_main]

use auk_fuzz::diagnostic::{Diagnostic, Kind};
use auk_fuzz::kql::{self, Catalog, Env};
use auk_fuzz::mutate::{self, Draw};
use auk_fuzz::plan::Plan;
use auk_fuzz::plan::display::display;
use auk_fuzz::sound::flaw;
use auk_fuzz::table::Table;
use auk_fuzz::tables;
use auk_fuzz::types::Schema;
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

/// As `auk::cli::STACK`.
const STACK: usize = 256 << 20;
/// 2026-06-01T12:00:00Z.
const NOW: i64 = 639_159_120_000_000_000;

/// All tables, none with rows.
struct Tables;

impl Catalog for Tables {
    fn schema(&self, table: &str) -> Option<Schema> {
        tables::table(table).map(|t| t.schema.clone())
    }

    fn tables(&self) -> Vec<String> {
        let mut names: Vec<String> = tables::tables().iter().map(|t| t.name.clone()).collect();
        names.sort();
        names
    }
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    std::thread::scope(|scope| {
        let work = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || check(text));
        _ = work.map(|thread| thread.join());
    });
});

fn check(text: &str) {
    let (query, diagnostics) = kql::parse(text);
    diagnostics.iter().for_each(|d| check_place(text, d));
    if diagnostics.is_empty() {
        kql::dump::dump(&query);
    }
    let empty = |plan: &Plan| Ok(Table { schema: plan.schema().clone(), rows: Vec::new() });
    match kql::compile(text, &Env { catalog: &Tables, now: NOW, parameters: &[], places: None, run: &empty })
    {
        Ok(compiled) => {
            for plan in &compiled.plans {
                if let Some(flaw) = flaw(plan) {
                    panic!("{flaw} in\n{}", display(plan));
                }
                let shown = display(plan);
                if std::env::var_os("AUK_SHOW").is_some() {
                    eprintln!("{shown}");
                }
            }
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "refused without a reason");
            diagnostics.iter().for_each(|d| check_place(text, d));
        }
    }
}

/// The place of an error is a part of the text.
fn check_place(text: &str, d: &Diagnostic) {
    assert!(text.get(d.span.start..d.span.end).is_some(), "{d:?} is about no part of the text");
    assert!(d.kind != Kind::Internal, "{d:?}");
    if std::env::var_os("AUK_SHOW").is_some() {
        eprintln!("{d:?}");
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let text = std::str::from_utf8(&data[..size]).map(str::to_string);
    match text {
        Ok(text) if seed % 4 != 0 => {
            let new = mutate::mutated(&text, auk_fuzz::names(), &mut Draw::new(seed.into()));
            let new = mutate::cut(&new, max_size).as_bytes();
            data[..new.len()].copy_from_slice(new);
            new.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});

fuzz_crossover!(|data1: &[u8], data2: &[u8], out: &mut [u8], seed: u32| {
    let [a, b] = [data1, data2].map(String::from_utf8_lossy);
    let new = mutate::crossed(&a, &b, &mut Draw::new(seed.into()));
    let new = mutate::cut(&new, out.len()).as_bytes();
    out[..new.len()].copy_from_slice(new);
    new.len()
});

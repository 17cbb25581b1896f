//! Whole queries: the streaming engine, the in-memory engine and the oracle give one answer, and no
//! error of auk's own.
//!
//! `AUK_FUZZ_LAKE` names a lake; without one all tables are empty. `AUK_SHOW=1` prints what is answered.
//!
//! Trap: where an operand is not looked at, an engine may answer although the oracle fails; so only two
//! answers that differ are a find, and errors of kind `internal`.

#![no_main]

#[path = "../../harness/cell.rs"]
mod cell;
#[path = "../../harness/compare.rs"]
mod compare;
#[allow(dead_code)]
#[path = "../../oracle/mod.rs"]
mod oracle;
#[path = "../../harness/walk.rs"]
mod walk;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, OnceLock};

use auk::diagnostic::Kind;
use auk::engine::{Engine, QueryOptions};
use auk::lake::Lake;
use auk::lower;
use auk::plan::Plan;
use auk::plan::display::display;
use auk::table::Table;
use auk::types::Schema;
use auk_fuzz::mutate::{self, Draw};
use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};

/// As `auk::cli::STACK`.
const STACK: usize = 256 << 20;
/// 2026-06-01T12:00:00Z.
const NOW: i64 = 639_159_120_000_000_000;

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let folder = std::env::var_os("AUK_FUZZ_LAKE");
        Engine::new(folder.map(|folder| Lake::open(Path::new(&folder)).expect("a lake")))
    })
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    std::thread::scope(|scope| {
        let work = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || check(text));
        _ = work.map(|thread| thread.join());
    });
});

fn check(text: &str) {
    let now = engine().now().unwrap_or(NOW);
    let compiled = match engine().compile(text, &QueryOptions::new(now)) {
        Ok(compiled) => compiled,
        Err(diagnostics) => {
            let internal = diagnostics.iter().find(|d| d.kind == Kind::Internal);
            assert!(internal.is_none(), "{internal:?}");
            return show(&diagnostics);
        }
    };
    for plan in &compiled.plans {
        if !walk::is_huge(plan) {
            check_plan(plan, now);
        }
    }
}

fn check_plan(plan: &Plan, now: i64) {
    let expected = oracle::run(plan, &|name, schema| whole(name, schema, now), now);
    for engine in [lower::Engine::Streaming, lower::Engine::InMemory] {
        match (&expected, run(plan, engine, now)) {
            (_, Err(e)) => {
                assert!(e.kind != Kind::Internal, "{engine:?}: {}\n{}", e.message, display(plan));
                show(&e.message);
            }
            (Ok(expected), Ok(actual)) if !walk::is_volatile(plan) => {
                show(&actual);
                if let Some(difference) = compare::difference(expected, &actual, true) {
                    panic!("the oracle (-) and {engine:?} (+) differ\n{difference}{}", display(plan));
                }
            }
            _ => {}
        }
    }
}

fn run(plan: &Plan, way: lower::Engine, now: i64) -> Result<Table, lower::Error> {
    lower::run(plan, &lower::Env { now, tables: engine(), engine: way, shreds: true })
}

/// A whole table, read once.
fn whole(name: &str, schema: &Schema, now: i64) -> Option<Table> {
    static READ: Mutex<BTreeMap<String, Table>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().ok()?;
    if let Some(table) = read.get(name) {
        return Some(table.clone());
    }
    let table = match engine().lake() {
        Some(lake) if name != "OfficeActivity" => {
            Table { schema: schema.clone(), rows: oracle::lake::rows(lake, name, schema).ok()? }
        }
        _ => {
            let scan = Plan::Scan { table: name.to_string(), schema: schema.clone() };
            run(&scan, lower::Engine::Streaming, now).ok()?
        }
    };
    read.insert(name.to_string(), table.clone());
    Some(table)
}

fn show(what: &dyn std::fmt::Debug) {
    if std::env::var_os("AUK_SHOW").is_some() {
        eprintln!("{what:?}");
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let text = std::str::from_utf8(&data[..size]).map(str::to_string);
    match text {
        Ok(text) if seed % 8 != 0 => {
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

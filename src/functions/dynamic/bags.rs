//! Property bags: `bag_pack`, `bag_merge`, `bag_keys`, `bag_remove_keys`, `treepath`, …
//!
//! A key that starts with `$` is a JSONPath where a function looks for one (`bag_has_key`, `bag_remove_keys`,
//! `bag_set_key`).
//!
//! Trap: what is no bag gives null. A key that is packed twice keeps its place and takes the last value.

use crate::functions::convert::text;
use crate::functions::dynamic::json_path::{self, Step};
use crate::functions::rows::{plain, row, special};
use crate::functions::{Cx, Function, Naming};
use crate::value::Value;

type Members = Vec<(String, Value)>;

pub const ROWS: &[Function] = &[
    row(
        "bag_pack",
        &["pack", "pack_dictionary"],
        &["(key: string..., value: scalar...) -> dynamic"],
        "A bag of names and values.",
        Naming::None,
        |a, _| pack(a.chunks_exact(2).map(|pair| (text(&pair[0]).into_owned(), pair[1].clone()))),
    ),
    plain(
        "bag_has_key",
        &["(bag: dynamic, key: string) -> bool"],
        "Has the bag the key (or something at the JSONPath)?",
        has_key,
    ),
    plain("bag_keys", &["(bag: dynamic) -> dynamic"], "The keys of a bag.", |a, _| {
        a[0].as_bag()
            .map_or(Value::Null, |bag| Value::Array(bag.iter().map(|(k, _)| Value::string(k)).collect()))
    }),
    plain(
        "bag_merge",
        &["(bag: dynamic, more: dynamic...) -> dynamic"],
        "The members of all bags; the leftmost wins.",
        merge,
    ),
    plain(
        "bag_remove_keys",
        &["(bag: dynamic, keys: array) -> dynamic"],
        "The bag without some keys (or what is at some JSONPaths).",
        remove_keys,
    ),
    plain(
        "bag_set_key",
        &["(bag: dynamic, key: string, value: scalar) -> dynamic"],
        "The bag with a key (or what is at a JSONPath of keys) set to a value.",
        set_key,
    ),
    plain(
        "bag_zip",
        &["(keys: dynamic, values: dynamic) -> dynamic"],
        "A bag of an array of keys and an array of values.",
        zip,
    ),
    row(
        "treepath",
        &[],
        &["(object: dynamic) -> dynamic"],
        "The paths of all members, in arrays by their first element.",
        Naming::Prefix("tree"),
        treepath,
    ),
    plain(
        "bag_without_empty",
        &["(bag: dynamic) -> dynamic"],
        "The bag without members that are null or empty text: what `pack_all(true)` packs.",
        |a, _| match &a[0] {
            Value::Bag(bag) => Value::Bag(bag.iter().filter(|(_, v)| !v.is_empty()).cloned().collect()),
            other => other.clone(),
        },
    ),
    special(
        "bag_pack_columns",
        &[],
        &["(column: scalar...) -> dynamic"],
        "A bag of columns by their names.",
        Naming::None,
    ),
    special(
        "pack_all",
        &[],
        &["([ignore_null_empty: bool]) -> dynamic"],
        "A bag of all columns by their names.",
        Naming::None,
    ),
];

/// A bag; a key that comes again takes the new value.
fn pack(members: impl Iterator<Item = (String, Value)>) -> Value {
    let mut bag: Members = Vec::new();
    for (key, value) in members {
        match bag.iter_mut().find(|(k, _)| *k == key) {
            Some(member) => member.1 = value,
            None => bag.push((key, value)),
        }
    }
    Value::Bag(bag)
}

fn has_key(args: &[Value], _: &Cx) -> Value {
    let Some(bag) = args[0].as_bag() else { return Value::Null };
    let key = text(&args[1]);
    if bag.iter().any(|(k, _)| *k == key) {
        return Value::Bool(true);
    }
    let found = json_path::parse(&key).is_some_and(|steps| json_path::walk(&args[0], &steps).is_some());
    Value::Bool(found)
}

fn merge(args: &[Value], _: &Cx) -> Value {
    if args.iter().all(|v| v.as_bag().is_none()) {
        return Value::Null;
    }
    let mut bag: Members = Vec::new();
    for (key, value) in args.iter().filter_map(Value::as_bag).flatten() {
        if !bag.iter().any(|(k, _)| k == key) {
            bag.push((key.clone(), value.clone()));
        }
    }
    Value::Bag(bag)
}

fn remove_keys(args: &[Value], _: &Cx) -> Value {
    let Value::Bag(bag) = &args[0] else { return Value::Null };
    let mut bag = bag.clone();
    for key in args[1].as_array().unwrap_or_default() {
        let key = text(key);
        match json_path::parse(&key) {
            Some(steps) => remove(&mut bag, &steps),
            None => bag.retain(|(k, _)| *k != key),
        }
    }
    Value::Bag(bag)
}

/// Takes out what is at the end of a path of keys.
fn remove(bag: &mut Members, steps: &[Step]) {
    match steps {
        [Step::Key(key)] => bag.retain(|(k, _)| k != key),
        [Step::Key(key), rest @ ..] => {
            if let Some((_, Value::Bag(inner))) = bag.iter_mut().find(|(k, _)| k == key) {
                remove(inner, rest);
            }
        }
        _ => {}
    }
}

fn set_key(args: &[Value], cx: &Cx) -> Value {
    let Value::Bag(bag) = &args[0] else { return Value::Null };
    let (mut bag, key) = (bag.clone(), text(&args[1]));
    let steps = json_path::parse(&key).filter(|steps| !steps.is_empty());
    let steps = steps.unwrap_or_else(|| vec![Step::Key(key.to_string())]);
    if !set(&mut bag, &steps, &args[2]) {
        cx.fail(format!("bag_set_key(): the path {key:?} leads through something that is no bag"));
    }
    Value::Bag(bag)
}

/// Sets what is at the end of a path of keys, and makes the bags on the way that are missing.
fn set(bag: &mut Members, steps: &[Step], value: &Value) -> bool {
    let [Step::Key(key), rest @ ..] = steps else { return false };
    let at = bag.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
        bag.push((key.clone(), Value::Bag(Vec::new())));
        bag.len() - 1
    });
    match &mut bag[at].1 {
        last if rest.is_empty() => {
            *last = value.clone();
            true
        }
        Value::Bag(inner) => set(inner, rest, value),
        _ => false,
    }
}

fn zip(args: &[Value], _: &Cx) -> Value {
    let Some(keys) = args[0].as_array() else { return Value::Null };
    let values = args[1].as_array().unwrap_or_default();
    let named = keys.iter().enumerate().filter_map(|(at, key)| Some((at, key.as_str()?)));
    pack(named.map(|(at, key)| (key.to_string(), values.get(at).cloned().unwrap_or(Value::Null))))
}

fn treepath(args: &[Value], _: &Cx) -> Value {
    if args[0].as_bag().is_none() {
        return Value::Null;
    }
    let mut paths = Vec::new();
    collect_paths(&args[0], "", &mut paths);
    Value::Array(paths)
}

/// The paths below a value; equal paths (the elements of an array) are listed once.
fn collect_paths(value: &Value, prefix: &str, paths: &mut Vec<Value>) {
    let mut add = |path: &str, below: &Value| {
        let entry = Value::string(path);
        if !paths.contains(&entry) {
            paths.push(entry);
        }
        collect_paths(below, path, paths);
    };
    match value {
        Value::Bag(members) => {
            for (key, below) in members {
                add(&format!("{prefix}['{key}']"), below);
            }
        }
        Value::Array(items) => {
            for below in items {
                add(&format!("{prefix}[0]"), below);
            }
        }
        _ => {}
    }
}

//! The oracle: runs a `Plan` a row at a time, in the plainest way, over vectors of values.
//!
//! Every answer of the engine is held against this one. It uses the plan, the function table, values
//! and JSON, and nothing of the way that the engine runs a plan. Where there is a choice between fast
//! and obvious, it is obvious.
//!
//! Trap: it checks what it is given, too. A kernel that returns another type than its row says, a null
//! string, or a row of the wrong width is an error here, not a value.

mod call;
mod eval;
mod expand;
mod join;
pub mod lake;
mod matching;
mod series;
mod window;

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use auk::functions::{Accumulator, AggregateBody, Cx, Places};
use auk::plan::{AggregateCall, Plan, SortKey};
use auk::table::Table;
use auk::types::{Schema, Type};
use auk::value::Value;

pub type Row = Vec<Value>;

/// How the message begins that gives up on a query: the oracle copies rows freely.
pub const TOO_LARGE: &str = "too large for the oracle";
/// Values that a node may give, those within arrays and bags counted: each is held apart.
pub const VALUES: usize = 20_000_000;

/// How many values a row holds.
pub fn weight(row: &[Value]) -> usize {
    row.iter()
        .map(|value| match value {
            Value::Array(items) => 1 + weight(items),
            Value::Bag(members) => members.iter().map(|(_, v)| 1 + weight(std::slice::from_ref(v))).sum(),
            _ => 1,
        })
        .sum()
}

/// Where the rows of a table come from: those under the schema of the scan, in the lake's order.
pub type Tables<'a> = &'a dyn Fn(&str, &Schema) -> Option<Table>;

/// The answer to a plan, or the message of what failed.
pub fn run(plan: &Plan, tables: Tables, now: i64) -> Result<Table, String> {
    let oracle = Oracle {
        tables,
        cx: RefCell::new(Cx::new(now, Type::Bool).with_places(Some(places()))),
        shared: RefCell::default(),
        scalars: RefCell::default(),
        sets: RefCell::default(),
    };
    let rows = oracle.rows(plan)?;
    match oracle.cx.borrow().failure() {
        Some(message) => Err(message),
        None => Ok(Table { schema: plan.schema().clone(), rows }),
    }
}

/// Where addresses are in tests, made up of their last two bytes; those of version 6 are nowhere.
pub fn places() -> Places {
    Arc::new(|address| {
        let IpAddr::V4(address) = address else { return Ok(Value::Null) };
        let [.., third, last] = address.octets();
        let text = |name: &str, number: u8| Value::string(format!("{name} {number}"));
        Ok(Value::Bag(vec![
            ("country".to_string(), text("Country", third)),
            ("state".to_string(), text("State", third)),
            ("city".to_string(), text("City", last)),
            ("latitude".to_string(), Value::Real(f64::from(third) / 3.0)),
            ("longitude".to_string(), Value::Real(f64::from(last) / 2.0)),
        ]))
    })
}

/// One run of one plan.
struct Oracle<'a> {
    tables: Tables<'a>,
    cx: RefCell<Cx>,
    /// Answers of shared parts, by id.
    shared: RefCell<HashMap<usize, Vec<Row>>>,
    /// Answers of scalar subqueries and of `in (tabular)`, by the address of their plan.
    scalars: RefCell<HashMap<usize, Value>>,
    sets: RefCell<HashMap<usize, BTreeSet<Key>>>,
}

/// Values as a key: equal and ordered as `Value::total_cmp` says.
#[derive(Clone, Debug)]
struct Key(Row);

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        let pairs = self.0.iter().zip(&other.0).map(|(a, b)| a.total_cmp(b));
        pairs.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl Key {
    fn of(row: &[Value], columns: &[usize]) -> Key {
        Key(columns.iter().map(|i| row[*i].clone()).collect())
    }
}

/// The row numbers of each segment, segments in the order of their first rows.
fn segments(rows: &[Row], columns: &[usize]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    let mut out: Vec<Vec<usize>> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let place = *places.entry(Key::of(row, columns)).or_insert(out.len());
        if place == out.len() {
            out.push(Vec::new());
        }
        out[place].push(at);
    }
    out
}

impl Oracle<'_> {
    /// The rows of a node, each checked against its schema.
    fn rows(&self, plan: &Plan) -> Result<Vec<Row>, String> {
        let rows = self.node(plan)?;
        for row in &rows {
            check(row, plan)?;
        }
        Ok(rows)
    }

    fn node(&self, plan: &Plan) -> Result<Vec<Row>, String> {
        match plan {
            Plan::Scan { table, schema } => {
                (self.tables)(table, schema).map(|t| t.rows).ok_or(format!("there is no table {table}"))
            }
            Plan::Values { rows, .. } => Ok(rows.clone()),
            Plan::Range { from, to, step, .. } => self.range([from, to, step]),
            Plan::Filter { input, predicate } => {
                let mut out = Vec::new();
                for row in self.rows(input)? {
                    if self.is_true(predicate, &row)? {
                        out.push(row);
                    }
                }
                Ok(out)
            }
            Plan::Project { input, exprs, .. } => {
                let rows = self.rows(input)?;
                rows.iter().map(|row| exprs.iter().map(|e| self.eval(e, row)).collect()).collect()
            }
            Plan::Aggregate { input, keys, aggregates, .. } => self.aggregate(input, keys, aggregates),
            Plan::Sort { input, keys, segment } => Ok(sort(self.rows(input)?, keys, segment)),
            Plan::Limit { input, count, segment } => {
                let rows = self.rows(input)?;
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                let kept: BTreeSet<usize> =
                    segments(&rows, segment).into_iter().flat_map(|s| s.into_iter().take(count)).collect();
                Ok(rows.into_iter().enumerate().filter(|(i, _)| kept.contains(i)).map(|(_, r)| r).collect())
            }
            Plan::Join { left, right, kind, on, .. } => self.join(left, right, *kind, on),
            Plan::Union { inputs, .. } => {
                let parts: Vec<Vec<Row>> = inputs.iter().map(|p| self.rows(p)).collect::<Result<_, _>>()?;
                Ok(parts.concat())
            }
            Plan::Expand { .. } => self.expand(plan),
            Plan::Window { input, calls, segment, .. } => self.window(self.rows(input)?, calls, segment),
            Plan::Match { input, matching, segment, schema } => {
                self.matching(self.rows(input)?, matching, segment, schema)
            }
            Plan::Series { input, series, .. } => {
                let axis = input.column(series.axis).map_or(Type::Datetime, |c| c.ty);
                self.series(self.rows(input)?, series, axis)
            }
            Plan::Call { function, inputs, args, schema } => self.call(function, inputs, args, schema),
            Plan::Shared { id, plan } => {
                if let Some(rows) = self.shared.borrow().get(id) {
                    return Ok(rows.clone());
                }
                let rows = self.rows(plan)?;
                self.shared.borrow_mut().insert(*id, rows.clone());
                Ok(rows)
            }
        }
    }

    fn aggregate(&self, input: &Plan, keys: &[usize], calls: &[AggregateCall]) -> Result<Vec<Row>, String> {
        let mut groups: BTreeMap<Key, Vec<Row>> = BTreeMap::new();
        if keys.is_empty() {
            groups.insert(Key(Vec::new()), Vec::new());
        }
        for row in self.rows(input)? {
            groups.entry(Key::of(&row, keys)).or_default().push(row);
        }
        let mut out = Vec::new();
        for (key, rows) in groups {
            let mut row = key.0;
            for call in calls {
                row.push(self.aggregate_call(call, &rows)?);
            }
            out.push(row);
        }
        Ok(out)
    }

    /// One aggregate over the rows of one group.
    fn aggregate_call(&self, call: &AggregateCall, rows: &[Row]) -> Result<Value, String> {
        let AggregateBody::Accumulator(new) = call.function.body else {
            return Err(format!("the aggregate {} has no accumulator", call.function.name));
        };
        let mut accumulator: Box<dyn Accumulator> = new();
        for row in rows {
            if call.filter.as_ref().map_or(Ok(true), |f| self.is_true(f, row))? {
                let args: Row = call.args.iter().map(|a| self.eval(a, row)).collect::<Result<_, _>>()?;
                self.with_cx(call.ty, &call.args, |cx| accumulator.add(&args, cx));
            }
        }
        let value = self.with_cx(call.ty, &call.args, |cx| accumulator.finish(cx));
        eval::settled(value, call.ty, call.function.name)
    }
}

/// Stable; a sort within segments keeps each segment together, at the place of its first row.
fn sort(rows: Vec<Row>, keys: &[SortKey], segment: &[usize]) -> Vec<Row> {
    let mut out = Vec::new();
    for numbers in segments(&rows, segment) {
        let mut part: Vec<&Row> = numbers.iter().map(|i| &rows[*i]).collect();
        part.sort_by(|a, b| {
            let orders = keys.iter().map(|k| compare(&a[k.column], &b[k.column], k));
            orders.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        });
        out.extend(part.into_iter().cloned());
    }
    out
}

/// The order of two values under a sort key. Nulls stand first or last whatever the direction, and NaN
/// stands next to them.
fn compare(a: &Value, b: &Value, key: &SortKey) -> Ordering {
    let place = |v: &Value| match v {
        Value::Null => 2,
        Value::Real(x) if x.is_nan() => 1,
        _ => 0,
    };
    let places = place(a).cmp(&place(b));
    let values = if place(a) == 0 && place(b) == 0 { a.total_cmp(b) } else { Ordering::Equal };
    let places = if key.nulls_first { places.reverse() } else { places };
    places.then(if key.descending { values.reverse() } else { values })
}

/// A row has the columns of its node's schema, each of its type, and no null string.
fn check(row: &[Value], plan: &Plan) -> Result<(), String> {
    let schema = plan.schema();
    if row.len() != schema.len() {
        return Err(format!("a row of {} values under {} columns", row.len(), schema.len()));
    }
    for (value, column) in row.iter().zip(&schema.columns) {
        let fits = match value.type_of() {
            None => column.ty != Type::String,
            Some(ty) => column.ty == Type::Dynamic || ty == column.ty,
        };
        if !fits {
            return Err(format!("{value:?} in the column {}: {}", column.name, column.ty));
        }
    }
    Ok(())
}

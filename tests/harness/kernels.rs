//! Every function and aggregate that has a kernel, over drawn values of every type it takes: each way to
//! run it must give what the kernel gives.
//!
//! One engine is enough: expressions are the same to both. Arguments are columns or, in some rounds, constants: what is faster for a constant must not answer
//! differently. A kernel that panics, or gives another type than its row says, is found here, too.
//!
//! Trap: a call that fails (a pattern that is none) must fail every way; that counts as agreement.

use auk::functions::{self, AggregateBody, Body, Function, ParamType, Signature};
use auk::plan::{AggregateCall, Expr, ExprKind, Plan};
use auk::source::Span;
use auk::types::{Column, Schema, Type};
use auk::value::Value;

use super::differential::plan_difference;
use super::engine::World;
use super::property::Draw;

const ROWS: usize = 50;
/// Rounds per function and choice of types: all columns first, then constants in drawn places.
const ROUNDS: usize = 8;

/// Functions whose arguments say how large the answer is: drawn ones ask for too much.
const LARGE: &[&str] = &["range", "repeat", "strrep"];

pub fn run() -> Result<(), String> {
    let world = World::in_memory();
    let mut draw = Draw::new(11);
    let mut wrong = Vec::new();
    let mut calls = 0;
    let verbose = std::env::var_os("AUK_VERBOSE").is_some();
    for f in functions::functions().filter(|f| matches!(f.body, Body::Kernel(_)) && !f.volatile) {
        if LARGE.contains(&f.name) {
            continue;
        }
        for types in choices(f.signatures) {
            for round in 0..ROUNDS {
                calls += 1;
                if verbose {
                    eprintln!("{} {:?}", f.name, types.args);
                }
                if let Err(difference) = check(f, &types, round, &mut draw, &world) {
                    wrong.push(difference);
                    break;
                }
            }
        }
    }
    for f in functions::aggregates().filter(|f| matches!(f.body, AggregateBody::Accumulator(_))) {
        for types in choices(f.signatures) {
            calls += 1;
            let plan = aggregate(f, &types, &mut draw);
            if let Err(difference) = plan_difference(&plan, &world) {
                wrong.push(format!("{}({:?})\n{difference}", f.name, types.args));
            }
        }
    }
    eprintln!("kernels: {calls} plans, {} differ", wrong.len());
    super::rows::report(wrong)
}

/// The settled types of a call.
struct Types {
    args: Vec<Type>,
    returns: Type,
}

/// Calls that a row takes: with all parameters of each signature and with the fewest, for each of a few
/// types; settled by the signature that fits best.
fn choices(signatures: &[&str]) -> Vec<Types> {
    let signatures: Vec<Signature> = signatures.iter().filter_map(|s| Signature::parse(s)).collect();
    let mut out: Vec<Types> = Vec::new();
    for signature in &signatures {
        let repeated = |p: &functions::Param| std::iter::repeat_n(p.ty, if p.repeated { 2 } else { 1 });
        let full: Vec<ParamType> = signature.params.iter().flat_map(repeated).collect();
        let short: Vec<ParamType> = signature.params.iter().filter(|p| !p.optional).map(|p| p.ty).collect();
        for (params, pick) in [full, short].iter().flat_map(|p| (0..4).map(move |pick| (p, pick))) {
            let args: Option<Vec<Type>> = params.iter().map(|p| of(*p, pick)).collect();
            let Some(args) = args else { continue };
            let fitting = signatures.iter().filter_map(|s| s.resolve(&args, &|_| None));
            let Some(best) = fitting.min_by_key(|r| r.conversions) else { continue };
            if !out.iter().any(|t| t.args == best.args) {
                out.push(Types { args: best.args, returns: best.returns });
            }
        }
    }
    out
}

/// A type that a parameter takes, the `pick`th.
fn of(param: ParamType, pick: usize) -> Option<Type> {
    use Type::{Bool, Datetime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan};
    let any: &[Type] = match param {
        ParamType::Exact(ty) => return Some(ty),
        ParamType::TypeLiteral => return None,
        ParamType::Scalar | ParamType::Common => &[String, Long, Datetime, Dynamic, Real],
        ParamType::Orderable => &[String, Long, Timespan, Bool, Guid],
        ParamType::Number => &[Long, Int, Real, Decimal],
        ParamType::Integer => &[Long, Int],
        ParamType::Summable => &[Long, Real, Timespan, Int],
        ParamType::Text => &[String, Dynamic],
        ParamType::Array | ParamType::Bag => &[Dynamic],
    };
    Some(any[pick % any.len()])
}

/// One call over drawn rows, projected, and as a predicate if it is one.
fn check(
    f: &'static Function,
    types: &Types,
    round: usize,
    draw: &mut Draw,
    world: &World,
) -> Result<(), String> {
    let (values, schema) = table(&types.args, draw);
    let args: Vec<Expr> = types
        .args
        .iter()
        .enumerate()
        .map(|(at, ty)| match round {
            0 => Expr::column(at, *ty, Span::default()),
            _ if at == round - 1 || draw.of(&["c", "l"]) == "c" => Expr::column(at, *ty, Span::default()),
            _ => Expr::literal(value(*ty, draw), *ty, Span::default()),
        })
        .collect();
    let call = Expr { kind: ExprKind::Call(f, args), ty: types.returns, span: Span::default() };
    let input = Box::new(Plan::Values { schema: schema.clone(), rows: values });
    let text = auk::plan::display::expr(&call, &schema);
    let fail = |difference| format!("{text}: {:?} -> {}\n{difference}", types.args, types.returns);
    if types.returns == Type::Bool {
        plan_difference(&Plan::Filter { input: input.clone(), predicate: call.clone() }, world)
            .map_err(fail)?;
    }
    let mut columns = schema.columns.clone();
    columns.push(Column::new("result", types.returns));
    let mut exprs: Vec<Expr> =
        types.args.iter().enumerate().map(|(at, ty)| Expr::column(at, *ty, Span::default())).collect();
    exprs.push(call);
    plan_difference(&Plan::Project { input, exprs, schema: Schema::new(columns) }, world).map_err(fail)
}

/// An aggregate of drawn rows by a key.
fn aggregate(f: &'static functions::Aggregate, types: &Types, draw: &mut Draw) -> Plan {
    let mut all = vec![Type::Bool];
    all.extend(&types.args);
    let (rows, schema) = table(&all, draw);
    let args =
        types.args.iter().enumerate().map(|(at, ty)| Expr::column(at + 1, *ty, Span::default())).collect();
    let call = AggregateCall { function: f, args, filter: None, ty: types.returns };
    let columns = vec![schema.columns[0].clone(), Column::new("result", types.returns)];
    Plan::Aggregate {
        input: Box::new(Plan::Values { schema, rows }),
        keys: vec![0],
        aggregates: vec![call],
        schema: Schema::new(columns),
    }
}

/// Rows of drawn values under columns `a0`, `a1`, …
fn table(types: &[Type], draw: &mut Draw) -> (Vec<Vec<Value>>, Schema) {
    let rows: Vec<Vec<Value>> =
        (0..ROWS).map(|_| types.iter().map(|ty| value(*ty, draw)).collect()).collect();
    // Each row comes again: what is the same is worked out once.
    let rows = [rows.clone(), rows].concat();
    let columns = types.iter().enumerate().map(|(at, ty)| Column::new(format!("a{at}"), *ty)).collect();
    (rows, Schema::new(columns))
}

fn value(ty: Type, draw: &mut Draw) -> Value {
    let convert = |text: &str| functions::convert(&Value::string(text), ty);
    match ty {
        Type::Bool => convert(draw.of(&["", "true", "false"])),
        Type::Int => {
            convert(draw.of(&["", "0", "1", "-1", "2", "5", "-7", "24", "2147483647", "-2147483647"]))
        }
        Type::Long => convert(draw.of(LONGS)),
        Type::Real => convert(draw.of(REALS)),
        Type::Decimal => {
            convert(draw.of(&["", "0", "1.5", "-2.25", "100", "0.1", "123456789012345678901234567890"]))
        }
        Type::Datetime => convert(draw.of(DATETIMES)),
        Type::Timespan => convert(draw.of(&[
            "",
            "00:00:00",
            "1.00:00:00",
            "-00:05:00",
            "00:00:00.0000001",
            "36500.12:00:00",
        ])),
        Type::Guid => convert(draw.of(&[
            "",
            "74be27de-1e4e-49d9-b579-fe0b331d3642",
            "00000000-0000-0000-0000-000000000000",
        ])),
        Type::String => Value::string(draw.of(STRINGS)),
        Type::Dynamic => auk::json::parse(draw.of(DYNAMICS)).unwrap_or(Value::Null),
    }
}

const LONGS: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "2",
    "3",
    "10",
    "-7",
    "63",
    "64",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775807",
];
const REALS: &[&str] = &[
    "",
    "0",
    "-0.0",
    "0.5",
    "-2.5",
    "1",
    "3.999",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e300",
    "1e-300",
    "1e18",
];
const DATETIMES: &[&str] = &[
    "",
    "0001-01-01",
    "9999-12-31T23:59:59.9999999Z",
    "2024-02-29T10:20:30.1234567Z",
    "1969-12-31T23:59:59.5Z",
    "2026-05-03",
    "2026-01-01T00:00:00Z",
];
const STRINGS: &[&str] = &[
    "",
    " ",
    "ann",
    "Ann Lee",
    "ANN",
    "a,b,,c",
    "İstanbul",
    "straße ǅ ﬁ",
    "e\u{301}te\u{301}",
    "日本語",
    "\u{1F600}x",
    "a_b-c.d",
    "12",
    "-3.5",
    "true",
    "null",
    "2024-02-29T10:20:30Z",
    "1.02:03:04",
    "192.168.1.1",
    "192.168.1.0/24",
    "fe80::1",
    "{\"a\":1,\"b\":[1,2]}",
    "[1,\"x\"]",
    "$.a",
    "(",
    "(\\w+)",
    "[a-z]+",
    "https://u@h.example:80/p/q?x=1#f",
    "S3VzdG8=",
    "utf-8 \r\n\t",
    "aaaa",
    "a|b",
    "%41%zz",
];
const DYNAMICS: &[&str] = &[
    "null",
    "[]",
    "{}",
    "[1,2,3]",
    "[3,null,\"x\",1.5,true]",
    "[\"ann\",\"a\",\"Ann Lee\"]",
    "[[1],[2,3],{\"k\":1}]",
    "{\"a\":1,\"b\":[1,2]}",
    "{\"a\":\"x\",\"a b\":null,\"ü\":{\"c\":1}}",
    "\"ann\"",
    "\"\"",
    "7",
    "-2.5",
    "true",
    "[0.0,1e300,-1]",
    "[1,1,2,2]",
    "\"12\"",
    "\"2024-02-29T10:20:30Z\"",
];

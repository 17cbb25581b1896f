//! The path that every function has: its kernel, called for each row of a batch.
//!
//! Constant arguments are given once. A kernel's failure ends the query.
//!
//! Trap: the batches run on many threads; each has its own `Cx`.

use polars::prelude as pl;
use polars::prelude::{ChunkTake, IntoColumn};

use super::codes;
use super::column::{Cells, dtype, from_values};
use super::error::compute;
use super::path::Path;
use super::{Failure, Lowering};
use crate::functions::{Cx, Kernel};
use crate::types::Type;
use crate::value::Value;

/// A lowered expression: a constant, a Polars expression of the physical type, or a dynamic path of
/// which is not yet known what is wanted.
#[derive(Clone, Debug)]
pub enum Lowered {
    Constant(Value),
    Column(pl::Expr),
    Path(Path),
    /// A dynamic value that is stored as a column of another type; `""` and null are its null.
    Stored(pl::Expr, Type),
}

impl Lowered {
    pub fn into_expr(self, ty: Type) -> pl::Expr {
        match self {
            Lowered::Constant(value) => super::column::literal(&value, ty),
            Lowered::Column(expr) => expr,
            Lowered::Path(path) => path.dynamic(),
            Lowered::Stored(expr, stored) => super::shred::dynamic(expr, stored),
        }
    }

    pub fn constant(&self) -> Option<&Value> {
        match self {
            Lowered::Constant(value) => Some(value),
            _ => None,
        }
    }
}

/// The context of calls with arguments of these types.
pub fn context(now: i64, returns: Type, args: &[Type]) -> Cx {
    Cx::new(now, returns).with_args(args.to_vec())
}

/// The kernel's value for constant arguments; `None` when it fails.
pub fn fold(kernel: Kernel, args: &[Value], types: &[Type], returns: Type, now: i64) -> Option<Value> {
    let cx = context(now, returns, types);
    let value = kernel(args, &cx);
    cx.failure().is_none().then_some(value)
}

/// An expression that calls the kernel for each row. `driver` is any column of the frame: it says how
/// many rows there are when no argument does. A kernel that is not `volatile` says the same of the same.
pub fn call(
    lowering: &Lowering<'_>,
    kernel: Kernel,
    args: &[(Lowered, Type)],
    returns: Type,
    driver: pl::Expr,
    volatile: bool,
) -> pl::Expr {
    lowering.kernels.set(lowering.kernels.get() + 1);
    let columns = args.iter().filter(|(a, _)| a.constant().is_none());
    let mut inputs: Vec<pl::Expr> = columns.map(|(a, ty)| a.clone().into_expr(*ty)).collect();
    if inputs.is_empty() {
        inputs.push(driver);
    }
    let row: Vec<Value> = args.iter().map(|(a, _)| a.constant().cloned().unwrap_or(Value::Null)).collect();
    let slots: Vec<(usize, Type)> = args
        .iter()
        .enumerate()
        .filter(|(_, (a, _))| a.constant().is_none())
        .map(|(i, (_, ty))| (i, *ty))
        .collect();
    let types: Vec<Type> = args.iter().map(|(_, ty)| *ty).collect();
    let one_text = matches!(slots.as_slice(), [(_, ty)] if dtype(*ty) == pl::DataType::String);
    let (now, failure) = (lowering.env.now, lowering.failure.clone());
    let places = lowering.env.places.clone();
    let run = move |columns: &mut [pl::Column]| {
        let cx = context(now, returns, &types).with_places(places.clone());
        if !one_text || volatile {
            return rows(kernel, &row, &slots, columns, &cx, &failure);
        }
        let one = |text: &pl::StringChunked| {
            rows(kernel, &row, &slots, &[text.clone().into_column()], &cx, &failure)
        };
        each_once(columns[0].as_materialized_series().str()?, one)
    };
    elementwise(inputs, returns, run)
}

fn rows(
    kernel: Kernel,
    row: &[Value],
    slots: &[(usize, Type)],
    columns: &[pl::Column],
    cx: &Cx,
    failure: &Failure,
) -> pl::PolarsResult<pl::Column> {
    let height = height(columns);
    let cells = slots
        .iter()
        .zip(columns)
        .map(|((slot, ty), column)| Ok((*slot, batch_cells(column, *ty, height)?)))
        .collect::<pl::PolarsResult<Vec<_>>>()?;
    let mut row = row.to_vec();
    let values = (0..height).map(|at| {
        for (slot, cells) in &cells {
            row[*slot] = cells.get(at);
        }
        kernel(&row, cx)
    });
    let column = from_values(name(columns), cx.returns, values);
    check(cx, failure)?;
    Ok(column)
}

/// An elementwise expression by a function over whole batches, with a result of type `returns`.
pub fn elementwise(
    mut inputs: Vec<pl::Expr>,
    returns: Type,
    run: impl Fn(&mut [pl::Column]) -> pl::PolarsResult<pl::Column> + Send + Sync + 'static,
) -> pl::Expr {
    let rest = inputs.split_off(1);
    let output = move |_: &pl::Schema, fields: &[pl::Field]| {
        Ok(pl::Field::new(fields[0].name().clone(), dtype(returns)))
    };
    match inputs.pop() {
        Some(first) => first.map_many(run, &rest, output),
        None => super::column::missing(returns),
    }
}

/// Fewer rows than this are not worth to be looked over.
const MANY: usize = 16;

/// An elementwise expression of one text. Where the texts of a batch repeat, each is asked about once.
pub fn of_text(
    text: pl::Expr,
    returns: Type,
    run: impl Fn(&pl::StringChunked) -> pl::PolarsResult<pl::Column> + Send + Sync + 'static,
) -> pl::Expr {
    elementwise(vec![text], returns, move |columns| {
        each_once(columns[0].as_materialized_series().str()?, |text| run(text))
    })
}

/// A function of texts, by those of them that differ if they repeat.
fn each_once(
    text: &pl::StringChunked,
    run: impl Fn(&pl::StringChunked) -> pl::PolarsResult<pl::Column>,
) -> pl::PolarsResult<pl::Column> {
    let many = text.len() >= MANY;
    let codes = if many { codes::of_texts(text) } else { None };
    match codes.filter(|codes| 2 * codes.firsts.len() <= text.len()) {
        Some(codes) => {
            let distinct = text.take(&pl::IdxCa::from_vec("".into(), codes.firsts))?;
            run(&distinct)?.take(&pl::IdxCa::from_vec("".into(), codes.of_row))
        }
        None => run(text),
    }
}

/// The rows of a batch: columns of one row stand for any number.
pub fn height(columns: &[pl::Column]) -> usize {
    let long = columns.iter().map(pl::Column::len).find(|n| *n != 1);
    long.unwrap_or(usize::from(!columns.is_empty()))
}

/// The cells of one column of a batch of `height` rows.
pub fn batch_cells(column: &pl::Column, ty: Type, height: usize) -> pl::PolarsResult<Cells> {
    let cells = Cells::new(column, ty)?;
    let broadcast = column.len() == 1 && height != 1;
    Ok(if broadcast { Cells::Constant(cells.get(0)) } else { cells })
}

pub fn name(columns: &[pl::Column]) -> &str {
    columns.first().map_or("", |c| c.name().as_str())
}

/// Fails the query if a kernel of the batch did.
pub fn check(cx: &Cx, failure: &Failure) -> pl::PolarsResult<()> {
    match cx.failure() {
        Some(message) => {
            failure.set(&message);
            Err(compute(message))
        }
        None => Ok(()),
    }
}

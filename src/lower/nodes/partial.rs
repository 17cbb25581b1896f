//! Aggregates of each batch by itself, before the batches are put together: so the grouping of all rows sees few.
//!
//! Only counts and the least and greatest of integers are here, which may be taken of parts in any order.
//!
//! Trap: a batch whose texts do not repeat goes on row by row, as groups of one.

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NewChunkedArray};

use super::column;
use super::gather::Gather;
use super::groups;

/// How the values of a group become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Count,
    Least,
    Greatest,
}

/// An aggregate: of which column, and what it is called.
struct Piece {
    fold: Fold,
    /// What is counted, or compared; all rows are counted if there is none.
    of: Option<String>,
    output: String,
}

/// All aggregates of a grouping.
pub struct Partial {
    keys: Vec<String>,
    pieces: Vec<Piece>,
}

impl Partial {
    /// The aggregates, if all of them are of the kind that is worked out here.
    pub fn of(keys: &[String], gathers: &[Gather]) -> Option<Partial> {
        let piece = |gather: &Gather| {
            let (fold, of) = gather.fold()?;
            Some(Piece { fold, of, output: gather.output().to_string() })
        };
        Some(Partial { keys: keys.to_vec(), pieces: gathers.iter().map(piece).collect::<Option<_>>()? })
    }

    /// The rows in groups.
    pub fn grouped(self, frame: pl::LazyFrame) -> pl::LazyFrame {
        let keys: Vec<pl::Expr> = self.keys.iter().map(|key| column(key)).collect();
        let whole = |piece: &Piece| {
            let part = column(&piece.output);
            match piece.fold {
                Fold::Count => part.sum(),
                Fold::Least => part.min(),
                Fold::Greatest => part.max(),
            }
        };
        let wholes: Vec<pl::Expr> = self.pieces.iter().map(whole).collect();
        let output = {
            let (keys, pieces) = (self.keys.clone(), self.pieces.len());
            let names: Vec<String> = self.pieces.iter().map(|piece| piece.output.clone()).collect();
            move |input: &pl::Schema| {
                let mut schema = pl::Schema::with_capacity(keys.len() + pieces);
                for key in &keys {
                    schema.insert(key.as_str().into(), input.try_get(key)?.clone());
                }
                schema.extend(names.iter().map(|n| pl::Field::new(n.as_str().into(), pl::DataType::Int64)));
                Ok(pl::SchemaRef::new(schema))
            }
        };
        let parts = frame.map(
            move |frame| self.run(frame),
            pl::OptFlags::STREAMING,
            Some(std::sync::Arc::new(output)),
            Some("partial aggregate"),
        );
        parts.group_by(keys).agg(wholes)
    }

    /// The groups of a batch.
    fn run(&self, frame: pl::DataFrame) -> pl::PolarsResult<pl::DataFrame> {
        let codes =
            groups::coded(&frame, &self.keys)?.filter(|codes| 2 * codes.firsts.len() < frame.height());
        let Some(codes) = codes else {
            let mut columns = self.columns(&frame)?;
            for piece in &self.pieces {
                columns.push(piece.of_rows(&frame)?.with_name(piece.output.as_str().into()));
            }
            return pl::DataFrame::new(frame.height(), columns);
        };
        let firsts = pl::IdxCa::from_vec("".into(), codes.firsts);
        let mut columns = Vec::with_capacity(self.keys.len() + self.pieces.len());
        for key in self.columns(&frame)? {
            columns.push(key.take(&firsts)?);
        }
        for piece in &self.pieces {
            let rows = piece.of_rows(&frame)?.as_materialized_series().rechunk();
            let folded = piece.fold.by_group(rows.i64()?, &codes.of_row, firsts.len());
            columns.push(folded.with_name(piece.output.as_str().into()));
        }
        pl::DataFrame::new(firsts.len(), columns)
    }

    fn columns(&self, frame: &pl::DataFrame) -> pl::PolarsResult<Vec<pl::Column>> {
        self.keys.iter().map(|key| frame.column(key).cloned()).collect()
    }
}

impl Piece {
    /// What each row says by itself.
    fn of_rows(&self, frame: &pl::DataFrame) -> pl::PolarsResult<pl::Column> {
        match &self.of {
            // Of a filter the rows count for which it is true.
            Some(name) if self.fold == Fold::Count => {
                Ok(frame.column(name)?.cast(&pl::DataType::Int64)?.fill_null(pl::FillNullStrategy::Zero)?)
            }
            Some(name) => Ok(frame.column(name)?.clone()),
            None => Ok(pl::Column::new_scalar("".into(), 1_i64.into(), frame.height())),
        }
    }
}

impl Fold {
    fn by_group(self, rows: &pl::Int64Chunked, codes: &[u32], count: usize) -> pl::Column {
        let mut groups: Vec<Option<i64>> = vec![None; count];
        for (value, code) in rows.iter().zip(codes) {
            let group = &mut groups[*code as usize];
            *group = match (*group, value) {
                (Some(a), Some(b)) => Some(match self {
                    Fold::Count => a + b,
                    Fold::Least => a.min(b),
                    Fold::Greatest => a.max(b),
                }),
                (a, b) => a.or(b),
            };
        }
        pl::Int64Chunked::from_iter_options("".into(), groups.into_iter()).into_column()
    }
}

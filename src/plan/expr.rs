//! Typed expressions over the columns of a node's input.
//!
//! Trap: a dynamic path (`a.b[0]`) is a chain of calls of `dynamic_member` and `dynamic_index` down to a
//! column; `Expr::path` reads it back, which is how a stored path is found.

use std::fmt;
use std::sync::Arc;

use super::Plan;
use crate::functions::Function;
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub span: Span,
}

#[derive(Clone)]
pub enum ExprKind {
    Literal(Value),
    /// A column of the input, by index.
    Column(usize),
    /// A row of the function table; its arguments have the types that its signature settled.
    Call(&'static Function, Vec<Expr>),
    /// The operand brought to this expression's type, as `tostring`, `tolong`, `todatetime` … do.
    Convert(Box<Expr>),
    /// The first cell of a plan, null when it has no rows.
    Scalar(Arc<Plan>),
    /// Is the value among those of the plan's first column? Null values are in no table.
    InTable {
        value: Box<Expr>,
        table: Arc<Plan>,
        fold_case: bool,
        negated: bool,
    },
}

/// A step of a dynamic path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Index(i64),
    /// Each element of an array, one after the other; no expression has it, only what is stored.
    Each,
}

impl Expr {
    pub fn literal(value: Value, ty: Type, span: Span) -> Expr {
        Expr { kind: ExprKind::Literal(value), ty, span }
    }

    pub fn column(index: usize, ty: Type, span: Span) -> Expr {
        Expr { kind: ExprKind::Column(index), ty, span }
    }

    pub fn as_literal(&self) -> Option<&Value> {
        match &self.kind {
            ExprKind::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The column and the constant steps, if this is a dynamic path down to a column.
    pub fn path(&self) -> Option<(usize, Vec<Step>)> {
        match &self.kind {
            ExprKind::Column(index) => Some((*index, Vec::new())),
            ExprKind::Call(f, args) if matches!(f.name, "dynamic_member" | "dynamic_index") => {
                let (column, mut steps) = args.first()?.path()?;
                steps.push(match args.get(1)?.as_literal()? {
                    Value::String(key) => Step::Member(key.clone()),
                    other => Step::Index(other.as_i64()?),
                });
                Some((column, steps))
            }
            _ => None,
        }
    }

    /// The expressions directly below.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Column(_) | ExprKind::Scalar(_) => Vec::new(),
            ExprKind::Call(_, args) => args.iter().collect(),
            ExprKind::Convert(inner) => vec![inner],
            ExprKind::InTable { value, .. } => vec![value],
        }
    }

    /// Every column it reads.
    pub fn columns(&self) -> Vec<usize> {
        match self.kind {
            ExprKind::Column(index) => vec![index],
            _ => self.children().into_iter().flat_map(Expr::columns).collect(),
        }
    }

    /// The same expression with every column index mapped.
    pub fn map_columns(&self, map: &dyn Fn(usize) -> usize) -> Expr {
        let kind = match &self.kind {
            ExprKind::Column(index) => ExprKind::Column(map(*index)),
            ExprKind::Call(f, args) => ExprKind::Call(f, args.iter().map(|a| a.map_columns(map)).collect()),
            ExprKind::Convert(inner) => ExprKind::Convert(Box::new(inner.map_columns(map))),
            ExprKind::InTable { value, table, fold_case, negated } => ExprKind::InTable {
                value: Box::new(value.map_columns(map)),
                table: table.clone(),
                fold_case: *fold_case,
                negated: *negated,
            },
            other => other.clone(),
        };
        Expr { kind, ty: self.ty, span: self.span }
    }
}

impl fmt::Debug for ExprKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExprKind::Literal(v) => write!(f, "{v:?}"),
            ExprKind::Column(i) => write!(f, "#{i}"),
            ExprKind::Call(function, args) => write!(f, "{}{args:?}", function.name),
            ExprKind::Convert(inner) => write!(f, "convert({inner:?})"),
            ExprKind::Scalar(plan) => write!(f, "scalar({plan:?})"),
            ExprKind::InTable { value, table, .. } => write!(f, "in_table({value:?}, {table:?})"),
        }
    }
}

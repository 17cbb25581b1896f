//! Expressions that are worked out a row at a time, by kernels: over rows that depend on those before.
//!
//! Trap: values are as they would be in a cell after every call: no null string, dynamic values as JSON.

use super::column::settled;
use super::error::{Error, Result};
use super::kernel;
use crate::functions::{Body, Cx, Kernel, convert};
use crate::plan::{Expr, ExprKind};
use crate::types::Type;
use crate::value::Value;

/// An expression ready to be worked out. `S` says where a value is found that is given.
pub enum Code<S> {
    Constant(Value),
    Given(S),
    Call {
        kernel: Kernel,
        args: Vec<Code<S>>,
        /// Which of the contexts is its own.
        context: usize,
    },
    Convert(Box<Code<S>>, Type),
}

/// The calls of some expressions: what they return and take. A run makes a context for each.
#[derive(Default)]
pub struct Calls(Vec<(Type, Vec<Type>)>);

impl Calls {
    /// Makes code of an expression; `given` says what is found elsewhere, and is asked first.
    pub fn code<S>(
        &mut self,
        e: &Expr,
        given: &mut dyn FnMut(&Expr) -> Result<Option<S>>,
    ) -> Result<Code<S>> {
        if let Some(found) = given(e)? {
            return Ok(Code::Given(found));
        }
        match &e.kind {
            ExprKind::Literal(value) => Ok(Code::Constant(value.clone())),
            ExprKind::Convert(inner) => Ok(Code::Convert(Box::new(self.code(inner, given)?), e.ty)),
            ExprKind::Call(function, args) => {
                let Body::Kernel(kernel) = function.body else {
                    return Err(Error::internal(format!("{}() reached the execution", function.name)));
                };
                let context = self.0.len();
                self.0.push((e.ty, args.iter().map(|a| a.ty).collect()));
                let args = args.iter().map(|a| self.code(a, given)).collect::<Result<_>>()?;
                Ok(Code::Call { kernel, args, context })
            }
            ExprKind::Column(_) | ExprKind::Scalar(_) | ExprKind::InTable { .. } => {
                Err(Error::internal("a table or a column among rows"))
            }
        }
    }

    pub fn contexts(&self, now: i64) -> Vec<Cx> {
        self.0.iter().map(|(returns, args)| kernel::context(now, *returns, args)).collect()
    }
}

impl<S> Code<S> {
    pub fn value(&self, contexts: &[Cx], given: &dyn Fn(&S) -> Value) -> Value {
        match self {
            Code::Constant(value) => value.clone(),
            Code::Given(slot) => given(slot),
            Code::Convert(inner, ty) => settled(convert(&inner.value(contexts, given), *ty), *ty),
            Code::Call { kernel, args, context } => {
                let args: Vec<Value> = args.iter().map(|a| a.value(contexts, given)).collect();
                match contexts.get(*context) {
                    Some(cx) => settled(kernel(&args, cx), cx.returns),
                    None => Value::Null,
                }
            }
        }
    }
}

//! Applying a row of the function table: the signature that fits best, conversions, folding.
//!
//! Trap: what is constant is computed while binding, by the same kernel that would run over rows.

use super::Binder;
use crate::diagnostic::{Diagnostic, Kind};
use crate::functions::{self, Body, Cx, Function, Resolved, Signature};
use crate::plan::{Expr, ExprKind};
use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

impl Binder<'_> {
    /// Applies the function or operator of that name.
    pub fn apply(&mut self, name: &str, args: Vec<Expr>, span: Span) -> Option<Expr> {
        let Some(function) = functions::function(name) else {
            return self.unsupported(span, format!("`{name}` is not supported"));
        };
        self.apply_function(function, args, span)
    }

    pub fn apply_function(
        &mut self,
        function: &'static Function,
        args: Vec<Expr>,
        span: Span,
    ) -> Option<Expr> {
        if let Body::Refused(reason) = function.body {
            return self.unsupported(span, format!("`{}` is not supported: {reason}", function.name));
        }
        let types: Vec<Type> = args.iter().map(|a| a.ty).collect();
        let literals: Vec<Option<Type>> =
            args.iter().map(|a| a.as_literal().and_then(Value::as_str).and_then(Type::from_name)).collect();
        let resolved = match resolve(function.signatures, &types, &literals) {
            Some(resolved) => resolved,
            None => return self.mismatch(function, &types, span),
        };
        let Resolved { args: wanted, returns, .. } = resolved;
        let args: Vec<Expr> = args.into_iter().zip(wanted).map(|(a, ty)| self.convert(a, ty)).collect();
        if matches!(function.name, "now" | "ago") {
            self.uses_now = true;
        }
        self.fold(function, args, returns, span)
    }

    /// Computes a call of constants, or leaves it for the rows.
    fn fold(&mut self, function: &'static Function, args: Vec<Expr>, ty: Type, span: Span) -> Option<Expr> {
        let constants: Option<Vec<Value>> = args.iter().map(|a| a.as_literal().cloned()).collect();
        if let (Body::Kernel(kernel), Some(values), false) = (function.body, constants, function.volatile) {
            let cx = Cx::new(self.env.now, ty)
                .with_args(args.iter().map(|a| a.ty).collect())
                .with_places(self.env.places.clone());
            let value = kernel(&values, &cx);
            if let Some(message) = cx.failure() {
                return self.report(Diagnostic::new(Kind::Runtime, span, message));
            }
            return Some(Expr::literal(value, ty, span));
        }
        Some(Expr { kind: ExprKind::Call(function, args), ty, span })
    }

    /// The expression brought to a type.
    pub fn convert(&mut self, expr: Expr, ty: Type) -> Expr {
        if expr.ty == ty {
            return expr;
        }
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(value) => Expr::literal(functions::convert(value, ty), ty, span),
            _ => Expr { kind: ExprKind::Convert(Box::new(expr)), ty, span },
        }
    }

    fn mismatch<T>(&mut self, function: &Function, types: &[Type], span: Span) -> Option<T> {
        let given: Vec<&str> = types.iter().map(|t| t.name()).collect();
        let takes: Vec<String> =
            function.signatures.iter().map(|s| format!("{}{s}", function.name)).collect();
        let message = format!("`{}` does not take ({})", function.name, given.join(", "));
        self.report(Diagnostic::semantic(span, message).with_help(format!("it is {}", takes.join(" or "))))
    }
}

/// The signature that needs the fewest conversions.
pub fn resolve(signatures: &[&str], types: &[Type], literals: &[Option<Type>]) -> Option<Resolved> {
    signatures
        .iter()
        .filter_map(|text| Signature::parse(text))
        .filter_map(|s| s.resolve(types, &|i| literals.get(i).copied().flatten()))
        .min_by_key(|r| r.conversions)
}

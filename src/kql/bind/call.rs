//! Applying a row of the function table: the signature that fits best, conversions, folding.
//!
//! Trap: what is constant is computed while binding, by the same kernel that would run over rows.

use super::Binder;
use crate::diagnostic::{Diagnostic, Kind};
use crate::functions::{self, Body, Cx, Function, Resolved, Signature};
use crate::json;
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
        self.check_pattern(function, &args)?;
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
            let value = if ty == Type::Dynamic { json::settled(value) } else { value };
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

    /// A regular expression written in the query is looked at before any row is.
    fn check_pattern(&mut self, function: &Function, args: &[Expr]) -> Option<()> {
        let Some((_, at)) = PATTERNS.iter().find(|(name, _)| *name == function.name) else { return Some(()) };
        let Some(pattern) = args.get(*at) else { return Some(()) };
        let Some(text) = pattern.as_literal().and_then(Value::as_str) else { return Some(()) };
        let cx = Cx::new(self.env.now, Type::Bool);
        _ = cx.regex(text);
        match cx.failure() {
            Some(message) => self.error(pattern.span, message),
            None => Some(()),
        }
    }

    fn mismatch<T>(&mut self, function: &Function, types: &[Type], span: Span) -> Option<T> {
        self.report(mismatch(function.name, function.signatures, types, span))
    }
}

/// Functions that take a regular expression, and its place.
const PATTERNS: &[(&str, usize)] = &[
    ("extract", 0),
    ("extract_all", 0),
    ("indexof_regex", 1),
    ("matches regex", 1),
    ("replace_regex", 1),
    ("trim", 0),
    ("trim_end", 0),
    ("trim_start", 0),
];

/// That a function or aggregate does not take arguments of these types, or not so many.
pub fn mismatch(name: &str, signatures: &[&str], types: &[Type], span: Span) -> Diagnostic {
    let arities = signatures.iter().filter_map(|s| Signature::parse(s)).map(|s| s.arity());
    let (least, most) = arities.fold((usize::MAX, 0), |(l, m), (least, most)| (l.min(least), m.max(most)));
    let takes: Vec<String> = signatures.iter().map(|s| format!("{name}{s}")).collect();
    let mut help = format!("it is {}", takes.join(" or "));
    if types.len() < least || types.len() > most {
        let count = match (least, most) {
            (1, 1) => "1 argument".to_string(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, usize::MAX) => format!("{least} or more arguments"),
            (least, most) if most == least + 1 => format!("{least} or {most} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let here = if types.len() == 1 { "is" } else { "are" };
        let message = format!("`{name}` takes {count}; here {here} {}", types.len());
        return Diagnostic::semantic(span, message).with_help(help);
    }
    if signatures.len() > FEW && !name.starts_with(|c: char| c.is_alphabetic()) {
        help = between_types(name, types).to_string();
    } else if types.contains(&Type::String) && signatures.iter().any(|s| s.contains(": timespan")) {
        help.push_str("; a length of time is `1d`, `12h`, `30m`, without quotes");
    }
    let given: Vec<&str> = types.iter().map(|t| t.name()).collect();
    Diagnostic::semantic(span, format!("`{name}` does not take ({})", given.join(", "))).with_help(help)
}

/// An operator with more signatures than this is explained by the types at hand.
const FEW: usize = 2;

/// How values of these types are brought together.
fn between_types(name: &str, types: &[Type]) -> &'static str {
    let has = |ty: Type| types.contains(&ty);
    let number = types.iter().any(|t| t.is_number());
    match (has(Type::Datetime), has(Type::Timespan), has(Type::String)) {
        (true, _, true) => "a point in time is `datetime(2026-05-01)`, or `todatetime(…)` of a text",
        (true, _, _) if number => "a point in time is `datetime(2026-05-01)`, a length of time `7d` or `12h`",
        (true, false, false) if types.iter().all(|t| *t == Type::Datetime) => {
            "two points in time can be compared and subtracted"
        }
        (_, true, _) => "a length of time is `7d`, `12h`, `30m`",
        (_, _, true) if name == "+" => "`strcat(…)` puts texts together",
        (_, _, true) if number => "`tolong(…)` makes a text a number, `tostring(…)` a number a text",
        _ => "both sides have to be of one type: `tostring(…)`, `tolong(…)`, `todatetime(…)` … convert",
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

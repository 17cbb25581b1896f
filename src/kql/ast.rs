//! The syntax tree: what was written, with its places, before any name is looked up.
//!
//! Trap: whether `T` or `f(x)` is a table or a scalar is not known here; a pipeline is an `Expr`
//! like any other, and the binder decides.

use crate::source::Span;
use crate::types::Type;
use crate::value::Value;

pub use super::operators::Operator;

/// A whole query text.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub statements: Vec<Statement>,
}

/// A name as written, brackets and quotes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Statement {
    /// `let name = expression`
    Let { name: Name, value: Expr },
    /// `let name = [view] (parameters) { body }`
    LetFunction { name: Name, function: Function },
    /// `declare query_parameters(name: type = default, …)`
    DeclareParameters(Vec<Parameter>),
    /// `declare pattern name [= (parameters) [path] { rules }]`
    Pattern(Pattern),
    /// `set option [= value]`
    Set { name: Name, value: Option<Expr> },
    /// A tabular (or scalar) expression: a result of the query.
    Expression(Expr),
    /// Valid KQL that is not done (`alias`, `restrict`), by its keyword.
    Unsupported(Name),
}

/// Tables by texts: `name('a').['b']` is the table of the rule for these.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub name: Name,
    pub parameters: Vec<Parameter>,
    pub path: Option<Name>,
    pub rules: Vec<PatternRule>,
}

#[derive(Clone, Debug)]
pub struct PatternRule {
    pub args: Vec<String>,
    pub path: Option<String>,
    pub body: Vec<Statement>,
}

/// The parameters and the body of a function: `let` statements, then an expression.
#[derive(Clone, Debug)]
pub struct Function {
    pub parameters: Vec<Parameter>,
    pub body: Vec<Statement>,
    pub view: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Name,
    pub ty: ParameterType,
    pub default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum ParameterType {
    Scalar(Type),
    /// `(name: type, …)` or `(*)`: a table with at least these columns.
    Tabular(Vec<(Name, Type)>),
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A literal of any type; typed nulls (`int(null)`) are `Null` of that type.
    Literal(Value, Type),
    /// `typeof(type)`
    TypeLiteral(Type),
    /// A column, a variable, a table; `$left` and `$right` too.
    Name(Name),
    /// `*`
    Star,
    /// `object.member`, `object['member']`
    Member(Box<Expr>, Name),
    /// `object[index]`
    Index(Box<Expr>, Box<Expr>),
    /// `name(arguments)`
    Call { name: Name, args: Vec<Argument> },
    /// `object.name(arguments)`: `cluster('a').database('b').table('T')`
    Method { object: Box<Expr>, name: Name, args: Vec<Argument> },
    /// `-x`, `+x`
    Unary { op: &'static str, op_span: Span, operand: Box<Expr> },
    /// Any binary operator, by its symbol or word as the function table spells it.
    Binary { op: &'static str, op_span: Span, left: Box<Expr>, right: Box<Expr> },
    /// `x in (…)`, `has_any`, `has_all` and the like: a list at the right, or one table.
    List { op: &'static str, op_span: Span, left: Box<Expr>, items: Vec<Expr> },
    /// `x between (low .. high)`, `!between`
    Between { op: &'static str, op_span: Span, value: Box<Expr>, low: Box<Expr>, high: Box<Expr> },
    /// `source | operator | …`; without a source the first operator is one itself (`print`, `union`, …).
    Pipe { source: Option<Box<Expr>>, operators: Vec<Operator> },
    /// A name pattern where tables are listed: `Sign*`.
    Wildcard(String),
    /// Text that could not be read; a diagnostic says why.
    Error,
}

/// An argument, which may be named: `f(x=1)`.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Option<Name>,
    pub value: Expr,
}

/// `expr`, `name = expr`, `(name, name) = expr`.
#[derive(Clone, Debug)]
pub struct NamedExpr {
    pub names: Vec<Name>,
    pub expr: Expr,
}

/// A column name that may hold `*`.
#[derive(Clone, Debug)]
pub struct NamePattern {
    pub text: String,
    pub span: Span,
    /// Quoted names are taken as they are: a `*` in them is a star.
    pub wildcard: bool,
}

/// `expr [asc|desc] [nulls first|nulls last]`; descending where nothing is said.
#[derive(Clone, Debug)]
pub struct SortKey {
    pub expr: Expr,
    pub descending: bool,
    pub nulls_first: Option<bool>,
}

/// `name=value` after an operator's name: `kind=inner`, `hint.strategy=shuffle`, `withsource=T`.
#[derive(Clone, Debug)]
pub struct OperatorParameter {
    pub name: Name,
    pub value: Expr,
}

impl NamePattern {
    pub fn matches(&self, name: &str) -> bool {
        if self.wildcard { wildcard_matches(&self.text, name) } else { self.text == name }
    }
}

/// Does the name match a pattern in which `*` stands for any text?
pub fn wildcard_matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

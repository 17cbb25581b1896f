//! Signatures in KQL's notation: reading them, and settling a call's argument types by them.
//!
//! Trap: a signature that does not parse is a defect of the table; `parse` says so and a test over
//! the table finds it.

use crate::types::Type;

/// What an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    Exact(Type),
    Scalar,
    Number,
    Integer,
    Orderable,
    Summable,
    Text,
    Array,
    Bag,
    /// Brought to the common type of all arguments so marked.
    Common,
    /// A `typeof(…)` literal.
    TypeLiteral,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub ty: ParamType,
    pub optional: bool,
    pub repeated: bool,
}

/// What a call returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returns {
    Exact(Type),
    Common,
    Widest,
    /// The type of the parameter at that index.
    Param(usize),
}

/// A parsed signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub params: Vec<Param>,
    pub returns: Returns,
}

/// How a signature settles a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The type that each argument is brought to.
    pub args: Vec<Type>,
    pub returns: Type,
    /// How many arguments have to be converted: the better match has fewer.
    pub conversions: usize,
}

impl Signature {
    /// Reads `(a: string, [b: long], c: scalar...) -> string`; `None` when it is not a signature.
    pub fn parse(text: &str) -> Option<Signature> {
        let (params, returns) = text.split_once("->")?;
        let inner = params.trim().strip_prefix('(')?.strip_suffix(')')?.trim();
        let params: Vec<Param> = if inner.is_empty() {
            Vec::new()
        } else {
            inner.split(',').map(|p| parse_param(p.trim())).collect::<Option<_>>()?
        };
        let returns = match returns.trim() {
            "T" => Returns::Common,
            "widest" => Returns::Widest,
            name => match params.iter().position(|p| p.name == name) {
                Some(at) => Returns::Param(at),
                None => Returns::Exact(Type::from_name(name)?),
            },
        };
        Some(Signature { params, returns })
    }

    /// The parameter that argument `at` of `count` belongs to. A repeated parameter in the middle
    /// takes what the ones after it leave; repeated parameters side by side are repeated as a group.
    fn param(&self, at: usize, count: usize) -> Option<(usize, &Param)> {
        let Some(rep) = self.params.iter().position(|p| p.repeated) else {
            return self.params.get(at).map(|p| (at, p));
        };
        let group = self.params[rep..].iter().take_while(|p| p.repeated).count();
        let after = self.params[rep + group..].iter().filter(|p| !p.optional).count();
        let repeated = count.saturating_sub(after).saturating_sub(rep);
        let index = if at < rep {
            at
        } else if at < rep + repeated {
            if repeated % group != 0 {
                return None;
            }
            rep + (at - rep) % group
        } else {
            self.params.len().checked_sub(count - at)?
        };
        self.params.get(index).map(|p| (index, p))
    }

    /// The least and the greatest number of arguments.
    pub fn arity(&self) -> (usize, usize) {
        let least = self.params.iter().filter(|p| !p.optional).count();
        let most = if self.params.iter().any(|p| p.repeated) { usize::MAX } else { self.params.len() };
        (least, most)
    }

    /// Settles a call with arguments of these types; `typeof` gives the type named by the literal
    /// argument at an index. `None` when the signature does not take them.
    pub fn resolve(&self, args: &[Type], type_literal: &dyn Fn(usize) -> Option<Type>) -> Option<Resolved> {
        let (least, most) = self.arity();
        if args.len() < least || args.len() > most {
            return None;
        }
        let mut common: Option<Type> = None;
        for (i, ty) in args.iter().enumerate() {
            if self.param(i, args.len())?.1.ty == ParamType::Common {
                common = Some(match common {
                    None => *ty,
                    Some(c) => common_type(c, *ty)?,
                });
            }
        }
        let mut settled = Vec::with_capacity(args.len());
        let mut conversions = 0;
        let mut returns = match &self.returns {
            Returns::Exact(ty) => Some(*ty),
            Returns::Common => common,
            Returns::Widest | Returns::Param(_) => None,
        };
        for (i, ty) in args.iter().enumerate() {
            let (index, param) = self.param(i, args.len())?;
            let to = accept(param.ty, *ty, common)?;
            if to != *ty {
                conversions += if *ty == Type::Dynamic { 10 } else { 1 };
            }
            if self.returns == Returns::Param(index) && returns.is_none() {
                returns = Some(if param.ty == ParamType::TypeLiteral { type_literal(i)? } else { to });
            }
            settled.push(to);
        }
        if self.returns == Returns::Widest {
            returns = settled.iter().copied().filter(|t| t.is_number()).reduce(Type::wider);
        }
        Some(Resolved { args: settled, returns: returns?, conversions })
    }
}

fn parse_param(text: &str) -> Option<Param> {
    let (text, optional) = match text.strip_prefix('[') {
        Some(t) => (t.strip_suffix(']')?, true),
        None => (text, false),
    };
    let (name, ty) = text.split_once(':')?;
    let ty = ty.trim();
    let (ty, repeated) = ty.strip_suffix("...").map_or((ty, false), |t| (t, true));
    let ty = match ty {
        "scalar" => ParamType::Scalar,
        "number" => ParamType::Number,
        "integer" => ParamType::Integer,
        "orderable" => ParamType::Orderable,
        "summable" => ParamType::Summable,
        "text" => ParamType::Text,
        "array" => ParamType::Array,
        "bag" => ParamType::Bag,
        "T" => ParamType::Common,
        "type" => ParamType::TypeLiteral,
        name => ParamType::Exact(Type::from_name(name)?),
    };
    Some(Param { name: name.trim().to_string(), ty, optional, repeated })
}

/// The type that two values are brought to where KQL wants one: equal types, numbers to the wider,
/// dynamic gives way to any other.
pub fn common_type(a: Type, b: Type) -> Option<Type> {
    match (a, b) {
        (a, b) if a == b => Some(a),
        (a, b) if a.is_number() && b.is_number() => Some(a.wider(b)),
        (Type::Dynamic, other) | (other, Type::Dynamic) => Some(other),
        _ => None,
    }
}

/// The type that an argument of type `ty` is brought to for a parameter, if it is taken at all.
fn accept(param: ParamType, ty: Type, common: Option<Type>) -> Option<Type> {
    let dynamic = ty == Type::Dynamic;
    match param {
        ParamType::Scalar | ParamType::TypeLiteral => Some(ty),
        ParamType::Common => common,
        ParamType::Number if dynamic => Some(Type::Real),
        ParamType::Number => ty.is_number().then_some(ty),
        ParamType::Integer if dynamic => Some(Type::Long),
        ParamType::Integer => ty.is_integer().then_some(ty),
        ParamType::Orderable => Some(ty),
        ParamType::Summable if dynamic => Some(Type::Real),
        ParamType::Summable => (ty.is_number() || ty == Type::Timespan).then_some(ty),
        ParamType::Text => (dynamic || ty == Type::String).then_some(ty),
        ParamType::Array | ParamType::Bag => dynamic.then_some(ty),
        ParamType::Exact(want) if want == ty => Some(ty),
        ParamType::Exact(_) if dynamic => match param {
            ParamType::Exact(want) => Some(want),
            _ => None,
        },
        ParamType::Exact(want) if want.is_integer() && ty.is_integer() => Some(want),
        ParamType::Exact(want) if want.is_number() && ty.is_number() && ty < want => Some(want),
        // What is computed in doubles takes decimals too.
        ParamType::Exact(Type::Real) if ty == Type::Decimal => Some(Type::Real),
        ParamType::Exact(_) => None,
    }
}

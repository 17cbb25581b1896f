//! `T | mv-apply [with_itemindex=name] [name =] expr [to typeof(type)], … [limit n] on (subquery)` (also spelled `mvapply`)
//!
//! Trap: the subquery runs once per input row, over the elements of that row only; an empty array gives no row, unless the subquery summarizes.

use super::Operator;
use super::OperatorKind;
use super::mv_expand::{Expanded, expanded};
use crate::kql::ast::{Expr, OperatorParameter};
use crate::kql::parser::{Parsed, Parser};

#[derive(Clone, Debug)]
pub struct MvApply {
    pub parameters: Vec<OperatorParameter>,
    pub columns: Vec<Expanded>,
    pub limit: Option<Expr>,
    pub subquery: Vec<Operator>,
}

pub fn parse(p: &mut Parser) -> Parsed<OperatorKind> {
    let parameters = p.parameters(&["with_itemindex", "id"])?;
    let columns = p.list(expanded)?;
    let limit = if p.eat_word("limit") { Some(p.expr()?) } else { None };
    p.expect_word("on")?;
    let open = p.span();
    p.expect_symbol("(")?;
    let mut subquery = vec![p.operator()];
    subquery.extend(p.operators());
    p.close(")", open)?;
    Ok(OperatorKind::MvApply(MvApply { parameters, columns, limit, subquery }))
}

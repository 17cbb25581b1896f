//! `schema_merge`: several schemas, as `getschema` gives them, as one.
//!
//! A column stands at the last of the places that it has in the schemas. If they must agree, a column that
//! has two places is an error, which Kusto writes into the row.
//!
//! Trap: Kusto does not say how it reduces two types of one column to a common one, nor what becomes of
//! two columns at one place: that ends the query.

use super::super::{Called, Cx, TableCall, TableFunction};
use crate::value::Value;

/// Arguments: name, place, .NET type and type of the columns; whether places must agree.
pub static SCHEMA_MERGE: TableFunction = TableFunction { name: "schema_merge", run };

struct Merged {
    name: String,
    first: i64,
    last: i64,
    agrees: bool,
    types: [String; 2],
}

const OUT_OF_ORDER: &str = "ERROR(columns are out of order)";

fn run(call: &TableCall<'_>, cx: &Cx) -> Called {
    let mut columns: Vec<Merged> = Vec::new();
    for row in 0..call.column(0).len() {
        let text = |at: usize| call.column(at).get(row).map(Value::to_text).unwrap_or_default();
        let place = call.column(1).get(row).and_then(Value::as_i64).unwrap_or(0);
        let types = [text(2), text(3)];
        let Some(known) = columns.iter_mut().find(|c| c.name == text(0)) else {
            columns.push(Merged { name: text(0), first: place, last: place, agrees: true, types });
            continue;
        };
        if known.types != types {
            cx.fail(format!("`{}` is of type {} and of type {}", known.name, known.types[1], types[1]));
        }
        known.agrees &= place == known.first;
        known.last = known.last.max(place);
    }
    columns.sort_by_key(|c| c.last);
    for pair in columns.windows(2) {
        if pair[0].last == pair[1].last {
            cx.fail(format!("`{}` and `{}` are both at place {}", pair[0].name, pair[1].name, pair[0].last));
        }
    }
    let must_agree = call.value(4).as_bool().unwrap_or(true);
    let row = |column: Merged| {
        let [data_type, column_type] = column.types;
        let name = Value::String(column.name);
        if must_agree && !column.agrees {
            let unknown = format!("ERROR(unknown CSL type:{OUT_OF_ORDER})");
            return vec![name, Value::Long(-1), Value::String(unknown), Value::string(OUT_OF_ORDER)];
        }
        vec![name, Value::Long(column.last), Value::String(data_type), Value::String(column_type)]
    };
    Called::Rows(columns.into_iter().map(row).collect())
}

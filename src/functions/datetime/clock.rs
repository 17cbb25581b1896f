//! `now([offset])`, `ago(timespan)`: from the query's clock.
//!
//! Trap: the clock is an input of the query; all calls in it see the same time.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::datetime;

pub const ROWS: &[Function] = &[
    kernel(
        "now",
        &["([offset: timespan]) -> datetime"],
        "The time of the query, moved by an offset.",
        Naming::None,
        |args, cx| {
            let offset = args.first().map_or(Some(0), |a| a.as_i64());
            datetime(offset.and_then(|offset| cx.now.checked_add(offset)))
        },
    ),
    kernel(
        "ago",
        &["(timespan: timespan) -> datetime"],
        "The time of the query less a timespan.",
        Naming::None,
        |args, cx| datetime(args[0].as_i64().and_then(|span| cx.now.checked_sub(span))),
    ),
];

//! `activity_metrics`, `activity_counts_metrics`, `activity_engagement`, `new_activity_metrics`,
//! `sliding_window_counts`, `active_users_count`, `session_count`: users over time.
//!
//! Trap: the order of the constants differs from plugin to plugin: the step stands before the lookback in
//! `session_count`, after it in `sliding_window_counts`.

use super::cohorts;
use super::timeline::{Constant, Shape, bind};
use crate::functions::plugins::analytics::{activity, windows};
use crate::kql::operators::evaluate::{Bind, Plugin};
use crate::types::Type;

pub const PLUGINS: &[Plugin] = &[
    Plugin {
        name: "active_users_count",
        signature: "(id: column, time: column, start, end, lookback, period, periods: long, step, [dimension: column...])",
        doc: "By period, the users who were active in enough periods of the lookback that ends when they are seen.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, &ACTIVE_USERS)),
    },
    Plugin {
        name: "activity_counts_metrics",
        signature: "(id: column, time: column, start, end, step, [dimension: column...])",
        doc: "By period, the events, the users, those not seen before, and all seen so far.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, &COUNTS)),
    },
    Plugin {
        name: "activity_engagement",
        signature: "(id: column, time: column, [start, end], inner, outer, [dimension: column...])",
        doc: "By inner window, its users as a share of those of the outer window that ends with it.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, &ENGAGEMENT)),
    },
    Plugin {
        name: "activity_metrics",
        signature: "(id: column, time: column, [start, end], step, [dimension: column...])",
        doc: "By period, the users, those not seen in the one before, and the shares that stayed and that left.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, &METRICS)),
    },
    Plugin {
        name: "new_activity_metrics",
        signature: "(id: column, time: column, start, end, step, [cohort], [dimension: column...], [lookback: table])",
        doc: "Of the users first seen in a period, how many were seen in each period from then on.",
        bind: Bind::Table(cohorts::bind),
    },
    Plugin {
        name: "session_count",
        signature: "(id: column, time: column, start, end, step, lookback, [dimension: column...])",
        doc: "By period, the sessions that begin: events of a user without another one in the lookback.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, &SESSIONS)),
    },
    Plugin {
        name: "sliding_window_counts",
        signature: "(id: column, time: column, start, end, lookback, step, [dimension: column...])",
        doc: "By period, the events and the users of the lookback that ends with it.",
        bind: Bind::Table(|b, op, input, span| bind(b, op, input, span, &SLIDING)),
    },
];

const START: (&str, Constant) = ("the start", Constant::Point);
const END: (&str, Constant) = ("the end", Constant::Point);
const STEP: (&str, Constant) = ("the step", Constant::Step);
const LOOKBACK: (&str, Constant) = ("the lookback", Constant::Window);

static ACTIVE_USERS: Shape = Shape {
    function: &windows::ACTIVE,
    constants: &[
        START,
        END,
        LOOKBACK,
        ("the period", Constant::Window),
        ("the number of periods", Constant::Count),
        STEP,
    ],
    open: false,
    columns: &[("dcount", Type::Long)],
};

static COUNTS: Shape = Shape {
    function: &activity::COUNTS,
    constants: &[START, END, STEP],
    open: false,
    columns: &[
        ("count", Type::Long),
        ("dcount", Type::Long),
        ("new_dcount", Type::Long),
        ("aggregated_dcount", Type::Long),
    ],
};

static ENGAGEMENT: Shape = Shape {
    function: &activity::ENGAGEMENT,
    constants: &[START, END, ("the inner window", Constant::Window), ("the outer window", Constant::Window)],
    open: true,
    columns: &[
        ("dcount_activities_inner", Type::Long),
        ("dcount_activities_outer", Type::Long),
        ("activity_ratio", Type::Real),
    ],
};

static METRICS: Shape = Shape {
    function: &activity::METRICS,
    constants: &[START, END, STEP],
    open: true,
    columns: &[
        ("dcount_values", Type::Long),
        ("dcount_newvalues", Type::Long),
        ("retention_rate", Type::Real),
        ("churn_rate", Type::Real),
    ],
};

static SESSIONS: Shape = Shape {
    function: &windows::SESSIONS,
    constants: &[START, END, ("the step", Constant::Window), LOOKBACK],
    open: false,
    columns: &[("count_sessions", Type::Long)],
};

static SLIDING: Shape = Shape {
    function: &windows::SLIDING,
    constants: &[START, END, LOOKBACK, STEP],
    open: false,
    columns: &[("Count", Type::Long), ("Dcount", Type::Long)],
};

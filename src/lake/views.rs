//! The tables that are queries: a file of `views/` each, in KQL, which pastes into a workspace as a function.
//!
//! Trap: a view tells of events that lie in other tables, too: whoever means all tables counts one of the two
//! (`Catalog::view_of`), and takes a table as it is stored. What its columns are called is said in `tables.kql` as for any table.

use crate::types::Type;

/// A table that is a query.
pub struct View {
    pub name: &'static str,
    pub text: &'static str,
    pub kind: ViewKind,
}

/// How a view stands to what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewKind {
    /// It tells of the events of that table in another form.
    Of(&'static str),
    /// It is the stored table of its name with further rows, made from records of the unified audit log that
    /// have this record type. Only for those who ask.
    Synthesis { record_type: i64, events: &'static str },
}

pub const VIEWS: &[View] = &[
    View {
        name: "PimActivations",
        text: include_str!("views/PimActivations.kql"),
        kind: ViewKind::Of("AuditLogs"),
    },
    View {
        name: "AuditLogs",
        text: include_str!("views/AuditLogs.kql"),
        kind: ViewKind::Synthesis { record_type: 8, events: "changes of the directory" },
    },
    View {
        name: "SigninLogs",
        text: include_str!("views/SigninLogs.kql"),
        kind: ViewKind::Synthesis { record_type: 15, events: "sign-ins" },
    },
];

/// The hidden column that tells a made row from a stored one.
pub const MADE: (&str, Type) = ("_auk_synth", Type::Bool);

/// The view of that name.
pub fn view(name: &str) -> Option<&'static View> {
    VIEWS.iter().find(|view| view.name == name)
}

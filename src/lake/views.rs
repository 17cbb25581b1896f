//! The tables that are queries: a file of `views/` each, in KQL, which pastes into a workspace as a function.
//!
//! Trap: a view tells of events that lie in other tables, too: whoever means all tables counts one of the two
//! (`Catalog::view_of`). What its columns are called is said in `tables.kql` as for any table.

/// A view: its name, its text, the tables whose events it tells of.
pub struct View {
    pub name: &'static str,
    pub text: &'static str,
    pub of: &'static str,
}

pub const VIEWS: &[View] =
    &[View { name: "PimActivations", text: include_str!("views/PimActivations.kql"), of: "AuditLogs" }];

/// The view of that name.
pub fn view(name: &str) -> Option<&'static View> {
    VIEWS.iter().find(|view| view.name == name)
}

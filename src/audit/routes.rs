//! What each export route is told by, and what it cannot carry, whoever made the export.
//!
//! Trap: only what is so by the form of the export stands here; what a single file lacks is counted from it.

/// What is known of a route.
pub struct Route {
    pub route: &'static str,
    /// By which a record or a header of it is recognised.
    pub told_by: &'static str,
    /// What its form has no room for; nothing when it is whole.
    pub lacks: &'static str,
    /// What therefore cannot be concluded.
    pub cannot: &'static str,
    pub ask: &'static str,
}

const NONE: (&str, &str, &str) = ("", "", "");

const fn route(
    route: &'static str,
    told_by: &'static str,
    (lacks, cannot, ask): (&'static str, &'static str, &'static str),
) -> Route {
    Route { route, told_by, lacks, cannot, ask }
}

const AS_GRAPH_AUDITS: &str = "Graph /auditLogs/directoryAudits as JSON, or the portal's JSON download";
const AS_GRAPH_SIGN_INS: &str = "Graph (beta) /auditLogs/signIns as JSON, or the portal's JSON download";

pub const ROUTES: &[Route] = &[
    route("A1", "a column AuditData", NONE),
    route("A2", "a member AuditData", NONE),
    route("A3", "columns AuditData and RecordId", NONE),
    route("A4", "auditData with auditLogRecordType or operation", NONE),
    route("A5", "four of CreationTime, Operation, RecordType, Workload, Id", NONE),
    route(
        "A6",
        "four of CreationTime, Operation, RecordType, Workload, Id; alone on a line or as columns",
        NONE,
    ),
    route(
        "A7",
        "a column _raw",
        (
            "Splunk cuts an event at 10,000 characters unless it was set otherwise",
            "what stood in the cut part of a long record",
            "the records from Microsoft (Purview audit search or Graph), not from the SIEM",
        ),
    ),
    route("B1", "activityDisplayName with targetResources", NONE),
    route("B2", "createdDateTime with appId or status.errorCode", NONE),
    route("AzureActivity", "operationName and resourceId with caller or authorization", NONE),
    route(
        "B3",
        "members or columns as the Graph PowerShell SDK writes them",
        (
            "nested values deeper than -Depth, and all of them in CSV",
            "who acted, on what, and what was changed, where those values are gone",
            "ConvertTo-Json -Depth 10 in place of Export-Csv",
        ),
    ),
    route(
        "C1",
        "a (UTC) date column with Target1… or AdditionalDetail1… columns",
        (
            "a row has 3 targets, 5 changed properties of each and 6 details, and no id",
            "that a role, request, ticket or expiry is absent because the row does not name it",
            AS_GRAPH_AUDITS,
        ),
    ),
    route(
        "C2",
        "a (UTC) date column, a request id and an IP address",
        (
            "the conditional access policies of a sign-in are only summed up as one status",
            "which policy applied to, failed or would have blocked a sign-in",
            AS_GRAPH_SIGN_INS,
        ),
    ),
    route("C3", "request id with authentication steps", NONE),
    route("D1", "category with properties", NONE),
    route("E1", "columns of a table of the workspace", NONE),
    route("E2", "tables of columns and rows", NONE),
    route("E3", "Type and TimeGenerated, or members of a table of the workspace", NONE),
    route(
        "F1",
        "columns requestor, action and role",
        (
            "the portal shows the last 30 days, and its rows have no id",
            "what happened in Privileged Identity Management earlier; counts beside another export of it",
            AS_GRAPH_AUDITS,
        ),
    ),
    route(
        "G",
        "members of a role, schedule, risk, user, group or application",
        (
            "it is the state at the moment of the export, not a history",
            "who held a role, or was at risk, at any other time",
            "AuditLogs of the time in question (Graph /auditLogs/directoryAudits)",
        ),
    ),
];

/// By what the records of a route are recognised.
pub fn told_by(route: &str) -> Option<&'static str> {
    ROUTES.iter().find(|r| r.route == route).map(|r| r.told_by)
}

/// A kind of log that is not there although others are.
pub struct Absent {
    /// None of these tables has rows …
    pub tables: &'static [&'static str],
    /// … but one of these has.
    pub beside: &'static [&'static str],
    pub seen: &'static str,
    pub cannot: &'static str,
    pub ask: &'static str,
}

pub const ABSENT: &[Absent] = &[
    Absent {
        tables: &["AuditLogs"],
        beside: &["UnifiedAuditLog"],
        seen: "the unified audit log is there, the directory audits of Entra ID are not",
        cannot: "why a role was activated, who approved it, with which ticket and until when: the unified audit log \
                 has no justification and no approval",
        ask: AS_GRAPH_AUDITS,
    },
    Absent {
        tables: &["AuditLogs", "UnifiedAuditLog"],
        beside: &["SigninLogs", "AADNonInteractiveUserSignInLogs"],
        seen: "sign-ins are there, the directory audits are not",
        cannot: "what was changed in the directory: roles, accounts, applications, policies",
        ask: AS_GRAPH_AUDITS,
    },
    Absent {
        tables: &["UnifiedAuditLog"],
        beside: &["AuditLogs", "SigninLogs"],
        seen: "logs of Entra ID are there, the unified audit log is not",
        cannot: "what was done in mailboxes, SharePoint, OneDrive, Teams and Purview",
        ask: "a Purview audit search over the same time, all activities",
    },
    Absent {
        tables: &["SigninLogs"],
        beside: &["AuditLogs", "UnifiedAuditLog", "AADNonInteractiveUserSignInLogs"],
        seen: "SigninLogs has no rows",
        cannot: "with which authentication, policy and device an account was used; from where, beyond what other logs \
                 tell",
        ask: AS_GRAPH_SIGN_INS,
    },
    Absent {
        tables: &["AADNonInteractiveUserSignInLogs"],
        beside: &["SigninLogs"],
        seen: "interactive sign-ins are there, non-interactive ones are not",
        cannot: "that a session or a stolen token was not used further: refreshes are non-interactive sign-ins",
        ask: "Graph (beta) /auditLogs/signIns with signInEventTypes of nonInteractiveUser",
    },
    Absent {
        tables: &["AADServicePrincipalSignInLogs"],
        beside: &["SigninLogs"],
        seen: "sign-ins of users are there, those of applications are not",
        cannot: "that an application's credentials were not used",
        ask: "Graph (beta) /auditLogs/signIns with signInEventTypes of servicePrincipal",
    },
];

/// How long the service keeps a log, and which tables hold it.
pub struct Retention {
    pub tables: &'static [&'static str],
    pub days: &'static [i64],
    pub what: &'static str,
}

pub const RETENTION: &[Retention] = &[
    Retention {
        tables: &[
            "AuditLogs",
            "SigninLogs",
            "AADNonInteractiveUserSignInLogs",
            "AADServicePrincipalSignInLogs",
            "AADManagedIdentitySignInLogs",
        ],
        days: &[7, 30],
        what: "Entra ID keeps 7 days (Free) or 30 days (P1, P2)",
    },
    Retention {
        tables: &["UnifiedAuditLog"],
        days: &[180, 365],
        what: "the unified audit log keeps 180 days, or a year with Audit (Premium)",
    },
    Retention {
        tables: &["AADUserRiskEvents"],
        days: &[90],
        what: "Entra ID keeps risk detections for 90 days",
    },
];

//! A table of the map: the sections of the report, in order; the same every month.
//!
//! A section that is asked for has parts, each an analysis of `queries/`; the others are made from what the parts
//! gave, from the audit of the lake or from its manifest (`mod.rs`). Ids never change: links of older reports, and
//! whoever compares two months, go by them.
//!
//! Trap: a figure counts rows of one of these parts, by a column and a value that stand in them; it is no query of
//! its own, so a reader can count it again.

/// A row of the table of sections.
pub struct SectionRow {
    pub id: &'static str,
    pub title: &'static str,
    /// What a reader finds there, in a sentence or two.
    pub about: &'static str,
    pub content: Content,
}

/// Where a section's content comes from.
#[derive(Clone, Copy)]
pub enum Content {
    /// What the report comes to, in words.
    Summary,
    /// The analyses of the collection that look for something.
    Findings,
    Parts(&'static [PartRow], &'static [FigureRow]),
    /// What cannot be concluded from the lake.
    Completeness,
    /// The files that were read, with their hashes.
    Sources,
    SignOff,
}

/// An analysis, and how its rows are shown.
pub struct PartRow {
    pub id: &'static str,
    pub analysis: &'static str,
    pub chart: Option<ChartRow>,
    /// What is said when it has no rows.
    pub none: &'static str,
}

/// The columns that are drawn, the first of them across.
pub struct ChartRow {
    pub kind: &'static str,
    pub columns: &'static [&'static str],
}

/// A number of a section.
pub struct FigureRow {
    pub label: &'static str,
    /// The id of the part whose rows it counts.
    pub of: &'static str,
    pub count: Count,
}

/// What a figure counts.
#[derive(Clone, Copy)]
pub enum Count {
    Rows,
    /// Rows that have this value in a column.
    Where(&'static str, &'static str),
    WhereNot(&'static str, &'static str),
    /// Rows of both.
    Both((&'static str, &'static str), (&'static str, &'static str)),
    Sum(&'static str),
    /// Different values of a column that are not empty.
    Distinct(&'static str),
}

const fn part(id: &'static str, analysis: &'static str, none: &'static str) -> PartRow {
    PartRow { id, analysis, chart: None, none }
}

const fn drawn(
    id: &'static str,
    analysis: &'static str,
    none: &'static str,
    kind: &'static str,
    columns: &'static [&'static str],
) -> PartRow {
    PartRow { id, analysis, chart: Some(ChartRow { kind, columns }), none }
}

const fn figure(label: &'static str, of: &'static str, count: Count) -> FigureRow {
    FigureRow { label, of, count }
}

pub const SECTIONS: &[SectionRow] = &[
    SectionRow {
        id: "summary",
        title: "Summary",
        about: "What happened in the period, what needs attention, and what the data cannot tell.",
        content: Content::Summary,
    },
    SectionRow {
        id: "findings",
        title: "Findings",
        about: "What the analyses that look for something found in the period, the most severe first. A finding is a \
                reason to look, not a verdict.",
        content: Content::Findings,
    },
    SectionRow {
        id: "activations",
        title: "Role activations",
        about: "Who took up which privileged role, by whose approval, and for how long.",
        content: Content::Parts(ACTIVATIONS, ACTIVATION_FIGURES),
    },
    SectionRow {
        id: "not-activated",
        title: "Failed and denied requests",
        about: "Requests for a role that did not lead to an activation, and the decisions on requests.",
        content: Content::Parts(NOT_ACTIVATED, NOT_ACTIVATED_FIGURES),
    },
    SectionRow {
        id: "outliers",
        title: "Unusual activations",
        about: "Activations that differ from what is usual: more often, at other hours, for the first time, one after \
                the other, without a second factor or with a poor reason.",
        content: Content::Parts(OUTLIERS, OUTLIER_FIGURES),
    },
    SectionRow {
        id: "assignments",
        title: "Standing and eligible assignments",
        about: "Who holds a role permanently, who may activate one, and which of these rights go unused or end soon. \
                This is the state when the reference data was exported.",
        content: Content::Parts(ASSIGNMENTS, ASSIGNMENT_FIGURES),
    },
    SectionRow {
        id: "grants",
        title: "Grants outside PIM",
        about: "Roles that were given directly, past requests and approvals, and changes to custom roles.",
        content: Content::Parts(GRANTS, GRANT_FIGURES),
    },
    SectionRow {
        id: "break-glass",
        title: "Emergency accounts",
        about: "Every use of the break-glass accounts. Outside of a test there should be none.",
        content: Content::Parts(BREAK_GLASS, BREAK_GLASS_FIGURES),
    },
    SectionRow {
        id: "policies",
        title: "Changes to policies",
        about: "Changes to the rules that guard privileges: PIM's settings and alerts, and Conditional Access.",
        content: Content::Parts(POLICIES, POLICY_FIGURES),
    },
    SectionRow {
        id: "guests-applications",
        title: "Guests and applications",
        about: "Privileges of accounts from outside and of applications, and the credentials and consents that \
                applications were given.",
        content: Content::Parts(GUESTS_APPLICATIONS, GUEST_FIGURES),
    },
    SectionRow {
        id: "geography",
        title: "Where sign-ins came from",
        about: "Countries as Entra takes them from the address: a VPN or a roaming phone shows where it comes out.",
        content: Content::Parts(GEOGRAPHY, GEOGRAPHY_FIGURES),
    },
    SectionRow {
        id: "trends",
        title: "Trends",
        about: "The period's last month and the twelve before it, as far as there is data. A month without rows is not \
                shown; one in which the data or the period begins or ends is not whole.",
        content: Content::Parts(TRENDS, &[]),
    },
    SectionRow {
        id: "completeness",
        title: "Completeness and its limits",
        about: "What is known to be missing from the data, and what therefore cannot be concluded from this report.",
        content: Content::Completeness,
    },
    SectionRow {
        id: "sources",
        title: "Sources",
        about: "The files that the data was read from. The SHA-256 of a file is that of its content when it was \
                read; auk verify compares it with what is there today. The \
                ids in the columns Evidence are records of these files: auk trace ID shows the bytes of one.",
        content: Content::Sources,
    },
    SectionRow {
        id: "sign-off",
        title: "Sign-off",
        about: "I have reviewed this report and followed up what needs attention, or noted why not.",
        content: Content::SignOff,
    },
];

const ACTIVATIONS: &[PartRow] = &[
    drawn(
        "activations-by-role",
        "report/activations-by-role",
        "No role was activated.",
        "barchart",
        &["Role", "WithApproval", "WithoutApproval"],
    ),
    part("activations-by-user", "report/activations-by-user", "Nobody activated a role."),
    drawn(
        "activations-by-day",
        "report/activations-by-day",
        "No day lies in the period.",
        "columnchart",
        &["Day", "Activations"],
    ),
    part("requests", "report/activations", "No request to activate a role is logged."),
];

const ACTIVATION_FIGURES: &[FigureRow] = &[
    figure("activations", "requests", Count::Where("Result", "activated")),
    figure("with approval", "requests", Count::Both(("Result", "activated"), ("Approval", "approved"))),
    figure("without a logged approval", "activations-by-role", Count::Sum("WithoutApproval")),
    figure("people who asked for a role", "requests", Count::Distinct("User")),
    figure("roles asked for", "requests", Count::Distinct("Role")),
];

const NOT_ACTIVATED: &[PartRow] = &[
    part("failed-requests", "report/not-activated", "Every request led to an activation."),
    part("decisions", "pim/approvals", "Nobody approved or denied a request."),
    part("dangling", "pim/dangling-requests", "No request was left without an outcome."),
];

const NOT_ACTIVATED_FIGURES: &[FigureRow] = &[
    figure("requests without an activation", "failed-requests", Count::Rows),
    figure("denied by an approver", "failed-requests", Count::Where("Result", "denied")),
    figure("expired without a decision", "failed-requests", Count::Where("Result", "expired")),
    figure("decisions", "decisions", Count::Rows),
    figure("decided by the person who asked", "decisions", Count::Where("OwnRequest", "true")),
];

const OUTLIERS: &[PartRow] = &[
    part(
        "far-more",
        "pim/activation-outliers",
        "Nobody activated a role far more than before and than peers.",
    ),
    part("over-threshold", "pim/activations-over-threshold", "Nobody activated one role that often."),
    part("off-hours", "pim/outside-business-hours", "No role was activated outside business hours."),
    part("first-activations", "pim/first-activations", "Nobody activated a role for the first time."),
    part("back-to-back", "pim/back-to-back-activations", "No activation followed closely on another."),
    part("without-mfa", "pim/activations-without-mfa", "No activation is known to lack a second factor."),
    part("justifications", "pim/justifications", "No reason stands out as poor."),
];

const OUTLIER_FIGURES: &[FigureRow] = &[
    figure("far above their usual", "far-more", Count::Rows),
    figure("activations outside business hours", "off-hours", Count::Rows),
    figure("first activations of a role", "first-activations", Count::Rows),
];

const ASSIGNMENTS: &[PartRow] = &[
    part("standing", "roles/standing-assignments", "Nobody holds a role permanently."),
    part("unused", "pim/unused-eligibility", "Every eligible assignment was used."),
    part("expiring", "roles/expiring-assignments", "No assignment ends soon."),
    part("approvers", "pim/approvers-who-are-eligible", "No approver may activate the role they decide on."),
    part("changed-holders", "roles/holders-compared", "Nobody gained or lost a role."),
    drawn(
        "holders",
        "roles/holders-by-day",
        "No change of a role's holders is logged.",
        "linechart",
        &["Day", "Role", "Holders"],
    ),
];

const ASSIGNMENT_FIGURES: &[FigureRow] = &[
    figure("standing assignments", "standing", Count::Rows),
    figure("eligible assignments not used", "unused", Count::Rows),
    figure("assignments that end soon", "expiring", Count::Rows),
];

const GRANTS: &[PartRow] = &[
    part("outside-pim", "roles/granted-outside-pim", "No role was granted outside PIM."),
    part(
        "grants-from-ual",
        "roles/role-grants-from-ual",
        "The unified audit log tells of no grant of a role.",
    ),
    part("custom-roles", "roles/custom-role-changes", "No custom role was changed."),
];

const GRANT_FIGURES: &[FigureRow] = &[
    figure("roles granted outside PIM", "outside-pim", Count::Rows),
    figure("changes to custom roles", "custom-roles", Count::Rows),
];

const BREAK_GLASS: &[PartRow] =
    &[part("break-glass-use", "signins/break-glass", "The accounts that were looked for show nothing.")];

const BREAK_GLASS_FIGURES: &[FigureRow] = &[
    figure("events", "break-glass-use", Count::Rows),
    figure("directory changes", "break-glass-use", Count::Where("Event", "directory change")),
    figure("accounts used", "break-glass-use", Count::Distinct("Account")),
];

const POLICIES: &[PartRow] = &[
    part("pim-settings", "pim/settings-changes", "No rule of a role in PIM was changed."),
    part("pim-alerts", "pim/alerts", "No alert of PIM was turned off."),
    part("conditional-access", "directory/conditional-access-changes", "Conditional Access was not changed."),
];

const POLICY_FIGURES: &[FigureRow] = &[
    figure("changes to PIM's rules", "pim-settings", Count::Rows),
    figure("alerts of PIM turned off", "pim-alerts", Count::Rows),
    figure("Conditional Access properties changed", "conditional-access", Count::Rows),
    figure("Conditional Access policies touched", "conditional-access", Count::Distinct("Policy")),
];

const GUESTS_APPLICATIONS: &[PartRow] = &[
    part("guests", "roles/guests", "No guest holds or was given a role."),
    part("applications", "roles/service-principals", "No application holds or was given a role."),
    part("credentials", "directory/application-credentials", "No application was given a credential."),
    part("consents", "directory/risky-consents", "No application was given a risky permission."),
];

const GUEST_FIGURES: &[FigureRow] = &[
    figure("guests with privileges", "guests", Count::Rows),
    figure("applications with privileges", "applications", Count::Rows),
    figure("credentials added to applications", "credentials", Count::Rows),
    figure("consents to risky permissions", "consents", Count::Rows),
];

const GEOGRAPHY: &[PartRow] = &[
    drawn(
        "countries",
        "report/sign-ins-by-country",
        "No sign-in is logged.",
        "barchart",
        &["Country", "Successful", "NotSuccessful"],
    ),
    part("abroad", "signins/outside-home-country", "Nobody signed in from outside the home countries."),
    part("travel", "signins/impossible-travel", "No two sign-ins of one person were too far apart."),
];

const GEOGRAPHY_FIGURES: &[FigureRow] = &[
    figure("sign-ins", "countries", Count::Sum("SignIns")),
    figure("not successful", "countries", Count::Sum("NotSuccessful")),
    figure("countries", "countries", Count::WhereNot("Country", "not stated")),
    figure("people and countries abroad", "abroad", Count::Rows),
];

const TRENDS: &[PartRow] = &[
    drawn(
        "trend-activations",
        "report/activations-by-month",
        "No activation is logged.",
        "columnchart",
        &["Month", "Activations", "NotActivated"],
    ),
    drawn(
        "trend-sign-ins",
        "report/sign-ins-by-month",
        "No sign-in is logged.",
        "columnchart",
        &["Month", "SignIns", "NotSuccessful"],
    ),
    drawn(
        "trend-changes",
        "report/changes-by-month",
        "No change is logged.",
        "columnchart",
        &["Month", "PimSettings", "ConditionalAccess", "GrantsOutsidePim", "ApplicationConsents"],
    ),
];

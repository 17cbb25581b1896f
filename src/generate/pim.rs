//! Life cycles of PIM activations, as AuditLogs and as the unified audit log see them.
//!
//! An `Episode` is drawn first and holds every fact; then it is told as rows: requested, (approval requested,
//! approved or denied,) completed, expired or deactivated, with the Core Directory companions written by
//! MS-PIM. The unified audit log repeats the companions alone, so both routes tell of the same activations.
//! The trap in such data: the correlation id changes from step to step, the request id does not, and the
//! companion makes a count of rows a double count of activations.

use super::audit::{detail, detail_with, initiated_by, initiated_by_service, property, target};
use super::cast;
use super::chunk::Chunk;
use super::names::{APPROVALS, DENIALS, DEVICES, JUSTIFICATIONS, ROLES, TENANT};
use super::rng::Rng;
use super::roles::RoleChange;
use super::tenant::{END, Tenant};
use super::write::{
    DAY, Guid, HOUR, Ip, MINUTE, SECOND, Ticks, Writer, push_guid, push_int, push_ip, push_time,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Activated,
    Denied,
    RequestExpired,
    Canceled,
    RequestFailed(&'static str),
    CompletionFailed(&'static str),
    ProcessFailed(&'static str),
    Dangling,
}

#[derive(Clone)]
pub struct Episode {
    pub user: usize,
    pub role: usize,
    pub at: Ticks,
    pub duration: Ticks,
    pub approval: bool,
    pub outcome: Outcome,
    pub deactivated_after: Option<Ticks>,
    pub justification: String,
    pub ticket: String,
    pub decision: &'static str,
    pub approver: usize,
    pub wait: Ticks,
    pub ip: Ip,
    pub mfa: bool,
    pub request: Guid,
    pub ids: [Guid; 7],
    pub number: u64,
}

/// Who a row names as its initiator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Actor {
    Requestor,
    Approver,
    Service,
}

struct Activity {
    name: &'static str,
    operation: &'static str,
    audit_type: &'static str,
    action: &'static str,
    actor: Actor,
}

const fn activity(
    name: &'static str,
    operation: &'static str,
    audit_type: &'static str,
    action: &'static str,
    actor: Actor,
) -> Activity {
    Activity { name, operation, audit_type, action, actor }
}

const REQUESTED: Activity = activity(
    "Add member to role requested (PIM activation)",
    "Create",
    "CreateRequestRoleActivation",
    "Grant",
    Actor::Requestor,
);
const APPROVAL_REQUESTED: Activity = activity(
    "Add member to role approval requested (PIM activation)",
    "Create",
    "RequestApprovalRoleActivation",
    "Grant",
    Actor::Requestor,
);
const APPROVED: Activity = activity(
    "Add member to role request approved (PIM activation)",
    "Update",
    "ApproveRequestRoleActivation",
    "Grant",
    Actor::Approver,
);
const DENIED: Activity = activity(
    "Add member to role request denied (PIM activation)",
    "Update",
    "DenyRequestRoleActivation",
    "Grant",
    Actor::Approver,
);
const REQUEST_EXPIRED: Activity = activity(
    "PIM activation request expired",
    "Update",
    "ExpireRequestRoleActivation",
    "Grant",
    Actor::Service,
);
const CANCELED: Activity = activity(
    "Add member to role canceled (PIM activation)",
    "Delete",
    "CancelRequestRoleActivation",
    "Grant",
    Actor::Requestor,
);
const PROCESS: Activity = activity("Process request", "Update", "ProcessRequest", "Grant", Actor::Service);
const COMPLETED: Activity = activity(
    "Add member to role completed (PIM activation)",
    "Assign",
    "ActivateRole",
    "Grant",
    Actor::Requestor,
);
const EXPIRED: Activity = activity(
    "Remove member from role (PIM activation expired)",
    "Unassign",
    "RemoveActivatedRole",
    "Revoke",
    Actor::Service,
);
const DEACTIVATE_REQUESTED: Activity = activity(
    "Remove member from role requested (PIM deactivate)",
    "Create",
    "CreateRoleRemovalRequest",
    "Revoke",
    Actor::Requestor,
);
const DEACTIVATED: Activity = activity(
    "Remove member from role completed (PIM deactivate)",
    "Unassign",
    "RemoveActivatedRole",
    "Revoke",
    Actor::Requestor,
);

/// Why PIM refuses a request by policy.
pub const REFUSALS: [&str; 4] = [
    "ActiveDurationTooShort",
    "RoleAssignmentExists",
    "RoleAssignmentRequestPolicyValidationFailed: [\"MfaRule\"]",
    "RoleAssignmentRequestPolicyValidationFailed: [\"JustificationRule\",\"TicketingRule\"]",
];

enum Step {
    Pim { at: Ticks, activity: &'static Activity, failed: bool, reason: String, correlation: Guid },
    Core { at: Ticks, add: bool, correlation: Guid },
}

impl Episode {
    /// A plain activation without approval, for the planted incidents to vary.
    pub fn plain(tenant: &Tenant, rng: &mut Rng, user: usize, role: usize, at: Ticks) -> Self {
        let place = tenant.users[user].home;
        let number = rng.between(1_000, 99_999);
        Episode {
            user,
            role,
            at,
            duration: 4 * HOUR,
            approval: false,
            outcome: Outcome::Activated,
            deactivated_after: None,
            justification: rng.pick(&JUSTIFICATIONS).to_owned(),
            ticket: String::new(),
            decision: rng.pick(&APPROVALS),
            approver: if rng.chance(70.0) { cast::APPROVER } else { cast::SECOND_APPROVER },
            wait: rng.between(2, 90) * MINUTE + rng.below(MINUTE),
            ip: tenant.ip(rng, user, place),
            mfa: rng.chance(40.0),
            request: rng.guid(),
            ids: std::array::from_fn(|_| rng.guid()),
            number,
        }
    }

    /// An episode of the background that begins at `at`.
    pub fn draw(tenant: &Tenant, rng: &mut Rng, at: Ticks) -> Self {
        let (user, place) = tenant.administrator(rng, at);
        let role = tenant.role_of(rng, user);
        let mut episode = Episode::plain(tenant, rng, user, role, at);
        episode.ip = tenant.ip(rng, user, place);
        episode.duration = rng.pick(&[1, 2, 4, 8, 8]) * HOUR;
        episode.approval = ROLES[role].approval;
        if rng.chance(30.0) {
            episode.deactivated_after = Some(rng.between(20 * MINUTE, episode.duration - 5 * MINUTE));
        }
        if rng.chance(45.0) {
            episode.ticket = format!("INC-{}", episode.number);
            episode.justification = format!("{} {}", episode.ticket, episode.justification);
        }
        episode.outcome = match rng.below(100) {
            0..8 if episode.approval => Outcome::Denied,
            8..11 if episode.approval => Outcome::RequestExpired,
            11..14 if episode.approval => Outcome::Canceled,
            90..93 => Outcome::RequestFailed(rng.pick(&REFUSALS)),
            93 => Outcome::CompletionFailed("ProvisioningFailed"),
            94 => Outcome::Dangling,
            _ => Outcome::Activated,
        };
        if episode.outcome == Outcome::Denied {
            episode.decision = rng.pick(&DENIALS);
        }
        episode
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::with_capacity(7);
        let pim = |at, activity, reason: &str, id: usize| Step::Pim {
            at,
            activity,
            failed: false,
            reason: reason.to_owned(),
            correlation: self.ids[id],
        };
        let failed = |at, activity, reason: &str, id: usize| Step::Pim {
            at,
            activity,
            failed: true,
            reason: reason.to_owned(),
            correlation: self.ids[id],
        };
        let why = self.justification.as_str();
        if let Outcome::RequestFailed(reason) = self.outcome {
            steps.push(failed(self.at, &REQUESTED, reason, 0));
            return steps;
        }
        steps.push(pim(self.at, &REQUESTED, why, 0));
        if self.approval && self.outcome != Outcome::Dangling {
            steps.push(pim(self.at + SECOND + 4_310_000, &APPROVAL_REQUESTED, why, 1));
        }
        let decided = self.decided();
        match self.outcome {
            Outcome::Denied => steps.push(pim(decided, &DENIED, self.decision, 2)),
            Outcome::RequestExpired => steps.push(pim(self.at + DAY, &REQUEST_EXPIRED, "Request expired", 2)),
            Outcome::Canceled => steps.push(pim(decided, &CANCELED, why, 2)),
            Outcome::CompletionFailed(reason) => {
                steps.push(failed(decided + 2 * SECOND, &COMPLETED, reason, 3))
            }
            Outcome::ProcessFailed(reason) => steps.push(failed(decided + SECOND, &PROCESS, reason, 3)),
            Outcome::RequestFailed(_) | Outcome::Dangling => {}
            Outcome::Activated => {
                if self.approval {
                    steps.push(pim(decided, &APPROVED, self.decision, 2));
                }
                self.activated(&mut steps);
            }
        }
        steps
    }

    fn activated(&self, steps: &mut Vec<Step>) {
        let start = self.start();
        let pim = |at, activity, reason: &str, id: usize| Step::Pim {
            at,
            activity,
            failed: false,
            reason: reason.to_owned(),
            correlation: self.ids[id],
        };
        steps.push(Step::Core { at: start + SECOND + 1_230_000, add: true, correlation: self.ids[3] });
        steps.push(pim(start + 2 * SECOND + 345_670, &COMPLETED, &self.justification, 3));
        match self.deactivated_after {
            Some(after) => {
                let end = start + after;
                steps.push(pim(end, &DEACTIVATE_REQUESTED, "Deactivation request", 4));
                steps.push(Step::Core { at: end + SECOND, add: false, correlation: self.ids[4] });
                steps.push(pim(end + 2 * SECOND, &DEACTIVATED, "Deactivation request", 4));
            }
            None => {
                let end = start + self.duration;
                steps.push(Step::Core { at: end + SECOND, add: false, correlation: self.ids[4] });
                steps.push(pim(end + 6 * SECOND, &EXPIRED, "Expired", 4));
            }
        }
    }

    fn decided(&self) -> Ticks {
        self.at + if self.approval { self.wait } else { SECOND }
    }

    /// When the activation takes effect.
    pub fn start(&self) -> Ticks {
        self.decided() + 2 * SECOND
    }

    /// The rows of AuditLogs. What lies beyond the end of the quarter has not happened yet.
    pub fn tell(&self, tenant: &Tenant, chunk: &mut Chunk) {
        for step in self.steps() {
            match step {
                Step::Pim { at, activity, failed, reason, correlation } if at <= END => {
                    chunk.push(at, None, |w| {
                        self.pim_row(tenant, w, at, activity, failed, &reason, correlation)
                    });
                }
                Step::Core { at, add, correlation } if at <= END => {
                    chunk.push(at, None, |w| self.core_row(tenant, w, at, add, correlation));
                }
                _ => {}
            }
        }
    }

    /// The rows of the unified audit log: the companions, under ids of their own.
    pub fn tell_unified(&self, tenant: &Tenant, chunk: &mut Chunk) {
        for step in self.steps() {
            if let Step::Core { at, add, correlation } = step
                && at <= END
            {
                let change = RoleChange {
                    add,
                    at,
                    role: self.role,
                    target: self.user,
                    by: None,
                    correlation,
                    id: self.ids[if add { 5 } else { 6 }],
                };
                change.unified(tenant, chunk);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn pim_row(
        &self,
        tenant: &Tenant,
        w: &mut Writer,
        at: Ticks,
        activity: &Activity,
        failed: bool,
        reason: &str,
        correlation: Guid,
    ) {
        w.text_with("id", |out| {
            out.extend_from_slice(b"PIM_");
            push_guid(out, correlation);
            out.extend_from_slice(b"_ABCDE_");
            push_int(out, at / SECOND % 1_000_000);
        });
        w.text("category", "RoleManagement");
        w.guid("correlationId", correlation);
        w.text("result", if failed { "failure" } else { "success" });
        w.text("resultReason", reason);
        w.text("activityDisplayName", activity.name);
        w.time("activityDateTime", at, 7);
        w.text("loggedByService", "PIM");
        w.text("operationType", activity.operation);
        let actor = match activity.actor {
            Actor::Requestor => Some(self.user),
            Actor::Approver => Some(self.approver),
            Actor::Service => None,
        };
        match actor {
            Some(actor) => initiated_by(tenant, w, actor, None),
            None => initiated_by_service(w, "Azure AD PIM"),
        }
        w.array("targetResources", |w| self.targets(tenant, w));
        w.array("additionalDetails", |w| self.details(tenant, w, activity, actor));
    }

    fn targets(&self, tenant: &Tenant, w: &mut Writer) {
        let (role, user) = (&ROLES[self.role], &tenant.users[self.user]);
        target(w, "Role", Some(tenant.roles[self.role]), Some(role.name), None, |w| {
            property(w, "RoleDefinitionOriginId", "", role.template);
            property(w, "RoleDefinitionOriginType", "", "BuiltInRole");
            property(w, "TemplateId", "", role.template);
        });
        target(w, "Request", Some(self.request), None, None, |_| {});
        target(w, "User", Some(user.id), Some(&user.name), Some(&user.upn), |_| {});
        target(w, "Directory", Some(tenant.id), Some(TENANT), None, |_| {});
        target(w, "Other", None, None, None, |_| {});
    }

    fn details(&self, tenant: &Tenant, w: &mut Writer, activity: &Activity, actor: Option<usize>) {
        let role = &ROLES[self.role];
        let (start, end) = (self.start(), self.start() + self.duration);
        detail(w, "RoleDefinitionOriginId", role.template);
        detail(w, "RoleDefinitionOriginType", "BuiltInRole");
        detail(w, "TemplateId", role.template);
        detail_with(w, "StartTime", |out| push_time(out, start, 0));
        detail_with(w, "ExpirationTime", |out| push_time(out, end, 0));
        detail(w, "Justification", &self.justification);
        detail(w, "TicketNumber", &self.ticket);
        detail(w, "TicketSystem", if self.ticket.is_empty() { "" } else { "SNOW" });
        if let Some(actor) = actor {
            if actor == self.user {
                detail_with(w, "ipaddr", |out| push_ip(out, self.ip));
            }
            detail_with(w, "oid", |out| push_guid(out, tenant.users[actor].id));
            detail(w, "UserAgent", DEVICES[tenant.users[actor].device].agent);
        }
        detail_with(w, "tid", |out| push_guid(out, tenant.id));
        detail_with(w, "RequestId", |out| push_guid(out, self.request));
        detail(w, "AuditType", activity.audit_type);
        detail(w, "ActionType", activity.action);
        detail_with(w, "RoleAssignmentRequestId", |out| push_guid(out, self.request));
        detail(w, "IsActivationRequireApproval", if self.approval { "True" } else { "False" });
        if self.mfa && actor == Some(self.user) {
            detail(w, "IsAuthenticatedWithMfa", "True");
        }
    }

    fn core_row(&self, tenant: &Tenant, w: &mut Writer, at: Ticks, add: bool, correlation: Guid) {
        let change = RoleChange {
            add,
            at,
            role: self.role,
            target: self.user,
            by: None,
            correlation,
            id: self.request,
        };
        change.graph(tenant, w);
    }
}

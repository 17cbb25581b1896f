//! The directory's everyday noise: rows of AuditLogs around the PIM life cycles.
//!
//! A table of activities with their weights; a row of it is told with one target and the properties that the
//! real activity changes. The trap: Graph's activity names carry no trailing period (the unified audit log's
//! do), and one of them holds an en dash.

use super::chunk::Chunk;
use super::names::{DEVICES, DOMAIN, ROLES, SERVICES};
use super::rng::{Rng, Skew};
use super::tenant::Tenant;
use super::write::{Guid, Ip, Ticks, Writer, push_guid, push_int};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    User,
    /// An account of its own, that nothing else tells of.
    Account,
    Group,
    Service,
    Application,
    Device,
    Policy,
    /// A role and the user who becomes eligible for it.
    Role,
    /// A role whose PIM settings change.
    Setting,
    Alert,
}

struct Activity {
    name: &'static str,
    category: &'static str,
    service: &'static str,
    operation: &'static str,
    target: Target,
    changes: &'static [(&'static str, &'static str, &'static str)],
    /// By an application rather than a person.
    by_app: bool,
    weight: f64,
}

const fn activity(
    name: &'static str,
    category: &'static str,
    operation: &'static str,
    target: Target,
    changes: &'static [(&'static str, &'static str, &'static str)],
    weight: f64,
) -> Activity {
    Activity { name, category, service: "Core Directory", operation, target, changes, by_app: false, weight }
}

const fn by_app(activity: Activity) -> Activity {
    Activity { by_app: true, ..activity }
}

const fn of(service: &'static str, activity: Activity) -> Activity {
    Activity { service, ..activity }
}

const ACTIVITIES: [Activity; 24] = [
    activity(
        "Update user",
        "UserManagement",
        "Update",
        Target::User,
        &[("Department", "Sales", "Operations"), ("Included Updated Properties", "", "Department")],
        18.0,
    ),
    by_app(activity(
        "Update user",
        "UserManagement",
        "Update",
        Target::User,
        &[("AssignedLicense", "E3", "E5"), ("Included Updated Properties", "", "AssignedLicense")],
        22.0,
    )),
    activity(
        "Add member to group",
        "GroupManagement",
        "Assign",
        Target::Group,
        &[("Group.DisplayName", "", "All staff"), ("Group.WellKnownObjectName", "", "")],
        9.0,
    ),
    activity(
        "Remove member from group",
        "GroupManagement",
        "Unassign",
        Target::Group,
        &[("Group.DisplayName", "All staff", "")],
        5.0,
    ),
    activity("Reset user password", "UserManagement", "Update", Target::User, &[], 3.0),
    activity("Change user password", "UserManagement", "Update", Target::User, &[], 3.0),
    activity(
        "Update StsRefreshTokenValidFrom Timestamp",
        "UserManagement",
        "Update",
        Target::User,
        &[("StsRefreshTokensValidFrom", "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")],
        4.0,
    ),
    activity(
        "Add user",
        "UserManagement",
        "Add",
        Target::Account,
        &[("AccountEnabled", "", "true"), ("UserType", "", "Member")],
        1.5,
    ),
    activity(
        "Delete user",
        "UserManagement",
        "Delete",
        Target::Account,
        &[("Is Hard Deleted", "", "False")],
        0.6,
    ),
    activity(
        "Disable account",
        "UserManagement",
        "Update",
        Target::User,
        &[("AccountEnabled", "true", "false")],
        0.8,
    ),
    by_app(activity(
        "Update device",
        "Device",
        "Update",
        Target::Device,
        &[("IsCompliant", "false", "true"), ("Included Updated Properties", "", "IsCompliant")],
        12.0,
    )),
    activity(
        "Add app role assignment grant to user",
        "UserManagement",
        "Assign",
        Target::Service,
        &[("AppRole.Value", "", "User.Access"), ("AppRole.DisplayName", "", "User access")],
        4.0,
    ),
    activity(
        "Add app role assignment to service principal",
        "ApplicationManagement",
        "Assign",
        Target::Service,
        &[("AppRole.Value", "", "Files.Read.All"), ("ServicePrincipal.DisplayName", "", "Microsoft Graph")],
        1.2,
    ),
    activity(
        "Consent to application",
        "ApplicationManagement",
        "Assign",
        Target::Service,
        &[
            ("ConsentContext.IsAdminConsent", "", "False"),
            (
                "ConsentAction.Permissions",
                "",
                "[] => [[Scope: User.Read openid profile, ConsentType: Principal]]",
            ),
        ],
        2.0,
    ),
    activity(
        "Add delegated permission grant",
        "ApplicationManagement",
        "Assign",
        Target::Service,
        &[
            ("DelegatedPermissionGrant.Scope", "", " User.Read"),
            ("DelegatedPermissionGrant.ConsentType", "", "Principal"),
        ],
        2.0,
    ),
    activity(
        "Add service principal",
        "ApplicationManagement",
        "Add",
        Target::Service,
        &[("AccountEnabled", "", "true")],
        0.8,
    ),
    activity(
        "Update application",
        "ApplicationManagement",
        "Update",
        Target::Application,
        &[("DisplayName", "Test", "Test 2")],
        1.2,
    ),
    activity(
        "Update application – Certificates and secrets management ",
        "ApplicationManagement",
        "Update",
        Target::Application,
        &[("KeyDescription", "[]", "[KeyType=Password,KeyUsage=Verify,DisplayName=rotate]")],
        0.6,
    ),
    activity(
        "Update conditional access policy",
        "Policy",
        "Update",
        Target::Policy,
        &[("ConditionalAccessPolicy", "enabledForReportingButNotEnforced", "enabled")],
        0.4,
    ),
    of(
        "Authentication Methods",
        activity(
            "User registered security info",
            "UserManagement",
            "Add",
            Target::User,
            &[("Method", "", "Authenticator")],
            3.0,
        ),
    ),
    of(
        "Self-service Password Management",
        activity("Reset password (self-service)", "UserManagement", "Update", Target::User, &[], 2.0),
    ),
    of(
        "PIM",
        activity(
            "Add eligible member to role in PIM completed (timebound)",
            "RoleManagement",
            "Assign",
            Target::Role,
            &[],
            0.8,
        ),
    ),
    of("PIM", activity("Update role setting in PIM", "RoleManagement", "Update", Target::Setting, &[], 0.3)),
    of("PIM", activity("Resolve PIM alert", "RoleManagement", "Update", Target::Alert, &[], 0.3)),
];

/// What a change of PIM settings writes as its reason.
const SETTINGS: [&str; 3] = [
    "Maximum activation duration (hours): 8 -> 4",
    "Require approval to activate: False -> True",
    "Require ticket information on activation: True -> False",
];

/// The table with its running weights.
pub struct Noise(Skew);

impl Noise {
    pub fn new() -> Self {
        Noise(Skew::weighted(ACTIVITIES.iter().map(|activity| activity.weight)))
    }

    pub fn tell(&self, tenant: &Tenant, rng: &mut Rng, at: Ticks, chunk: &mut Chunk) {
        let activity = &ACTIVITIES[self.0.rank(rng)];
        let (actor, place) = if activity.service == "Core Directory" {
            tenant.administrator(rng, at)
        } else {
            tenant.somebody(rng, at)
        };
        let ip = tenant.ip(rng, actor, place);
        let (target, _) = tenant.somebody(rng, at);
        let correlation = rng.guid();
        let service = tenant.service.rank(rng);
        let failed = rng.chance(1.5);
        let setting = activity.target == Target::Setting;
        let reason = if setting { SETTINGS[rng.index(SETTINGS.len())] } else { "" };
        chunk.push(at, None, |w| {
            let prefix = match activity.service {
                "PIM" => "PIM",
                "Authentication Methods" => "AuthenticationMethods",
                "Self-service Password Management" => "SSPR",
                _ => "Directory",
            };
            head(w, prefix, activity.category, correlation, at, failed, reason);
            w.text("activityDisplayName", activity.name);
            w.time("activityDateTime", at, 7);
            w.text("loggedByService", activity.service);
            w.text("operationType", activity.operation);
            if activity.by_app {
                initiated_by_app(w, SERVICES[service], tenant.services[service].0);
            } else {
                initiated_by(tenant, w, actor, Some(ip));
            }
            w.array("targetResources", |w| targets(tenant, rng, w, activity, target, service));
            w.array("additionalDetails", |w| {
                detail(w, "UserType", "Member");
                if !activity.by_app {
                    detail(w, "User-Agent", DEVICES[tenant.users[actor].device].agent);
                }
            });
        });
    }
}

impl Default for Noise {
    fn default() -> Self {
        Noise::new()
    }
}

/// A row of Core Directory by a person: all but its targets.
pub struct Change<'a> {
    pub at: Ticks,
    pub activity: &'a str,
    pub category: &'a str,
    pub operation: &'a str,
    pub actor: (usize, Ip),
    pub correlation: Guid,
}

impl Change<'_> {
    pub fn write(&self, tenant: &Tenant, w: &mut Writer, targets: impl FnOnce(&mut Writer)) {
        let (actor, ip) = self.actor;
        head(w, "Directory", self.category, self.correlation, self.at, false, "");
        w.text("activityDisplayName", self.activity);
        w.time("activityDateTime", self.at, 7);
        w.text("loggedByService", "Core Directory");
        w.text("operationType", self.operation);
        initiated_by(tenant, w, actor, Some(ip));
        w.array("targetResources", targets);
        w.array("additionalDetails", |w| {
            detail(w, "User-Agent", DEVICES[tenant.users[actor].device].agent);
        });
    }
}

/// The members that open every row.
pub fn head(
    w: &mut Writer,
    prefix: &str,
    category: &str,
    correlation: Guid,
    at: Ticks,
    failed: bool,
    reason: &str,
) {
    w.text_with("id", |out| {
        out.extend_from_slice(prefix.as_bytes());
        out.push(b'_');
        push_guid(out, correlation);
        out.extend_from_slice(b"_KLMNO_");
        push_int(out, 1_000_000 + at % 100_000_000);
    });
    w.text("category", category);
    w.guid("correlationId", correlation);
    w.text("result", if failed { "failure" } else { "success" });
    w.text("resultReason", reason);
}

fn targets(tenant: &Tenant, rng: &mut Rng, w: &mut Writer, activity: &Activity, user: usize, service: usize) {
    let user = &tenant.users[user];
    let role = rng.index(ROLES.len());
    let (kind, id, name) = match activity.target {
        Target::User | Target::Group => ("User", user.id, None),
        Target::Account => ("User", rng.guid(), None),
        Target::Service => ("ServicePrincipal", tenant.services[service].0, Some(SERVICES[service])),
        Target::Application => ("Application", tenant.services[service].1, Some(SERVICES[service])),
        Target::Device => ("Device", rng.guid(), Some("LT-4471")),
        Target::Policy => ("Policy", rng.guid(), Some("Require MFA for admins")),
        Target::Role | Target::Setting => ("Role", tenant.roles[role], Some(ROLES[role].name)),
        Target::Alert => {
            ("Other", rng.guid(), Some("Eligible administrators aren't activating their privileged role"))
        }
    };
    let account = format!("starter{}@{DOMAIN}", rng.below(100_000));
    let upn = match activity.target {
        Target::User | Target::Group => Some(user.upn.as_str()),
        Target::Account => Some(account.as_str()),
        _ => None,
    };
    target(w, kind, Some(id), name, upn, |w| {
        for (name, old, new) in activity.changes {
            property(w, name, old, new);
        }
    });
    if activity.target == Target::Group {
        target(w, "Group", Some(rng.guid()), None, None, |_| {});
    } else if matches!(activity.target, Target::Role) || activity.name.ends_with("to user") {
        target(w, "User", Some(user.id), Some(&user.name), Some(&user.upn), |_| {});
    }
}

pub fn target(
    w: &mut Writer,
    kind: &str,
    id: Option<Guid>,
    name: Option<&str>,
    upn: Option<&str>,
    changes: impl FnOnce(&mut Writer),
) {
    w.item(|w| {
        match id {
            Some(id) => w.guid("id", id),
            None => w.null("id"),
        }
        optional(w, "displayName", name);
        w.text("type", kind);
        optional(w, "userPrincipalName", upn);
        w.null("groupType");
        w.array("modifiedProperties", changes);
    });
}

fn optional(w: &mut Writer, key: &str, value: Option<&str>) {
    match value {
        Some(value) => w.text(key, value),
        None => w.null(key),
    }
}

pub fn detail(w: &mut Writer, key: &str, value: &str) {
    w.item(|w| {
        w.text("key", key);
        w.text("value", value);
    });
}

pub fn detail_with(w: &mut Writer, key: &str, value: impl FnOnce(&mut Vec<u8>)) {
    w.item(|w| {
        w.text("key", key);
        w.text_with("value", value);
    });
}

/// A modified property whose values are JSON texts, as Graph delivers them.
pub fn property(w: &mut Writer, name: &str, old: &str, new: &str) {
    w.item(|w| {
        w.text("displayName", name);
        w.quoted("oldValue", old);
        w.quoted("newValue", new);
    });
}

/// A service that acts under a display name alone.
pub fn initiated_by_service(w: &mut Writer, name: &str) {
    w.object("initiatedBy", |w| {
        w.null("app");
        w.object("user", |w| {
            w.null("id");
            w.text("displayName", name);
            for absent in ["userPrincipalName", "ipAddress", "userType", "homeTenantId", "homeTenantName"] {
                w.null(absent);
            }
        });
    });
}

pub fn initiated_by(tenant: &Tenant, w: &mut Writer, actor: usize, ip: Option<Ip>) {
    let user = &tenant.users[actor];
    w.object("initiatedBy", |w| {
        w.null("app");
        w.object("user", |w| {
            w.guid("id", user.id);
            w.text("displayName", &user.name);
            w.text("userPrincipalName", &user.upn);
            match ip {
                Some(ip) => w.ip("ipAddress", ip),
                None => w.null("ipAddress"),
            }
            for absent in ["userType", "homeTenantId", "homeTenantName"] {
                w.null(absent);
            }
        });
    });
}

pub fn initiated_by_app(w: &mut Writer, name: &str, principal: Guid) {
    w.object("initiatedBy", |w| {
        w.null("user");
        w.object("app", |w| {
            w.null("appId");
            w.text("displayName", name);
            w.guid("servicePrincipalId", principal);
            w.null("servicePrincipalName");
        });
    });
}

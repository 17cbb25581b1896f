//! Reference data of an evidence folder, as pages of Microsoft Graph: role definitions, who holds a role, who
//! may, and the users, groups and applications behind the ids; the detections of risk.
//!
//! Only administrators and the cast are in it, so that it is small at any size. It says what the logs say: who
//! activates a role is eligible for it, who was granted one outside PIM holds it. The trap: these are states
//! at the end of the quarter.

use std::io;
use std::path::Path;

use super::FileCount;
use super::cast;
use super::grants::{
    CUSTOM_ROLE, GROUP, GUEST, STANDING, TIME_BOUND, custom_role_id, group_id, guest_id,
};
use super::names::{ROLES, SERVICES};
use super::privileged::*;
use super::rng::Rng;
use super::tenant::{END, Tenant};
use super::write::{DAY, Guid, HOUR, MINUTE, Ticks, Writer, push_guid};

/// What the cast may activate: the eligible role, since when, until when.
const ELIGIBLE: &[(usize, usize, &str, Option<&str>)] = &[
    (cast::OUTLIER, 0, "2024-02-05T09:10:00Z", None),
    (cast::FREQUENT, 1, "2024-02-05T09:12:00Z", None),
    (cast::SECOND_APPROVER, 0, "2024-02-05T09:15:00Z", None),
    (cast::APPROVER, 9, "2024-02-05T09:20:00Z", None),
    (cast::FAILING, 6, "2024-09-16T13:00:00Z", None),
    (LATE, 2, "2024-05-21T08:00:00Z", None),
    (NEW, 13, "2025-03-03T10:30:00Z", Some("2025-09-03T10:30:00Z")),
    (IDLE, 8, "2024-06-03T11:45:00Z", None),
    (SINGLE_FACTOR, 8, "2024-06-03T11:45:00Z", None),
    (TERSE, 12, "2024-06-03T11:50:00Z", None),
    (AWAY, 9, "2024-02-05T09:21:00Z", None),
    (USING, 16, "2024-10-01T07:30:00Z", None),
    (RISKY, 7, "2024-10-01T07:35:00Z", None),
    (RENEWING, 4, "2024-04-15T12:00:00Z", None),
    (NEAR_RENEWING, 4, "2024-04-15T12:00:00Z", None),
    (ELIGIBLE_APPROVER, 11, "2024-02-05T09:30:00Z", None),
    (OTHER_APPROVER, 11, "2024-02-05T09:31:00Z", None),
    (SETTING, 15, "2024-11-11T15:00:00Z", None),
];

/// Active assignments of the cast that no activation made.
const ACTIVE: &[(usize, usize, &str, Option<&str>)] = &[
    (cast::BREAK_GLASS, 5, "2023-01-09T08:00:00Z", None),
    (cast::OUTSIDE_PIM, 5, "2025-03-22T02:21:07Z", None),
    (STANDING, 14, "2023-04-17T14:20:00Z", None),
    (TIME_BOUND, 1, "2025-01-20T09:00:00Z", Some("2025-04-20T09:00:00Z")),
];

/// Roles that Microsoft does not call privileged.
const PLAIN: &[&str] = &["SharePoint Administrator", "Teams Administrator", "Billing Administrator"];

pub fn write(tenant: &Tenant, out: &Path) -> io::Result<Vec<FileCount>> {
    let v1 = "https://graph.microsoft.com/v1.0/$metadata#";
    let beta = "https://graph.microsoft.com/beta/$metadata#";
    let directory = "roleManagement/directory/";
    let mut files = Vec::new();
    let mut page = |name: &str, kind, context: String, items: Vec<Vec<u8>>| -> io::Result<()> {
        let mut text = format!("{{\"@odata.context\":\"{context}\",\"value\":[\n").into_bytes();
        text.extend_from_slice(&items.join(&b",\n"[..]));
        text.extend_from_slice(b"\n]}\n");
        let name = format!("reference/{name}.json");
        let path = out.join(&name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, &text)?;
        files.push(FileCount { name, kind, rows: items.len() as u64, bytes: text.len() as u64 });
        Ok(())
    };
    let roles = "roleDefinitions";
    page(roles, "role definitions", format!("{beta}{directory}{roles}"), definitions(tenant))?;
    let active = "roleAssignmentScheduleInstances";
    page(active, "role assignments", format!("{v1}{directory}{active}"), assignments(tenant))?;
    let eligible = "roleEligibilityScheduleInstances";
    page(eligible, "role eligibility", format!("{v1}{directory}{eligible}"), eligibility(tenant))?;
    page("users", "users", format!("{v1}users"), users(tenant))?;
    page("groups", "groups", format!("{v1}groups"), groups(tenant))?;
    page("servicePrincipals", "service principals", format!("{v1}servicePrincipals"), services(tenant))?;
    let risk = "identityProtection/riskDetections";
    page("riskDetections", "risk detections", format!("{v1}{risk}"), detections(tenant))?;
    Ok(files)
}

fn item(members: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::default();
    w.record(members);
    w.out
}

fn definitions(tenant: &Tenant) -> Vec<Vec<u8>> {
    let built_in = ROLES.iter().map(|role| {
        item(|w| {
            w.text("id", role.template);
            w.text("templateId", role.template);
            w.text("displayName", role.name);
            w.text("description", "");
            w.flag("isBuiltIn", true);
            w.flag("isEnabled", true);
            w.flag("isPrivileged", !PLAIN.contains(&role.name));
            w.text("version", "1");
            w.array("rolePermissions", |_| {});
        })
    });
    let custom = item(|w| {
        w.guid("id", custom_role_id(tenant));
        w.guid("templateId", custom_role_id(tenant));
        w.text("displayName", CUSTOM_ROLE);
        w.text("description", "Keeps the registrations of our own applications");
        w.flag("isBuiltIn", false);
        w.flag("isEnabled", true);
        w.flag("isPrivileged", true);
        w.text("version", "2");
        w.array("rolePermissions", |w| {
            w.item(|w| {
                w.raw(
                    "allowedResourceActions",
                    r#"["microsoft.directory/applications/basic/update","microsoft.directory/servicePrincipals/credentials/update"]"#,
                );
            });
        });
    });
    built_in.chain([custom]).collect()
}

/// A schedule instance: who, which role, since when, until when.
fn instance(
    id: &str,
    principal: Guid,
    role: usize,
    (start, end): (&str, Option<&str>),
    eligible: bool,
) -> Vec<u8> {
    item(|w| {
        w.text("id", id);
        w.guid("principalId", principal);
        w.text("roleDefinitionId", ROLES[role].template);
        w.text("directoryScopeId", "/");
        w.null("appScopeId");
        w.text("startDateTime", start);
        match end {
            Some(end) => w.text("endDateTime", end),
            None => w.null("endDateTime"),
        }
        w.text("memberType", "Direct");
        if eligible {
            w.text("roleEligibilityScheduleId", id.trim_end_matches("-1-e"));
        } else {
            w.text("assignmentType", "Assigned");
            w.null("roleAssignmentOriginId");
            w.text("roleAssignmentScheduleId", id.trim_end_matches("-1"));
        }
    })
}

/// An id as Graph makes them up: opaque, and ending in `-1-e` where it is about eligibility.
fn instance_id(tenant: &Tenant, principal: Guid, role: usize, end: &str) -> String {
    let mut id = Vec::new();
    push_guid(&mut id, Rng::new(tenant.seed, &[11, role as u64]).guid());
    id.push(b'-');
    push_guid(&mut id, principal);
    format!("{}{end}", String::from_utf8_lossy(&id))
}

fn assignments(tenant: &Tenant) -> Vec<Vec<u8>> {
    let one = |principal, role, time| {
        instance(&instance_id(tenant, principal, role, "-1"), principal, role, time, false)
    };
    let people =
        ACTIVE.iter().map(|(user, role, start, end)| one(tenant.users[*user].id, *role, (*start, *end)));
    let service = one(tenant.services[3].0, 1, ("2025-01-30T11:12:00Z", None));
    people.chain([service]).collect()
}

fn eligibility(tenant: &Tenant) -> Vec<Vec<u8>> {
    let one = |principal, role, time| {
        instance(&instance_id(tenant, principal, role, "-1-e"), principal, role, time, true)
    };
    let since = ("2024-03-11T09:00:00Z", None);
    let people =
        ELIGIBLE.iter().map(|(user, role, start, end)| one(tenant.users[*user].id, *role, (*start, *end)));
    let background = administrators(tenant).flat_map(|user| {
        let mut roles = tenant.roles_of(user).to_vec();
        roles.sort_unstable();
        roles.dedup();
        roles.into_iter().map(move |role| (user, role))
    });
    let background = background.map(|(user, role)| one(tenant.users[user].id, role, since));
    // Of twelve that were made eligible, two still are: see `grants.rs`.
    let kept = (10..12).map(|nth| {
        one(
            tenant.users[cast::LEN + 20 + nth].id,
            13,
            (["2025-02-12T15:43:00Z", "2025-02-12T15:47:00Z"][nth - 10], None),
        )
    });
    let others = [
        one(group_id(tenant), 3, ("2025-02-04T13:06:00Z", None)),
        one(guest_id(tenant), 6, ("2025-03-24T15:40:00Z", Some("2025-06-24T15:40:00Z"))),
    ];
    let mut all: Vec<Vec<u8>> = people.chain(background).chain(kept).chain(others).collect();
    let mut seen = std::collections::HashSet::new();
    all.retain(|item| seen.insert(item.clone()));
    all
}

fn administrators(tenant: &Tenant) -> std::ops::Range<usize> {
    cast::LEN..cast::LEN + tenant.administrators as usize
}

fn users(tenant: &Tenant) -> Vec<Vec<u8>> {
    let mut listed: Vec<usize> = (0..cast::SIGNING_IN).chain(administrators(tenant)).collect();
    listed.extend([cast::LEN + 30, cast::LEN + 31]);
    listed.sort_unstable();
    listed.dedup();
    let people = listed.into_iter().map(|index| {
        let user = &tenant.users[index];
        // Break-glass accounts and the idle one do not sign in; the others did in the quarter's last days.
        let rng = &mut Rng::new(tenant.seed, &[12, index as u64]);
        let last = END - rng.below(3 * DAY) - HOUR;
        item(|w| {
            w.guid("id", user.id);
            w.text("userPrincipalName", &user.upn);
            w.text("displayName", &user.name);
            w.flag("accountEnabled", true);
            w.text("userType", "Member");
            w.text("createdDateTime", "2022-08-29T07:00:00Z");
            w.object("signInActivity", |w| match index {
                IDLE => w.text("lastSignInDateTime", "2024-11-20T10:02:11Z"),
                cast::BREAK_GLASS => w.text("lastSignInDateTime", "2025-03-22T02:14:00Z"),
                _ => w.time("lastSignInDateTime", last, 0),
            });
        })
    });
    let guest = item(|w| {
        w.guid("id", guest_id(tenant));
        w.text("userPrincipalName", GUEST);
        w.text("displayName", "Max Fischer");
        w.flag("accountEnabled", true);
        w.text("userType", "Guest");
        w.text("createdDateTime", "2025-03-24T15:21:00Z");
    });
    people.chain([guest]).collect()
}

fn groups(tenant: &Tenant) -> Vec<Vec<u8>> {
    vec![item(|w| {
        w.guid("id", group_id(tenant));
        w.text("displayName", GROUP);
        w.flag("securityEnabled", true);
        w.flag("mailEnabled", false);
        w.text("mailNickname", "tier0operators");
        w.array("groupTypes", |_| {});
        w.flag("isAssignableToRole", true);
        w.text("createdDateTime", "2025-02-04T13:00:00Z");
    })]
}

fn services(tenant: &Tenant) -> Vec<Vec<u8>> {
    let all = SERVICES.iter().zip(&tenant.services);
    all.map(|(name, (principal, application))| {
        item(|w| {
            w.guid("id", *principal);
            w.guid("appId", *application);
            w.text("displayName", name);
            w.text("servicePrincipalType", "Application");
            w.flag("accountEnabled", true);
        })
    })
    .collect()
}

/// The risk before two activations of one user.
fn detections(tenant: &Tenant) -> Vec<Vec<u8>> {
    let detection = |at: Ticks| {
        let user = &tenant.users[RISKY];
        let rng = &mut Rng::new(tenant.seed, &[13, at / MINUTE]);
        item(|w| {
            w.guid("id", rng.guid());
            w.guid("requestId", rng.guid());
            w.guid("correlationId", rng.guid());
            w.text("riskEventType", "anonymizedIPAddress");
            w.text("riskState", "atRisk");
            w.text("riskLevel", "high");
            w.text("riskDetail", "none");
            w.text("source", "IdentityProtection");
            w.text("detectionTimingType", "realtime");
            w.text("activity", "signin");
            w.text("tokenIssuerType", "AzureAD");
            w.text("ipAddress", "203.0.113.66");
            w.time("activityDateTime", at, 0);
            w.time("detectedDateTime", at + 4 * MINUTE, 0);
            w.time("lastUpdatedDateTime", at + 4 * MINUTE, 0);
            w.guid("userId", user.id);
            w.text("userDisplayName", &user.name);
            w.text("userPrincipalName", &user.upn);
        })
    };
    vec![detection(RISK), detection(EARLIER_RISK)]
}

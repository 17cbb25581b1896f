//! Planted stories of privileged access: who is given a role, and who loses one.
//!
//! Roles of people, of a guest, an application and a group, a custom role, and Azure's root. The trap: a grant
//! that does not go through PIM is a finding of more than one analysis.

use super::audit::{Change, detail, head, initiated_by, property, target};
use super::cast;
use super::incidents::{Planted, on};
use super::names::{ROLES, SERVICES};
use super::privileged::{PimRow, role_target};
use super::rng::Rng;
use super::roles::RoleChange;
use super::tenant::Tenant;
use super::write::{Guid, Ip, MINUTE, Ticks, Writer};

pub const HELD_SHORTLY: usize = cast::PRIVILEGED + 14;
pub const GRANTING: usize = cast::PRIVILEGED + 15;
pub const STANDING: usize = cast::PRIVILEGED + 16;
pub const TIME_BOUND: usize = cast::PRIVILEGED + 17;
pub const DESIGNING: usize = cast::PRIVILEGED + 18;
pub const INVITING: usize = cast::PRIVILEGED + 19;

pub const GUEST: &str = "m.fischer_partner.example#EXT#@lindemeer.onmicrosoft.example";
pub const GROUP: &str = "Tier 0 operators";
pub const CUSTOM_ROLE: &str = "Application support";

pub fn guest_id(tenant: &Tenant) -> Guid {
    Rng::new(tenant.seed, &[10, 1]).guid()
}

pub fn group_id(tenant: &Tenant) -> Guid {
    Rng::new(tenant.seed, &[10, 2]).guid()
}

pub fn custom_role_id(tenant: &Tenant) -> Guid {
    Rng::new(tenant.seed, &[10, 3]).guid()
}

const OFFICE: Ip = Ip::V4([192, 0, 2, 5]);

pub fn tell(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    short_lived(tenant, rng, planted);
    many(tenant, rng, planted);
    guest(tenant, rng, planted);
    service_principal(tenant, rng, planted);
    group(tenant, rng, planted);
    custom_role(tenant, rng, planted);
    azure_root(tenant, rng, planted);
    states(tenant, planted);
}

fn short_lived(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (add, at) in [(true, on(1, 23, 18, 31)), (false, on(1, 23, 18, 56))] {
        let by = Some((GRANTING, OFFICE));
        let (correlation, id) = (rng.guid(), rng.guid());
        let change = RoleChange { add, at, role: 10, target: HELD_SHORTLY, by, correlation, id };
        planted.audits.push(at, None, |w| change.graph(tenant, w));
        change.unified(tenant, &mut planted.unified);
    }
    let what = "Helpdesk Administrator for 25 minutes, by pieter.aerts, not through PIM";
    let query = "roles/short-lived-roles.kql";
    planted.finding(tenant, "role held for minutes", HELD_SHORTLY, "2025-01-23 18:31 to 18:56", what, query);
}

/// Makes a user eligible for a role, or ends that.
fn eligible(
    tenant: &Tenant,
    rng: &mut Rng,
    planted: &mut Planted,
    actor: usize,
    add: bool,
    (user, role): (usize, usize),
    at: Ticks,
) {
    let row = PimRow {
        at,
        activity: if add {
            "Add eligible member to role in PIM completed (permanent)"
        } else {
            "Remove eligible member from role in PIM completed (permanent)"
        },
        operation: if add { "Assign" } else { "Unassign" },
        actor: (actor, OFFICE),
        correlation: rng.guid(),
        reason: "clean-up of administrators",
    };
    let user = &tenant.users[user];
    planted.audits.push(at, None, |w| {
        row.write(tenant, w, |w| {
            role_target(tenant, w, role);
            target(w, "User", Some(user.id), Some(&user.name), Some(&user.upn), |_| {});
        });
    });
}

/// Twelve are made eligible within an hour, six of them lose it again; four on another day are no mass removal.
fn many(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let somebody = |nth: usize| (cast::LEN + 20 + nth, 13);
    for nth in 0..12 {
        let at = on(2, 12, 15, 3) + nth as u64 * 4 * MINUTE;
        eligible(tenant, rng, planted, GRANTING, true, somebody(nth), at);
    }
    for nth in 0..12 {
        let at = if nth < 6 { on(2, 14, 9, 31) } else { on(2, 21, 9, 31) } + nth as u64 * 5 * MINUTE;
        if nth < 10 {
            eligible(tenant, rng, planted, STANDING, false, somebody(nth), at);
        }
    }
    let what = "Security Reader for 12 people within 44 minutes";
    let query = "roles/bulk-changes.kql";
    planted.finding(tenant, "bulk changes of roles", GRANTING, "2025-02-12 15:03 to 15:47", what, query);
    let query = "roles/mass-removals.kql";
    let what = "takes Security Reader from 6 people within 25 minutes";
    planted.finding(tenant, "administrators removed", STANDING, "2025-02-14 09:31 to 09:56", what, query);
    let what = "takes it from 4 more within 15 minutes: fewer than 5";
    planted.finding(tenant, "near miss: 4 removals", STANDING, "2025-02-21", what, query);
}

fn guest(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let row = PimRow {
        at: on(3, 24, 15, 40),
        activity: "Add eligible member to role in PIM completed (timebound)",
        operation: "Assign",
        actor: (INVITING, OFFICE),
        correlation: rng.guid(),
        reason: "project at partner",
    };
    planted.audits.push(row.at, None, |w| {
        row.write(tenant, w, |w| {
            role_target(tenant, w, 6);
            target(w, "User", Some(guest_id(tenant)), Some("Max Fischer"), Some(GUEST), |_| {});
        });
    });
    let what = "makes the guest m.fischer of partner.example eligible for Application Administrator";
    let query = "roles/guests.kql";
    planted.finding(tenant, "guest with a role", INVITING, "2025-03-24 15:40", what, query);
    let query = "roles/first-time-roles.kql";
    let what = "the guest m.fischer never held Application Administrator before";
    planted.finding(tenant, "role never held before", INVITING, "2025-03-24 15:40", what, query);
}

fn change<'a>(
    rng: &mut Rng,
    actor: usize,
    activity: &'a str,
    (category, operation): (&'a str, &'a str),
    at: Ticks,
) -> Change<'a> {
    Change { at, activity, category, operation, actor: (actor, OFFICE), correlation: rng.guid() }
}

fn role_properties(tenant: &Tenant, w: &mut Writer, role: usize) {
    property(w, "Role.DisplayName", "", ROLES[role].name);
    property(w, "Role.TemplateId", "", ROLES[role].template);
    w.item(|w| {
        w.text("displayName", "Role.ObjectID");
        w.null("oldValue");
        w.text_with("newValue", |out| {
            out.extend_from_slice(b"\\\"");
            super::write::push_guid(out, tenant.roles[role]);
            out.extend_from_slice(b"\\\"");
        });
    });
}

fn service_principal(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let at = on(1, 30, 11, 12);
    let row = change(rng, INVITING, "Add member to role", ("RoleManagement", "Assign"), at);
    planted.audits.push(at, None, |w| {
        row.write(tenant, w, |w| {
            let (id, name) = (tenant.services[3].0, SERVICES[3]);
            target(w, "ServicePrincipal", Some(id), Some(name), None, |w| role_properties(tenant, w, 1));
        });
    });
    let what = "gives an application the role Exchange Administrator, not through PIM";
    let query = "roles/service-principals.kql";
    planted.finding(tenant, "application with a role", INVITING, "2025-01-30 11:12", what, query);
}

/// A group that may hold roles is made, gets one, and a member.
fn group(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let id = group_id(tenant);
    let add = change(rng, INVITING, "Add group", ("GroupManagement", "Add"), on(2, 4, 13, 0));
    planted.audits.push(add.at, None, |w| {
        add.write(tenant, w, |w| {
            target(w, "Group", Some(id), Some(GROUP), None, |w| {
                property(w, "DisplayName", "", GROUP);
                property(w, "IsAssignableToRole", "", "true");
            });
        });
    });
    let row = PimRow {
        at: on(2, 4, 13, 6),
        activity: "Add eligible member to role in PIM completed (permanent)",
        operation: "Assign",
        actor: (INVITING, OFFICE),
        correlation: rng.guid(),
        reason: "operators of tier 0",
    };
    planted.audits.push(row.at, None, |w| {
        row.write(tenant, w, |w| {
            role_target(tenant, w, 3);
            target(w, "Group", Some(id), Some(GROUP), None, |_| {});
        });
    });
    let member = change(rng, INVITING, "Add member to group", ("GroupManagement", "Assign"), on(2, 4, 13, 9));
    let user = &tenant.users[HELD_SHORTLY];
    planted.audits.push(member.at, None, |w| {
        member.write(tenant, w, |w| {
            target(w, "User", Some(user.id), None, Some(&user.upn), |w| {
                property(w, "Group.DisplayName", "", GROUP);
                property(w, "Group.WellKnownObjectName", "", "");
            });
            target(w, "Group", Some(id), None, None, |_| {});
        });
    });
    let what = "makes the group Tier 0 operators, lets it hold Intune Administrator, and adds oona.virtanen";
    let query = "roles/groups.kql";
    planted.finding(tenant, "group with a role", INVITING, "2025-02-04 13:00 to 13:09", what, query);
}

fn custom_role(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let at = on(3, 11, 10, 22);
    let row = change(rng, DESIGNING, "Update role definition", ("RoleManagement", "Update"), at);
    let old = "microsoft.directory/applications/basic/update";
    let new = "microsoft.directory/applications/basic/update,microsoft.directory/servicePrincipals/credentials/update";
    planted.audits.push(at, None, |w| {
        row.write(tenant, w, |w| {
            target(w, "Role", Some(custom_role_id(tenant)), Some(CUSTOM_ROLE), None, |w| {
                property(w, "RolePermissions", old, new);
            });
        });
    });
    let what = "the custom role Application support may update the credentials of service principals";
    let query = "roles/custom-role-changes.kql";
    planted.finding(tenant, "custom role changed", DESIGNING, "2025-03-11 10:22", what, query);
}

fn azure_root(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let steps = [
        (
            "User has elevated their access to User Access Administrator for their Azure Resources",
            3,
            "Assign",
        ),
        ("The role assignment of User Access Administrator has been removed from the user", 58, "Unassign"),
    ];
    for (activity, minute, operation) in steps {
        let (at, correlation) = (on(3, 13, 14, minute), rng.guid());
        let user = &tenant.users[DESIGNING];
        planted.audits.push(at, None, |w| {
            head(w, "AzureRBAC", "AzureRBACRoleManagementElevateAccess", correlation, at, false, "");
            w.text("activityDisplayName", activity);
            w.time("activityDateTime", at, 7);
            w.text("loggedByService", "Azure RBAC (Elevated Access)");
            w.text("operationType", operation);
            initiated_by(tenant, w, DESIGNING, Some(OFFICE));
            w.array("targetResources", |w| {
                target(w, "User", Some(user.id), Some(&user.name), Some(&user.upn), |_| {});
            });
            w.array("additionalDetails", |w| detail(w, "RoleDefinitionName", "User Access Administrator"));
        });
    }
    let what = "takes access to all of Azure for 55 minutes";
    let query = "roles/azure-root-access.kql";
    planted.finding(tenant, "Azure's root", DESIGNING, "2025-03-13 14:03 to 14:58", what, query);
}

/// What the reference files tell.
fn states(tenant: &Tenant, planted: &mut Planted) {
    let standing = "Privileged Role Administrator without an end, since 2023; Roos Dekker's assignment, with an end, is a near miss";
    let day = "2025-03-31";
    let query = "roles/standing-assignments.kql";
    planted.finding(tenant, "standing assignment", STANDING, day, standing, query);
    let what = "Exchange Administrator is active until 2025-04-20";
    planted.finding(tenant, "assignment that ends", TIME_BOUND, day, what, "roles/expiring-assignments.kql");
    let idle = super::privileged::IDLE;
    let what = "eligible for Teams Administrator since 2024-06-03 without an activation";
    planted.finding(tenant, "unused eligibility", idle, day, what, "pim/unused-eligibility.kql");
    let what = "eligible for Teams Administrator; last sign-in 2024-11-20";
    planted.finding(tenant, "inactive holder of a role", idle, day, what, "roles/inactive-holders.kql");
    let what = "Global Administrator since 2025-03-22 02:21";
    for query in ["roles/holders-at.kql", "roles/holders-by-day.kql", "roles/holders-compared.kql"] {
        planted.finding(tenant, "a new holder of a role", cast::OUTSIDE_PIM, day, what, query);
    }
}

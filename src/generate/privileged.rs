//! Planted stories of privileged access: how roles are asked for, approved, activated and used.
//!
//! Each finding has a near miss where a threshold decides. The trap: people of this file act here and in
//! `grants.rs` alone, and what they activate must be among what `reference.rs` lets them.

use super::audit::{Change, detail, head, initiated_by, property, target};
use super::cast;
use super::incidents::{Planted, on};
use super::names::{ROLES, SERVICES, TENANT};
use super::pim::Episode;
use super::rng::Rng;
use super::signin::{Kind, SignIn, app};
use super::tenant::Tenant;
use super::write::{DAY, Guid, HOUR, Ip, MINUTE, SECOND, Ticks, Writer};

pub const LATE: usize = cast::PRIVILEGED + 1;
pub const NEW: usize = cast::PRIVILEGED + 2;
pub const IDLE: usize = cast::PRIVILEGED + 3;
pub const SINGLE_FACTOR: usize = cast::PRIVILEGED + 4;
pub const TERSE: usize = cast::PRIVILEGED + 5;
pub const AWAY: usize = cast::PRIVILEGED + 6;
pub const USING: usize = cast::PRIVILEGED + 7;
pub const RISKY: usize = cast::PRIVILEGED + 8;
pub const RENEWING: usize = cast::PRIVILEGED + 9;
pub const NEAR_RENEWING: usize = cast::PRIVILEGED + 10;
pub const ELIGIBLE_APPROVER: usize = cast::PRIVILEGED + 11;
pub const OTHER_APPROVER: usize = cast::PRIVILEGED + 12;
pub const SETTING: usize = cast::PRIVILEGED + 13;

const UTRECHT: usize = 0;
const NEW_YORK: usize = 8;
const NEW_YORK_IP: Ip = Ip::V4([203, 0, 113, 49]);

/// When the risk before the two activations was seen.
pub const RISK: Ticks = (31 + 20 - 1) * DAY + 9 * HOUR + 20 * MINUTE;
pub const EARLIER_RISK: Ticks = RISK + 6 * DAY;

pub fn tell(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    first_activations(tenant, rng, planted);
    without_second_factor(tenant, rng, planted);
    justifications(tenant, rng, planted);
    new_place(tenant, rng, planted);
    what_was_done(tenant, rng, planted);
    after_risk(tenant, rng, planted);
    back_to_back(tenant, rng, planted);
    approvers(tenant, rng, planted);
    settings(tenant, rng, planted);
    let what = "Application Administrator: a request that nothing answered for 42 days";
    let query = "pim/dangling-requests.kql";
    planted.finding(tenant, "dangling request", cast::FAILING, "2025-02-17 09:50", what, query);
    let query = "pim/alerts.kql";
    let what = "disables the alert about roles assigned outside PIM, which had been raised at 03:01";
    planted.finding(tenant, "PIM alert disabled", cast::BREAK_GLASS, "2025-03-22 13:40", what, query);
}

/// An activation of two hours that asks for no approval, with a reason and ticket of its own.
fn plain(tenant: &Tenant, rng: &mut Rng, user: usize, role: usize, at: Ticks) -> Episode {
    let mut episode = Episode::plain(tenant, rng, user, role, at);
    (episode.duration, episode.mfa) = (2 * HOUR, true);
    episode.ticket = format!("CHG-{}", episode.number);
    episode.justification = format!("{} {}", episode.ticket, episode.justification);
    episode
}

fn first_activations(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for at in [on(1, 14, 9, 20), on(2, 6, 14, 5), on(3, 4, 10, 40), on(3, 19, 13, 15), on(3, 26, 2, 12)] {
        planted.activation(tenant, &plain(tenant, rng, LATE, 2, at));
    }
    planted.activation(tenant, &plain(tenant, rng, NEW, 13, on(3, 27, 10, 4)));
    let query = "pim/first-activations.kql";
    let what = "Global Reader at 03:12 local time, after four activations within business hours";
    planted.finding(tenant, "first activation at night", LATE, "2025-03-26 02:12", what, query);
    let what = "Security Reader, the first activation of any role";
    planted.finding(tenant, "first activation", NEW, "2025-03-27 10:04", what, query);
}

fn without_second_factor(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (day, mfa) in [(11, false), (18, true)] {
        let at = on(2, day, 8, 50);
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, SINGLE_FACTOR, UTRECHT, at);
        (sign_in.mfa, sign_in.app) = (mfa, app("Azure Portal"));
        planted.sign_in(tenant, &sign_in);
        let mut episode = plain(tenant, rng, SINGLE_FACTOR, 8, at + 9 * MINUTE);
        (episode.mfa, episode.ip) = (false, sign_in.ip);
        planted.activation(tenant, &episode);
    }
    let query = "pim/activations-without-mfa.kql";
    let what = "Teams Administrator after a sign-in with a password alone";
    planted.finding(tenant, "activation without MFA", SINGLE_FACTOR, "2025-02-11 08:59", what, query);
    let what = "Teams Administrator, whose sign-in met the requirement of MFA";
    planted.finding(tenant, "near miss: MFA at sign-in", SINGLE_FACTOR, "2025-02-18 08:59", what, query);
}

fn justifications(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (day, text) in [(4, "asdf"), (5, "asdf"), (6, "licences")] {
        let mut episode = plain(tenant, rng, TERSE, 12, on(3, day, 11, 30));
        episode.ticket.clear();
        text.clone_into(&mut episode.justification);
        planted.activation(tenant, &episode);
    }
    let query = "pim/justifications.kql";
    let what =
        "Groups Administrator twice for the reason \"asdf\"; \"licences\", of 8 characters, is a near miss";
    planted.finding(tenant, "poor justification", TERSE, "2025-03-04 to 2025-03-05", what, query);
}

fn new_place(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut sign_in = |place, ip: Option<Ip>, at| {
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, AWAY, place, at);
        (sign_in.ip, sign_in.mfa) = (ip.unwrap_or(sign_in.ip), true);
        planted.sign_in(tenant, &sign_in);
    };
    for day in [3, 7, 11, 14] {
        sign_in(UTRECHT, None, on(2, day, 8, 5));
    }
    sign_in(UTRECHT, Some(Ip::V4([192, 0, 2, 7])), on(2, 13, 16, 30));
    sign_in(NEW_YORK, Some(NEW_YORK_IP), on(2, 18, 20, 41));
    for (at, ip) in [(on(2, 13, 16, 44), Ip::V4([192, 0, 2, 7])), (on(2, 18, 20, 55), NEW_YORK_IP)] {
        let mut episode = plain(tenant, rng, AWAY, 9, at);
        episode.ip = ip;
        planted.activation(tenant, &episode);
    }
    let query = "pim/activations-from-new-places.kql";
    let what =
        "Security Administrator from New York; all sign-ins of the month before were in the Netherlands";
    planted.finding(tenant, "activation from a new country", AWAY, "2025-02-18 20:55", what, query);
    let what = "Security Administrator from an address that is new, but in the Netherlands";
    planted.finding(tenant, "near miss: a new address", AWAY, "2025-02-13 16:44", what, query);
}

/// A role is activated, a secret is added with it; the same after the deactivation is not done with it.
fn what_was_done(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut episode = plain(tenant, rng, USING, 16, on(2, 25, 12, 58));
    episode.deactivated_after = Some(50 * MINUTE);
    planted.activation(tenant, &episode);
    let mut change = |activity, category, at, service: usize, name, value| {
        let correlation = rng.guid();
        let actor = (USING, episode.ip);
        let change = Change { at, activity, category, operation: "Update", actor, correlation };
        planted.audits.push(at, None, |w| {
            change.write(tenant, w, |w| {
                let id = tenant.services[service].1;
                target(w, "Application", Some(id), Some(SERVICES[service]), None, |w| {
                    property(w, name, "", value);
                });
            });
        });
    };
    let secret = "Update application – Certificates and secrets management ";
    let key = "[KeyIdentifier=51c0,KeyType=Password,KeyUsage=Verify,DisplayName=sync]";
    change(secret, "ApplicationManagement", on(2, 25, 13, 17), 2, "KeyDescription", key);
    change("Update application", "ApplicationManagement", on(2, 25, 13, 20), 2, "DisplayName", "Sync");
    change(
        "Add owner to application",
        "ApplicationManagement",
        on(2, 25, 14, 9),
        2,
        "Application.ObjectID",
        "",
    );
    let query = "pim/activation-and-actions.kql";
    let what = "a secret for an application while Cloud Application Administrator; an owner added after the deactivation is a near miss";
    planted.finding(tenant, "what was done with a role", USING, "2025-02-25 12:58 to 13:48", what, query);
}

/// Two activations after a detection of risk: within 6 hours, and later than that.
fn after_risk(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for at in [RISK + 95 * MINUTE, EARLIER_RISK + 7 * HOUR] {
        planted.activation(tenant, &plain(tenant, rng, RISKY, 7, at));
    }
    let query = "pim/risky-sign-in-before-activation.kql";
    let what = "Authentication Administrator 95 minutes after a detection of high risk";
    planted.finding(tenant, "activation after risk", RISKY, "2025-02-20 10:55", what, query);
    let what = "Authentication Administrator 7 hours after a detection";
    planted.finding(tenant, "near miss: risk long before", RISKY, "2025-02-26 16:20", what, query);
}

fn back_to_back(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (user, times) in [(RENEWING, 4), (NEAR_RENEWING, 2)] {
        for nth in 0..times {
            let mut episode = plain(tenant, rng, user, 4, on(3, 12, 6, 30) + nth * (4 * HOUR + 7 * MINUTE));
            episode.duration = 4 * HOUR;
            planted.activation(tenant, &episode);
        }
    }
    let query = "pim/back-to-back-activations.kql";
    let what = "SharePoint Administrator 4 times in a row, 7 minutes apart: held for more than 16 hours";
    planted.finding(tenant, "back-to-back activations", RENEWING, "2025-03-12 06:30 to 22:51", what, query);
    let what = "SharePoint Administrator twice in a row";
    planted.finding(tenant, "near miss: one renewal", NEAR_RENEWING, "2025-03-12", what, query);
}

/// Two approvers of a role who approve each other's requests for it.
fn approvers(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let pairs = [(OTHER_APPROVER, ELIGIBLE_APPROVER, 6), (ELIGIBLE_APPROVER, OTHER_APPROVER, 13)];
    for (user, approver, day) in pairs {
        let mut episode = plain(tenant, rng, user, 11, on(2, day, 9, 15));
        (episode.approval, episode.approver, episode.wait) = (true, approver, 3 * MINUTE + 20 * SECOND);
        planted.activation(tenant, &episode);
    }
    let query = "pim/approvers-who-are-eligible.kql";
    let what = "approves Mila Horvat's request for Conditional Access Administrator, and has theirs approved by Mila Horvat";
    planted.finding(
        tenant,
        "approvers of each other",
        ELIGIBLE_APPROVER,
        "2025-02-06 and 2025-02-13",
        what,
        query,
    );
}

fn settings(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let at = on(3, 6, 16, 2);
    let ip = tenant.ip(rng, SETTING, UTRECHT);
    let row = PimRow {
        at,
        activity: "Update role setting in PIM",
        operation: "Update",
        actor: (SETTING, ip),
        correlation: rng.guid(),
        reason: "Require approval to activate: True -> False",
    };
    planted.audits.push(at, None, |w| row.write(tenant, w, |w| role_target(tenant, w, 15)));
    planted.activation(tenant, &plain(tenant, rng, SETTING, 15, at + 11 * MINUTE));
    let query = "pim/settings-changes.kql";
    let what = "Privileged Authentication Administrator needs no approval any more, and is activated 11 minutes later";
    planted.finding(tenant, "PIM settings weakened", SETTING, "2025-03-06 16:02", what, query);
}

/// A row of PIM by a person that belongs to no activation.
pub struct PimRow<'a> {
    pub at: Ticks,
    pub activity: &'a str,
    pub operation: &'a str,
    pub actor: (usize, Ip),
    pub correlation: Guid,
    pub reason: &'a str,
}

impl PimRow<'_> {
    pub fn write(&self, tenant: &Tenant, w: &mut Writer, targets: impl FnOnce(&mut Writer)) {
        head(w, "PIM", "RoleManagement", self.correlation, self.at, false, self.reason);
        w.text("activityDisplayName", self.activity);
        w.time("activityDateTime", self.at, 7);
        w.text("loggedByService", "PIM");
        w.text("operationType", self.operation);
        initiated_by(tenant, w, self.actor.0, Some(self.actor.1));
        w.array("targetResources", |w| {
            targets(w);
            target(w, "Directory", Some(tenant.id), Some(TENANT), None, |_| {});
        });
        w.array("additionalDetails", |w| detail(w, "Justification", self.reason));
    }
}

pub fn role_target(tenant: &Tenant, w: &mut Writer, role: usize) {
    target(w, "Role", Some(tenant.roles[role]), Some(ROLES[role].name), None, |w| {
        property(w, "TemplateId", "", ROLES[role].template);
    });
}

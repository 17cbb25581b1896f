//! What is planted: findings for the analyses, each with a near miss where a threshold decides.
//!
//! The cast acts here and nowhere else, so the figures are the same at every size. The rows are made once and
//! handed to the slices of time that they fall into.

use super::Stream;
use super::audit::{detail, head, initiated_by, initiated_by_service, target};
use super::cast;
use super::chunk::Chunk;
use super::compromise;
use super::grants;
use super::names::{ROLES, TENANT};
use super::pim::{Episode, Outcome, REFUSALS};
use super::privileged;
use super::rng::Rng;
use super::roles::RoleChange;
use super::signin::{Kind, SignIn, app, outcome};
use super::tenant::{END, Tenant};
use super::ual::logon;
use super::write::{DAY, HOUR, Ip, MINUTE, SECOND, Ticks};

/// One planted finding: who did what when, and which analysis of `queries/` shows it.
pub struct Incident {
    pub title: &'static str,
    pub who: String,
    pub when: &'static str,
    pub what: &'static str,
    pub query: &'static str,
}

#[derive(Default)]
pub struct Planted {
    pub audits: Chunk,
    pub interactive: Chunk,
    pub other: Chunk,
    pub unified: Chunk,
    pub incidents: Vec<Incident>,
    /// Rows that repeat another one byte for byte.
    pub duplicates: u64,
}

const UTRECHT: usize = 0;
const LONDON: usize = 5;
const NEW_YORK: usize = 8;
const WARSZAWA: usize = 10;
const SINGAPORE: usize = 13;
pub const SAO_PAULO: usize = 14;
const GLOBAL_ADMINISTRATOR: usize = 5;
pub const SAO_PAULO_IP: Ip = Ip::V4([203, 0, 113, 84]);
pub const BREAK_GLASS_IP: Ip = Ip::V4([203, 0, 113, 200]);
const SPRAY_IP: Ip = Ip::V4([203, 0, 113, 222]);

/// A time of the quarter: month 1 to 3.
pub fn on(month: u64, day: u64, hour: u64, minute: u64) -> Ticks {
    let days = [0, 31, 59][(month - 1) as usize] + day - 1;
    days * DAY + hour * HOUR + minute * MINUTE
}

/// Tells of incidents; each teller draws for itself, so that one more changes nothing about the others.
type Teller = fn(&Tenant, &mut Rng, &mut Planted);

const STORIES: &[Teller] = &[privileged::tell, grants::tell];

pub fn plant(tenant: &Tenant) -> Planted {
    let mut planted = Planted::default();
    let rng = &mut Rng::new(tenant.seed, &[9]);
    activations(tenant, rng, &mut planted);
    failed_activations(tenant, rng, &mut planted);
    failure_spikes(tenant, rng, &mut planted);
    travel(tenant, rng, &mut planted);
    break_glass(tenant, rng, &mut planted);
    compromise::mailbox(tenant, rng, &mut planted);
    compromise::temporary_role(tenant, rng, &mut planted);
    compromise::new_administrator(tenant, rng, &mut planted);
    spray(tenant, rng, &mut planted);
    last_event(tenant, rng, &mut planted);
    for (number, tell) in STORIES.iter().enumerate() {
        tell(tenant, &mut Rng::new(tenant.seed, &[9, 1 + number as u64]), &mut planted);
    }
    for chunk in [&mut planted.audits, &mut planted.interactive, &mut planted.unified] {
        for index in 0..3 {
            chunk.repeat(index);
            planted.duplicates += 1;
        }
    }
    planted
}

impl Planted {
    pub fn rows(&self) -> u64 {
        [&self.audits, &self.interactive, &self.other, &self.unified].iter().map(|chunk| chunk.len()).sum()
    }

    pub fn of(&self, stream: Stream) -> &Chunk {
        match stream {
            Stream::Audits => &self.audits,
            Stream::Interactive => &self.interactive,
            Stream::Other => &self.other,
            Stream::Unified => &self.unified,
        }
    }

    pub fn activation(&mut self, tenant: &Tenant, episode: &Episode) {
        episode.tell(tenant, &mut self.audits);
        episode.tell_unified(tenant, &mut self.unified);
    }

    pub fn sign_in(&mut self, tenant: &Tenant, sign_in: &SignIn) {
        sign_in.tell(tenant, &mut self.interactive);
        logon(tenant, sign_in, &mut self.unified);
    }

    pub fn finding(
        &mut self,
        tenant: &Tenant,
        title: &'static str,
        user: usize,
        when: &'static str,
        what: &'static str,
        query: &'static str,
    ) {
        let who = tenant.users[user].upn.clone();
        self.incidents.push(Incident { title, who, when, what, query });
    }
}

/// Activations at a steady pace, and a burst in the last week.
fn activations(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut activate = |user, role, at, text: &str| {
        let late = rng.below(20 * MINUTE);
        let mut episode = Episode::plain(tenant, rng, user, role, at + late);
        text.clone_into(&mut episode.justification);
        episode.duration = HOUR;
        if rng.chance(40.0) {
            episode.deactivated_after = Some(rng.between(15, 50) * MINUTE);
        }
        planted.activation(tenant, &episode);
    };
    for week in 0..11 {
        activate(cast::OUTLIER, 0, on(1, 6, 9, 0) + week * 7 * DAY, "weekly joiners and leavers");
    }
    for day in 0..7 {
        activate(cast::OUTLIER, 0, on(3, 25, 9, 5) + day * DAY, "user change");
        activate(cast::OUTLIER, 0, on(3, 25, 22, 30) + day * DAY, "user change");
    }
    for week in 0..12 {
        activate(cast::FREQUENT, 1, on(1, 8, 13, 0) + week * 7 * DAY, "INC-7001 mailbox migration");
    }
    for fortnight in 0..7 {
        activate(cast::SECOND_APPROVER, 0, on(1, 7, 10, 0) + fortnight * 13 * DAY, "guest clean-up");
    }
    for week in 0..10 {
        activate(cast::APPROVER, 9, on(1, 9, 8, 30) + week * 7 * DAY, "weekly review of alerts");
    }
    planted.finding(
        tenant,
        "burst of activations",
        cast::OUTLIER,
        "2025-03-25 to 2025-03-31",
        "14 activations of User Administrator in the last 7 days, after 11 in 11 weeks",
        "pim/activation-outliers.kql",
    );
    let what =
        "12 activations of Exchange Administrator, one a week: above the threshold of 10, not an outlier";
    let query = "pim/activations-over-threshold.kql";
    planted.finding(
        tenant,
        "more than 10 activations",
        cast::FREQUENT,
        "2025-01-08 to 2025-03-26",
        what,
        query,
    );
    let what = "exactly 10 activations of Security Administrator: not above the threshold";
    planted.finding(
        tenant,
        "near miss: 10 activations",
        cast::APPROVER,
        "2025-01-09 to 2025-03-13",
        what,
        query,
    );
}

/// Each way in which an activation fails.
fn failed_activations(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let role = 6;
    let mut fail = |at, approval, outcome, decision| {
        let mut episode = Episode::plain(tenant, rng, cast::FAILING, role, at);
        episode.at += rng.below(40 * SECOND);
        episode.approver = cast::APPROVER;
        episode.wait = 25 * MINUTE;
        "consent for the survey tool".clone_into(&mut episode.justification);
        (episode.approval, episode.outcome, episode.decision) = (approval, outcome, decision);
        planted.activation(tenant, &episode);
    };
    for (index, reason) in REFUSALS.into_iter().enumerate() {
        fail(on(2, 3, 9, 0) + index as u64 * 3 * MINUTE, true, Outcome::RequestFailed(reason), "");
    }
    fail(on(2, 4, 10, 0), true, Outcome::Denied, "no change planned, ask again with a ticket");
    fail(on(2, 5, 15, 30), true, Outcome::RequestExpired, "");
    fail(on(2, 10, 8, 40), true, Outcome::Canceled, "");
    fail(on(2, 11, 11, 15), false, Outcome::CompletionFailed("ProvisioningFailed"), "");
    fail(on(2, 13, 14, 5), false, Outcome::ProcessFailed("The role assignment could not be processed"), "");
    fail(on(2, 17, 9, 50), true, Outcome::Dangling, "");
    planted.finding(
        tenant,
        "failed activations of every kind",
        cast::FAILING,
        "2025-02-03 to 2025-02-17",
        "Application Administrator: 4 refused by policy, 1 denied, 1 expired unanswered, 1 canceled, 1 failed on completion, 1 failed in processing, 1 left without an outcome",
        "pim/failed-activations.kql",
    );
}

fn failure_spikes(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut fail = |user, at| {
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, user, UTRECHT, at);
        (sign_in.outcome, sign_in.mfa) = (outcome(50074), false);
        planted.sign_in(tenant, &sign_in);
    };
    for attempt in 0..7 {
        fail(cast::SPIKE, on(2, 12, 8, 2) + attempt * 127 * MINUTE);
    }
    for attempt in 0..5 {
        fail(cast::NEAR_SPIKE, on(2, 19, 8, 10) + attempt * 140 * MINUTE);
    }
    let query = "signins/failure-spikes.kql";
    let what = "7 sign-ins ended by 50074 within 13 hours";
    planted.finding(tenant, "failure spike", cast::SPIKE, "2025-02-12", what, query);
    let what = "exactly 5 sign-ins ended by 50074 within 24 hours: not above the threshold";
    planted.finding(tenant, "near miss: 5 failures", cast::NEAR_SPIKE, "2025-02-19", what, query);
}

fn travel(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut succeed = |user, place, ip: Option<Ip>, at| {
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, user, place, at);
        sign_in.ip = ip.unwrap_or(sign_in.ip);
        planted.sign_in(tenant, &sign_in);
    };
    succeed(cast::ABROAD, UTRECHT, None, on(3, 10, 8, 20));
    for (day, hour) in [(12, 14), (12, 20), (13, 13)] {
        succeed(cast::ABROAD, NEW_YORK, None, on(3, day, hour, 12));
    }
    succeed(cast::ABROAD, UTRECHT, None, on(3, 15, 9, 30));
    succeed(cast::IMPOSSIBLE, UTRECHT, Some(Ip::V4([192, 0, 2, 2])), on(3, 18, 8, 58) + 40 * SECOND);
    succeed(cast::IMPOSSIBLE, SAO_PAULO, Some(SAO_PAULO_IP), on(3, 18, 9, 21) + 5 * SECOND);
    succeed(cast::NEAR_IMPOSSIBLE, UTRECHT, None, on(3, 19, 8, 5));
    succeed(cast::NEAR_IMPOSSIBLE, LONDON, None, on(3, 19, 11, 20));
    planted.finding(
        tenant,
        "sign-ins abroad",
        cast::ABROAD,
        "2025-03-12 to 2025-03-13",
        "3 successful sign-ins from the United States",
        "signins/outside-home-country.kql",
    );
    let query = "signins/impossible-travel.kql";
    let what = "Utrecht 08:58:40 and São Paulo 09:21:05: about 9,800 km in 22 minutes";
    planted.finding(tenant, "impossible travel", cast::IMPOSSIBLE, "2025-03-18", what, query);
    let what = "Utrecht 08:05 and London 11:20: a flight, about 115 km/h";
    planted.finding(tenant, "near miss: possible travel", cast::NEAR_IMPOSSIBLE, "2025-03-19", what, query);
}

/// A break-glass account signs in at night, grants Global Administrator outside PIM, and silences the alert.
fn break_glass(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (minute, code) in [(12, 50126), (14, 0)] {
        let user = cast::BREAK_GLASS;
        let mut sign_in =
            SignIn::at_home(tenant, rng, Kind::Interactive, user, WARSZAWA, on(3, 22, 2, minute));
        (sign_in.outcome, sign_in.ip, sign_in.mfa) = (outcome(code), BREAK_GLASS_IP, false);
        sign_in.app = app("Azure Portal");
        planted.sign_in(tenant, &sign_in);
    }
    let grant = RoleChange {
        add: true,
        at: on(3, 22, 2, 21) + 7 * SECOND,
        role: GLOBAL_ADMINISTRATOR,
        target: cast::OUTSIDE_PIM,
        by: Some((cast::BREAK_GLASS, BREAK_GLASS_IP)),
        correlation: rng.guid(),
        id: rng.guid(),
    };
    planted.audits.push(grant.at, None, |w| grant.graph(tenant, w));
    grant.unified(tenant, &mut planted.unified);
    for repeat in 0..6 {
        let at = on(3, 22, 3, 0) + repeat * 2 * HOUR + rng.below(MINUTE);
        alert_row(tenant, rng, planted, at, "Add member to role outside of PIM (permanent)", None);
    }
    alert_row(tenant, rng, planted, on(3, 22, 3, 1), "Triggered PIM alert", None);
    let disabler = Some(cast::BREAK_GLASS);
    alert_row(tenant, rng, planted, on(3, 22, 13, 40), "Disable PIM alert", disabler);
    planted.finding(
        tenant,
        "break-glass account used",
        cast::BREAK_GLASS,
        "2025-03-22 02:12",
        "1 failed and 1 successful sign-in to the Azure Portal from 203.0.113.200, then a role grant and a PIM alert disabled",
        "signins/break-glass.kql",
    );
    planted.finding(
        tenant,
        "role granted outside PIM",
        cast::OUTSIDE_PIM,
        "2025-03-22 02:21",
        "Global Administrator, by the break-glass account; PIM reports it 6 times, every 2 hours",
        "roles/granted-outside-pim.kql",
    );
}

/// A row of PIM's alert scan about the grant outside PIM.
fn alert_row(
    tenant: &Tenant,
    rng: &mut Rng,
    planted: &mut Planted,
    at: Ticks,
    activity: &str,
    actor: Option<usize>,
) {
    let (user, role) = (&tenant.users[cast::OUTSIDE_PIM], &ROLES[GLOBAL_ADMINISTRATOR]);
    let correlation = rng.guid();
    let about_member = activity.starts_with("Add member");
    planted.audits.push(at, None, |w| {
        head(w, "PIM", "RoleManagement", correlation, at, false, "");
        w.text("activityDisplayName", activity);
        w.time("activityDateTime", at, 7);
        w.text("loggedByService", "PIM");
        w.text("operationType", if about_member { "Assign" } else { "Update" });
        match actor {
            Some(actor) => initiated_by(tenant, w, actor, Some(BREAK_GLASS_IP)),
            None => initiated_by_service(w, "Azure AD PIM"),
        }
        w.array("targetResources", |w| {
            if about_member {
                target(w, "Role", Some(tenant.roles[GLOBAL_ADMINISTRATOR]), Some(role.name), None, |_| {});
                target(w, "Request", None, None, None, |_| {});
                target(w, "User", Some(user.id), Some(&user.name), Some(&user.upn), |_| {});
            } else {
                let alert = "Roles are being assigned outside of Privileged Identity Management";
                target(w, "Other", None, Some(alert), None, |_| {});
            }
            target(w, "Directory", Some(tenant.id), Some(TENANT), None, |_| {});
        });
        w.array("additionalDetails", |w| {
            detail(w, "AuditType", "RoleElevatedOutsidePimAlert");
            if about_member {
                detail(w, "TemplateId", role.template);
            }
        });
    });
}

fn spray(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for attempt in 0..30 {
        let user = cast::LEN + attempt;
        let at = on(3, 5, 5, 10) + attempt as u64 * 28 * SECOND;
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, user, SINGAPORE, at);
        sign_in.outcome = outcome(if attempt % 10 == 9 { 50053 } else { 50126 });
        (sign_in.ip, sign_in.mfa, sign_in.device) = (SPRAY_IP, false, 5);
        sign_in.app = app("Microsoft Azure CLI");
        planted.sign_in(tenant, &sign_in);
    }
    planted.incidents.push(Incident {
        title: "password spray",
        who: "203.0.113.222".to_owned(),
        when: "2025-03-05 05:10 to 05:23",
        what: "one address, 30 accounts, 27 wrong passwords and 3 lock-outs, no success",
        query: "signins/password-spray.kql",
    });
}

/// The quarter's last instant always holds an event, so that `now()` is the same at any size.
fn last_event(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut sign_in = SignIn::at_home(tenant, rng, Kind::ManagedIdentity, 0, UTRECHT, END);
    (sign_in.ip, sign_in.mfa) = (Ip::V6(0xa2e, 1, 4), false);
    sign_in.tell(tenant, &mut planted.other);
}

//! Planted stories of second factors and policies: prompts until someone gives in, a habit that ends, a policy that
//! stops people.

use super::audit::{Change, property, target};
use super::cast;
use super::incidents::{Incident, Planted, SAO_PAULO, UTRECHT, on};
use super::pim::Episode;
use super::rng::Rng;
use super::signin::{BLOCK_LEGACY, Kind, SignIn, app, outcome};
use super::tenant::Tenant;
use super::write::{DAY, HOUR, Ip, MINUTE, Ticks};

const WORN_DOWN: usize = cast::SIGNING_IN + 16;
const NOT_WORN_DOWN: usize = cast::SIGNING_IN + 17;
const ADMINISTRATOR: usize = cast::SIGNING_IN + 18;
const NO_LONGER: usize = cast::SIGNING_IN + 19;
const NOT_YET: usize = cast::SIGNING_IN + 20;
const POLICY_AUTHOR: usize = cast::SIGNING_IN + 21;
const STOPPED: [usize; 3] = [cast::SIGNING_IN + 21, cast::SIGNING_IN + 22, cast::SIGNING_IN + 23];

const FATIGUE_IP: Ip = Ip::V4([203, 0, 113, 250]);

fn sign_in(tenant: &Tenant, rng: &mut Rng, who: (usize, usize), code: u64, mfa: bool, at: Ticks) -> SignIn {
    let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, who.0, who.1, at);
    (sign_in.outcome, sign_in.mfa) = (outcome(code), mfa);
    sign_in.app = app("Azure Portal");
    sign_in.device = tenant.users[who.0].device;
    sign_in
}

pub fn second_factors(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for prompt in 0..6 {
        let at = on(2, 20, 1, 31) + prompt * 3 * MINUTE;
        let mut refused = sign_in(tenant, rng, (WORN_DOWN, SAO_PAULO), 500121, true, at);
        refused.ip = FATIGUE_IP;
        planted.sign_in(tenant, &refused);
    }
    let mut approved = sign_in(tenant, rng, (WORN_DOWN, SAO_PAULO), 0, true, on(2, 20, 1, 50));
    approved.ip = FATIGUE_IP;
    planted.sign_in(tenant, &approved);
    for prompt in 0..4 {
        let at = on(2, 21, 8, 2) + prompt * 3 * MINUTE;
        planted.sign_in(tenant, &sign_in(tenant, rng, (NOT_WORN_DOWN, UTRECHT), 500121, true, at));
    }
    let query = "signins/mfa-fatigue.kql";
    let what = "6 refused prompts at night from 203.0.113.250, and then one that is approved";
    planted.finding(
        tenant,
        "prompts until the user gives in",
        WORN_DOWN,
        "2025-02-20 01:31 to 01:50",
        what,
        query,
    );
    let what = "4 failures: below the threshold of 5, and no administrator";
    planted.finding(tenant, "near miss: 4 prompts", NOT_WORN_DOWN, "2025-02-21", what, query);

    let mut episode = Episode::plain(tenant, rng, ADMINISTRATOR, 10, on(1, 27, 9, 0));
    "reset of a phone".clone_into(&mut episode.justification);
    planted.activation(tenant, &episode);
    for prompt in 0..3 {
        let at = on(2, 24, 8, 2) + prompt * 50 * MINUTE;
        planted.sign_in(tenant, &sign_in(tenant, rng, (ADMINISTRATOR, UTRECHT), 500121, true, at));
    }
    let query = "signins/privileged-second-factor-failures.kql";
    let what = "activates Helpdesk Administrator in January; 3 refused second factors on one day";
    planted.finding(
        tenant,
        "administrator fails the second factor",
        ADMINISTRATOR,
        "2025-02-24",
        what,
        query,
    );

    for (user, before) in [(NO_LONGER, 10), (NOT_YET, 9)] {
        for day in 0..before {
            let habit = sign_in(tenant, rng, (user, UTRECHT), 0, true, on(2, 17, 8, 20) + day * 2 * DAY);
            habit.tell(tenant, &mut planted.interactive);
        }
        let mut single = sign_in(tenant, rng, (user, UTRECHT), 0, false, on(3, 13, 8, 20));
        single.odd.uncovered = user == NO_LONGER;
        planted.sign_in(tenant, &single);
    }
    let query = "signins/single-factor.kql";
    let what = "one factor for the Azure Portal after 10 sign-ins with two";
    planted.finding(tenant, "second factor no longer asked", NO_LONGER, "2025-03-13", what, query);
    let what = "the same after 9: too few to be a habit";
    planted.finding(tenant, "near miss: no habit yet", NOT_YET, "2025-03-13", what, query);
    let what = "to the Azure Portal with one factor, while no policy applied";
    let query = "signins/without-conditional-access.kql";
    planted.finding(tenant, "sign-in without a policy", NO_LONGER, "2025-03-13", what, query);
}

/// On two Saturdays a policy is changed; after the first change it stops people.
pub fn policies(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (saturday, stops) in [(on(2, 15, 10, 0), 10), (on(3, 1, 10, 0), 2)] {
        for number in 0..6 {
            let at = saturday - 3 * HOUR + number * 11 * MINUTE;
            let user = STOPPED[number as usize % STOPPED.len()];
            sign_in(tenant, rng, (user, UTRECHT), 0, true, at).tell(tenant, &mut planted.interactive);
        }
        policy_row(tenant, rng, planted, saturday);
        for number in 0..10 {
            let at = saturday + (number + 1) * 13 * MINUTE;
            let user = STOPPED[number as usize % STOPPED.len()];
            let stopped = number < stops;
            let mut after =
                sign_in(tenant, rng, (user, UTRECHT), if stopped { 53003 } else { 0 }, !stopped, at);
            after.odd.blocked = stopped;
            after.tell(tenant, &mut planted.interactive);
        }
    }
    let query = "signins/failures-after-policy-change.kql";
    let what = "Block legacy authentication is changed at 10:00, and stops 10 sign-ins of 3 users";
    planted.finding(tenant, "policy stops people", POLICY_AUTHOR, "2025-02-15", what, query);
    let what = "the same policy, changed again, stops 2 of 10 sign-ins: fewer than 5 more";
    planted.finding(tenant, "near miss: policy stops few", POLICY_AUTHOR, "2025-03-01", what, query);
    planted.incidents.push(Incident {
        title: "policy and its outcomes",
        who: "Block legacy authentication".to_owned(),
        when: "2025-02-15 to 2025-03-01",
        what: "fails 12 sign-ins of 3 users, and applies to no other",
        query: "signins/conditional-access-policies.kql",
    });
}

fn policy_row(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted, at: Ticks) {
    let change = Change {
        at,
        activity: "Update conditional access policy",
        category: "Policy",
        operation: "Update",
        actor: (POLICY_AUTHOR, Ip::V4([192, 0, 2, 5])),
        correlation: rng.guid(),
    };
    planted.audits.push(at, None, |w| {
        change.write(tenant, w, |w| {
            target(w, "Policy", Some(BLOCK_LEGACY), Some("Block legacy authentication"), None, |w| {
                let before = r#"{"conditions":{"clientAppTypes":["exchangeActiveSync","other"]}}"#;
                let after = r#"{"conditions":{"clientAppTypes":["all"]}}"#;
                property(w, "ConditionalAccessPolicy", before, after);
            });
        });
    });
}

//! Planted stories of guessed passwords: networks that try many accounts, accounts that many addresses try.

use super::cast;
use super::incidents::{Incident, Planted, WARSZAWA, on};
use super::rng::Rng;
use super::signin::{Kind, SignIn, app, outcome};
use super::tenant::Tenant;
use super::write::{DAY, HOUR, Ip, MINUTE, Ticks};

const AIMED_AT: usize = cast::SIGNING_IN + 9;
const LESS_AIMED_AT: usize = cast::SIGNING_IN + 10;
const DISABLED: [usize; 3] = [cast::SIGNING_IN + 11, cast::SIGNING_IN + 12, cast::SIGNING_IN + 13];
const LOCKED: usize = cast::SIGNING_IN + 14;
const NEARLY_LOCKED: usize = cast::SIGNING_IN + 15;

const MILANO: usize = 11;
const BENGALURU: usize = 15;
const TOKYO: usize = 16;
const LAGOS: usize = 17;
const SYDNEY: usize = 18;
const TORONTO: usize = 19;

/// A sign-in that ends with a code, from an address; the unified audit log does not tell of it.
fn fail(
    tenant: &Tenant,
    rng: &mut Rng,
    planted: &mut Planted,
    user: usize,
    code: u64,
    from: (usize, u8),
    at: Ticks,
) {
    let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, user, from.0, at);
    (sign_in.outcome, sign_in.mfa, sign_in.device) = (outcome(code), false, 0);
    sign_in.ip = Ip::V4([203, 0, 113, from.1]);
    sign_in.app = app("OfficeHome");
    sign_in.tell(tenant, &mut planted.interactive);
}

/// Networks that try one account after the other, on several days.
pub fn networks(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for attempt in 0..18 {
        let at = on(1, 14, 3, 20) + attempt % 6 * 2 * DAY + attempt * 17 * MINUTE;
        let user = cast::LEN + attempt as usize;
        fail(tenant, rng, planted, user, 50126, (LAGOS, 224 + (attempt % 9) as u8), at);
    }
    for attempt in 0..8 {
        let at = on(1, 15, 4, 5) + attempt % 5 * 2 * DAY + attempt * 23 * MINUTE;
        let user = cast::LEN + 20 + attempt as usize;
        fail(tenant, rng, planted, user, 50126, (TOKYO, 234), at);
    }
    let what = "network 64510 (Lagos) fails for 18 accounts on 6 days, from 9 addresses, three tries a day";
    planted.incidents.push(Incident {
        title: "slow password spray",
        who: "AS64510".to_owned(),
        when: "2025-01-14 to 2025-01-24",
        what,
        query: "signins/slow-spray.kql",
    });
    planted.incidents.push(Incident {
        title: "near miss: fewer accounts",
        who: "203.0.113.234".to_owned(),
        when: "2025-01-15 to 2025-01-23",
        what: "8 accounts on 5 days: below the threshold of 15",
        query: "signins/slow-spray.kql",
    });
    planted.incidents.push(Incident {
        title: "client of an old kind",
        who: "203.0.113.222".to_owned(),
        when: "2025-03-05 05:10 to 05:23",
        what: "the password spray comes with clients that cannot do a second factor, and gets in with none",
        query: "signins/legacy-authentication.kql",
    });
    let what = "6 failures from São Paulo while a sign-in from Utrecht succeeds";
    let query = "signins/success-elsewhere.kql";
    planted.finding(tenant, "success here while failing there", cast::IMPOSSIBLE, "2025-03-18", what, query);
}

/// Accounts that are aimed at.
pub fn accounts(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    const PLACES: [usize; 5] = [BENGALURU, SYDNEY, TORONTO, WARSZAWA, MILANO];
    for (user, addresses) in [(AIMED_AT, 16), (LESS_AIMED_AT, 14)] {
        for attempt in 0..20 {
            let from =
                (PLACES[(attempt % addresses) as usize % PLACES.len()], 100 + (attempt % addresses) as u8);
            fail(tenant, rng, planted, user, 50126, from, on(2, 1, 1, 12) + attempt * 31 * HOUR);
        }
    }
    let query = "signins/distributed-guessing.kql";
    let when = "2025-02-01 to 2025-02-25";
    let what = "20 wrong passwords from 16 addresses in 25 days";
    planted.finding(tenant, "distributed guessing", AIMED_AT, when, what, query);
    let what = "20 wrong passwords from 14 addresses: below the threshold of 15";
    planted.finding(tenant, "near miss: fewer addresses", LESS_AIMED_AT, when, what, query);

    for (number, user) in DISABLED.into_iter().enumerate() {
        fail(tenant, rng, planted, user, 50057, (WARSZAWA, 240), on(1, 28, 2, 0) + number as u64 * MINUTE);
    }
    fail(tenant, rng, planted, DISABLED[0], 50057, (WARSZAWA, 241), on(1, 29, 12, 0));
    let query = "signins/disabled-accounts.kql";
    let what = "203.0.113.240 tries 3 disabled accounts within 3 minutes";
    planted.finding(tenant, "disabled accounts tried", DISABLED[0], "2025-01-28 02:00 to 02:02", what, query);
    let what = "another address tries one of them alone";
    planted.finding(tenant, "near miss: one disabled account", DISABLED[0], "2025-01-29", what, query);

    for number in 0..3 {
        fail(tenant, rng, planted, LOCKED, 50053, (BENGALURU, 245), on(2, 4, 7, 10) + number * 2 * MINUTE);
    }
    for number in 0..2 {
        fail(
            tenant,
            rng,
            planted,
            NEARLY_LOCKED,
            50053,
            (BENGALURU, 246),
            on(2, 5, 7, 10) + number * 2 * MINUTE,
        );
    }
    let query = "signins/lockouts.kql";
    let what = "3 lock-outs within 5 minutes";
    planted.finding(tenant, "account locked", LOCKED, "2025-02-04", what, query);
    let what = "2 lock-outs on one day: below the threshold of 3";
    planted.finding(tenant, "near miss: 2 lock-outs", NEARLY_LOCKED, "2025-02-05", what, query);
}

//! Planted stories of places: countries and towns that nobody visits at that pace.
//!
//! Trap: whoever is let in from two places has the time to travel between them, so that these are no findings of
//! impossible travel; who is only tried from afar has none.

use super::cast;
use super::incidents::{LONDON, Planted, SINGAPORE, UTRECHT, on};
use super::rng::Rng;
use super::signin::{Kind, SignIn, outcome};
use super::tenant::Tenant;
use super::write::{DAY, HOUR, Ticks};

const SEVERAL_COUNTRIES: usize = cast::SIGNING_IN;
const TWO_COUNTRIES: usize = cast::SIGNING_IN + 1;
const NEW_COUNTRY: usize = cast::SIGNING_IN + 2;
const LEARNT_COUNTRY: usize = cast::SIGNING_IN + 3;
const EVER_MORE: usize = cast::SIGNING_IN + 4;
const AS_MANY: usize = cast::SIGNING_IN + 5;
const BURST: usize = cast::SIGNING_IN + 6;
const SLOW_BURST: usize = cast::SIGNING_IN + 7;
const AT_NIGHT: usize = cast::SIGNING_IN + 8;

const EINDHOVEN: usize = 1;
const AMSTERDAM: usize = 2;
const ANTWERPEN: usize = 3;
const GENT: usize = 4;
const BERLIN: usize = 6;
const PARIS: usize = 7;
const MADRID: usize = 9;
const TOKYO: usize = 16;
const LAGOS: usize = 17;

/// A sign-in from a place, with this result.
fn from(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted, who: (usize, usize), code: u64, at: Ticks) {
    let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, who.0, who.1, at);
    sign_in.outcome = outcome(code);
    planted.sign_in(tenant, &sign_in);
}

pub fn countries(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut let_in = |user, place, at| from(tenant, rng, planted, (user, place), 0, at);
    for (place, hour) in [(UTRECHT, 5), (LONDON, 12), (BERLIN, 16)] {
        let_in(SEVERAL_COUNTRIES, place, on(1, 21, hour, 40));
    }
    for (place, hour) in [(UTRECHT, 6), (PARIS, 13)] {
        let_in(TWO_COUNTRIES, place, on(1, 21, hour, 5));
    }
    for user in [NEW_COUNTRY, LEARNT_COUNTRY] {
        let_in(user, UTRECHT, on(1, 20, 8, 30));
    }
    let_in(NEW_COUNTRY, MADRID, on(2, 13, 9, 15));
    let_in(NEW_COUNTRY, MADRID, on(2, 13, 14, 2));
    let_in(LEARNT_COUNTRY, MADRID, on(1, 30, 9, 15));
    let_in(AT_NIGHT, AMSTERDAM, on(3, 3, 8, 10));
    let_in(AT_NIGHT, SINGAPORE, on(3, 8, 1, 25));
    let query = "signins/countries-same-day.kql";
    let what = "the Netherlands, the United Kingdom and Germany on one day, each within reach of the last";
    planted.finding(tenant, "several countries on one day", SEVERAL_COUNTRIES, "2025-01-21", what, query);
    let what = "two countries on one day: below the threshold of 3";
    planted.finding(tenant, "near miss: two countries", TWO_COUNTRIES, "2025-01-21", what, query);
    let query = "signins/new-country.kql";
    let what = "first sign-in from Spain, 24 days after the first one of all";
    planted.finding(tenant, "new country", NEW_COUNTRY, "2025-02-13", what, query);
    let what = "Spain within the 14 days in which countries are learnt";
    planted.finding(tenant, "near miss: country learnt", LEARNT_COUNTRY, "2025-01-30", what, query);
    let what = "let in from Singapore on a Saturday at 02:25 in Amsterdam";
    let query = "signins/abroad-outside-hours.kql";
    planted.finding(tenant, "abroad at night", AT_NIGHT, "2025-03-08 01:25", what, query);
    let what = "Singapore has one user who is let in, and is a network of failures otherwise";
    planted.finding(tenant, "rare network", AT_NIGHT, "2025-03-08", what, "signins/networks.kql");
}

pub fn places(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    const TOWNS: [usize; 5] = [GENT, ANTWERPEN, EINDHOVEN, UTRECHT, AMSTERDAM];
    for day in 0..TOWNS.len() {
        for (number, place) in TOWNS[..=day].iter().enumerate() {
            let at = on(3, 27, 6, 30) + day as u64 * DAY + number as u64 * 3 * HOUR;
            let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, EVER_MORE, *place, at);
            sign_in.app = super::signin::app("OfficeHome");
            sign_in.tell(tenant, &mut planted.interactive);
        }
    }
    for (day, place) in TOWNS.iter().chain(&TOWNS).enumerate() {
        let at = on(3, 21, 9, 10) + day as u64 * DAY;
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, AS_MANY, *place, at);
        sign_in.app = super::signin::app("OfficeHome");
        sign_in.tell(tenant, &mut planted.interactive);
    }
    for (user, pace) in [(BURST, 4), (SLOW_BURST, 6)] {
        for (number, (place, code)) in [(UTRECHT, 0), (LAGOS, 50126), (TOKYO, 50126)].into_iter().enumerate()
        {
            let at = on(2, 6, 10, 4) + number as u64 * pace * super::write::MINUTE;
            from(tenant, rng, planted, (user, place), code, at);
        }
    }
    let query = "signins/location-trend.kql";
    let what = "one town on the first day, five on the fifth";
    planted.finding(tenant, "ever more places", EVER_MORE, "2025-03-27 to 2025-03-31", what, query);
    let what = "the same five towns, one a day: no trend";
    planted.finding(tenant, "near miss: as many places", AS_MANY, "2025-03-21 to 2025-03-30", what, query);
    let query = "signins/burst-of-places.kql";
    let what = "let in at Utrecht, tried from Lagos and Tokyo, within 8 minutes";
    planted.finding(tenant, "burst of places", BURST, "2025-02-06 10:04 to 10:12", what, query);
    let what = "the same in 12 minutes: longer than the window of 10";
    planted.finding(tenant, "near miss: slower burst", SLOW_BURST, "2025-02-06 10:04 to 10:16", what, query);
}

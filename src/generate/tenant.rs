//! The invented tenant: who there is, where they live and when they travel, and how time passes.
//!
//! Everything is a function of (rows, seed). A person's place is a function of (person, time), so that two
//! records of one person never contradict each other: without that every random pair of sign-ins would look
//! like impossible travel. The cast of the planted incidents is kept out of the background for the same
//! reason: its figures are exact at any size.

use super::cast;
use super::names::{self, DOMAIN, FIRST, HOME_PLACES, LAST, PLACES, ROLES, SERVICES};
use super::rng::{Rng, Skew, mix};
use super::write::{DAY, Guid, HOUR, Ip, SECOND, Ticks};

/// The quarter: 2025-01-01T00:00:00Z up to and with 2025-03-31T23:59:59Z.
pub const DAYS: u64 = 90;
pub const END: Ticks = DAYS * DAY - SECOND;

pub struct User {
    pub name: String,
    pub upn: String,
    pub id: Guid,
    pub home: usize,
    pub device: usize,
    pub phone: usize,
}

pub struct Tenant {
    pub seed: u64,
    pub id: Guid,
    pub users: Vec<User>,
    /// How many may activate roles.
    pub administrators: u64,
    who: Skew,
    admin: Skew,
    pub roles: Vec<Guid>,
    role: Skew,
    role_rank: Skew,
    pub apps: Skew,
    pub services: Vec<(Guid, Guid)>,
    pub identities: Vec<(Guid, Guid)>,
    pub service: Skew,
    abroad: Skew,
    hours: Skew,
    pub pim_principal: Guid,
}

impl Tenant {
    pub fn new(rows: u64, seed: u64) -> Self {
        let users = (rows / 300).clamp(40, 30_000) as usize;
        let admins = (users / 4).clamp(8, 7_500);
        let rng = &mut Rng::new(seed, &[1]);
        let mut pairs = |count: usize| (0..count).map(|_| (rng.guid(), rng.guid())).collect::<Vec<_>>();
        let (services, identities) = (pairs(SERVICES.len()), pairs(names::IDENTITIES.len()));
        Tenant {
            seed,
            id: rng.guid(),
            pim_principal: rng.guid(),
            roles: ROLES.iter().map(|_| rng.guid()).collect(),
            users: (0..users + cast::LEN).map(|index| user(seed, index)).collect(),
            administrators: admins as u64,
            who: Skew::zipf(users, 0.9, 20.0),
            admin: Skew::zipf(admins, 0.8, 4.0),
            role: Skew::zipf(ROLES.len(), 1.1, 1.0),
            role_rank: Skew::zipf(3, 1.0, 0.0),
            apps: Skew::zipf(names::APPS.len(), 1.1, 0.5),
            service: Skew::zipf(SERVICES.len(), 1.2, 0.0),
            services,
            identities,
            abroad: Skew::zipf(PLACES.len() - HOME_PLACES, 1.0, 0.5),
            hours: Skew::weighted((0..DAYS * 24).map(hour_weight)),
        }
    }

    /// The time at a share (0 to 1) of all the quarter's activity.
    pub fn time_at(&self, share: f64) -> Ticks {
        if share >= 1.0 {
            return END;
        }
        let (hour, within) = self.hours.quantile(share);
        (hour as Ticks * HOUR + (within * HOUR as f64) as Ticks).min(END)
    }

    /// Someone of the background, and where they are at that time. Who is on the move does not sign in.
    pub fn somebody(&self, rng: &mut Rng, at: Ticks) -> (usize, usize) {
        self.present(rng, at, |rng| self.who.rank(rng))
    }

    /// Someone who may activate roles.
    pub fn administrator(&self, rng: &mut Rng, at: Ticks) -> (usize, usize) {
        self.present(rng, at, |rng| self.admin.rank(rng))
    }

    fn present(&self, rng: &mut Rng, at: Ticks, draw: impl Fn(&mut Rng) -> usize) -> (usize, usize) {
        for _ in 0..20 {
            let user = cast::LEN + draw(rng);
            if let Some(place) = self.place(user, at) {
                return (user, place);
            }
        }
        let stay_at_home = cast::LEN + 1; // see `trip`: an odd rank never travels
        (stay_at_home, self.users[stay_at_home].home)
    }

    /// The role an administrator activates: one of their three.
    pub fn role_of(&self, rng: &mut Rng, user: usize) -> usize {
        let rank = self.role_rank.rank(rng) as u64;
        self.role_at(user, rank)
    }

    /// The three roles that an administrator may activate; some are the same.
    pub fn roles_of(&self, user: usize) -> [usize; 3] {
        [0, 1, 2].map(|rank| self.role_at(user, rank))
    }

    fn role_at(&self, user: usize, rank: u64) -> usize {
        self.role.rank(&mut Rng::new(self.seed, &[2, user as u64, rank]))
    }

    fn trip(&self, user: usize) -> Option<(Ticks, Ticks, usize)> {
        let rng = &mut Rng::new(self.seed, &[3, user as u64]);
        let rank = user.checked_sub(cast::LEN)?;
        let travels = rank.is_multiple_of(2) && rng.chance(22.0);
        let from = rng.between(5, 78) * DAY;
        let place = HOME_PLACES + self.abroad.rank(rng);
        travels.then(|| (from, from + rng.between(2, 6) * DAY, place))
    }

    /// Where a person is; nowhere within 14 hours of a departure or a return.
    fn place(&self, user: usize, at: Ticks) -> Option<usize> {
        let home = self.users[user].home;
        let Some((from, to, abroad)) = self.trip(user) else { return Some(home) };
        let margin = 14 * HOUR;
        if at + margin < from || at > to + margin {
            Some(home)
        } else if at > from + margin && at + margin < to {
            Some(abroad)
        } else {
            None
        }
    }

    /// An address that this person uses at this place.
    pub fn ip(&self, rng: &mut Rng, user: usize, place: usize) -> Ip {
        let kind = rng.below(100);
        let own = mix(self.seed, &[4, user as u64]);
        if place >= HOME_PLACES {
            return Ip::V4([203, 0, 113, (place * 6) as u8 + rng.below(2) as u8]);
        }
        match kind {
            0..55 => Ip::V4([192, 0, 2, (place * 8) as u8 + 1 + rng.below(4) as u8]),
            55..85 if own % 5 < 2 => Ip::V4([198, 51, 100, (own >> 8) as u8]),
            55..85 => Ip::V6((own >> 16) as u16 | 0x1000, (own >> 32) as u16 | 1, 1),
            _ => Ip::V6(0xfe00 + place as u16, user as u16, rng.below(40) as u16 + 2),
        }
    }
}

/// Somewhere that guesses passwords: place and address.
pub fn hostile(rng: &mut Rng) -> (usize, Ip) {
    let place = HOME_PLACES + 5 + rng.index(PLACES.len() - HOME_PLACES - 5);
    (place, Ip::V4([203, 0, 113, 130 + rng.below(60) as u8]))
}

fn user(seed: u64, index: usize) -> User {
    let rng = &mut Rng::new(seed, &[5, index as u64]);
    let (name, account) = match cast::person(index) {
        Some((name, account)) => (name.to_owned(), account.to_owned()),
        None => invented(index - cast::LEN),
    };
    let home = if index < cast::LEN { 0 } else { Skew::zipf(HOME_PLACES, 1.0, 0.2).rank(rng) };
    User {
        name,
        upn: format!("{account}@{DOMAIN}"),
        id: rng.guid(),
        home,
        device: if rng.chance(12.0) { 3 } else { rng.index(2) },
        phone: if rng.chance(60.0) { 2 } else { 4 },
    }
}

fn invented(rank: usize) -> (String, String) {
    let first = FIRST[rank % FIRST.len()];
    let last = LAST[(rank + rank / FIRST.len()) % LAST.len()];
    let again = rank / (FIRST.len() * LAST.len());
    let plain: String = format!("{first}.{last}").to_lowercase().chars().map(ascii).collect();
    let number = if again == 0 { String::new() } else { (again + 1).to_string() };
    (format!("{first} {last}"), format!("{plain}{number}"))
}

fn ascii(letter: char) -> char {
    match letter {
        'ë' | 'é' => 'e',
        'ï' => 'i',
        'ö' => 'o',
        'ł' => 'l',
        other => other,
    }
}

/// Business hours of a western European office: weekdays 7 to 17 UTC, a lunch dip, a trickle at night.
fn hour_weight(hour: u64) -> f64 {
    let weekday = (hour / 24 + 2) % 7; // 2025-01-01 was a Wednesday; 0 is Monday
    let by_hour = match hour % 24 {
        7 => 6.0,
        8 | 9 | 10 | 13 | 14 => 10.0,
        11 | 12 | 15 => 8.0,
        16 => 6.0,
        5 | 6 | 17 | 18 => 2.5,
        19..22 => 1.2,
        _ => 0.4,
    };
    if weekday >= 5 { by_hour * 0.12 } else { by_hour }
}

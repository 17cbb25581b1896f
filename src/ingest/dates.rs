//! Dates in the collector's own way of writing: `5/6/2026 9:44:40 AM`, `05-06-2026 09:44:40`,
//! `05.06.2026 09:44:40`. Which of the first two numbers is the month is decided for a whole source.
//!
//! Rules, in this order: a record inside that tells the time in ISO form; a number above 12; the order in
//! which the rows are, if it is one under one reading only. With dots the day comes first. Else nothing is
//! known: month-first, and every such date is counted.
//!
//! Trap: one row above 12 settles all others, so all rows are looked at before the first is read.

use super::moments;
use crate::time;

/// How the dates of a source are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// In ISO form, or nothing tells.
    #[default]
    Unknown,
    MonthFirst,
    DayFirst,
}

impl Order {
    /// To be said of a source whose dates had to be decided about.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Order::Unknown => None,
            Order::MonthFirst => Some("dates are read as month-first"),
            Order::DayFirst => Some("dates are read as day-first"),
        }
    }
}

/// A date of three numbers and what follows it.
struct Culture<'a> {
    first: i64,
    second: i64,
    year: i64,
    time: &'a str,
    dots: bool,
}

fn culture(text: &str) -> Option<Culture<'_>> {
    let text = text.trim();
    let (first, rest) = short(text)?;
    let mark = rest.chars().next().filter(|c| matches!(c, '/' | '-' | '.'))?;
    let (second, rest) = short(&rest[1..])?;
    let rest = rest.strip_prefix(mark)?;
    let year = rest.get(..4)?;
    if !year.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let time = rest[4..].trim_start_matches([',', ' ']);
    Some(Culture { first, second, year: year.parse().ok()?, time, dots: mark == '.' })
}

/// One or two digits.
fn short(text: &str) -> Option<(i64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    ((1..=2).contains(&digits)).then(|| Some((text[..digits].parse().ok()?, &text[digits..])))?
}

impl Culture<'_> {
    fn ticks(&self, day_first: bool) -> Option<i64> {
        let (month, day) = if day_first { (self.second, self.first) } else { (self.first, self.second) };
        time::at(self.year, month, day, self.time)
    }
}

/// The time that a text tells in a source of that order, and whether it might be another.
pub fn read(text: &str, order: Order) -> Option<(i64, bool)> {
    let Some(date) = culture(text) else { return moments::read(text).map(|ticks| (ticks, false)) };
    let day_first = date.dots || order == Order::DayFirst || date.first > 12;
    let open = order == Order::Unknown && !date.dots && date.first <= 12 && date.second <= 12;
    Some((date.ticks(day_first)?, open && date.first != date.second))
}

/// What the dates of a source have told so far.
#[derive(Default)]
pub struct Evidence {
    /// In how many the day surely comes first, or the month.
    day_first: u64,
    month_first: u64,
    /// How often the time goes up and down when read month-first, and day-first.
    ups: [u64; 2],
    downs: [u64; 2],
    before: [Option<i64>; 2],
    seen: u64,
}

impl Evidence {
    /// Looks at a date; `false` when it is of no culture, so that there is nothing to decide.
    pub fn add(&mut self, text: &str) -> bool {
        let Some(date) = culture(text).filter(|date| !date.dots) else { return text.trim().is_empty() };
        self.seen += 1;
        self.day_first += u64::from(date.first > 12);
        self.month_first += u64::from(date.second > 12);
        for (way, day_first) in [false, true].into_iter().enumerate() {
            let ticks = date.ticks(day_first);
            if let (Some(before), Some(now)) = (self.before[way], ticks) {
                self.ups[way] += u64::from(now > before);
                self.downs[way] += u64::from(now < before);
            }
            self.before[way] = ticks.or(self.before[way]);
        }
        true
    }

    /// A date and the same time in ISO form.
    pub fn add_pair(&mut self, text: &str, iso: &str) {
        let (Some(date), Some(told)) = (culture(text), moments::read(iso)) else { return };
        let day = |ticks: Option<i64>| ticks.map(|t| t / time::TICKS_PER_DAY);
        let (month_first, day_first) = (day(date.ticks(false)), day(date.ticks(true)));
        if month_first != day_first {
            self.month_first += u64::from(month_first == day(Some(told)));
            self.day_first += u64::from(day_first == day(Some(told)));
        }
    }

    /// Is it certain, whatever comes?
    pub fn is_certain(&self) -> bool {
        self.day_first > 0 || self.month_first > 0
    }

    pub fn decide(&self) -> Order {
        match (self.month_first > 0, self.day_first > 0) {
            (true, false) => return Order::MonthFirst,
            (false, true) => return Order::DayFirst,
            (true, true) => return Order::Unknown,
            (false, false) => {}
        }
        let ordered = |way: usize| self.ups[way].min(self.downs[way]) == 0;
        let moves = self.ups[0] + self.downs[0] >= 3 && self.seen >= 4;
        match (ordered(0), ordered(1)) {
            (true, false) if moves => Order::MonthFirst,
            (false, true) if moves => Order::DayFirst,
            _ => Order::Unknown,
        }
    }
}

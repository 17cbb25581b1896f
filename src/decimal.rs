//! `decimal`: an exact number of up to 34 significant digits.
//!
//! Trap: values are kept in lowest terms (no trailing zero digits after the point), so that equal
//! numbers are equal structs. An operation that leaves the range gives `None`, which KQL shows as null.

use std::cmp::Ordering;
use std::fmt;

/// `digits / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    digits: i128,
    scale: u32,
}

const MAX_DIGITS: i128 = 10_i128.pow(34);

impl Decimal {
    /// In lowest terms; digits beyond the 34th are rounded off, and a number too large is `None`.
    pub fn new(digits: i128, scale: u32) -> Option<Decimal> {
        let (mut digits, mut scale) = (digits, scale);
        while scale > 0 && (digits % 10 == 0 || digits.abs() >= MAX_DIGITS || scale > 60) {
            let rest = digits % 10;
            digits = digits / 10 + if rest.abs() >= 5 { rest.signum() } else { 0 };
            scale -= 1;
        }
        (digits.abs() < MAX_DIGITS).then_some(Decimal { digits, scale })
    }

    pub fn from_i64(n: i64) -> Decimal {
        Decimal { digits: i128::from(n), scale: 0 }
    }

    pub fn from_f64(x: f64) -> Option<Decimal> {
        if x.is_finite() { Decimal::parse(&format!("{x}")) } else { None }
    }

    /// `[-]digits[.digits][e[±]n]`.
    pub fn parse(text: &str) -> Option<Decimal> {
        let s = text.trim();
        let (s, exponent) = match s.find(['e', 'E']) {
            Some(at) => (&s[..at], s[at + 1..].parse::<i32>().ok()?),
            None => (s, 0),
        };
        let (sign, s) = s.strip_prefix('-').map_or((1, s.strip_prefix('+').unwrap_or(s)), |r| (-1, r));
        let (whole, part) = s.split_once('.').unwrap_or((s, ""));
        if whole.is_empty() && part.is_empty() || exponent.abs() > 60 {
            return None;
        }
        let (mut digits, mut scale) = (0_i128, 0_i32);
        for (i, b) in whole.bytes().chain(part.bytes()).enumerate() {
            if !b.is_ascii_digit() {
                return None;
            }
            if digits >= MAX_DIGITS {
                if i < whole.len() {
                    return None;
                }
                continue;
            }
            digits = digits * 10 + i128::from(b - b'0');
            scale += i32::from(i >= whole.len());
        }
        let scale = scale - exponent;
        let digits =
            if scale < 0 { digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)? } else { digits };
        Decimal::new(sign * digits, scale.max(0) as u32)
    }

    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The whole part, rounded towards zero.
    pub fn to_i64(self) -> Option<i64> {
        i64::try_from(self.digits / 10_i128.checked_pow(self.scale)?).ok()
    }

    /// Both digits at one scale.
    fn aligned(self, other: Decimal) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let up = |d: Decimal| d.digits.checked_mul(10_i128.checked_pow(scale - d.scale)?);
        Some((up(self)?, up(other)?, scale))
    }

    pub fn checked_add(self, other: Decimal) -> Option<Decimal> {
        let (a, b, scale) = self.aligned(other)?;
        Decimal::new(a.checked_add(b)?, scale)
    }

    pub fn checked_sub(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(other.negated())
    }

    pub fn checked_mul(self, other: Decimal) -> Option<Decimal> {
        Decimal::new(self.digits.checked_mul(other.digits)?, self.scale + other.scale)
    }

    /// To 34 significant digits; `None` when dividing by zero.
    pub fn checked_div(self, other: Decimal) -> Option<Decimal> {
        if other.digits == 0 {
            return None;
        }
        let (mut a, mut scale) = (self.digits, i64::from(self.scale) - i64::from(other.scale));
        while let Some(up) = a.checked_mul(10).filter(|_| a.abs() < i128::MAX / 100 && scale < 50) {
            if a % other.digits == 0 && scale >= 0 {
                break;
            }
            (a, scale) = (up, scale + 1);
        }
        Decimal::new(a / other.digits, u32::try_from(scale).ok()?)
    }

    /// The remainder of truncating division.
    pub fn checked_rem(self, other: Decimal) -> Option<Decimal> {
        let (a, b, scale) = self.aligned(other)?;
        Decimal::new(a.checked_rem(b)?, scale)
    }

    pub fn negated(self) -> Decimal {
        Decimal { digits: -self.digits, scale: self.scale }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match self.aligned(*other) {
            Some((a, b, _)) => a.cmp(&b),
            None => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let text = self.digits.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{text}");
        }
        let text = format!("{text:0>width$}", width = scale + 1);
        let (whole, part) = text.split_at(text.len() - scale);
        write!(f, "{sign}{whole}.{part}")
    }
}

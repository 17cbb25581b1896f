//! The gamma, error and beta functions, and what is made of them.
//!
//! Traps: beyond 1e-12 or so these are not exact to the last digit. `beta_cdf` with an alpha that is
//! not positive is 1 and not NaN: so Kusto answers, whatever its documentation says.

use crate::value::Value;

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::{real1, reals};

use std::f64::consts::PI;

const ONE: &[&str] = &["(number: real) -> real"];
const FIRST: Naming = Naming::FirstArgument;

pub const ROWS: &[Function] = &[
    kernel("gamma", ONE, "The gamma function.", FIRST, |a, _| real1(a, gamma)),
    kernel("loggamma", ONE, "The logarithm of the gamma function's magnitude.", FIRST, |a, _| {
        real1(a, log_gamma)
    }),
    kernel("erf", ONE, "The error function.", FIRST, |a, _| real1(a, erf)),
    kernel("erfc", ONE, "1 less the error function.", FIRST, |a, _| real1(a, erfc)),
    kernel(
        "beta_cdf",
        &["(x: real, alpha: real, beta: real) -> real"],
        "The cumulative beta distribution.",
        Naming::None,
        |a, _| reals(a, |n| beta_cdf(n[0], n[1], n[2])),
    ),
    kernel(
        "beta_pdf",
        &["(x: real, alpha: real, beta: real) -> real"],
        "The density of the beta distribution.",
        Naming::None,
        |a, _| reals(a, |n| beta_pdf(n[0], n[1], n[2])),
    ),
    kernel(
        "beta_inv",
        &["(probability: real, alpha: real, beta: real) -> real"],
        "The inverse of the cumulative beta distribution.",
        Naming::None,
        |a, _| match a[0].as_f64() {
            Some(p) if !(0.0..=1.0).contains(&p) => Value::Null,
            _ => reals(a, |n| beta_inv(n[0], n[1], n[2])),
        },
    ),
    kernel(
        "welch_test",
        &["(mean1: real, variance1: real, count1: real, mean2: real, variance2: real, count2: real) -> real"],
        "The p-value of Welch's test that two samples have one mean.",
        Naming::None,
        |a, _| reals(a, |n| welch_test(n[0], n[1], n[2], n[3], n[4], n[5])),
    ),
];

/// Lanczos' coefficients for g = 7.
const LANCZOS: [f64; 9] = [
    0.999_999_999_999_809_9,
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// Lanczos' sum for x - 1, and the base of its power.
fn lanczos(x: f64) -> (f64, f64) {
    let terms = LANCZOS.iter().enumerate().skip(1).map(|(i, c)| c / (x - 1.0 + i as f64));
    (LANCZOS[0] + terms.sum::<f64>(), x + 6.5)
}

pub fn gamma(x: f64) -> f64 {
    if x == x.floor() && (1.0..=171.0).contains(&x) {
        return (1..x as i64).fold(1.0, |product, n| product * n as f64);
    }
    if x <= 0.0 && x == x.floor() {
        return f64::NAN;
    }
    if x < 0.5 {
        return PI / ((PI * x).sin() * gamma(1.0 - x));
    }
    if x > 171.7 {
        return f64::INFINITY;
    }
    let (sum, base) = lanczos(x);
    // In two halves, so that the power does not overflow before the product does.
    let power = base.powf((x - 0.5) / 2.0);
    (2.0 * PI).sqrt() * power * (-base).exp() * power * sum
}

pub fn log_gamma(x: f64) -> f64 {
    if x <= 0.0 && x == x.floor() {
        return f64::INFINITY;
    }
    if x < 0.5 {
        return (PI / (PI * x).sin().abs()).ln() - log_gamma(1.0 - x);
    }
    if x < 100.0 {
        return gamma(x).abs().ln();
    }
    let (sum, base) = lanczos(x);
    0.5 * (2.0 * PI).ln() + (x - 0.5) * base.ln() - base + sum.ln()
}

/// The Taylor series near 0, the continued fraction of `erfc` elsewhere.
pub fn erf(x: f64) -> f64 {
    if x.abs() > 2.5 {
        return (1.0 - erfc(x.abs())).copysign(x);
    }
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term.abs() > 1e-17 * sum.abs() {
        n += 1.0;
        term *= -x * x / n;
        sum += term / (2.0 * n + 1.0);
    }
    2.0 / PI.sqrt() * sum
}

pub fn erfc(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x < 2.0 {
        return if x < -2.5 { 2.0 - erfc(-x) } else { 1.0 - erf(x) };
    }
    if x > 27.5 {
        return 0.0;
    }
    // Evaluated from the far end, where sixty levels are more than enough.
    let tail = (1..=120).rev().fold(x, |below, k| x + f64::from(k) / 2.0 / below);
    (-x * x).exp() / PI.sqrt() / tail
}

fn log_beta(a: f64, b: f64) -> f64 {
    log_gamma(a) + log_gamma(b) - log_gamma(a + b)
}

fn beta_cdf(x: f64, alpha: f64, beta: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) || beta <= 0.0 || alpha.is_nan() || beta.is_nan() {
        return f64::NAN;
    }
    if alpha <= 0.0 { 1.0 } else { incomplete_beta(x, alpha, beta) }
}

fn beta_pdf(x: f64, alpha: f64, beta: f64) -> f64 {
    if !((0.0..=1.0).contains(&x) && alpha > 0.0 && beta > 0.0) {
        return f64::NAN;
    }
    let density = |x: f64, power: f64| if power == 0.0 { 0.0 } else { power * x.ln() };
    (density(x, alpha - 1.0) + density(1.0 - x, beta - 1.0) - log_beta(alpha, beta)).exp()
}

/// By bisection: the distribution is monotonic.
fn beta_inv(probability: f64, alpha: f64, beta: f64) -> f64 {
    if !(alpha > 0.0 && beta > 0.0) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if incomplete_beta(middle, alpha, beta) < probability { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The regularised incomplete beta function, for a and b above 0.
pub fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = (a * x.ln() + b * (1.0 - x).ln() - log_beta(a, b)).exp() / a;
    front * beta_fraction(x, a, b)
}

/// Lentz's evaluation of the continued fraction of the incomplete beta function.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |n: f64| if n.abs() < TINY { TINY } else { n };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for factor in [even, odd] {
            d = 1.0 / away(1.0 + factor * d);
            c = away(1.0 + factor / c);
            step = c * d;
            fraction *= step;
        }
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// Two-sided, with the degrees of freedom of Welch and Satterthwaite.
fn welch_test(mean1: f64, variance1: f64, count1: f64, mean2: f64, variance2: f64, count2: f64) -> f64 {
    let (error1, error2) = (variance1 / count1, variance2 / count2);
    let t = (mean1 - mean2) / (error1 + error2).sqrt();
    let squares = error1 * error1 / (count1 - 1.0) + error2 * error2 / (count2 - 1.0);
    let freedom = (error1 + error2) * (error1 + error2) / squares;
    if !t.is_finite() || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

//! `series_fft(re, [im])`, `series_ifft(re, [im])`: the discrete Fourier transform of any length.
//!
//! A length that is a power of two goes by halves, any other by Bluestein's convolution.
//!
//! Trap: the inverse divides by the length, the transform does not.

use super::super::rows::kernel;
use super::super::{Function, Naming};
use super::{numbers, series};
use crate::value::Value;

use std::f64::consts::PI;

const SIGNATURE: &[&str] = &["(series: array, [series_imaginary: array]) -> dynamic"];

pub const ROWS: &[Function] = &[
    kernel("series_fft", SIGNATURE, "The Fourier transform of a series.", Naming::None, |a, _| {
        both(a, false)
    }),
    kernel("series_ifft", SIGNATURE, "The inverse Fourier transform of a series.", Naming::None, |a, _| {
        both(a, true)
    }),
];

fn both(args: &[Value], inverse: bool) -> Value {
    let Some(real) = numbers(&args[0]) else { return Value::Null };
    let imaginary = match args.get(1) {
        None => vec![0.0; real.len()],
        Some(series) => match numbers(series) {
            Some(imaginary) if imaginary.len() == real.len() => imaginary,
            _ => return Value::Null,
        },
    };
    let input: Vec<Complex> = real.into_iter().zip(imaginary).collect();
    let length = input.len().max(1) as f64;
    let mut output = transform(&input, inverse);
    if inverse {
        output.iter_mut().for_each(|(re, im)| (*re, *im) = (*re / length, *im / length));
    }
    Value::Array(vec![series(output.iter().map(|c| c.0)), series(output.iter().map(|c| c.1))])
}

/// Real and imaginary part.
pub type Complex = (f64, f64);

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The transform, or without the division its inverse.
pub fn transform(input: &[Complex], inverse: bool) -> Vec<Complex> {
    let sign = if inverse { 1.0 } else { -1.0 };
    if input.len().is_power_of_two() || input.is_empty() {
        let mut values = input.to_vec();
        by_halves(&mut values, sign);
        return values;
    }
    bluestein(input, sign)
}

fn by_halves(values: &mut [Complex], sign: f64) {
    let n = values.len();
    if n < 2 {
        return;
    }
    let mut even: Vec<Complex> = values.iter().step_by(2).copied().collect();
    let mut odd: Vec<Complex> = values.iter().skip(1).step_by(2).copied().collect();
    by_halves(&mut even, sign);
    by_halves(&mut odd, sign);
    for k in 0..n / 2 {
        let angle = sign * 2.0 * PI * k as f64 / n as f64;
        let turned = times(odd[k], (angle.cos(), angle.sin()));
        values[k] = (even[k].0 + turned.0, even[k].1 + turned.1);
        values[k + n / 2] = (even[k].0 - turned.0, even[k].1 - turned.1);
    }
}

/// As a convolution with a chirp, whose length may be a power of two.
fn bluestein(input: &[Complex], sign: f64) -> Vec<Complex> {
    let n = input.len();
    let size = (2 * n - 1).next_power_of_two();
    let chirp: Vec<Complex> = (0..n)
        .map(|k| {
            // The square modulo 2n keeps the angle small and so exact.
            let square = (k as u128 * k as u128 % (2 * n as u128)) as f64;
            let angle = sign * PI * square / n as f64;
            (angle.cos(), angle.sin())
        })
        .collect();
    let mut a = vec![(0.0, 0.0); size];
    let mut b = vec![(0.0, 0.0); size];
    for k in 0..n {
        a[k] = times(input[k], chirp[k]);
        let conjugate = (chirp[k].0, -chirp[k].1);
        b[k] = conjugate;
        b[(size - k) % size] = conjugate;
    }
    by_halves(&mut a, -1.0);
    by_halves(&mut b, -1.0);
    let mut product: Vec<Complex> = a.iter().zip(&b).map(|(x, y)| times(*x, *y)).collect();
    by_halves(&mut product, 1.0);
    let scale = size as f64;
    (0..n).map(|k| times((product[k].0 / scale, product[k].1 / scale), chirp[k])).collect()
}

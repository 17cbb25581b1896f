//! Repeatable chance: SplitMix64 and a skewed choice.
//!
//! Every record, life cycle and slice of time has a generator of its own, seeded by `mix` of the run's
//! seed and its coordinates, so the text does not depend on which thread wrote it. The trap: a generator
//! that is passed on from one record to the next makes all later records depend on the earlier ones.

use super::write::Guid;

/// SplitMix64: one addition and a bit mixer, good enough for test data and free of state tables.
pub struct Rng(u64);

/// Folds coordinates (stream, slice, index ...) into a seed.
pub fn mix(seed: u64, coordinates: &[u64]) -> u64 {
    coordinates.iter().fold(scramble(seed), |state, c| scramble(state ^ scramble(c.wrapping_add(0x51_7c_c1))))
}

fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    pub fn new(seed: u64, coordinates: &[u64]) -> Self {
        Rng(mix(seed, coordinates))
    }

    pub fn next(&mut self) -> u64 {
        let value = scramble(self.0);
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        value
    }

    /// A number below `bound`; 0 when there is nothing to choose from.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number in `from..to`.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to.saturating_sub(from))
    }

    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn chance(&mut self, percent: f64) -> bool {
        self.unit() * 100.0 < percent
    }

    pub fn guid(&mut self) -> Guid {
        let random = (u128::from(self.next()) << 64) | u128::from(self.next());
        Guid::random(random)
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }
}

/// A choice among ranks with given weights, by binary search over their running sum.
pub struct Skew(Vec<f64>);

impl Skew {
    /// Zipf with Mandelbrot's shift: rank r weighs (r + shift)^-exponent. The shift keeps the first few
    /// ranks from taking more events a day than a person can cause.
    pub fn zipf(length: usize, exponent: f64, shift: f64) -> Self {
        Skew::weighted((0..length).map(|rank| 1000.0 * (rank as f64 + 1.0 + shift).powf(-exponent)))
    }

    /// Weights count in whole millionths: their sums are exact, so that a platform's own `powf` cannot show.
    pub fn weighted(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Skew(
            weights
                .into_iter()
                .map(|weight| {
                    sum += (weight * 1e6).round();
                    sum
                })
                .collect(),
        )
    }

    pub fn rank(&self, rng: &mut Rng) -> usize {
        let total = self.0.last().copied().unwrap_or(0.0);
        self.find(rng.unit() * total).0
    }

    /// The rank whose share holds `point`, and how far into that share it lies (0 to 1).
    fn find(&self, point: f64) -> (usize, f64) {
        let rank = self.0.partition_point(|sum| *sum <= point).min(self.0.len().saturating_sub(1));
        let from = if rank == 0 { 0.0 } else { self.0[rank - 1] };
        let width = self.0[rank] - from;
        (rank, if width > 0.0 { ((point - from) / width).clamp(0.0, 1.0) } else { 0.0 })
    }

    /// As `find`, by a share of the whole: what turns "slice k of n" into a time.
    pub fn quantile(&self, share: f64) -> (usize, f64) {
        self.find(share * self.0.last().copied().unwrap_or(0.0))
    }
}

//! Random numbers that depend on nothing but their seeds.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// A source of chance for one purpose, such as one day of one person.
#[derive(Debug, Clone)]
pub(crate) struct Chance(SmallRng);

impl Chance {
    /// The chance of `part` of whatever `seed` stands for.
    pub(crate) fn of(seed: u64, part: u64) -> Self {
        // SplitMix64's increment keeps neighbouring parts apart.
        Self(SmallRng::seed_from_u64(seed ^ part.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// Evenly distributed in `from..to`.
    pub(crate) fn within(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.0.random::<f64>()
    }

    /// A whole number in `from..=to`.
    pub(crate) fn whole(&mut self, from: u32, to: u32) -> u32 {
        self.0.random_range(from..=to)
    }

    /// True with this probability.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// Normally distributed (Box-Muller).
    pub(crate) fn normal(&mut self, mean: f64, spread: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.0.random::<f64>()).ln()).sqrt();
        mean + spread * radius * (std::f64::consts::TAU * self.0.random::<f64>()).cos()
    }
}

/// Probability that a standard normal variable is at most `x`, to 1e-5 (Abramowitz and Stegun, 26.2.17).
pub(crate) fn normal_cdf(x: f64) -> f64 {
    const TERMS: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let sum = TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    let tail = (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt() * sum;
    if x >= 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_is_the_one_in_the_tables() {
        for (x, expected) in [(0.0, 0.5), (1.0, 0.841_34), (-1.0, 0.158_66), (1.96, 0.975), (-3.0, 0.001_35)] {
            assert!((normal_cdf(x) - expected).abs() < 1e-4, "{x}");
        }
    }

    #[test]
    fn one_seed_is_one_sequence() {
        let draw = |part| Chance::of(7, part).within(0.0, 1.0).to_bits();
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }
}

//! Means and their differences, from sums.
//!
//! Formulas: mean `m = S/n`, variance `s² = (Q - S²/n) / (n - 1)`. The interval of a mean is `m ± t(n-1)·s/√n` (Student 1908);
//! that of a difference of two means `m₁ - m₂ ± t(ν)·√(s₁²/n₁ + s₂²/n₂)` with the degrees of freedom of Welch (Biometrika 34,
//! 1947) and Satterthwaite. `t` is the 97.5% point of Student's distribution by the expansion 26.7.5 of Abramowitz and Stegun,
//! which is off by less than 0.001 from ten degrees of freedom on. An interval ends where no mean can lie. Where nothing varies
//! there is none: a sample without variance says nothing about how far its mean may be off.

/// Fewest people of whom an interval is told. With fewer, the mean of shares is too far from normally distributed.
pub const LEAST_PEOPLE: u64 = 20;

/// Number, sum and sum of squares of whole thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moments {
    /// How many people.
    pub people: i64,
    /// Sum of their values.
    pub sum: i64,
    /// Sum of the squares of their values.
    pub squares: i64,
}

/// A mean with the interval in which it lies with a probability of 95%.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// How many people it is the mean of.
    pub people: u64,
    /// The mean, as a fraction; `None` of nobody.
    pub mean: Option<f64>,
    /// Its interval, as fractions; `None` of fewer than [`LEAST_PEOPLE`], and where nobody differs from anybody.
    pub interval: Option<(f64, f64)>,
}

impl Moments {
    /// The number of people, if they are at least so many.
    fn enough(&self, least: u64) -> Option<u64> {
        u64::try_from(self.people).ok().filter(|people| *people >= least)
    }

    /// The estimate of a mean that is at least `least` and at most 1.
    pub(super) fn estimate(&self, least: f64) -> Estimate {
        let Some(people) = self.enough(1) else { return Estimate { people: 0, mean: None, interval: None } };
        let mean = self.mean();
        let interval = self.enough(LEAST_PEOPLE).and_then(|_| {
            let n = float(self.people);
            around(mean, (self.variance() / n).sqrt() * t_975(n - 1.0), least)
        });
        Estimate { people, mean: Some(mean), interval }
    }

    /// How far this mean lies above another one, with its interval; `None` unless both are of enough people.
    pub(super) fn difference(&self, other: &Self) -> Option<(f64, Option<(f64, f64)>)> {
        self.enough(LEAST_PEOPLE)?;
        other.enough(LEAST_PEOPLE)?;
        let (n1, n2) = (float(self.people), float(other.people));
        let (part1, part2) = (self.variance() / n1, other.variance() / n2);
        let difference = self.mean() - other.mean();
        let spread = part1 + part2;
        if spread <= 0.0 {
            return Some((difference, None));
        }
        let freedom = spread * spread / (part1 * part1 / (n1 - 1.0) + part2 * part2 / (n2 - 1.0));
        Some((difference, around(difference, spread.sqrt() * t_975(freedom), -1.0)))
    }

    /// The mean as a fraction.
    fn mean(&self) -> f64 {
        float(self.sum) / float(self.people) / THOUSAND
    }

    /// The variance as a fraction squared, estimated from the sample.
    fn variance(&self) -> f64 {
        let n = float(self.people);
        let around_mean = float(self.squares) - float(self.sum) * float(self.sum) / n;
        (around_mean / (n - 1.0)).max(0.0) / (THOUSAND * THOUSAND)
    }
}

const THOUSAND: f64 = 1_000.0;

#[expect(clippy::cast_precision_loss, reason = "sums of squares of a billion people are below 2^53")]
const fn float(sum: i64) -> f64 {
    sum as f64
}

/// The interval around a value, as far as it is possible: from `least` to 1. `None` where it reaches nowhere.
fn around(middle: f64, reach: f64, least: f64) -> Option<(f64, f64)> {
    (reach > 0.0).then(|| ((middle - reach).max(least), (middle + reach).min(1.0)))
}

/// The 97.5% point of Student's distribution with so many degrees of freedom.
fn t_975(freedom: f64) -> f64 {
    /// The 97.5% point of the normal distribution.
    const Z: f64 = 1.959_963_985;
    let z = |power: i32| Z.powi(power);
    let first = (z(3) + z(1)) / 4.0;
    let second = (5.0 * z(5) + 16.0 * z(3) + 3.0 * z(1)) / 96.0;
    let third = (3.0 * z(7) + 19.0 * z(5) + 17.0 * z(3) - 15.0 * z(1)) / 384.0;
    Z + first / freedom + second / freedom.powi(2) + third / freedom.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums over people.
    fn moments(values: &[i64]) -> Moments {
        let people = i64::try_from(values.len()).expect("few");
        Moments { people, sum: values.iter().sum(), squares: values.iter().map(|value| value * value).sum() }
    }

    /// `people` people, half of them at `middle - reach` and half at `middle + reach`.
    fn two_camps(people: usize, middle: i64, reach: i64) -> Moments {
        let of = |person| if person % 2 == 0 { middle - reach } else { middle + reach };
        moments(&(0..people).map(of).collect::<Vec<_>>())
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 0.000_5
    }

    #[test]
    fn the_points_of_students_distribution_are_those_of_the_tables() {
        for (freedom, point) in [(10.0, 2.228), (19.0, 2.093), (30.0, 2.042), (120.0, 1.980), (1.0e9, 1.960)] {
            assert!((t_975(freedom) - point).abs() < 0.001, "{freedom}: {}", t_975(freedom));
        }
    }

    #[test]
    fn a_mean_comes_with_the_interval_of_its_sample() {
        // 20 people at 40% and 60%: s = 0.1026, and 2.093 * s / sqrt(20) = 0.0480.
        let estimate = two_camps(20, 500, 100).estimate(0.0);
        let (low, high) = estimate.interval.expect("enough people");
        assert_eq!((estimate.people, estimate.mean), (20, Some(0.5)));
        assert!(close(low, 0.452) && close(high, 0.548), "{low} to {high}");
    }

    #[test]
    fn of_few_people_there_is_a_mean_and_no_interval_and_of_nobody_neither() {
        let few = two_camps(19, 500, 100).estimate(0.0);
        assert!(few.mean.is_some() && few.interval.is_none());
        assert_eq!(Moments::default().estimate(0.0), Estimate { people: 0, mean: None, interval: None });
    }

    #[test]
    fn where_nothing_varies_there_is_a_mean_and_no_interval() {
        let alike = moments(&[1_000; 40]).estimate(0.0);
        assert_eq!((alike.mean, alike.interval), (Some(1.0), None));
        let (difference, interval) = moments(&[1_000; 40]).difference(&moments(&[500; 40])).expect("enough people");
        assert!(close(difference, 0.5) && interval.is_none(), "{interval:?}");
    }

    #[test]
    fn an_interval_ends_where_no_mean_can_lie() {
        // One of 20 at 1 and the others at 0: the interval would begin at -5.5%.
        let mut rare = [0; 20];
        rare[0] = 1_000;
        let (low, high) = moments(&rare).estimate(0.0).interval.expect("it varies");
        assert!(close(low, 0.0) && close(high, 0.154_7), "{low} to {high}");
        let (low, _) = moments(&rare).estimate(-1.0).interval.expect("it varies");
        assert!(close(low, -0.054_7), "a change may be below 0: {low}");
        let common = rare.map(|value| 1_000 - value);
        let (_, high) = moments(&common).estimate(0.0).interval.expect("it varies");
        assert!(close(high, 1.0), "{high}");
        let (_, interval) = moments(&common).difference(&moments(&rare)).expect("enough people");
        assert!(interval.is_some_and(|(low, high)| low > 0.7 && high <= 1.0), "{interval:?}");
    }

    #[test]
    fn two_means_are_compared_as_welch_does() {
        // Variances 0.0100 * 30/29 and 0.0400 * 20/19: the error is 0.0495, and t is 2.058 at 25.3 degrees of freedom.
        let (difference, interval) =
            two_camps(30, 700, 100).difference(&two_camps(20, 500, 200)).expect("enough people");
        assert!(close(difference, 0.2), "{difference}");
        let reach = 2.058 * (0.01 / 29.0_f64 + 0.04 / 19.0).sqrt();
        assert!(interval.is_some_and(|(low, _)| (low - (0.2 - reach)).abs() < 0.001), "{interval:?}");
        assert_eq!(two_camps(30, 700, 100).difference(&two_camps(19, 500, 200)), None);
    }
}

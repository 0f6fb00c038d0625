//! What became of people's behaviour under each variant of the prompt, from sums.
//!
//! Of each coached person two shares count, as thousandths: the days in target among the logged days (adherence), and the
//! logged days among all (logging), each as last measured, and as its change since the measurement that the prompt in force
//! was written from. Sums and sums of squares of whole thousandths are exact, whatever the order of additions.
//!
//! Formulas: mean `m = S/n`, variance `s² = (Q - S²/n) / (n - 1)`. The interval of a mean is `m ± t(n-1)·s/√n` (Student 1908);
//! that of a difference of two means `m₁ - m₂ ± t(ν)·√(s₁²/n₁ + s₂²/n₂)` with the degrees of freedom of Welch (Biometrika 34,
//! 1947) and Satterthwaite. `t` is the 97.5% point of Student's distribution by the expansion 26.7.5 of Abramowitz and Stegun,
//! which is off by less than 0.001 from ten degrees of freedom on.

use serde::{Deserialize, Serialize};

use crate::behavior::{BehaviorMetrics, Rate};

/// Fewest people of whom an interval is told. With fewer, the mean of shares is too far from normally distributed.
pub const LEAST_PEOPLE: u64 = 20;

/// What one person's behaviour has become under their variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The variant that their prompt was written by.
    pub variant: String,
    /// Whether chance has chosen it for them.
    pub at_random: bool,
    /// What was measured, in thousandths.
    pub measured: Measured,
}

/// A person's shares and their changes, in thousandths; `None` where there is not enough evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Measured {
    /// Days in target among the logged days.
    pub adherence: Option<i64>,
    /// Its change since the measurement behind the prompt.
    pub adherence_change: Option<i64>,
    /// Logged days among all.
    pub logging: Option<i64>,
    /// Its change since the measurement behind the prompt.
    pub logging_change: Option<i64>,
}

impl Measured {
    /// What `latest` says, beside `behind`, the measurement that the prompt was written from. Where both are of the same days,
    /// nothing has been measured under the prompt yet.
    #[must_use]
    pub fn of(latest: Option<&BehaviorMetrics>, behind: Option<&BehaviorMetrics>) -> Self {
        let Some(latest) = latest else { return Self::default() };
        let behind = behind.filter(|behind| behind.window != latest.window);
        let adherence = latest.adherence_rate().map(thousandths);
        let logging = latest.logging_rate().map(thousandths);
        let change = |now: Option<i64>, then: Option<Rate>| Some(now? - thousandths(then?));
        Self {
            adherence,
            adherence_change: change(adherence, behind.and_then(BehaviorMetrics::adherence_rate)),
            logging,
            logging_change: change(logging, behind.and_then(BehaviorMetrics::logging_rate)),
        }
    }

    /// The value of one series.
    #[must_use]
    pub const fn of_series(&self, series: Series) -> Option<i64> {
        match series {
            Series::Adherence => self.adherence,
            Series::AdherenceChange => self.adherence_change,
            Series::Logging => self.logging,
            Series::LoggingChange => self.logging_change,
        }
    }
}

/// A rate in whole thousandths, rounded to the nearest.
fn thousandths(rate: Rate) -> i64 {
    (i64::from(rate.count()) * 2_000 + i64::from(rate.of())) / (i64::from(rate.of()) * 2)
}

/// What is summed up of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// Days in target among the logged days, as last measured.
    Adherence,
    /// Its change since the measurement behind the prompt.
    AdherenceChange,
    /// Logged days among all, as last measured.
    Logging,
    /// Its change since the measurement behind the prompt.
    LoggingChange,
}

impl Series {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Adherence, Self::AdherenceChange, Self::Logging, Self::LoggingChange];

    /// The word by which its sums are kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Adherence => "adherence",
            Self::AdherenceChange => "adherence_change",
            Self::Logging => "logging",
            Self::LoggingChange => "logging_change",
        }
    }
}

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

/// A mean with the interval in which it lies with a probability of 95%; `None` while fewer than [`LEAST_PEOPLE`] were measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// How many people it is the mean of.
    pub people: u64,
    /// The mean, as a fraction; `None` of nobody.
    pub mean: Option<f64>,
    /// Its interval, as fractions.
    pub interval: Option<(f64, f64)>,
}

/// How far the means of two variants lie apart, among people to whom chance has given them.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// One variant.
    pub variant: String,
    /// The other, whose mean is taken from that of the first.
    pub than: String,
    /// Which share.
    pub series: Series,
    /// The difference of the means, as a fraction.
    pub difference: f64,
    /// The interval in which it lies with a probability of 95%. One that holds 0 does not show that the variants differ.
    pub interval: (f64, f64),
}

/// The sums of one variant, of the people to whom it came in one way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariantOutcomes {
    /// The variant.
    pub variant: String,
    /// How it came to these people.
    pub assignment: Assignment,
    /// People with a prompt of this variant.
    pub people: u64,
    /// The sums of each series, in the order of [`Series::ALL`].
    pub moments: [Moments; 4],
}

/// How people have got a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Assignment {
    /// Chance has chosen it among several.
    AtRandom,
    /// There was no choice, or an admin has chosen.
    #[default]
    Otherwise,
}

impl Assignment {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AtRandom, Self::Otherwise];

    /// The word by which sums are kept apart.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtRandom => "random",
            Self::Otherwise => "other",
        }
    }
}

impl VariantOutcomes {
    /// The estimate of a series.
    #[must_use]
    pub fn estimate(&self, series: Series) -> Estimate {
        self.moments[series as usize].estimate()
    }

    /// How far this variant lies from another one in a series; `None` unless chance has given both to enough people.
    #[must_use]
    pub fn difference(&self, other: &Self, series: Series) -> Option<Difference> {
        let at_random = |of: &Self| of.assignment == Assignment::AtRandom;
        if !(at_random(self) && at_random(other)) {
            return None;
        }
        let (difference, interval) = self.moments[series as usize].welch(&other.moments[series as usize])?;
        let (variant, than) = (self.variant.clone(), other.variant.clone());
        Some(Difference { variant, than, series, difference, interval })
    }
}

impl Moments {
    /// The number of people, if they are at least so many.
    fn enough(&self, least: u64) -> Option<u64> {
        u64::try_from(self.people).ok().filter(|people| *people >= least)
    }

    fn estimate(&self) -> Estimate {
        let Some(people) = self.enough(1) else { return Estimate { people: 0, mean: None, interval: None } };
        let mean = self.mean();
        let interval = self.enough(LEAST_PEOPLE).map(|_| {
            let n = float(self.people);
            around(mean, (self.variance() / n).sqrt() * t_975(n - 1.0))
        });
        Estimate { people, mean: Some(mean), interval }
    }

    fn welch(&self, other: &Self) -> Option<(f64, (f64, f64))> {
        self.enough(LEAST_PEOPLE)?;
        other.enough(LEAST_PEOPLE)?;
        let (n1, n2) = (float(self.people), float(other.people));
        let (part1, part2) = (self.variance() / n1, other.variance() / n2);
        let difference = self.mean() - other.mean();
        let spread = part1 + part2;
        if spread <= 0.0 {
            return Some((difference, (difference, difference)));
        }
        let freedom = spread * spread / (part1 * part1 / (n1 - 1.0) + part2 * part2 / (n2 - 1.0));
        Some((difference, around(difference, spread.sqrt() * t_975(freedom))))
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

fn around(middle: f64, reach: f64) -> (f64, f64) {
    (middle - reach, middle + reach)
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
    use crate::behavior::fixtures::{day, history, measured};

    /// The sums of one series over people.
    fn moments(values: &[i64]) -> Moments {
        let people = i64::try_from(values.len()).expect("few");
        Moments { people, sum: values.iter().sum(), squares: values.iter().map(|value| value * value).sum() }
    }

    fn variant(name: &str, assignment: Assignment, values: &[i64]) -> VariantOutcomes {
        let all = moments(values);
        VariantOutcomes { variant: name.to_owned(), assignment, people: 0, moments: [all; 4] }
    }

    /// `people` people, half of them at `middle - reach` and half at `middle + reach`.
    fn two_camps(people: usize, middle: i64, reach: i64) -> Vec<i64> {
        (0..people).map(|person| if person % 2 == 0 { middle - reach } else { middle + reach }).collect()
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
        let estimate = moments(&two_camps(20, 500, 100)).estimate();
        let (low, high) = estimate.interval.expect("enough people");
        assert_eq!((estimate.people, estimate.mean), (20, Some(0.5)));
        assert!(close(low, 0.452) && close(high, 0.548), "{low} to {high}");
    }

    #[test]
    fn of_few_people_there_is_a_mean_and_no_interval_and_of_nobody_neither() {
        let few = moments(&two_camps(19, 500, 100)).estimate();
        assert!(few.mean.is_some() && few.interval.is_none());
        assert_eq!(Moments::default().estimate(), Estimate { people: 0, mean: None, interval: None });
    }

    #[test]
    fn two_variants_by_chance_are_compared_as_welch_does() {
        // Variances 0.0100 * 30/29 and 0.0400 * 20/19: the error is 0.0495, and t is 2.058 at 25.3 degrees of freedom.
        let one = variant("direct", Assignment::AtRandom, &two_camps(30, 700, 100));
        let other = variant("standard", Assignment::AtRandom, &two_camps(20, 500, 200));
        let found = one.difference(&other, Series::Adherence).expect("both by chance");
        assert!(close(found.difference, 0.2), "{found:?}");
        let reach = 2.058 * (0.01 / 29.0_f64 + 0.04 / 19.0).sqrt();
        assert!((found.interval.0 - (0.2 - reach)).abs() < 0.001, "{found:?}");
        assert_eq!((found.variant.as_str(), found.than.as_str()), ("direct", "standard"));
    }

    #[test]
    fn variants_are_not_compared_unless_chance_has_given_both_to_enough_people() {
        let enough = two_camps(20, 500, 100);
        let by_chance = variant("direct", Assignment::AtRandom, &enough);
        for other in [
            variant("standard", Assignment::Otherwise, &enough),
            variant("standard", Assignment::AtRandom, &two_camps(19, 500, 100)),
        ] {
            assert_eq!(by_chance.difference(&other, Series::Adherence), None, "{other:?}");
            assert_eq!(other.difference(&by_chance, Series::Adherence), None, "{other:?}");
        }
    }

    #[test]
    fn a_change_is_told_only_of_what_was_measured_under_the_prompt() {
        let (then, now) = (day("2026-03-01"), day("2026-03-31"));
        let behind = measured(&history(then, &[Some(2_000); 20]), then);
        let mixed: Vec<_> = (0..20).map(|number| Some(if number % 2 == 0 { 2_000 } else { 3_500 })).collect();
        let latest = measured(&history(now, &mixed), now);
        let fresh = Measured::of(Some(&behind), Some(&behind));
        assert_eq!((fresh.adherence, fresh.adherence_change), (Some(1_000), None));
        let later = Measured::of(Some(&latest), Some(&behind));
        assert_eq!((later.adherence, later.adherence_change), (Some(500), Some(-500)));
        assert_eq!(Measured::of(None, Some(&behind)), Measured::default());
    }

    #[test]
    fn thousandths_are_rounded_to_the_nearest() {
        let rate = |count, of| thousandths(Rate::new(count, of).expect("of something"));
        assert_eq!([rate(1, 3), rate(2, 3), rate(1, 2_000), rate(0, 5), rate(5, 5)], [333, 667, 1, 0, 1_000]);
    }
}

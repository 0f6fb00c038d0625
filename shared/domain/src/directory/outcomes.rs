//! What became of people's behaviour under each variant of the prompt, from sums.
//!
//! Of each coached person two shares count, as thousandths: the days in target among the logged days (adherence), and the
//! logged days among all (logging). Each counts as last measured, once all days measured were lived under the variant, and as
//! its change since the measurement that the prompt in force was written from. Sums and sums of squares of whole thousandths
//! are exact, whatever the order of additions. What is concluded from them is in `estimates`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::estimates::{Estimate, Moments};
use crate::behavior::{BehaviorMetrics, Rate};
use crate::recipe::Experiment;

/// What one person's behaviour has become under their variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The variant that their prompt was written by.
    pub variant: String,
    /// Whether chance has chosen it for them.
    pub at_random: bool,
    /// By which weights it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Experiment>,
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
    /// What `latest` says of a person who has had their variant `since` a day, beside `behind`, the measurement that the prompt
    /// was written from.
    ///
    /// A share counts once no day measured lies before that day: what somebody did before is nothing that the variant has
    /// brought about. It is the day of the variant and not that of the version, because a version is written when behaviour
    /// has moved: those whose behaviour moves most would never count. Where both measurements are of the same days, nothing has
    /// changed since.
    #[must_use]
    pub fn of(latest: Option<&BehaviorMetrics>, behind: Option<&BehaviorMetrics>, since: NaiveDate) -> Self {
        let Some(latest) = latest else { return Self::default() };
        let behind = behind.filter(|behind| behind.window != latest.window);
        let (adherence, logging) = (latest.adherence_rate().map(thousandths), latest.logging_rate().map(thousandths));
        let is_since = latest.window.first >= since;
        let change = |now: Option<i64>, then: Option<Rate>| Some(now? - thousandths(then?));
        Self {
            adherence: adherence.filter(|_| is_since),
            adherence_change: change(adherence, behind.and_then(BehaviorMetrics::adherence_rate)),
            logging: logging.filter(|_| is_since),
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

    /// The lowest value that a mean can have; the highest is 1.
    const fn least(self) -> f64 {
        match self {
            Self::Adherence | Self::Logging => 0.0,
            Self::AdherenceChange | Self::LoggingChange => -1.0,
        }
    }
}

/// The sums of one variant, of the people to whom it came in one way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VariantOutcomes {
    /// The variant.
    pub variant: String,
    /// Whether chance has chosen it for these people: otherwise there was no choice, or somebody has made it.
    pub at_random: bool,
    /// By which weights it has; `None` also of people from before these were kept.
    pub experiment: Option<Experiment>,
    /// People with a prompt of this variant that is in use.
    pub people: u64,
    /// The sums of each series, in the order of [`Series::ALL`].
    pub moments: [Moments; 4],
}

/// How far the means of logging under two variants lie apart, among people to whom chance has given them by the same weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// One variant.
    pub variant: String,
    /// The other, whose mean is taken from that of the first.
    pub than: String,
    /// The difference of the means, as a fraction.
    pub difference: f64,
    /// The interval in which it lies with a probability of 95%; `None` where nobody differs from anybody of the same variant.
    /// One that holds 0 does not show that the variants differ.
    pub interval: Option<(f64, f64)>,
}

impl VariantOutcomes {
    /// The estimate of a series.
    #[must_use]
    pub fn estimate(&self, series: Series) -> Estimate {
        self.moments[series as usize].estimate(series.least())
    }

    /// How far this variant lies from another one in logging, the one share that is measured of everybody; `None` unless chance
    /// has given both by the same weights, to enough people.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        if self.experiment.is_none() || self.experiment != other.experiment {
            return None;
        }
        let logging = Series::Logging as usize;
        let (difference, interval) = self.moments[logging].difference(&other.moments[logging])?;
        Some(Difference { variant: self.variant.clone(), than: other.variant.clone(), difference, interval })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behavior::fixtures::{day, history, measured};

    fn variant(name: &str, experiment: Option<&str>, logging: &[i64]) -> VariantOutcomes {
        let people = i64::try_from(logging.len()).expect("few");
        let squares = logging.iter().map(|value| value * value).sum();
        let moments = [Moments { people, sum: logging.iter().sum(), squares }; 4];
        let experiment = experiment.map(Experiment::new);
        VariantOutcomes { variant: name.to_owned(), at_random: true, experiment, people: 0, moments }
    }

    /// `people` people, half of them at 60% and half at 40%.
    fn two_camps(people: usize) -> Vec<i64> {
        (0..people).map(|person| if person % 2 == 0 { 400 } else { 600 }).collect()
    }

    #[test]
    fn variants_are_compared_only_where_chance_has_given_both_by_the_same_weights_to_enough_people() {
        let by_chance = variant("direct", Some("even"), &two_camps(20));
        let found = by_chance.difference(&variant("standard", Some("even"), &two_camps(20))).expect("enough");
        assert_eq!((found.variant.as_str(), found.than.as_str(), found.difference), ("direct", "standard", 0.0));
        for other in [
            variant("standard", None, &two_camps(20)),
            variant("standard", Some("uneven"), &two_camps(20)),
            variant("standard", Some("even"), &two_camps(19)),
        ] {
            assert_eq!(by_chance.difference(&other), None, "{other:?}");
            assert_eq!(other.difference(&by_chance), None, "{other:?}");
        }
        let unknown = variant("standard", None, &two_camps(20));
        assert_eq!(unknown.difference(&unknown), None, "by which weights nobody knows");
    }

    #[test]
    fn a_change_is_told_only_of_what_was_measured_under_the_prompt() {
        let (then, now) = (day("2026-03-01"), day("2026-03-31"));
        let behind = measured(&history(then, &[Some(2_000); 20]), then);
        let mixed: Vec<_> = (0..20).map(|number| Some(if number % 2 == 0 { 2_000 } else { 3_500 })).collect();
        let latest = measured(&history(now, &mixed), now);
        let fresh = Measured::of(Some(&behind), Some(&behind), then);
        assert_eq!(fresh, Measured::default(), "all of it was before the prompt");
        let later = Measured::of(Some(&latest), Some(&behind), then);
        assert_eq!((later.adherence, later.adherence_change), (Some(500), Some(-500)));
        assert_eq!(Measured::of(None, Some(&behind), then), Measured::default());
    }

    #[test]
    fn a_share_counts_once_every_day_measured_was_lived_under_the_variant() {
        let today = day("2026-03-31");
        let latest = measured(&history(today, &[Some(2_000); 20]), today);
        let first = latest.window.first;
        let on_its_day = Measured::of(Some(&latest), None, first);
        assert!(on_its_day.adherence.is_some() && on_its_day.logging.is_some(), "{on_its_day:?}");
        let a_day_too_early = Measured::of(Some(&latest), None, first.succ_opt().expect("a day"));
        assert_eq!((a_day_too_early.adherence, a_day_too_early.logging), (None, None));
    }

    #[test]
    fn thousandths_are_rounded_to_the_nearest() {
        let rate = |count, of| thousandths(Rate::new(count, of).expect("of something"));
        assert_eq!([rate(1, 3), rate(2, 3), rate(1, 2_000), rate(0, 5), rate(5, 5)], [333, 667, 1, 0, 1_000]);
    }
}

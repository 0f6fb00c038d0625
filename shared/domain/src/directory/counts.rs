//! What is counted: a number for each name. Names are stored with each person, so that what was added of them is taken away
//! again under the same names, by any version of the program.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::listed::ListedUser;
use super::outcomes::{Outcome, Series, VariantOutcomes};
use crate::profile::UserState;
use crate::recipe::Experiment;

/// Numbers by name; those that are 0 are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, i64>);

/// An hour of UTC, in which people are due: short enough to tell runs apart, and long enough to be few.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueHour(String);

impl DueHour {
    /// The hour that an instant lies in.
    #[must_use]
    pub fn of(at: DateTime<Utc>) -> Self {
        Self(at.format("%Y-%m-%dT%H").to_string())
    }
}

/// Names begin with what they count.
const STATE: &str = "state";
const VERSION: &str = "version";
const DUE: &str = "due";
const OUTCOME: &str = "outcome";
/// Everybody with a prompt.
const PROMPTED: &str = "prompted";
/// Chance has given the variant, by weights that are named behind it since they are kept.
const RANDOM: &str = "random";
/// The variant came in another way.
const OTHER: &str = "other";
/// The number of people of a variant.
const PEOPLE: &str = "people";
/// The sums of a series.
const SUMS: [&str; 3] = ["n", "sum", "squares"];

impl Counts {
    /// What is counted of one person.
    #[must_use]
    pub fn of(user: &ListedUser) -> Self {
        let mut counts = Self::default();
        counts.add(format!("{STATE}#{}", user.state().name()), 1);
        let Some(version) = user.version else { return counts };
        counts.add(PROMPTED.to_owned(), 1);
        if user.prompt_withdrawn_at.is_none() {
            counts.add(format!("{VERSION}#{version}"), 1);
        }
        if let Some(at) = user.next_check_at {
            counts.add(format!("{DUE}#{}", DueHour::of(at).0), 1);
        }
        if let Some(outcome) = &user.outcome {
            let group = format!("{OUTCOME}#{}#{}", outcome.variant, Way::of(outcome).name());
            counts.add(format!("{group}#{PEOPLE}"), 1);
            for series in Series::ALL {
                let Some(value) = outcome.measured.of_series(series) else { continue };
                for (name, amount) in SUMS.into_iter().zip([1, value, value * value]) {
                    counts.add(format!("{group}#{}#{name}", series.name()), amount);
                }
            }
        }
        counts
    }

    /// Adds to one number.
    pub fn add(&mut self, name: String, amount: i64) {
        let sum = self.0.get(&name).copied().unwrap_or_default() + amount;
        if sum == 0 {
            self.0.remove(&name);
        } else {
            self.0.insert(name, sum);
        }
    }

    /// The same with every number taken from 0.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self(self.0.iter().map(|(name, amount)| (name.clone(), -amount)).collect())
    }

    /// What has to be added to `before` to make it this.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut difference = self.clone();
        difference += &before.negated();
        difference
    }

    /// The numbers by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, amount)| (name.as_str(), *amount))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether every number is 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// People with a prompt.
    #[must_use]
    pub fn prompted(&self) -> u64 {
        self.people(PROMPTED)
    }

    /// People in each state.
    #[must_use]
    pub fn by_state(&self) -> BTreeMap<UserState, u64> {
        UserState::ALL.into_iter().map(|state| (state, self.people(&format!("{STATE}#{}", state.name())))).collect()
    }

    /// People on each version that is in use.
    #[must_use]
    pub fn by_version(&self) -> BTreeMap<u32, u64> {
        let versions = self.named(VERSION).filter_map(|(rest, count)| Some((rest.parse().ok()?, above_zero(count)?)));
        versions.collect()
    }

    /// People whose next check lies before the end of an hour.
    #[must_use]
    pub fn due_within(&self, hour: &DueHour) -> u64 {
        self.named(DUE).filter(|(due, _)| *due <= hour.0.as_str()).filter_map(|(_, count)| above_zero(count)).sum()
    }

    /// What became of people under each variant, by its name.
    #[must_use]
    pub fn outcomes(&self) -> Vec<VariantOutcomes> {
        let mut outcomes: BTreeMap<(String, Way), VariantOutcomes> = BTreeMap::new();
        for (rest, amount) in self.named(OUTCOME) {
            let Some((group, counted)) = group_of(rest) else { continue };
            let of_group = outcomes.entry(group.clone()).or_insert_with(|| VariantOutcomes {
                variant: group.0,
                at_random: group.1.at_random,
                experiment: group.1.experiment,
                ..VariantOutcomes::default()
            });
            match counted {
                Counted::People => of_group.people = above_zero(amount).unwrap_or_default(),
                Counted::Number(series) => of_group.moments[series as usize].people = amount,
                Counted::Sum(series) => of_group.moments[series as usize].sum = amount,
                Counted::Squares(series) => of_group.moments[series as usize].squares = amount,
            }
        }
        outcomes.into_values().collect()
    }

    fn people(&self, name: &str) -> u64 {
        self.0.get(name).copied().and_then(above_zero).unwrap_or_default()
    }

    /// The numbers whose names begin with `what`, by the rest of their names.
    fn named<'a>(&'a self, what: &'a str) -> impl Iterator<Item = (&'a str, i64)> {
        self.iter().filter_map(move |(name, amount)| Some((name.strip_prefix(what)?.strip_prefix('#')?, amount)))
    }
}

impl AddAssign<&Self> for Counts {
    fn add_assign(&mut self, other: &Self) {
        for (name, amount) in &other.0 {
            self.add(name.clone(), *amount);
        }
    }
}

impl FromIterator<(String, i64)> for Counts {
    fn from_iter<I: IntoIterator<Item = (String, i64)>>(numbers: I) -> Self {
        let mut counts = Self::default();
        numbers.into_iter().for_each(|(name, amount)| counts.add(name, amount));
        counts
    }
}

/// How a variant came to people: what keeps their sums apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    at_random: bool,
    experiment: Option<Experiment>,
}

impl Way {
    fn of(outcome: &Outcome) -> Self {
        Self { at_random: outcome.at_random, experiment: outcome.experiment.clone().filter(|_| outcome.at_random) }
    }

    fn name(&self) -> String {
        match &self.experiment {
            Some(experiment) => format!("{RANDOM}-{}", experiment.as_str()),
            None if self.at_random => RANDOM.to_owned(),
            None => OTHER.to_owned(),
        }
    }

    fn named(name: &str) -> Option<Self> {
        if name == OTHER {
            return Some(Self { at_random: false, experiment: None });
        }
        let weights = name.strip_prefix(RANDOM)?;
        let experiment = if weights.is_empty() { None } else { Some(Experiment::new(weights.strip_prefix('-')?)) };
        Some(Self { at_random: true, experiment })
    }
}

/// What a number of a variant counts.
enum Counted {
    People,
    Number(Series),
    Sum(Series),
    Squares(Series),
}

/// The variant, how it came, and what is counted, by the rest of an outcome's name.
fn group_of(rest: &str) -> Option<((String, Way), Counted)> {
    let parts: Vec<&str> = rest.split('#').collect();
    let (variant, way, counted) = match parts[..] {
        [variant, way, PEOPLE] => (variant, way, Counted::People),
        [variant, way, series, sum] => {
            let series = Series::ALL.into_iter().find(|each| each.name() == series)?;
            let counted = match sum {
                "n" => Counted::Number(series),
                "sum" => Counted::Sum(series),
                "squares" => Counted::Squares(series),
                _ => return None,
            };
            (variant, way, counted)
        }
        _ => return None,
    };
    Some(((variant.to_owned(), Way::named(way)?), counted))
}

/// Sums of people are never below 0; where a table was changed by hand they may be until the next recount.
fn above_zero(count: i64) -> Option<u64> {
    u64::try_from(count).ok().filter(|count| *count > 0)
}

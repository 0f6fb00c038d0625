//! Outcomes by variant on the wire.

use schemars::JsonSchema;
use serde::Serialize;

use domain::directory::{Difference, Estimate, LEAST_PEOPLE, Series, VariantOutcomes};
use domain::recipe::Experiment;

/// Stands in every answer, because figures are read without their documentation.
const HOW_TO_READ: &str = "Only a comparison says anything about the effect of a variant: between people to whom chance has given \
    variants by the weights in force, of logging, which is measured of everybody. Everything else describes; adherence too, because \
    it is measured of those alone who log.";

/// What became of people's behaviour under each variant of the prompt. It describes; only a comparison of variants that chance has
/// given says anything about their effect.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "OutcomesByVariant")]
pub struct OutcomesResponse {
    /// What can be concluded from them, and what cannot.
    pub how_to_read: String,
    /// Each variant, of the people who got it in one way.
    pub variants: Vec<VariantResponse>,
    /// Each pair of variants that chance has given to people by the weights in force.
    pub comparisons: Vec<ComparisonResponse>,
}

/// One variant.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "VariantOutcomes")]
pub struct VariantResponse {
    /// Its name.
    pub variant: String,
    /// Whether chance has given it to these people.
    pub assigned_at_random: bool,
    /// By which weights chance has; null where it has not, and for people from before these were kept.
    pub experiment: Option<String>,
    /// Whether these are the weights in force, so that they are compared.
    pub compared: bool,
    /// People with a prompt of it that is in use.
    pub people: u64,
    /// Days in target among the logged days, as last measured. Known of those alone who log: it compares nothing.
    pub adherence: EstimateResponse,
    /// Its change since the measurement that the prompt in force was written from.
    pub adherence_change: EstimateResponse,
    /// Days logged among all, as last measured.
    pub logging: EstimateResponse,
    /// Its change since the measurement that the prompt in force was written from.
    pub logging_change: EstimateResponse,
}

/// A mean over people, as a fraction. A share counts once every day that it was measured on was lived under the variant.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Estimate")]
pub struct EstimateResponse {
    /// Of how many people there is enough evidence.
    pub people: u64,
    /// Their mean; null of nobody.
    pub mean: Option<f64>,
    /// Where the mean lies with a probability of 95%, from and to; null of fewer than 20 people, and where nobody differs from
    /// anybody.
    pub interval_95: Option<[f64; 2]>,
}

/// Two variants beside each other.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "VariantComparison")]
pub struct ComparisonResponse {
    /// One variant.
    pub variant: String,
    /// The other.
    pub than: String,
    /// What is compared, as last measured.
    pub of: ShareCompared,
    /// By how much the mean of the first lies above that of the other, as a fraction; null while too few were measured.
    pub difference: Option<f64>,
    /// Where the difference lies with a probability of 95%, from and to; null while too few were measured, and where nobody
    /// differs from anybody of the same variant.
    pub interval_95: Option<[f64; 2]>,
    /// What that says.
    pub conclusion: String,
}

/// What is compared.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareCompared {
    /// Days logged among all: the one share that is measured of everybody.
    Logging,
}

impl OutcomesResponse {
    /// The outcomes of all variants, of which those are compared that the weights `in_force` have given.
    #[must_use]
    pub fn of(outcomes: &[VariantOutcomes], in_force: Option<&Experiment>) -> Self {
        let compared: Vec<_> = outcomes.iter().filter(|outcomes| is_compared(outcomes, in_force)).collect();
        let pairs =
            compared.iter().enumerate().flat_map(|(at, one)| compared[at + 1..].iter().map(move |other| (one, other)));
        Self {
            how_to_read: HOW_TO_READ.to_owned(),
            comparisons: pairs.map(|(one, other)| ComparisonResponse::new(one, other)).collect(),
            variants: outcomes.iter().map(|outcomes| VariantResponse::new(outcomes, in_force)).collect(),
        }
    }
}

fn is_compared(outcomes: &VariantOutcomes, in_force: Option<&Experiment>) -> bool {
    in_force.is_some() && outcomes.experiment.as_ref() == in_force
}

impl VariantResponse {
    fn new(outcomes: &VariantOutcomes, in_force: Option<&Experiment>) -> Self {
        Self {
            variant: outcomes.variant.clone(),
            assigned_at_random: outcomes.at_random,
            experiment: outcomes.experiment.as_ref().map(|experiment| experiment.as_str().to_owned()),
            compared: is_compared(outcomes, in_force),
            people: outcomes.people,
            adherence: outcomes.estimate(Series::Adherence).into(),
            adherence_change: outcomes.estimate(Series::AdherenceChange).into(),
            logging: outcomes.estimate(Series::Logging).into(),
            logging_change: outcomes.estimate(Series::LoggingChange).into(),
        }
    }
}

impl From<Estimate> for EstimateResponse {
    fn from(estimate: Estimate) -> Self {
        Self {
            people: estimate.people,
            mean: estimate.mean.map(rounded),
            interval_95: estimate.interval.map(both_rounded),
        }
    }
}

impl ComparisonResponse {
    fn new(one: &VariantOutcomes, other: &VariantOutcomes) -> Self {
        let found = one.difference(other);
        Self {
            variant: one.variant.clone(),
            than: other.variant.clone(),
            of: ShareCompared::Logging,
            difference: found.as_ref().map(|found| rounded(found.difference)),
            interval_95: found.as_ref().and_then(|found| found.interval).map(both_rounded),
            conclusion: conclusion(found.as_ref()),
        }
    }
}

fn conclusion(found: Option<&Difference>) -> String {
    let Some(Difference { variant, than, interval, .. }) = found else {
        return format!("Fewer than {LEAST_PEOPLE} people were measured under one of them: nothing is known yet.");
    };
    match interval {
        None => {
            "Nobody differs from anybody of the same variant: how far the means may be off cannot be told.".to_owned()
        }
        Some((low, high)) if *low <= 0.0 && *high >= 0.0 => {
            "The interval holds 0: that they differ is not shown.".to_owned()
        }
        Some((low, _)) => {
            let than_which = if *low > 0.0 { "higher" } else { "lower" };
            format!(
                "The share of logged days under {variant} is {than_which} than under {than}; of 20 comparisons of variants that do \
                 not differ, one looks like this."
            )
        }
    }
}

/// A fraction to four places, a hundredth of a percent: finer than any interval of theirs.
fn rounded(fraction: f64) -> f64 {
    (fraction * 10_000.0).round() / 10_000.0
}

fn both_rounded((low, high): (f64, f64)) -> [f64; 2] {
    [rounded(low), rounded(high)]
}

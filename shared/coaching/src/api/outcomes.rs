//! Outcomes by variant on the wire.

use schemars::JsonSchema;
use serde::Serialize;

use domain::directory::{Assignment, Difference, Estimate, LEAST_PEOPLE, Series, VariantOutcomes};

/// What became of people's behaviour under each variant of the prompt. It describes; only a comparison of variants that chance has
/// given says anything about their effect.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "OutcomesByVariant")]
pub struct OutcomesResponse {
    /// Each variant, of the people who got it in one way.
    pub variants: Vec<VariantResponse>,
    /// Each pair of variants that chance has given to people.
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
    /// People with a prompt of it.
    pub people: u64,
    /// Days in target among the logged days, as last measured.
    pub adherence: EstimateResponse,
    /// Its change since the measurement that the prompt in force was written from.
    pub adherence_change: EstimateResponse,
    /// Days logged among all, as last measured.
    pub logging: EstimateResponse,
    /// Its change since the measurement that the prompt in force was written from.
    pub logging_change: EstimateResponse,
}

/// A mean over people, as a fraction.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Estimate")]
pub struct EstimateResponse {
    /// Of how many people there is enough evidence.
    pub people: u64,
    /// Their mean; null of nobody.
    pub mean: Option<f64>,
    /// Where the mean lies with a probability of 95%, from and to; null of fewer than 20 people.
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
    pub of: SharesCompared,
    /// By how much the mean of the first lies above that of the other, as a fraction; null while too few were measured.
    pub difference: Option<f64>,
    /// Where the difference lies with a probability of 95%, from and to.
    pub interval_95: Option<[f64; 2]>,
    /// What that says.
    pub conclusion: String,
}

/// What is compared.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SharesCompared {
    /// Days in target among the logged days.
    Adherence,
    /// Days logged among all.
    Logging,
}

impl OutcomesResponse {
    /// The outcomes of all variants.
    #[must_use]
    pub fn of(outcomes: &[VariantOutcomes]) -> Self {
        let at_random: Vec<_> =
            outcomes.iter().filter(|outcomes| outcomes.assignment == Assignment::AtRandom).collect();
        let pairs = at_random
            .iter()
            .enumerate()
            .flat_map(|(at, one)| at_random[at + 1..].iter().map(move |other| (one, other)));
        let comparisons = pairs.flat_map(|(one, other)| {
            [SharesCompared::Adherence, SharesCompared::Logging].map(|of| ComparisonResponse::new(one, other, of))
        });
        Self { variants: outcomes.iter().map(VariantResponse::from).collect(), comparisons: comparisons.collect() }
    }
}

impl From<&VariantOutcomes> for VariantResponse {
    fn from(outcomes: &VariantOutcomes) -> Self {
        Self {
            variant: outcomes.variant.clone(),
            assigned_at_random: outcomes.assignment == Assignment::AtRandom,
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
    fn new(one: &VariantOutcomes, other: &VariantOutcomes, of: SharesCompared) -> Self {
        let series = match of {
            SharesCompared::Adherence => Series::Adherence,
            SharesCompared::Logging => Series::Logging,
        };
        let found = one.difference(other, series);
        Self {
            variant: one.variant.clone(),
            than: other.variant.clone(),
            of,
            difference: found.as_ref().map(|found| rounded(found.difference)),
            interval_95: found.as_ref().map(|found| both_rounded(found.interval)),
            conclusion: conclusion(found.as_ref()),
        }
    }
}

fn conclusion(found: Option<&Difference>) -> String {
    match found {
        None => format!("Fewer than {LEAST_PEOPLE} people were measured under one of them: nothing is known yet."),
        Some(Difference { interval: (low, high), .. }) if *low <= 0.0 && *high >= 0.0 => {
            "The interval holds 0: that they differ is not shown.".to_owned()
        }
        Some(Difference { variant, than, interval: (low, _), .. }) => {
            let than_which = if *low > 0.0 { "higher" } else { "lower" };
            format!(
                "The share under {variant} is {than_which} than under {than}; one such finding in 20 comes by chance."
            )
        }
    }
}

/// A fraction to a tenth of a percent point of a percent: what the sums are exact to.
fn rounded(fraction: f64) -> f64 {
    (fraction * 10_000.0).round() / 10_000.0
}

fn both_rounded((low, high): (f64, f64)) -> [f64; 2] {
    [rounded(low), rounded(high)]
}

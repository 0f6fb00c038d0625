//! What a model call costs.
//!
//! Prices are list prices in USD per million tokens. A price of `p` USD per million tokens is `1000 * p` nano-dollars a
//! token, so costs are exact integers of nano-dollars and their sums never drift.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// An amount of money in thousand-millionths of a US dollar. On the wire it is a number of USD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(from = "f64", into = "f64")]
pub struct Usd(u64);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From a count of nano-dollars.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The count of nano-dollars.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The amount as a number of dollars, for people to read.
    #[must_use]
    pub fn dollars(self) -> f64 {
        self.into()
    }

    /// This amount times `factor`, rounded up to a nano-dollar.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "amounts of one call are far below 2^52 nano-dollars"
    )]
    pub fn scaled(self, factor: f64) -> Self {
        Self((self.0 as f64 * factor).ceil() as u64)
    }
}

impl From<f64> for Usd {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float-to-int cast saturates")]
    fn from(dollars: f64) -> Self {
        Self((dollars * 1e9).round() as u64)
    }
}

impl From<Usd> for f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact up to nine million dollars")]
    fn from(amount: Usd) -> Self {
        amount.0 as Self / 1e9
    }
}

impl Usd {
    /// This amount less `other`; nothing if that is more.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This amount `times` over.
    #[must_use]
    pub const fn times(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |mut sum, amount| {
            sum += amount;
            sum
        })
    }
}

/// Tokens that one call used, as the model's answer counts them. A count that is not there is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenUsage {
    /// Input tokens that were neither read from nor written to the cache.
    pub input_tokens: u64,
    /// Output tokens, thinking included.
    pub output_tokens: u64,
    /// Input tokens read from the prompt cache.
    pub cache_read_input_tokens: u64,
    /// Input tokens written to the prompt cache.
    pub cache_creation_input_tokens: u64,
}

impl AddAssign for TokenUsage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cache_read_input_tokens += other.cache_read_input_tokens;
        self.cache_creation_input_tokens += other.cache_creation_input_tokens;
    }
}

/// List prices of one model, in USD per million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPrice {
    /// Input.
    pub input: f64,
    /// Output.
    pub output: f64,
    /// Input read from the cache.
    pub cache_read: f64,
    /// Input written to the cache.
    pub cache_write: f64,
}

/// The price list, by model, and what a batched call costs of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceList {
    /// Prices by model name.
    pub models: BTreeMap<String, ModelPrice>,
    /// Share of the list price that a batched call costs.
    pub batch_factor: f64,
}

/// How a call was made, which decides what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallMode {
    /// Answered at once, at the list price.
    Immediate,
    /// Answered within a message batch, at the batch price.
    Batched,
}

impl PriceList {
    /// Cost of `usage` on `model`, which is found by its dated name too; `None` for a model without a price.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float-to-int cast saturates")]
    pub fn cost(&self, model: &str, usage: &TokenUsage, mode: CallMode) -> Option<Usd> {
        let price = self.models.get(model).or_else(|| self.models.get(undated(model)))?;
        let nanos =
            |tokens: u64, usd_per_million: f64| tokens.saturating_mul((usd_per_million * 1_000.0).round() as u64);
        let list = Usd(nanos(usage.input_tokens, price.input)
            + nanos(usage.output_tokens, price.output)
            + nanos(usage.cache_read_input_tokens, price.cache_read)
            + nanos(usage.cache_creation_input_tokens, price.cache_write));
        Some(match mode {
            CallMode::Immediate => list,
            CallMode::Batched => list.scaled(self.batch_factor),
        })
    }
}

impl PriceList {
    /// The most that a call can cost which takes `input_tokens` in, written to the cache or not, and `output_tokens` out.
    #[must_use]
    pub fn worst(&self, model: &str, input_tokens: u64, output_tokens: u64, mode: CallMode) -> Option<Usd> {
        let input = [
            TokenUsage { input_tokens, ..TokenUsage::default() },
            TokenUsage { cache_creation_input_tokens: input_tokens, ..TokenUsage::default() },
        ];
        let costs = input.map(|usage| self.cost(model, &TokenUsage { output_tokens, ..usage }, mode));
        costs.into_iter().collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// The model's name without the date of its release: `claude-sonnet-4-5` of `claude-sonnet-4-5-20250929`.
#[must_use]
pub fn undated(model: &str) -> &str {
    match model.rsplit_once('-') {
        Some((name, date)) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => model,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> PriceList {
        let sonnet = ModelPrice { input: 2.0, output: 10.0, cache_read: 0.1, cache_write: 2.5 };
        PriceList { models: BTreeMap::from([("sonnet".to_owned(), sonnet)]), batch_factor: 0.5 }
    }

    #[test]
    fn each_kind_of_token_has_its_own_price() {
        let usage = TokenUsage {
            input_tokens: 1_000_000,
            output_tokens: 100_000,
            cache_read_input_tokens: 2_000_000,
            cache_creation_input_tokens: 400_000,
        };
        let cost = prices().cost("sonnet", &usage, CallMode::Immediate).expect("a listed model");
        assert_eq!(cost, Usd::from(2.0 + 1.0 + 0.2 + 1.0));
    }

    #[test]
    fn a_dated_name_has_the_price_of_its_model() {
        let usage = TokenUsage { output_tokens: 1_000, ..TokenUsage::default() };
        let cost = |model| prices().cost(model, &usage, CallMode::Immediate);
        assert_eq!(cost("sonnet-20261007"), cost("sonnet"));
        assert!(cost("sonnet-5").is_none() && undated("claude-sonnet-5-5") == "claude-sonnet-5-5");
    }

    #[test]
    fn a_batched_call_costs_half() {
        let usage = TokenUsage { output_tokens: 1_000, ..TokenUsage::default() };
        let cost = |mode| prices().cost("sonnet", &usage, mode).expect("a listed model").nanos();
        assert_eq!(cost(CallMode::Batched) * 2, cost(CallMode::Immediate));
    }

    #[test]
    fn the_worst_that_a_call_can_cost_is_its_input_at_the_dearer_price_with_all_of_its_output() {
        let worst = prices().worst("sonnet", 1_000_000, 100_000, CallMode::Immediate);
        assert_eq!(worst, Some(Usd::from(2.5 + 1.0)));
        assert_eq!(prices().worst("unheard-of", 1, 1, CallMode::Immediate), None);
    }

    #[test]
    fn a_model_without_a_price_has_no_cost_rather_than_a_cost_of_nothing() {
        assert_eq!(prices().cost("unheard-of", &TokenUsage::default(), CallMode::Immediate), None);
    }
}

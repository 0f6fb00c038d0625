//! What calls cost, and what is done about a model that has no price: it is not asked.

use crate::{ModelError, ModelRequest};
use domain::money::{CallMode, PriceList, TokenUsage, Usd};

/// The price list, with models found by their dated names too.
#[derive(Debug)]
pub(super) struct Pricing(pub(super) PriceList);

impl Pricing {
    /// Refuses a model whose cost could not be told.
    pub(super) fn check(&self, model: &str) -> Result<(), ModelError> {
        self.cost(model, &TokenUsage::default(), CallMode::Immediate)
            .map(|_| ())
            .ok_or_else(|| ModelError::Rejected { detail: format!("{model} has no price; add it to MODEL_PRICES") })
    }

    /// The cost of `usage`; `None` for a model without a price.
    pub(super) fn cost(&self, model: &str, usage: &TokenUsage, mode: CallMode) -> Option<Usd> {
        self.0.cost(model, usage, mode)
    }

    /// The most that one try of a request can cost; nothing for a model without a price, which is never asked.
    pub(super) fn worst(&self, request: &ModelRequest) -> Usd {
        let (input, output) = (request.most_input_tokens(), request.max_tokens.into());
        self.0.worst(&request.model, input, output, CallMode::Immediate).unwrap_or_default()
    }

    /// The cost of what a model has answered within a batch. Models are checked when a batch is submitted; if its
    /// price has gone since then, the dearest one stands in, so that budgets see too much rather than nothing.
    pub(super) fn batched(&self, model: &str, usage: &TokenUsage) -> Usd {
        let mode = CallMode::Batched;
        self.cost(model, usage, mode).unwrap_or_else(|| {
            tracing::warn!(model, "model_without_price");
            self.0.models.keys().filter_map(|known| self.0.cost(known, usage, mode)).max().unwrap_or_default()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use domain::money::ModelPrice;

    fn pricing() -> Pricing {
        let price = |input| ModelPrice { input, output: 10.0, cache_read: 0.1, cache_write: 2.5 };
        let models = BTreeMap::from([("claude-a".to_owned(), price(2.0)), ("claude-b".to_owned(), price(4.0))]);
        Pricing(PriceList { models, batch_factor: 0.5 })
    }

    const USAGE: TokenUsage = TokenUsage {
        input_tokens: 1_000_000,
        output_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
    };

    #[test]
    fn a_dated_name_has_the_price_of_its_model() {
        assert_eq!(pricing().cost("claude-a-20261007", &USAGE, CallMode::Immediate), Some(Usd::from(2.0)));
        assert_eq!(pricing().batched("claude-a-20261007", &USAGE), Usd::from(1.0));
    }

    #[test]
    fn a_model_without_a_price_is_refused_and_never_free() {
        let refusal = pricing().check("claude-c").expect_err("no price").to_string();
        assert!(refusal.contains("claude-c") && refusal.contains("MODEL_PRICES"), "{refusal}");
        assert_eq!(pricing().batched("claude-c", &USAGE), Usd::from(2.0));
    }
}

//! What each known model accepts: the one table that validation, caching and generation read.

/// A part of the API that some models have and others refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// `temperature`, `top_p`, `top_k`.
    Sampling,
    /// A conversation that ends with an assistant turn for the model to continue.
    Prefill,
    /// `tool_choice` of type `any` or `tool`.
    ForcedToolChoice,
    /// `thinking: {"type": "adaptive"}`; such a model also thinks when `thinking` is left out.
    AdaptiveThinking,
    /// `thinking: {"type": "between_tools"}`.
    BetweenTools,
    /// `thinking: {"type": "enabled", "budget_tokens": n}`.
    ThinkingBudget,
    /// `thinking: {"type": "disabled"}`.
    ThinkingDisabled,
    /// `output_config.effort`.
    Effort,
    /// `output_config.format`.
    StructuredOutputs,
    /// Turns with the role `system` inside the conversation.
    SystemTurns,
}

/// A model with its limits, in tokens.
#[derive(Debug)]
pub struct Model {
    /// The identifier, as sent in `model`.
    pub id: &'static str,
    /// Another identifier of the same model.
    pub alias: Option<&'static str>,
    /// The most that input and output may hold together.
    pub context: u64,
    /// The largest `max_tokens`.
    pub max_output: u64,
    /// Prefixes shorter than this are never cached.
    pub cache_minimum: u64,
    features: &'static [Feature],
}

const NEWEST: &[Feature] = &[
    Feature::AdaptiveThinking,
    Feature::BetweenTools,
    Feature::Effort,
    Feature::StructuredOutputs,
    Feature::SystemTurns,
];

const OLDER: &[Feature] = &[
    Feature::Sampling,
    Feature::Prefill,
    Feature::ForcedToolChoice,
    Feature::ThinkingBudget,
    Feature::ThinkingDisabled,
    Feature::StructuredOutputs,
];

/// Every model the simulator knows.
pub const MODELS: &[Model] = &[
    Model {
        id: "claude-sonnet-5-5",
        alias: None,
        context: 1_000_000,
        max_output: 128_000,
        cache_minimum: 1_024,
        features: NEWEST,
    },
    Model {
        id: "claude-haiku-5-5",
        alias: None,
        context: 1_000_000,
        max_output: 128_000,
        cache_minimum: 4_096,
        features: NEWEST,
    },
    Model {
        id: "claude-sonnet-4-5",
        alias: Some("claude-sonnet-4-5-20250929"),
        context: 200_000,
        max_output: 64_000,
        cache_minimum: 1_024,
        features: OLDER,
    },
];

impl Model {
    /// The model with this identifier or alias.
    pub fn find(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id || model.alias == Some(id))
    }

    /// Whether the model accepts this part of the API.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }
}

//! Profiles and prompts: who writes them, how long they are, and who waits for them.

use std::time::Duration;

use domain::coaching_prompt::WordRange;
use domain::money::PriceList;
use domain::recipe::{VariantName, VariantWeights};

use super::environment::{ConfigError, Environment};
use super::model::{Effort, ModelChoice, effort, max_tokens, model};
use super::setting::{Choice, Number, Text};

pub(super) static PROFILE_WORD_COUNT: Number<usize> =
    Number { name: "PROFILE_WORD_COUNT", default: 200, min: 50, max: 500, meaning: "Words in a psychological profile" };
pub(super) static PROFILE_WORD_TOLERANCE: Number<f64> = Number {
    name: "PROFILE_WORD_TOLERANCE",
    default: 0.2,
    min: 0.0,
    max: 0.5,
    meaning: "How far a profile's length may be from that, as a fraction",
};
pub(super) static PROMPT_MIN_WORDS: Number<usize> = Number {
    name: "PROMPT_MIN_WORDS",
    default: 500,
    min: 100,
    max: 2_000,
    meaning: "Fewest words in a coaching prompt; below PromptMaxWords",
};
pub(super) static PROMPT_MAX_WORDS: Number<usize> =
    Number { name: "PROMPT_MAX_WORDS", default: 800, min: 100, max: 2_000, meaning: "Most words in a coaching prompt" };
pub(super) static MANUAL_REGENERATION_INTERVAL_HOURS: Number<i64> = Number {
    name: "MANUAL_REGENERATION_INTERVAL_HOURS",
    default: 24,
    min: 0,
    max: 8_760,
    meaning: "Hours between two regenerations a user may ask for",
};
pub(super) static COMPLETION_WAIT_SECONDS: Number<u64> = Number {
    name: "COMPLETION_WAIT_SECONDS",
    default: 20,
    min: 0,
    max: 28,
    meaning: "Seconds a completion waits for its prompt before it answers 202",
};
pub(super) static PROFILE_MODEL: Text<String> = model("PROFILE_MODEL", "Model for psychological profiles");
pub(super) static PROMPT_MODEL: Text<String> = model("PROMPT_MODEL", "Model for coaching prompts");
pub(super) static PROFILE_MAX_TOKENS: Number<u32> =
    max_tokens("PROFILE_MAX_TOKENS", 2_000, "Most tokens in a psychological profile");
pub(super) static PROFILE_EFFORT: Choice<Effort> =
    effort("PROFILE_EFFORT", "Effort asked for a psychological profile; default is MODEL_EFFORT");
pub(super) static PROMPT_EFFORT: Choice<Effort> =
    effort("PROMPT_EFFORT", "Effort asked for a coaching prompt and its rewriting; default is MODEL_EFFORT");
pub(super) static PROMPT_MAX_TOKENS: Number<u32> =
    max_tokens("PROMPT_MAX_TOKENS", 4_000, "Most tokens in a coaching prompt");

pub(super) static PROMPT_VARIANTS: Text<String> = Text {
    name: "PROMPT_VARIANTS",
    default: "standard=1",
    takes: "weights from 0 to 10000 by variant, as in `standard=50,direct=50`",
    parse: |text| Some(text.to_owned()),
    meaning: "Variants of the coaching prompt that people are assigned to with their first one, in proportion to the weights",
};

/// How psychological profiles are written.
#[derive(Debug, Clone)]
pub struct ProfileSettings {
    /// Who writes.
    pub model: ModelChoice,
    /// Words that a profile is asked for.
    pub word_count: usize,
    /// Words that a profile may have.
    pub words: WordRange,
}

impl ProfileSettings {
    /// Reads them.
    pub fn read(env: &Environment, prices: &PriceList) -> Result<Self, ConfigError> {
        let word_count = env.get(&PROFILE_WORD_COUNT)?;
        let words = WordRange::around(word_count, env.get(&PROFILE_WORD_TOLERANCE)?);
        let model = ModelChoice::read(env, prices, &PROFILE_MODEL, &PROFILE_MAX_TOKENS, &PROFILE_EFFORT)?;
        Ok(Self { model, word_count, words })
    }
}

/// How coaching prompts are written.
#[derive(Debug, Clone)]
pub struct PromptSettings {
    /// Who writes.
    pub model: ModelChoice,
    /// Words that a prompt may have.
    pub words: WordRange,
}

impl PromptSettings {
    /// Reads them.
    pub fn read(env: &Environment, prices: &PriceList) -> Result<Self, ConfigError> {
        let words = WordRange { min: env.get(&PROMPT_MIN_WORDS)?, max: env.get(&PROMPT_MAX_WORDS)? };
        if words.min >= words.max {
            let problem = format!("is {}, but it must be below PROMPT_MAX_WORDS ({})", words.min, words.max);
            return Err(ConfigError { variable: PROMPT_MIN_WORDS.name, problem });
        }
        Ok(Self { model: ModelChoice::read(env, prices, &PROMPT_MODEL, &PROMPT_MAX_TOKENS, &PROMPT_EFFORT)?, words })
    }
}

/// The name of the model that writes prompts, for estimates.
pub fn prompt_model(env: &Environment) -> Result<String, ConfigError> {
    env.get(&PROMPT_MODEL)
}

/// The weights of the variants that are `known`.
pub fn variant_weights(env: &Environment, known: &[VariantName]) -> Result<VariantWeights, ConfigError> {
    let text = env.get(&PROMPT_VARIANTS)?;
    VariantWeights::parse(&text, known)
        .map_err(|error| ConfigError { variable: PROMPT_VARIANTS.name, problem: format!("is \"{text}\", but {error}") })
}

/// Least time between two prompts that one person asks for.
pub fn regeneration_interval(env: &Environment) -> Result<chrono::Duration, ConfigError> {
    env.get(&MANUAL_REGENERATION_INTERVAL_HOURS).map(chrono::Duration::hours)
}

/// How long a request waits for a prompt before it answers 202.
pub fn completion_wait(env: &Environment) -> Result<Duration, ConfigError> {
    env.get(&COMPLETION_WAIT_SECONDS).map(Duration::from_secs)
}

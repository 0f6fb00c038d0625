//! Looking after people in danger.

use domain::money::PriceList;

use super::environment::{ConfigError, Environment};
use super::model::{Effort, ModelChoice, effort, max_tokens};
use super::setting::{Choice, Flag, Number, Text};

pub(super) static ENABLE_SAFETY_UPDATES: Flag = Flag {
    name: "ENABLE_SAFETY_UPDATES",
    default: true,
    meaning: "Rewrite a prompt at once when its person becomes, or is no longer, somebody whom the coach has to be careful with, or eats far too little",
};

pub(super) static SAFETY_MODEL: Text<Option<String>> = Text {
    name: "SAFETY_MODEL",
    default: "",
    takes: "model with a price, or nothing",
    parse: |model| Some((!model.is_empty()).then(|| model.to_owned())),
    meaning: "Model that reads each message for danger while the coach answers, beside the rules; nothing leaves it to the rules",
};
pub(super) static SAFETY_MAX_TOKENS: Number<u32> =
    max_tokens("SAFETY_MAX_TOKENS", 200, "Most tokens of what SAFETY_MODEL answers");
pub(super) static SAFETY_EFFORT: Choice<Effort> =
    effort("SAFETY_EFFORT", "Effort asked of SAFETY_MODEL; default is MODEL_EFFORT");

/// The model that reads along, if one is named.
pub fn model(env: &Environment, prices: &PriceList) -> Result<Option<ModelChoice>, ConfigError> {
    let max_tokens = env.get(&SAFETY_MAX_TOKENS)?;
    let effort = ModelChoice::effort(env, &SAFETY_EFFORT)?;
    let choice = env.get(&SAFETY_MODEL)?.map(|model| ModelChoice { model, max_tokens, effort });
    choice.map(|choice| choice.priced(prices, SAFETY_MODEL.name)).transpose()
}

/// Whether a prompt is rewritten for safety.
pub fn updates(env: &Environment) -> Result<bool, ConfigError> {
    env.get(&ENABLE_SAFETY_UPDATES)
}

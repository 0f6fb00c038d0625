//! The model's service: where it is, what it costs, and how much may be spent on it.

use std::collections::BTreeMap;
use std::time::Duration;

use claude::ClaudeSettings;
use domain::ledger::PoolShares;
use domain::money::{CallMode, ModelPrice, PriceList, TokenUsage, Usd};

use super::environment::{ConfigError, Environment};
use super::setting::{Choice, Number, Text};

/// List prices of November 2026, in USD per million tokens.
const DEFAULT_PRICES: &str = r#"{"claude-sonnet-5-5":{"input":2,"output":10,"cache_read":0.1,"cache_write":2.5},"claude-haiku-5-5":{"input":0.1,"output":0.5,"cache_read":0.01,"cache_write":0.125}}"#;
/// The model that is used where none is named.
const DEFAULT_MODEL: &str = "claude-sonnet-5-5";
/// Most dollars that a day's budget can have.
const BUDGET_MAX: f64 = 1_000_000.0;

pub(super) static ANTHROPIC_BASE_URL: Text<String> = Text {
    name: "ANTHROPIC_BASE_URL",
    default: "https://api.anthropic.com",
    takes: "URL",
    parse: |url| Some(url.trim_end_matches('/').to_owned()),
    meaning: "Where the Claude API is",
};
pub(super) static MODEL_EFFORT: Choice<Option<&str>> = Choice {
    name: "MODEL_EFFORT",
    default: "low",
    options: &[("low", Some("low")), ("medium", Some("medium")), ("high", Some("high")), ("model", None)],
    meaning: "Effort asked of the models, where no purpose has its own; model leaves it to them",
};
pub(super) static MODEL_PRICES: Text<BTreeMap<String, ModelPrice>> = Text {
    name: "MODEL_PRICES",
    default: DEFAULT_PRICES,
    takes: "JSON object",
    parse: |text| serde_json::from_str(text).ok(),
    meaning: "USD per million tokens and model, as a JSON object",
};
pub(super) static BATCH_PRICE_FACTOR: Number<f64> = Number {
    name: "BATCH_PRICE_FACTOR",
    default: 0.5,
    min: 0.0,
    max: 1.0,
    meaning: "What a message batch costs, as a fraction of the normal price",
};
pub(super) static CLAUDE_TIMEOUT_SECONDS: Number<u64> = Number {
    name: "CLAUDE_TIMEOUT_SECONDS",
    default: 60,
    min: 1,
    // A worker of weekly parts stops two calls and a minute before its quarter of an hour is over.
    max: 300,
    meaning: "Time-out of a call to Claude in the background",
};
pub(super) static CLAUDE_API_TIMEOUT_SECONDS: Number<u64> = Number {
    name: "CLAUDE_API_TIMEOUT_SECONDS",
    default: 25,
    min: 1,
    max: 28,
    meaning: "Time-out of a call to Claude while a person waits",
};
pub(super) static CLAUDE_MAX_RETRIES: Number<u32> =
    Number { name: "CLAUDE_MAX_RETRIES", default: 3, min: 0, max: 10, meaning: "Retries of a failed call to Claude" };
pub(super) static DAILY_BUDGET_USD: Number<f64> = Number {
    name: "DAILY_BUDGET_USD",
    default: 100.0,
    min: 0.0,
    max: BUDGET_MAX,
    meaning: "USD a day for all calls to Claude; 0 means no limit",
};
pub(super) static USER_DAILY_BUDGET_USD: Number<f64> = Number {
    name: "USER_DAILY_BUDGET_USD",
    default: 1.0,
    min: 0.0,
    max: BUDGET_MAX,
    meaning: "USD a day for one user's calls to Claude; 0 means no limit",
};

pub(super) static DAILY_BUDGET_SHARES: Text<PoolShares> = Text {
    name: "DAILY_BUDGET_SHARES",
    default: "live=40,consultation=20,weekly=35,trial=5",
    takes: "percent by pool, 100 together",
    parse: |text| PoolShares::parse(text).ok(),
    meaning: "Percent of DAILY_BUDGET_USD that each may use: coaching of people let in, consultations, weekly updates, coaching of all others",
};

/// A setting that names a model.
pub(super) const fn model(name: &'static str, meaning: &'static str) -> Text<String> {
    Text { name, default: DEFAULT_MODEL, takes: "model with a price", parse: |model| Some(model.to_owned()), meaning }
}

/// A setting that limits an answer.
pub(super) const fn max_tokens(name: &'static str, default: u32, meaning: &'static str) -> Number<u32> {
    Number { name, default, min: 1, max: 64_000, meaning }
}

/// The effort that a purpose asks for: the one of all, or its own, which may be left to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    OfAll,
    Own(Option<&'static str>),
}

/// A setting of the effort for one purpose.
pub(super) const fn effort(name: &'static str, meaning: &'static str) -> Choice<Effort> {
    let options = &[
        ("default", Effort::OfAll),
        ("low", Effort::Own(Some("low"))),
        ("medium", Effort::Own(Some("medium"))),
        ("high", Effort::Own(Some("high"))),
        ("model", Effort::Own(None)),
    ];
    Choice { name, default: "default", options, meaning }
}

/// A model, how much it may answer, and how hard it thinks first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChoice {
    /// Name of the model.
    pub model: String,
    /// Most tokens of an answer, thinking included.
    pub max_tokens: u32,
    /// Effort that is asked for; `None` leaves it to the model.
    pub effort: Option<&'static str>,
}

impl ModelChoice {
    /// Reads a choice. A model whose price is not listed would be used without anyone knowing what it costs.
    pub(super) fn read(
        env: &Environment,
        prices: &PriceList,
        model: &Text<String>,
        max_tokens: &Number<u32>,
        effort: &Choice<Effort>,
    ) -> Result<Self, ConfigError> {
        let (name, max_tokens) = (env.get(model)?, env.get(max_tokens)?);
        Self { model: name, max_tokens, effort: Self::effort(env, effort)? }.priced(prices, model.name)
    }

    /// The effort of a purpose.
    pub(super) fn effort(env: &Environment, own: &Choice<Effort>) -> Result<Option<&'static str>, ConfigError> {
        let of_all = env.get(&MODEL_EFFORT)?;
        Ok(match env.get(own)? {
            Effort::OfAll => of_all,
            Effort::Own(effort) => effort,
        })
    }

    /// The same choice, of the setting `variable`, if its price is known.
    pub(super) fn priced(self, prices: &PriceList, variable: &'static str) -> Result<Self, ConfigError> {
        match prices.cost(&self.model, &TokenUsage::default(), CallMode::Immediate) {
            Some(_) => Ok(self),
            None => Err(ConfigError {
                variable,
                problem: format!("is \"{}\", but MODEL_PRICES lists no price for that model", self.model),
            }),
        }
    }
}

/// What calls cost.
pub fn prices(env: &Environment) -> Result<PriceList, ConfigError> {
    Ok(PriceList { models: env.get(&MODEL_PRICES)?, batch_factor: env.get(&BATCH_PRICE_FACTOR)? })
}

/// The model's service.
pub fn claude(env: &Environment) -> Result<ClaudeSettings, ConfigError> {
    Ok(ClaudeSettings {
        base_url: env.get(&ANTHROPIC_BASE_URL)?,
        batch_timeout: background_timeout(env)?,
        max_retries: env.get(&CLAUDE_MAX_RETRIES)?,
    })
}

/// Time for a call that nobody waits for.
pub fn background_timeout(env: &Environment) -> Result<Duration, ConfigError> {
    env.get(&CLAUDE_TIMEOUT_SECONDS).map(Duration::from_secs)
}

/// Time for a call that a person waits for.
pub fn api_timeout(env: &Environment) -> Result<Duration, ConfigError> {
    env.get(&CLAUDE_API_TIMEOUT_SECONDS).map(Duration::from_secs)
}

/// Most that may be spent on the model in one UTC day; `None` is no limit.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// For all users together.
    pub daily: Option<Usd>,
    /// For one user.
    pub user_daily: Option<Usd>,
    /// What each pool may use of the one for all.
    pub shares: PoolShares,
}

impl Budgets {
    /// Both.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        let user_daily = budget(env, &USER_DAILY_BUDGET_USD)?;
        Ok(Self { user_daily, ..Self::of_all(env)? })
    }

    /// Only the one of all: a person's own budget is for what they ask themselves, and not for the weekly run.
    pub fn of_all(env: &Environment) -> Result<Self, ConfigError> {
        let shares = env.get(&DAILY_BUDGET_SHARES)?;
        Ok(Self { daily: budget(env, &DAILY_BUDGET_USD)?, user_daily: None, shares })
    }
}

fn budget(env: &Environment, setting: &Number<f64>) -> Result<Option<Usd>, ConfigError> {
    let dollars = env.get(setting)?;
    Ok((dollars > 0.0).then(|| Usd::from(dollars)))
}

//! From variables to settings: names, defaults and ranges.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{NaiveTime, Weekday};

use super::reader::{ConfigError, Reader};
use super::settings::{
    AuthMode, BatchLimits, Budgets, CoachSettings, Config, GenerationSettings, HttpSettings, ModelChoice, Tables,
    UpdateMode, UpdateSettings,
};
use claude::ClaudeSettings;
use domain::behavior::{BehaviorSettings, Share};
use domain::coaching_prompt::WordRange;
use domain::consultation::ConsultationSettings;
use domain::local_day::TimeZone;
use domain::money::{CallMode, ModelPrice, PriceList, TokenUsage, Usd};
use domain::schedule::WeeklySchedule;

/// Prices that hold when `MODEL_PRICES` is not set: list prices of November 2026, in USD per million tokens.
const DEFAULT_PRICES: &str = r#"{"claude-sonnet-5-5":{"input":2,"output":10,"cache_read":0.1,"cache_write":2.5},"claude-haiku-5-5":{"input":0.1,"output":0.5,"cache_read":0.01,"cache_write":0.125}}"#;
/// The model that is used where none is named.
const DEFAULT_MODEL: &str = "claude-sonnet-5-5";

impl Config {
    /// Reads the process environment.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// Reads every setting through `look_up`.
    pub fn from_lookup(look_up: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let env = &Reader::new(look_up);
        let config = Self {
            tables: Tables::read(env)?,
            prompt_jobs_queue_url: env.required("PROMPT_JOBS_QUEUE_URL")?,
            dynamodb_endpoint: env.optional("DYNAMODB_ENDPOINT"),
            behavior: read_behavior(env)?,
            consultation: ConsultationSettings {
                max_messages: env.number("CONSULTATION_MAX_MESSAGES", 60, 1..=500)?,
                min_messages: env.number("CONSULTATION_MIN_MESSAGES", 3, 1..=100)?,
                section_max_messages: env.number("SECTION_MAX_MESSAGES", 6, 1..=100)?,
            },
            consultation_model: ModelChoice::read(env, "CONSULTATION_MODEL", "CONSULTATION_MAX_TOKENS", 2_000)?,
            generation: GenerationSettings::read(env)?,
            coach: CoachSettings {
                model: ModelChoice::read(env, "COACH_MODEL", "COACH_MAX_TOKENS", 1_000)?,
                history_messages: env.number("COACH_HISTORY_MESSAGES", 20, 1..=100)?,
                generic_fallback: env.flag("ENABLE_GENERIC_FALLBACK", true)?,
            },
            update: UpdateSettings::read(env)?,
            claude: read_claude(env)?,
            prices: read_prices(env)?,
            budgets: Budgets {
                daily: read_budget(env, "DAILY_BUDGET_USD", 100.0)?,
                user_daily: read_budget(env, "USER_DAILY_BUDGET_USD", 1.0)?,
            },
            http: HttpSettings::read(env)?,
        };
        for (variable, choice) in [
            ("CONSULTATION_MODEL", &config.consultation_model),
            ("PROFILE_MODEL", &config.generation.profile_model),
            ("PROMPT_MODEL", &config.generation.prompt_model),
            ("COACH_MODEL", &config.coach.model),
        ] {
            require_price(&config.prices, variable, choice)?;
        }
        Ok(config)
    }
}

impl Tables {
    fn read(env: &Reader<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            profiles: env.required("PROFILES_TABLE")?,
            consultation_sessions: env.required("CONSULTATION_SESSIONS_TABLE")?,
            coach_conversations: env.required("COACH_CONVERSATIONS_TABLE")?,
            meals: env.required("MEALS_TABLE")?,
            prompt_history: env.required("PROMPT_HISTORY_TABLE")?,
            update_runs: env.required("UPDATE_RUNS_TABLE")?,
            idempotency: env.required("IDEMPOTENCY_TABLE")?,
            spending: env.required("SPENDING_TABLE")?,
        })
    }
}

impl ModelChoice {
    fn read(
        env: &Reader<'_>,
        model: &'static str,
        max_tokens: &'static str,
        default: u32,
    ) -> Result<Self, ConfigError> {
        Ok(Self { model: env.text(model, DEFAULT_MODEL), max_tokens: env.number(max_tokens, default, 1..=64_000)? })
    }
}

impl GenerationSettings {
    fn read(env: &Reader<'_>) -> Result<Self, ConfigError> {
        let profile_word_count = env.number("PROFILE_WORD_COUNT", 200, 50..=500)?;
        let tolerance = env.number("PROFILE_WORD_TOLERANCE", 0.20, 0.0..=0.5)?;
        let prompt_words = WordRange {
            min: env.number("PROMPT_MIN_WORDS", 500, 100..=2_000)?,
            max: env.number("PROMPT_MAX_WORDS", 800, 100..=2_000)?,
        };
        if prompt_words.min >= prompt_words.max {
            let problem =
                format!("is {}, but it must be below PROMPT_MAX_WORDS ({})", prompt_words.min, prompt_words.max);
            return Err(ConfigError { variable: "PROMPT_MIN_WORDS", problem });
        }
        Ok(Self {
            profile_model: ModelChoice::read(env, "PROFILE_MODEL", "PROFILE_MAX_TOKENS", 2_000)?,
            prompt_model: ModelChoice::read(env, "PROMPT_MODEL", "PROMPT_MAX_TOKENS", 4_000)?,
            profile_word_count,
            profile_words: WordRange::around(profile_word_count, tolerance),
            prompt_words,
            manual_interval: chrono::Duration::hours(env.number(
                "MANUAL_REGENERATION_INTERVAL_HOURS",
                24,
                0..=8_760,
            )?),
            wait: Duration::from_secs(env.number("COMPLETION_WAIT_SECONDS", 20, 0..=28)?),
        })
    }
}

impl UpdateSettings {
    fn read(env: &Reader<'_>) -> Result<Self, ConfigError> {
        let mode = |text: &str| match text {
            "batch" => Some(UpdateMode::Batch),
            "immediate" => Some(UpdateMode::Immediate),
            _ => None,
        };
        Ok(Self {
            automatic: env.flag("ENABLE_AUTOMATIC_UPDATES", true)?,
            mode: env.parsed("PROMPT_UPDATE_MODE", UpdateMode::Batch, || "batch or immediate".to_owned(), mode)?,
            min_days: env.number("MIN_DAYS_BETWEEN_UPDATES", 7, 0..=365)?,
            due_tolerance: chrono::Duration::hours(env.number("UPDATE_DUE_TOLERANCE_HOURS", 12, 0..=23)?),
            concurrency: env.number("UPDATE_CONCURRENCY", 4, 2..=100)?,
            batches: BatchLimits {
                requests: env.number("BATCH_MAX_REQUESTS", 10_000, 100..=100_000)?,
                bytes: env.number::<usize>("BATCH_MAX_MEGABYTES", 16, 2..=256)? * 1_000_000,
                attempts: env.number("BATCH_MAX_ATTEMPTS", 3, 1..=10)?,
            },
            shards: env.number("UPDATE_SHARDS", 16, 1..=1_000)?,
            schedule: read_schedule(env)?,
        })
    }
}

fn read_claude(env: &Reader<'_>) -> Result<ClaudeSettings, ConfigError> {
    let effort = |text: &str| match text {
        "model" => Some(None),
        "low" | "medium" | "high" => Some(Some(text.to_owned())),
        _ => None,
    };
    let seconds = |variable, default| env.number(variable, default, 1..=600).map(Duration::from_secs);
    Ok(ClaudeSettings {
        base_url: env.text("ANTHROPIC_BASE_URL", "https://api.anthropic.com").trim_end_matches('/').to_owned(),
        api_key_secret: env.required("ANTHROPIC_API_KEY_SECRET")?,
        timeout: seconds("CLAUDE_TIMEOUT_SECONDS", 60)?,
        api_timeout: seconds("CLAUDE_API_TIMEOUT_SECONDS", 25)?,
        max_retries: env.number("CLAUDE_MAX_RETRIES", 3, 0..=10)?,
        effort: env.parsed(
            "MODEL_EFFORT",
            Some("low".to_owned()),
            || "low, medium, high, or model to leave it to the model".to_owned(),
            effort,
        )?,
    })
}

impl HttpSettings {
    fn read(env: &Reader<'_>) -> Result<Self, ConfigError> {
        let auth = match env.text("AUTH_MODE", "authorizer").as_str() {
            "authorizer" => AuthMode::Authorizer,
            "jwt" => {
                let issuer = env.required("COGNITO_ISSUER")?.trim_end_matches('/').to_owned();
                let jwks_url = env.text("COGNITO_JWKS_URL", &format!("{issuer}/.well-known/jwks.json"));
                AuthMode::Jwt { issuer, audience: env.required("COGNITO_CLIENT_ID")?, jwks_url }
            }
            other => {
                let problem = format!("is \"{other}\", but it takes authorizer or jwt");
                return Err(ConfigError { variable: "AUTH_MODE", problem });
            }
        };
        Ok(Self {
            auth,
            max_body_bytes: env.number("MAX_BODY_BYTES", 65_536, 1_024..=6_000_000)?,
            max_message_chars: env.number("MAX_MESSAGE_CHARS", 4_000, 100..=50_000)?,
            idempotency: chrono::Duration::hours(env.number("IDEMPOTENCY_HOURS", 24, 1..=720)?),
            frontend_origin: env.parsed(
                "FRONTEND_ORIGIN",
                "*".to_owned(),
                || "* or an origin, such as https://app.example.com".to_owned(),
                |origin| origin.bytes().all(|byte| byte.is_ascii_graphic()).then(|| origin.to_owned()),
            )?,
        })
    }
}

fn read_behavior(env: &Reader<'_>) -> Result<BehaviorSettings, ConfigError> {
    let default = BehaviorSettings::default();
    let share = |variable, default| {
        let parse = |text: &str| text.parse().ok().and_then(Share::from_ratio);
        env.parsed(variable, default, || "a number from 0 to 1".to_owned(), parse)
    };
    let tolerance: f64 = env.number("ADHERENCE_TOLERANCE", default.adherence_tolerance.ratio(), 0.01..=0.5)?;
    Ok(BehaviorSettings {
        analysis_days: env.number("BEHAVIORAL_ANALYSIS_DAYS", default.analysis_days, 7..=90)?,
        adherence_tolerance: Share::from_ratio(tolerance).expect("the range lies between 0 and 1"),
        min_logged_days: env.number("MIN_LOGGED_DAYS", default.min_logged_days, 1..=90)?,
        adherence_change_threshold: share("ADHERENCE_CHANGE_THRESHOLD", default.adherence_change_threshold)?,
        logging_change_threshold: share("LOGGING_CHANGE_THRESHOLD", default.logging_change_threshold)?,
        streak_change_threshold: env.number("STREAK_CHANGE_THRESHOLD", default.streak_change_threshold, 0..=365)?,
        change_detection: env.flag("ENABLE_CHANGE_DETECTION", default.change_detection)?,
        drift_detection: env.flag("ENABLE_DRIFT_DETECTION", default.drift_detection)?,
    })
}

fn read_schedule(env: &Reader<'_>) -> Result<WeeklySchedule, ConfigError> {
    let weekday = |text: &str| (text.len() == 3).then(|| text.parse().ok()).flatten();
    let day_takes = || "mon, tue, wed, thu, fri, sat or sun".to_owned();
    let zone = |name: &str| TimeZone::parse("PROMPT_UPDATE_TIMEZONE", name).ok();
    let hour = env.number("PROMPT_UPDATE_HOUR", 3, 0..=23)?;
    let minute = env.number("PROMPT_UPDATE_MINUTE", 0, 0..=59)?;
    Ok(WeeklySchedule {
        day: env.parsed("PROMPT_UPDATE_DAY", Weekday::Sun, day_takes, weekday)?,
        time: NaiveTime::from_hms_opt(hour, minute, 0).expect("hour and minute are in range"),
        timezone: env.parsed("PROMPT_UPDATE_TIMEZONE", TimeZone::UTC, || "an IANA time zone name".to_owned(), zone)?,
    })
}

/// A model whose price is not listed would be used without anyone knowing what it costs.
fn require_price(prices: &PriceList, variable: &'static str, choice: &ModelChoice) -> Result<(), ConfigError> {
    match prices.cost(&choice.model, &TokenUsage::default(), CallMode::Immediate) {
        Some(_) => Ok(()),
        None => Err(ConfigError {
            variable,
            problem: format!("is \"{}\", but MODEL_PRICES lists no price for that model", choice.model),
        }),
    }
}

fn read_prices(env: &Reader<'_>) -> Result<PriceList, ConfigError> {
    let parse = |text: &str| serde_json::from_str::<BTreeMap<String, ModelPrice>>(text).ok();
    let defaults = parse(DEFAULT_PRICES).expect("the default price list is valid JSON");
    let takes = || "a JSON object of model names with input, output, cache_read and cache_write prices".to_owned();
    let models = env.parsed("MODEL_PRICES", defaults, takes, parse)?;
    Ok(PriceList { models, batch_factor: env.number("BATCH_PRICE_FACTOR", 0.5, 0.0..=1.0)? })
}

fn read_budget(env: &Reader<'_>, variable: &'static str, default: f64) -> Result<Option<Usd>, ConfigError> {
    let dollars = env.number(variable, default, 0.0..=1_000_000.0)?;
    Ok((dollars > 0.0).then(|| Usd::from(dollars)))
}

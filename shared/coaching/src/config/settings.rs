//! The settings, grouped by who uses them.

use std::time::Duration;

use claude::ClaudeSettings;
use domain::behavior::BehaviorSettings;
use domain::coaching_prompt::WordRange;
use domain::consultation::ConsultationSettings;
use domain::money::{PriceList, Usd};
use domain::schedule::WeeklySchedule;

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Names of the tables.
    pub tables: Tables,
    /// URL of the `prompt-jobs` queue.
    pub prompt_jobs_queue_url: String,
    /// Endpoint of DynamoDB, where it is not AWS's own.
    pub dynamodb_endpoint: Option<String>,
    /// Behaviour and change detection.
    pub behavior: BehaviorSettings,
    /// The consultation and its model.
    pub consultation: ConsultationSettings,
    /// The model of the consultation.
    pub consultation_model: ModelChoice,
    /// Profiles and prompts.
    pub generation: GenerationSettings,
    /// The coach.
    pub coach: CoachSettings,
    /// The weekly run.
    pub update: UpdateSettings,
    /// The model's service.
    pub claude: ClaudeSettings,
    /// Prices.
    pub prices: PriceList,
    /// Daily budgets.
    pub budgets: Budgets,
    /// Requests.
    pub http: HttpSettings,
}

/// Names of the DynamoDB tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// `PROFILES_TABLE`
    pub profiles: String,
    /// `CONSULTATION_SESSIONS_TABLE`
    pub consultation_sessions: String,
    /// `COACH_CONVERSATIONS_TABLE`
    pub coach_conversations: String,
    /// `MEALS_TABLE`
    pub meals: String,
    /// `PROMPT_HISTORY_TABLE`
    pub prompt_history: String,
    /// `UPDATE_RUNS_TABLE`
    pub update_runs: String,
    /// `IDEMPOTENCY_TABLE`
    pub idempotency: String,
    /// `SPENDING_TABLE`
    pub spending: String,
}

/// A model and how much it may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChoice {
    /// Name of the model.
    pub model: String,
    /// Most tokens of an answer.
    pub max_tokens: u32,
}

/// How profiles and prompts are written.
#[derive(Debug, Clone)]
pub struct GenerationSettings {
    /// Who writes profiles.
    pub profile_model: ModelChoice,
    /// Who writes prompts.
    pub prompt_model: ModelChoice,
    /// Words that a profile is asked for.
    pub profile_word_count: usize,
    /// Words that a profile may have.
    pub profile_words: WordRange,
    /// Words that a prompt may have.
    pub prompt_words: WordRange,
    /// Least time between two prompts that one person asks for.
    pub manual_interval: chrono::Duration,
    /// How long a request waits for a prompt before it answers 202.
    pub wait: Duration,
}

/// How the coach answers.
#[derive(Debug, Clone)]
pub struct CoachSettings {
    /// Who answers.
    pub model: ModelChoice,
    /// How many earlier messages the coach sees at most; at least half as many, if there are.
    pub history_messages: u32,
    /// Whether a person without a personal prompt gets generic coaching.
    pub generic_fallback: bool,
}

/// How changed prompts are written in the weekly run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateMode {
    /// In message batches, at the batch price.
    Batch,
    /// At once.
    Immediate,
}

/// The weekly run.
#[derive(Debug, Clone)]
pub struct UpdateSettings {
    /// Whether it runs at all.
    pub automatic: bool,
    /// How changed prompts are written.
    pub mode: UpdateMode,
    /// Least days between two checks of one person; 0 checks at every run.
    pub min_days: u32,
    /// How much earlier than that a check may come.
    pub due_tolerance: chrono::Duration,
    /// Users that one worker handles at a time.
    pub concurrency: usize,
    /// How large message batches are, and how often their requests are tried.
    pub batches: BatchLimits,
    /// Parts over which users are spread.
    pub shards: u32,
    /// When it takes place. The template makes the schedule's cron expression from the same variables.
    pub schedule: WeeklySchedule,
}

/// How large message batches are, and how often their requests are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Most requests in one batch; the service takes 100,000.
    pub requests: usize,
    /// Most bytes in one batch; the service takes 256 MB. A worker holds one batch in memory.
    pub bytes: usize,
    /// How often a request is put into a batch before its rewriting has failed.
    pub attempts: u32,
}

/// Most that may be spent on the model in one UTC day; `None` is no limit.
#[derive(Debug, Clone, Copy)]
pub struct Budgets {
    /// For all users together.
    pub daily: Option<Usd>,
    /// For one user.
    pub user_daily: Option<Usd>,
}

/// How a caller is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthMode {
    /// By the claims that API Gateway's authorizer passes on.
    Authorizer,
    /// By a bearer token that the function verifies itself.
    Jwt {
        /// Who must have issued it.
        issuer: String,
        /// For whom it must have been issued.
        audience: String,
        /// Where the issuer publishes its keys.
        jwks_url: String,
    },
}

/// Requests.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// How a caller is known.
    pub auth: AuthMode,
    /// Largest body, in bytes.
    pub max_body_bytes: usize,
    /// Longest message, in characters.
    pub max_message_chars: usize,
    /// How long an answer is kept for repetitions of its request.
    pub idempotency: chrono::Duration,
    /// Origin whose pages may read the answers; `*` for any.
    pub frontend_origin: String,
}

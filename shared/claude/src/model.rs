//! The language model, as the use cases see it.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use serde_json::Value;

use domain::conversation::Role;
use domain::money::{TokenUsage, Usd};

/// What a call is for; it selects nothing, and is named in logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// One answer of the consultation.
    Consultation,
    /// The psychological profile.
    Profile,
    /// A whole coaching prompt.
    InitialPrompt,
    /// The sections of a coaching prompt that follow behaviour.
    PromptUpdate,
    /// One answer of the coach.
    Coach,
    /// What a message says of its writer's safety.
    Safety,
}

impl Purpose {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Consultation, Self::Profile, Self::InitialPrompt, Self::PromptUpdate, Self::Coach, Self::Safety];

    /// The name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consultation => "consultation",
            Self::Profile => "profile",
            Self::InitialPrompt => "initial_prompt",
            Self::PromptUpdate => "prompt_update",
            Self::Coach => "coach",
            Self::Safety => "safety",
        }
    }
}

/// Tokens that Claude adds to a request by itself: roles, and the words around an output schema.
const FRAME_TOKENS: u64 = 1_000;

/// One block of the system prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemBlock {
    /// The text.
    pub text: String,
    /// Whether the request up to here is worth caching. The client leaves the mark out where the model's minimum is not
    /// met.
    pub cache: bool,
}

/// One message of the conversation, in one or more blocks of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// The blocks of text; never empty.
    pub blocks: Vec<String>,
    /// Whether the request up to the end of the first block is worth caching.
    pub cache: bool,
}

impl Turn {
    /// A turn of one block.
    #[must_use]
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, blocks: vec![text.into()], cache: false }
    }
}

/// One question to the model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRequest {
    /// What it is for.
    pub purpose: Purpose,
    /// The model's name.
    pub model: String,
    /// Most tokens to answer with.
    pub max_tokens: u32,
    /// Effort that is asked for; `None` leaves it to the model. Thinking counts towards an answer's tokens and is paid like it.
    pub effort: Option<&'static str>,
    /// The system prompt.
    pub system: Vec<SystemBlock>,
    /// The conversation; begins with the person's turn, and roles alternate.
    pub turns: Vec<Turn>,
    /// JSON schema that the answer must follow; `None` for plain text.
    pub output_schema: Option<Value>,
    /// Time that the whole call may take, retries included. Batched calls ignore it.
    pub deadline: Duration,
}

impl ModelRequest {
    /// The most tokens that Claude may count in the request. A token has at least one byte of what people write, and as a rule
    /// four; of our own English instructions it has two at least. What is written for a person, such as a coaching prompt,
    /// stands among the instructions.
    #[must_use]
    pub fn most_input_tokens(&self) -> u64 {
        let bytes = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.len() as u64).sum::<u64>();
        let own = bytes(&mut self.system.iter().map(|block| &block.text));
        let schema = self.output_schema.as_ref().map_or(0, |schema| schema.to_string().len() as u64);
        let said = bytes(&mut self.turns.iter().flat_map(|turn| &turn.blocks));
        (own + schema).div_ceil(2) + said + FRAME_TOKENS
    }
}

/// A complete answer: the model ended it by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelReply {
    /// The text, thinking left out; never empty.
    pub text: String,
    /// The model that answered.
    pub model: String,
    /// Tokens used.
    pub usage: TokenUsage,
    /// What they cost.
    pub cost: Usd,
}

/// Why there is no answer. Variants that cost money carry what they cost.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The service is overloaded, limits our rate or cannot be reached; asking later can help.
    #[error("the model is unavailable ({detail})")]
    Unavailable {
        /// What was seen, without any message text.
        detail: String,
        /// How long the service asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// No answer within the request's deadline.
    #[error("the model did not answer in time")]
    TimedOut {
        /// The most that the tries may have cost whose end nobody has seen.
        cost: Usd,
    },
    /// The answer broke off again and again, or until time was up; asking later can help.
    #[error("the model's answer broke off ({detail})")]
    BrokenOff {
        /// What was seen, without any message text.
        detail: String,
        /// What the parts of it cost that came.
        cost: Usd,
    },
    /// The answer was cut off at `max_tokens`.
    #[error("the model's answer was cut off")]
    Truncated {
        /// What it cost.
        cost: Usd,
    },
    /// The model declined to answer.
    #[error("the model declined to answer")]
    Refused {
        /// What it cost.
        cost: Usd,
    },
    /// The answer is not what was asked for: empty, or not of the wire format.
    #[error("the model's answer cannot be used ({detail})")]
    Malformed {
        /// What is wrong, without any message text.
        detail: String,
        /// What it cost.
        cost: Usd,
    },
    /// The request or the account is wrong (4xx, spend limit); asking again cannot help.
    #[error("the model rejected the request ({detail})")]
    Rejected {
        /// The service's error type and status, without any message text.
        detail: String,
    },
}

impl ModelError {
    /// What the failed call cost all the same.
    #[must_use]
    pub const fn cost(&self) -> Usd {
        match self {
            Self::TimedOut { cost }
            | Self::BrokenOff { cost, .. }
            | Self::Truncated { cost }
            | Self::Refused { cost }
            | Self::Malformed { cost, .. } => *cost,
            Self::Unavailable { .. } | Self::Rejected { .. } => Usd::ZERO,
        }
    }

    /// The same failure, after parts of earlier answers have cost `lost`.
    #[must_use]
    pub fn costing_also(mut self, lost: Usd) -> Self {
        if lost == Usd::ZERO {
            return self;
        }
        match &mut self {
            Self::TimedOut { cost }
            | Self::BrokenOff { cost, .. }
            | Self::Truncated { cost }
            | Self::Refused { cost }
            | Self::Malformed { cost, .. } => *cost += lost,
            Self::Unavailable { .. } | Self::Rejected { .. } => {
                return Self::BrokenOff { detail: self.to_string(), cost: lost };
            }
        }
        self
    }

    /// The kind of failure, for a log line.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "unavailable",
            Self::TimedOut { .. } => "timed_out",
            Self::BrokenOff { .. } => "broken_off",
            Self::Truncated { .. } => "truncated",
            Self::Refused { .. } => "refused",
            Self::Malformed { .. } => "malformed",
            Self::Rejected { .. } => "rejected",
        }
    }
}

/// One request of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchEntry {
    /// Names the request within its batch: 1 to 64 letters, digits, `-` and `_`.
    pub custom_id: String,
    /// The request.
    pub request: ModelRequest,
}

/// How far a batch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchProgress {
    /// Results are not there yet.
    InProgress,
    /// Every request has a result.
    Ended,
    /// The service knows of no batch of that id.
    Unknown,
}

/// A batch as the service lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBatch {
    /// The service's id of the batch.
    pub batch_id: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Number of its requests.
    pub requests: u64,
    /// How far it has come.
    pub progress: BatchProgress,
}

/// What became of one request of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchOutcome {
    /// It was answered; the cost is the batch price.
    Answered(ModelReply),
    /// It failed in a way that another try can mend: errored at the service, expired, or cancelled.
    TryAgain,
    /// It failed for good.
    Failed(ModelError),
}

impl BatchOutcome {
    /// What it cost, whether it can be used or not.
    #[must_use]
    pub const fn cost(&self) -> Usd {
        match self {
            Self::Answered(reply) => reply.cost,
            Self::Failed(error) => error.cost(),
            Self::TryAgain => Usd::ZERO,
        }
    }
}

/// One result of a batch; results come in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchItem {
    /// Names the request.
    pub custom_id: String,
    /// What became of it.
    pub outcome: BatchOutcome,
}

/// A stream of batch results, so that a large batch is never held in memory.
pub type BatchResults = BoxStream<'static, Result<BatchItem, ModelError>>;

/// A language model.
#[async_trait]
pub trait Model: Send + Sync {
    /// Asks and waits for the whole answer. Transient failures are retried within the request's deadline.
    async fn ask(&self, request: &ModelRequest) -> Result<ModelReply, ModelError>;

    /// Starts a batch and answers with its id.
    async fn submit_batch(&self, entries: &[BatchEntry]) -> Result<String, ModelError>;

    /// Batches that were made at `since` or later, newest first.
    async fn batches_since(&self, since: DateTime<Utc>) -> Result<Vec<ListedBatch>, ModelError>;

    /// How far a batch has come. One that the service does not know (404) is no error, but `Unknown`.
    async fn batch_progress(&self, batch_id: &str) -> Result<BatchProgress, ModelError>;

    /// The results of a batch that has ended.
    async fn batch_results(&self, batch_id: &str) -> Result<BatchResults, ModelError>;
}

//! The composition root: builds the clients once per cold start and fills the ports.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;

use crate::SecretsManagerKey;
use crate::config::{Config, ConfigError};
use crate::http::Api;
use crate::jobs::JobQueue;
use crate::jobs::SqsJobQueue;
use crate::store::{
    BatchTable, ConsultationTable, ConversationTable, DynamoStores, IdempotencyTable, MealTable, ProfileTable,
    PromptHistoryTable, RunTable, SpendingTable,
};
use crate::system::SystemClock;
use crate::system::{Clock, Ids};
use claude::ClaudeClient;
use claude::Model;

/// How long a connection may take to come about: short, so that the try after it still falls within a call's deadline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Everything that a function is made of.
#[derive(Clone)]
pub struct App {
    /// The settings.
    pub config: Config,
    /// The filled ports.
    pub ports: Ports,
    http: reqwest::Client,
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The HTTP client cannot be built.
    #[error("The HTTP client cannot be built: {0}. Check the machine's TLS certificates.")]
    Http(#[from] reqwest::Error),
}

impl App {
    /// Reads the environment and builds the clients. A function that cannot start says so in one line of its log.
    pub async fn from_env() -> Result<Self, StartError> {
        let started = Self::build().await;
        if let Err(error) = &started {
            tracing::error!(%error, "cold_start_failed");
        }
        started
    }

    async fn build() -> Result<Self, StartError> {
        let config = Config::from_env()?;
        let aws = aws_config::load_from_env().await;
        Self::new(config, &aws)
    }

    /// Builds the clients from settings.
    pub fn new(config: Config, aws: &SdkConfig) -> Result<Self, StartError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("sharpened/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .build()?;
        let secrets = aws_sdk_secretsmanager::Client::new(aws);
        let key = SecretsManagerKey::new(secrets, config.claude.api_key_secret.clone());
        let model = ClaudeClient::new(http.clone(), &config.claude, config.prices.clone(), key);
        let queue = SqsJobQueue::new(aws_sdk_sqs::Client::new(aws), config.prompt_jobs_queue_url.clone());
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(aws);
        dynamodb.set_endpoint_url(config.dynamodb_endpoint.clone().or_else(|| aws.endpoint_url().map(str::to_owned)));
        let client = aws_sdk_dynamodb::Client::from_conf(dynamodb.build());
        let stores = DynamoStores::new(client, &config.tables);
        let ports = fill_ports(&stores, Arc::new(model), Arc::new(queue), Arc::new(SystemClock));
        Ok(Self { config, ports, http })
    }

    /// What was put together elsewhere.
    #[must_use]
    pub const fn of(config: Config, ports: Ports, http: reqwest::Client) -> Self {
        Self { config, ports, http }
    }

    /// What every API function does around its handler.
    #[must_use]
    pub fn api(&self) -> Api {
        let Ports { idempotency, clock, ids, .. } = self.ports.clone();
        Api::new(&self.config.http, &self.http, idempotency, clock, ids)
    }
}

/// Fills the ports: stores over one database client, and whatever stands for the model, the queue, the clock and ids.
#[must_use]
pub fn fill_ports(
    stores: &DynamoStores,
    model: Arc<dyn Model>,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
) -> Ports {
    Ports {
        profiles: stores.profiles.clone(),
        history: stores.prompt_history.clone(),
        consultations: stores.consultations.clone(),
        conversations: stores.conversations.clone(),
        meals: stores.meals.clone(),
        idempotency: stores.idempotency.clone(),
        spending: stores.spending.clone(),
        runs: stores.runs.clone(),
        batches: stores.batches.clone(),
        queue,
        model,
        clock,
        ids: Ids,
    }
}

/// Every store and what else use cases need. A service takes the ones it uses.
#[derive(Clone)]
pub struct Ports {
    /// People.
    pub profiles: ProfileTable,
    /// Prompt versions.
    pub history: PromptHistoryTable,
    /// Consultations.
    pub consultations: ConsultationTable,
    /// Coaching conversations.
    pub conversations: ConversationTable,
    /// Meals and day totals.
    pub meals: MealTable,
    /// Answers to requests that carry a key.
    pub idempotency: IdempotencyTable,
    /// What was spent.
    pub spending: SpendingTable,
    /// Weekly runs.
    pub runs: RunTable,
    /// Open message batches.
    pub batches: BatchTable,
    /// The `prompt-jobs` queue.
    pub queue: Arc<dyn JobQueue>,
    /// The language model.
    pub model: Arc<dyn Model>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Ids,
}

//! The one state that functions are made from: the settings, the tables, the model, the queue and the clock. Nothing is
//! read or built before a use case asks for it, so that a function starts with what it uses and no more.

use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use claude::{ClaudeClient, Model, SystemTimer, Timer};

use crate::SecretsManagerKey;
use crate::aws;
use crate::config::{ConfigError, Environment, model};
use crate::jobs::{JobQueue, SqsJobQueue};
use crate::store::{
    AddressTable, AuditTable, BatchTable, ConsultationKeyTable, ConsultationTable, ConversationTable, CounterTable,
    DirectoryTable, FirstAnswerTable, IdempotencyTable, LockTable, MealTable, MinorTable, ProfileTable,
    PromptHistoryTable, PromptVersionTable, RedemptionTable, RunTable, SpendingTable, StreakTable, Table, WeightTable,
};
use crate::system::{Clock, Ids, SystemClock};

/// What functions are made from. Cloning is cheap: the clients are shared.
#[derive(Clone)]
pub struct App {
    env: Environment,
    clients: Arc<Clients>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
}

/// The clients, each built when it is first asked for.
#[derive(Clone)]
struct Clients {
    aws: SdkConfig,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    model: OnceLock<Arc<dyn Model>>,
    queue: OnceLock<Arc<dyn JobQueue>>,
    first_prompts: OnceLock<Arc<dyn JobQueue>>,
}

/// What is built from an app: a use case with the settings, tables and clients that it uses.
pub trait FromApp: Sized {
    /// Builds it. What is asked of `app` here, and nothing else, is what a function with this use case needs.
    ///
    /// # Errors
    ///
    /// If one of its settings cannot be used: the function does not start.
    fn from_app(app: &App) -> Result<Self, StartError>;
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
    /// An app over the process environment and AWS.
    pub async fn from_env() -> Self {
        Self::new(Environment::of_process(), aws_config::load_from_env().await)
    }

    /// An app over an environment, whose clients reach AWS as `aws` says.
    #[must_use]
    pub fn new(env: Environment, aws: SdkConfig) -> Self {
        let aws = aws::under_policy(aws);
        let clients = Clients {
            aws,
            dynamodb: OnceLock::new(),
            model: OnceLock::new(),
            queue: OnceLock::new(),
            first_prompts: OnceLock::new(),
        };
        Self { env, clients: Arc::new(clients), clock: Arc::new(SystemClock), timer: Arc::new(SystemTimer) }
    }

    /// The same with another way to the tables.
    #[must_use]
    pub fn with_dynamodb(self, client: &aws_sdk_dynamodb::Client) -> Self {
        self.with(|clients| clients.dynamodb = aws::dynamodb(client).into())
    }

    /// The same with another model.
    #[must_use]
    pub fn with_model(self, model: Arc<dyn Model>) -> Self {
        self.with(|clients| clients.model = model.into())
    }

    /// The same with another queue of prompt jobs.
    #[must_use]
    pub fn with_queue(self, queue: Arc<dyn JobQueue>) -> Self {
        self.with(|clients| clients.queue = queue.into())
    }

    /// The same with another queue of first prompts.
    #[must_use]
    pub fn with_first_prompt_queue(self, queue: Arc<dyn JobQueue>) -> Self {
        self.with(|clients| clients.first_prompts = queue.into())
    }

    /// The same at another time.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The same with another way to let time pass.
    #[must_use]
    pub fn with_timer(self, timer: Arc<dyn Timer>) -> Self {
        Self { timer, ..self }
    }

    fn with(self, change: impl FnOnce(&mut Clients)) -> Self {
        let mut clients = (*self.clients).clone();
        change(&mut clients);
        Self { clients: Arc::new(clients), ..self }
    }

    /// The settings.
    #[must_use]
    pub const fn env(&self) -> &Environment {
        &self.env
    }

    /// Time.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The passing of time.
    #[must_use]
    pub fn timer(&self) -> Arc<dyn Timer> {
        Arc::clone(&self.timer)
    }

    /// Identities.
    #[must_use]
    pub const fn ids(&self) -> Ids {
        Ids
    }

    /// The language model.
    ///
    /// # Errors
    ///
    /// If its settings cannot be used.
    pub fn model(&self) -> Result<Arc<dyn Model>, StartError> {
        if let Some(model) = self.clients.model.get() {
            return Ok(Arc::clone(model));
        }
        let key = SecretsManagerKey::new(self.clients.aws.clone(), self.env.required("ANTHROPIC_API_KEY_SECRET")?);
        let client = ClaudeClient::new(&model::claude(&self.env)?, model::prices(&self.env)?, key);
        Ok(Arc::clone(self.clients.model.get_or_init(|| Arc::new(client))))
    }

    /// The `prompt-jobs` queue.
    ///
    /// # Errors
    ///
    /// If its address is not set.
    pub fn queue(&self) -> Result<Arc<dyn JobQueue>, StartError> {
        self.sqs(&self.clients.queue, "PROMPT_JOBS_QUEUE_URL")
    }

    /// The `first-prompt-jobs` queue.
    ///
    /// # Errors
    ///
    /// If its address is not set.
    pub fn first_prompt_queue(&self) -> Result<Arc<dyn JobQueue>, StartError> {
        self.sqs(&self.clients.first_prompts, "FIRST_PROMPT_JOBS_QUEUE_URL")
    }

    fn sqs(
        &self,
        built: &OnceLock<Arc<dyn JobQueue>>,
        variable: &'static str,
    ) -> Result<Arc<dyn JobQueue>, StartError> {
        if let Some(queue) = built.get() {
            return Ok(Arc::clone(queue));
        }
        let queue = SqsJobQueue::new(self.clients.aws.clone(), self.env.required(variable)?);
        Ok(Arc::clone(built.get_or_init(|| Arc::new(queue))))
    }

    /// People.
    ///
    /// # Errors
    ///
    /// If the table's name is not set; likewise the other tables.
    pub fn profiles(&self) -> Result<ProfileTable, StartError> {
        Ok(ProfileTable::new(self.table("PROFILES_TABLE")?))
    }

    /// Prompt versions as they are written: with their profile, their history row and the session that they complete.
    pub fn prompt_versions(&self) -> Result<PromptVersionTable, StartError> {
        let (profiles, history) = (self.table("PROFILES_TABLE")?, self.table("PROMPT_HISTORY_TABLE")?);
        Ok(PromptVersionTable::new(profiles, history, self.table("CONSULTATION_SESSIONS_TABLE")?))
    }

    /// Prompt versions as they are read.
    pub fn prompt_history(&self) -> Result<PromptHistoryTable, StartError> {
        Ok(PromptHistoryTable::new(self.table("PROMPT_HISTORY_TABLE")?))
    }

    /// Consultation keys as they are issued and listed.
    pub fn consultation_keys(&self) -> Result<ConsultationKeyTable, StartError> {
        Ok(ConsultationKeyTable::new(self.table("CONSULTATION_KEYS_TABLE")?))
    }

    /// Consultation keys as they are redeemed: with the profile that they open the consultation for.
    pub fn redemptions(&self) -> Result<RedemptionTable, StartError> {
        let (keys, profiles) = (self.table("CONSULTATION_KEYS_TABLE")?, self.table("PROFILES_TABLE")?);
        Ok(RedemptionTable::new(keys, profiles, self.table("IDEMPOTENCY_TABLE")?))
    }

    /// Consultations.
    pub fn consultations(&self) -> Result<ConsultationTable, StartError> {
        Ok(ConsultationTable::new(self.table("CONSULTATION_SESSIONS_TABLE")?, self.table("PROFILES_TABLE")?))
    }

    /// Coaching conversations.
    pub fn conversations(&self) -> Result<ConversationTable, StartError> {
        Ok(ConversationTable::new(self.table("COACH_CONVERSATIONS_TABLE")?))
    }

    /// Meals and day totals.
    pub fn meals(&self) -> Result<MealTable, StartError> {
        Ok(MealTable::new(self.table("MEALS_TABLE")?))
    }

    /// Weigh-ins.
    pub fn weights(&self) -> Result<WeightTable, StartError> {
        Ok(WeightTable::new(self.table("MEALS_TABLE")?))
    }

    /// Answers to requests that carry a key.
    pub fn idempotency(&self) -> Result<IdempotencyTable, StartError> {
        Ok(IdempotencyTable::new(self.table("IDEMPOTENCY_TABLE")?))
    }

    /// Locks on paid work.
    pub fn locks(&self) -> Result<LockTable, StartError> {
        Ok(LockTable::new(self.table("IDEMPOTENCY_TABLE")?))
    }

    /// Answers of writers that need a repair.
    pub fn first_answers(&self) -> Result<FirstAnswerTable, StartError> {
        Ok(FirstAnswerTable::new(self.table("IDEMPOTENCY_TABLE")?))
    }

    /// Accounts of people who are not of age.
    pub fn minors(&self) -> Result<MinorTable, StartError> {
        Ok(MinorTable::new(self.table("IDEMPOTENCY_TABLE")?))
    }

    /// Which account has an address.
    pub fn addresses(&self) -> Result<AddressTable, StartError> {
        Ok(AddressTable::new(self.table("IDEMPOTENCY_TABLE")?))
    }

    /// What was spent.
    pub fn spending(&self) -> Result<SpendingTable, StartError> {
        Ok(SpendingTable::new(self.table("SPENDING_TABLE")?))
    }

    /// Weekly runs.
    pub fn runs(&self) -> Result<RunTable, StartError> {
        Ok(RunTable::new(self.table("UPDATE_RUNS_TABLE")?))
    }

    /// Who did what to whom, and what was heard about people's safety.
    pub fn audit(&self) -> Result<AuditTable, StartError> {
        Ok(AuditTable::new(self.table("AUDIT_TABLE")?))
    }

    /// The directory of users.
    pub fn directory(&self) -> Result<DirectoryTable, StartError> {
        Ok(DirectoryTable::new(self.table("USER_DIRECTORY_TABLE")?))
    }

    /// What is counted of users.
    pub fn counters(&self) -> Result<CounterTable, StartError> {
        Ok(CounterTable::new(self.table("COUNTERS_TABLE")?))
    }

    /// Logging streaks that are watched.
    pub fn streaks(&self) -> Result<StreakTable, StartError> {
        Ok(StreakTable::new(self.table("STREAKS_TABLE")?))
    }

    /// Open message batches.
    pub fn batches(&self) -> Result<BatchTable, StartError> {
        Ok(BatchTable::new(self.table("UPDATE_RUNS_TABLE")?))
    }

    fn table(&self, variable: &'static str) -> Result<Table, ConfigError> {
        let client = self.clients.dynamodb.get_or_init(|| {
            let client = aws_sdk_dynamodb::Client::new(&self.clients.aws);
            aws::dynamodb(&client)
        });
        Ok(Table::new(client.clone(), &self.env.required(variable)?))
    }
}

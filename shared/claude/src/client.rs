//! The port [`Model`], over the Messages API.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::batch::{self, Batch, BatchList, BatchParams, BatchRequest};
use super::call_log;
use super::circuit::Circuit;
use super::http::Http;
use super::key::{ApiKey, KeptKey};
use super::lines::{Limits, lines};
use super::pace::Pace;
use super::pricing::Pricing;
use super::request::MessageParams;
use super::settings::ClaudeSettings;
use super::stream::Streamed;
use super::timer::{SystemTimer, Timer};
use super::transport::{Allowance, COUNT_TOKENS, Call, MESSAGES, Trace, Transport, unreadable};
use crate::{BatchEntry, BatchProgress, BatchResults, ListedBatch, Model, ModelError, ModelReply, ModelRequest};
use domain::money::{CallMode, PriceList, TokenUsage, Usd};

/// The path of message batches.
const BATCHES: &str = "/v1/messages/batches";
/// Batches that are listed in one request; the service takes 1 to 1,000.
const LISTED_AT_ONCE: u32 = 100;
/// Most tokens of an answer that is waited for in one piece. Of a longer one, a connection can break in the middle, and
/// only a stream tells how much of it has to be paid for.
const LONGEST_AT_ONCE: u32 = 2_000;
/// Longest line of a batch's results, in bytes: several times the longest answer.
const LONGEST_RESULT: usize = 8 * 1024 * 1024;

/// The answer to a question for tokens.
#[derive(Deserialize)]
struct TokenCount {
    input_tokens: u64,
}

/// A client of Claude's Messages API. One serves a whole execution environment: it keeps the key, and remembers when
/// Claude is down.
pub struct ClaudeClient {
    transport: Transport,
    batch_timeout: Duration,
    pricing: Arc<Pricing>,
}

impl ClaudeClient {
    /// A client that reads its key from `key` when it first needs it. A model without a price in `prices` is never
    /// asked.
    #[must_use]
    pub fn new(settings: &ClaudeSettings, prices: PriceList, key: impl ApiKey + 'static) -> Self {
        Self::over(Http::default(), settings, prices, key, Arc::new(SystemTimer))
    }

    /// A client with connections and a sense of time of its own.
    #[must_use]
    pub fn with(
        http: reqwest::Client,
        timer: Arc<dyn Timer>,
        settings: &ClaudeSettings,
        prices: PriceList,
        key: impl ApiKey + 'static,
    ) -> Self {
        Self::over(Http::built(http), settings, prices, key, timer)
    }

    fn over(
        http: Http,
        settings: &ClaudeSettings,
        prices: PriceList,
        key: impl ApiKey + 'static,
        timer: Arc<dyn Timer>,
    ) -> Self {
        let transport = Transport {
            http,
            base_url: settings.base_url.clone(),
            key: KeptKey::new(key),
            max_retries: settings.max_retries,
            circuit: Circuit::new(),
            pace: Pace::default(),
            timer,
        };
        let pricing = Arc::new(Pricing(prices));
        Self { transport, batch_timeout: settings.batch_timeout, pricing }
    }

    fn params<'a>(&'a self, request: &'a ModelRequest) -> Result<MessageParams<'a>, ModelError> {
        self.pricing.check(&request.model)?;
        MessageParams::new(request)
    }

    /// Counts the input tokens of `request` as Claude does, which costs nothing.
    pub async fn count_tokens(&self, request: &ModelRequest) -> Result<u64, ModelError> {
        let call = question(COUNT_TOKENS, &self.params(request)?.counted(), request.deadline);
        let body: Vec<u8> = self.transport.send(&call, &mut Trace::default()).await?;
        Ok(read::<TokenCount>(&body)?.input_tokens)
    }

    async fn answer(&self, request: &ModelRequest, trace: &mut Trace) -> Result<ModelReply, ModelError> {
        let params = self.params(request)?;
        let message = if request.max_tokens > LONGEST_AT_ONCE {
            let call = self.question(request, &params.streamed());
            let Streamed(message) = self.transport.send(&call, trace).await?;
            message
        } else {
            let call = self.question(request, &params);
            let body: Vec<u8> = self.transport.send(&call, trace).await?;
            read(&body).inspect_err(|_| {
                trace.unanswered += 1;
                call_log::unreadable_answer(&request.model, trace);
            })?
        };
        let cost = self.cost(request, &message.usage());
        message.into_reply(cost)
    }

    fn cost(&self, request: &ModelRequest, usage: &TokenUsage) -> Usd {
        let cost = self.pricing.cost(&request.model, usage, CallMode::Immediate);
        cost.expect("a request whose model has no price is not sent")
    }

    fn allowance(&self, request: &ModelRequest) -> Allowance {
        let pricing = Arc::clone(&self.pricing);
        Allowance { pricing, model: request.model.clone(), worst: self.pricing.worst(request) }
    }

    fn question(&self, request: &ModelRequest, params: &MessageParams<'_>) -> Call {
        Call { allowance: Some(self.allowance(request)), ..question(MESSAGES, params, request.deadline) }
    }

    fn look(&self, path: String) -> Call {
        let (body, deadline) = (Vec::new(), self.batch_timeout);
        Call { method: Method::GET, path, body, deadline, repeatable: true, allowance: None }
    }

    fn batch_call(&self, batch_id: &str, suffix: &str) -> Result<Call, ModelError> {
        // The id becomes part of a path.
        let valid =
            !batch_id.is_empty() && batch_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !valid {
            return Err(ModelError::Rejected { detail: "that is no id of a batch".to_owned() });
        }
        let path = format!("{BATCHES}/{batch_id}{suffix}");
        Ok(self.look(path))
    }
}

#[async_trait]
impl Model for ClaudeClient {
    async fn ask(&self, request: &ModelRequest) -> Result<ModelReply, ModelError> {
        let started = self.transport.timer.now();
        let mut trace = Trace::default();
        let answer = self.answer(request, &mut trace).await;
        let result = with_lost(answer, self.allowance(request).lost(&trace));
        call_log::model_call(request, &result, &trace, self.transport.timer.now() - started);
        result
    }

    async fn submit_batch(&self, entries: &[BatchEntry]) -> Result<String, ModelError> {
        let requests = entries
            .iter()
            .map(|entry| Ok(BatchRequest { custom_id: &entry.custom_id, params: self.params(&entry.request)? }))
            .collect::<Result<_, ModelError>>()?;
        // Sent twice, it would be paid twice.
        let call = Call {
            method: Method::POST,
            path: BATCHES.to_owned(),
            body: json(&BatchParams { requests }),
            deadline: self.batch_timeout,
            repeatable: false,
            allowance: None,
        };
        let mut trace = Trace::default();
        let body: Vec<u8> = self.transport.send(&call, &mut trace).await?;
        let batch: Batch = read(&body)?;
        call_log::batch_submitted(&batch.id, entries.len(), &trace);
        Ok(batch.id)
    }

    async fn batches_since(&self, since: DateTime<Utc>) -> Result<Vec<ListedBatch>, ModelError> {
        let mut listed = Vec::new();
        let mut page = String::new();
        loop {
            let path = format!("{BATCHES}?limit={LISTED_AT_ONCE}{page}");
            let call = self.look(path);
            let body: Vec<u8> = self.transport.send(&call, &mut Trace::default()).await?;
            let BatchList { data, has_more, last_id } = read(&body)?;
            let before = listed.len() + data.len();
            listed.extend(data.into_iter().map(batch::Entry::listed).filter(|batch| batch.created_at >= since));
            match last_id.filter(|_| has_more && listed.len() == before) {
                Some(last) => page = format!("&after_id={last}"),
                None => return Ok(listed),
            }
        }
    }

    async fn batch_progress(&self, batch_id: &str) -> Result<BatchProgress, ModelError> {
        let mut trace = Trace::default();
        match self.transport.send::<Vec<u8>>(&self.batch_call(batch_id, "")?, &mut trace).await {
            Ok(body) => Ok(read::<Batch>(&body)?.progress()),
            Err(ModelError::Rejected { .. }) if trace.status == Some(StatusCode::NOT_FOUND) => {
                Ok(BatchProgress::Unknown)
            }
            Err(error) => Err(error),
        }
    }

    async fn batch_results(&self, batch_id: &str) -> Result<BatchResults, ModelError> {
        // Claude names the results' address as well, but the key goes nowhere else than to the configured one.
        let call = self.batch_call(batch_id, "/results")?;
        let response: Response = self.transport.send(&call, &mut Trace::default()).await?;
        let pricing = Arc::clone(&self.pricing);
        let limits = Limits { line: LONGEST_RESULT, pause: self.batch_timeout };
        let results = lines(response.bytes_stream().boxed(), limits);
        Ok(results.map(move |line| batch::read_line(line, &pricing)).boxed())
    }
}

fn question(path: &str, params: &MessageParams<'_>, deadline: Duration) -> Call {
    Call {
        method: Method::POST,
        path: path.to_owned(),
        body: json(params),
        deadline,
        repeatable: true,
        allowance: None,
    }
}

fn with_lost(answer: Result<ModelReply, ModelError>, lost: Usd) -> Result<ModelReply, ModelError> {
    match answer {
        Ok(mut reply) => {
            reply.cost += lost;
            Ok(reply)
        }
        Err(error) => Err(error.costing_also(lost)),
    }
}

fn json(body: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("a request has string keys only and always becomes JSON")
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ModelError> {
    // The parser's own words could quote the answer.
    serde_json::from_slice(body).map_err(|_| unreadable())
}

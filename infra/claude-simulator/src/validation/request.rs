//! A whole request to generate a message, or to count its tokens.

use serde_json::Value;

use super::content::{self, Block, Role, Turn};
use super::fields::Fields;
use super::options::{self, Effort, Thinking};
use super::schema;
use super::tools::{self, ToolChoice};
use crate::cache::Lifetime;
use crate::models::{Feature, Model};
use crate::wire::error::ApiError;
use crate::wire::version::Version;

/// What the request is for, which decides the fields it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `POST /v1/messages`.
    Messages,
    /// The `params` of a request in a batch, which cannot stream.
    Batch,
    /// `POST /v1/messages/count_tokens`, which needs no `max_tokens`.
    CountTokens,
}

/// A request that the model would accept.
#[derive(Debug, Clone)]
pub struct MessagesRequest {
    /// The model's table row.
    pub model: &'static Model,
    /// The model as the request named it.
    pub model_name: String,
    /// The most output tokens, thinking included.
    pub max_tokens: u64,
    /// The system prompt.
    pub system: Vec<Block>,
    /// The conversation.
    pub turns: Vec<Turn>,
    /// The tools, as blocks, for they are part of the cached prefix.
    pub tools: Vec<Block>,
    /// Whether a tool must be called.
    pub tool_choice: ToolChoice,
    /// The schema of a structured answer.
    pub schema: Option<Value>,
    /// How much work to put in.
    pub effort: Effort,
    /// Whether to think first.
    pub thinking: Thinking,
    /// Texts that end the answer.
    pub stop_sequences: Vec<String>,
    /// Whether the answer is streamed.
    pub stream: bool,
}

const COMMON: &[&str] =
    &["model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "speed"];
const GENERATING: &[&str] = &[
    "max_tokens",
    "metadata",
    "stop_sequences",
    "stream",
    "service_tier",
    "container",
    "diagnostics",
    "inference_geo",
    "user_profile_id",
];

impl MessagesRequest {
    /// Checks a body the way the API does.
    pub fn parse(body: &Value, endpoint: Endpoint, version: Version) -> Result<Self, ApiError> {
        let fields = Fields::of(body, "")?;
        let model_name = fields.text("model")?;
        let max_tokens = max_tokens(&fields, endpoint)?;
        let messages = fields.list("messages")?;
        let mut known = COMMON.to_vec();
        if endpoint != Endpoint::CountTokens {
            known.extend(GENERATING);
        }
        if version < Version::October2026 {
            known.extend(options::SAMPLING);
        }
        fields.only(&known)?;
        let model = Model::find(model_name).ok_or_else(|| ApiError::not_found(format!("model: {model_name}")))?;
        if max_tokens > model.max_output {
            return Err(ApiError::invalid(format!(
                "max_tokens: {max_tokens} > {}, which is the maximum allowed number of output tokens for {}",
                model.max_output, model.id
            )));
        }
        options::sampling(&fields, model)?;
        let mut request = Self {
            model,
            model_name: model_name.to_owned(),
            max_tokens,
            system: content::system(fields.get("system"))?,
            turns: turns(messages, model, version)?,
            tools: tools::tools(fields.get("tools"))?,
            tool_choice: tools::tool_choice(fields.get("tool_choice"), model)?,
            schema: None,
            effort: Effort::High,
            thinking: options::thinking(fields.get("thinking"), model, max_tokens)?,
            stop_sequences: stop_sequences(&fields)?,
            stream: fields.flag("stream")?,
        };
        if let Some(config) = fields.get("output_config") {
            request.read_output_config(config)?;
        }
        if let Some(control) = fields.get("cache_control") {
            let lifetime = content::breakpoint(control, "cache_control")?;
            request.break_at_the_end(lifetime);
        }
        request.check_breakpoints()?;
        request.check_combinations(endpoint)?;
        Ok(request)
    }

    /// The system prompt's words.
    pub fn system_text(&self) -> String {
        self.system.iter().filter_map(Block::text).collect::<Vec<_>>().join("\n\n")
    }

    /// The words of the last turn that the user spoke.
    pub fn last_user_text(&self) -> String {
        self.turns.iter().rev().find(|turn| turn.role == Role::User).map_or_else(String::new, Turn::text)
    }

    /// Every block in the order of the prompt: tools, system, conversation.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let turns = self.turns.iter().flat_map(|turn| &turn.blocks);
        self.tools.iter().chain(&self.system).chain(turns)
    }

    fn read_output_config(&mut self, config: &Value) -> Result<(), ApiError> {
        let fields = Fields::of(config, "output_config")?;
        fields.only(&["effort", "format"])?;
        self.effort = options::effort(&fields, self.model)?;
        let Some(format) = fields.get("format") else {
            return Ok(());
        };
        let format = Fields::of(format, "output_config.format")?;
        format.only(&["type", "schema"])?;
        if format.text("type")? != "json_schema" {
            return Err(format.error("type", "Input should be 'json_schema'"));
        }
        if !self.model.has(Feature::StructuredOutputs) {
            return Err(ApiError::invalid("This model does not support structured outputs."));
        }
        let wanted = format.required("schema")?;
        schema::check(wanted)?;
        self.schema = Some(wanted.clone());
        Ok(())
    }

    /// The breakpoint of the body's own `cache_control` goes to the last block there is.
    fn break_at_the_end(&mut self, lifetime: Lifetime) {
        let conversation = self.turns.iter_mut().flat_map(|turn| &mut turn.blocks);
        if let Some(block) = self.tools.iter_mut().chain(&mut self.system).chain(conversation).last() {
            block.breakpoint.get_or_insert(lifetime);
        }
    }

    fn check_breakpoints(&self) -> Result<(), ApiError> {
        let lifetimes: Vec<Lifetime> = self.blocks().filter_map(|block| block.breakpoint).collect();
        if lifetimes.len() > 4 {
            return Err(ApiError::invalid(format!(
                "A maximum of 4 blocks with cache_control may be provided. Found {}.",
                lifetimes.len()
            )));
        }
        if lifetimes.windows(2).any(|pair| pair == [Lifetime::FiveMinutes, Lifetime::OneHour]) {
            return Err(ApiError::invalid(
                "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control \
                 block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
            ));
        }
        Ok(())
    }

    fn check_combinations(&self, endpoint: Endpoint) -> Result<(), ApiError> {
        if endpoint == Endpoint::Batch && self.stream {
            return Err(ApiError::invalid("stream: streaming is not supported in message batches"));
        }
        let warming = self.max_tokens == 0 && endpoint != Endpoint::CountTokens;
        let cached = self.blocks().any(|block| block.breakpoint.is_some());
        if warming && (!cached || self.stream || self.schema.is_some() || endpoint == Endpoint::Batch) {
            return Err(ApiError::invalid("max_tokens: Input should be greater than or equal to 1"));
        }
        if self.tool_choice != ToolChoice::Free && self.tools.is_empty() {
            return Err(ApiError::invalid("tool_choice: Tools are required when tool_choice is specified"));
        }
        Ok(())
    }
}

fn max_tokens(fields: &Fields<'_>, endpoint: Endpoint) -> Result<u64, ApiError> {
    if endpoint == Endpoint::CountTokens {
        return Ok(0);
    }
    let value = fields.required("max_tokens")?;
    match value.as_i64() {
        Some(number) if number < 0 => Err(fields.error("max_tokens", "Input should be greater than or equal to 0")),
        Some(number) => Ok(number.unsigned_abs()),
        None => Err(fields.error("max_tokens", "Input should be a valid integer")),
    }
}

fn turns(messages: &[Value], model: &Model, version: Version) -> Result<Vec<Turn>, ApiError> {
    if messages.is_empty() {
        return Err(ApiError::invalid("messages: at least one message is required"));
    }
    if messages.len() > 100_000 {
        return Err(ApiError::invalid("messages: List should have at most 100000 items after validation"));
    }
    let last = messages.len() - 1;
    let turns: Vec<Turn> = messages
        .iter()
        .enumerate()
        .map(|(index, message)| content::turn(message, index, index == last, version))
        .collect::<Result<_, _>>()?;
    if !model.has(Feature::SystemTurns) && turns.iter().any(|turn| turn.role == Role::System) {
        return Err(ApiError::invalid(
            "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \
             \"system\" as an input message role.",
        ));
    }
    if turns[0].role != Role::User {
        return Err(ApiError::invalid("messages: first message must use the \"user\" role"));
    }
    if turns[last].role != Role::User {
        prefill(&turns[last], model)?;
    }
    Ok(turns)
}

fn prefill(last: &Turn, model: &Model) -> Result<(), ApiError> {
    if !model.has(Feature::Prefill) {
        return Err(ApiError::invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        ));
    }
    if last.text().ends_with(char::is_whitespace) {
        return Err(ApiError::invalid("messages: final assistant content cannot end with trailing whitespace"));
    }
    Ok(())
}

fn stop_sequences(fields: &Fields<'_>) -> Result<Vec<String>, ApiError> {
    if fields.get("stop_sequences").is_none() {
        return Ok(Vec::new());
    }
    fields
        .list("stop_sequences")?
        .iter()
        .enumerate()
        .map(|(index, value)| match value.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
            Some(_) => Err(ApiError::invalid("stop_sequences: each stop sequence must contain non-whitespace")),
            None => Err(fields.error(&format!("stop_sequences.{index}"), "Input should be a valid string")),
        })
        .collect()
}

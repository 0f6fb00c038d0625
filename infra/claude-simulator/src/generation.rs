//! From a checked request to a message: the reply's text, thinking, limits, faults and the bill.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cache;
use crate::faults::FaultKind;
use crate::hub::{Hub, identifier};
use crate::replies::{self, Length, Task};
use crate::tokens;
use crate::validation::{Effort, MessagesRequest, Thinking, ToolChoice};
use crate::wire::error::{ApiError, ErrorKind};
use crate::wire::message::{ContentBlock, Message, Stop, Usage};

/// A message with what a test wants to know about it.
pub struct Answer {
    /// The message.
    pub message: Message,
    /// What the request was taken to be.
    pub task: Task,
    /// The fault that shaped it.
    pub fault: Option<FaultKind>,
}

/// Answers a request; `tier` is `standard` or `batch`.
pub fn answer(hub: &Hub, request: &MessagesRequest, tier: &'static str) -> Result<Answer, ApiError> {
    let input = cache::input_tokens(request);
    if input > request.model.context {
        let most = request.model.context;
        return Err(ApiError::invalid(format!("prompt is too long: {input} tokens > {most} maximum")));
    }
    let mut usage = Usage { service_tier: tier, ..hub.cache.account(request, hub.clock.now()) };
    let task = replies::classify(request);
    let fault = hub.faults.take(FaultKind::ANSWER).or_else(|| hub.faults.take(task.length_faults()));
    // A fault of length or shape needs an answer that can be given it.
    let recorded = if fault.is_none() { hub.recordings.answer(request, task) } else { None };
    if recorded.is_none() && fault.is_none() {
        let wanted = hub.recordings.want(request, task);
        if wanted
            .map_err(|error| ApiError::new(ErrorKind::Api, format!("what is wanted cannot be written: {error}")))?
        {
            return Err(ApiError::new(ErrorKind::Overloaded, "Overloaded"));
        }
    }
    let (content, stop) = if request.max_tokens == 0 {
        (Vec::new(), Stop::MaxTokens)
    } else if fault == Some(FaultKind::Refusal) {
        // Even an empty answer costs a few tokens.
        usage.output_tokens = tokens::TURN_OVERHEAD;
        (Vec::new(), Stop::Refusal)
    } else {
        generate(request, task, fault, recorded, &mut usage)
    };
    let message = Message { id: identifier("msg"), model: request.model_name.clone(), content, stop, usage };
    if hub.options.keep_texts {
        hub.texts.keep(request, &message);
    }
    Ok(Answer { message, task, fault })
}

fn generate(
    request: &MessagesRequest,
    task: Task,
    fault: Option<FaultKind>,
    recorded: Option<String>,
    usage: &mut Usage,
) -> (Vec<ContentBlock>, Stop) {
    if let ToolChoice::Forced(name) = &request.tool_choice {
        let tool = request.tools.iter().map(|tool| &tool.value);
        let tool = tool.clone().find(|tool| name.is_none() || tool["name"].as_str() == name.as_deref());
        let tool = tool.cloned().unwrap_or_default();
        let input = replies::fill(&tool["input_schema"], &json!({}));
        usage.output_tokens = tokens::of_json(&input) + tokens::TURN_OVERHEAD;
        let name = tool["name"].as_str().unwrap_or_default().to_owned();
        return (vec![ContentBlock::ToolUse { id: identifier("toolu"), name, input }], Stop::ToolUse);
    }
    // What a model thought before is not recorded.
    let thoughts = if recorded.is_some() { 0 } else { thoughts(request, task) };
    let mut text = recorded.unwrap_or_else(|| replies::write(request, task, Length::under(fault)));
    if fault == Some(FaultKind::Malformed) && request.schema.is_some() {
        text.truncate(replies::beginning(&text, 2).len());
    }
    let mut budget = request.max_tokens.saturating_sub(thoughts).max(1);
    if fault == Some(FaultKind::Truncated) {
        budget = budget.min(tokens::of_text(&text) / 2).max(1);
    }
    let mut stop = Stop::EndTurn;
    if let Some((at, sequence)) = first_stop(&text, &request.stop_sequences) {
        text.truncate(at);
        stop = Stop::Sequence(sequence);
    }
    if tokens::of_text(&text) > budget {
        text.truncate(tokens::truncate(&text, budget).len());
        stop = Stop::MaxTokens;
    }
    usage.output_tokens = thoughts + tokens::of_text(&text) + 1;
    usage.output_tokens_details.thinking_tokens = thoughts;
    let mut content = Vec::new();
    if thoughts > 0 {
        content.push(thinking_block(request, task));
    }
    content.push(ContentBlock::text(text));
    (content, stop)
}

/// The tokens that the model spends on thinking: more for a task that needs planning, none for a short exchange.
fn thoughts(request: &MessagesRequest, task: Task) -> u64 {
    let unit = match (request.thinking, request.effort) {
        (Thinking::Off, _) | (_, Effort::Low) => return 0,
        (_, Effort::Medium) => 40,
        (_, Effort::High) => 80,
        (_, Effort::Highest) => 200,
    };
    let long_question = request.last_user_text().split_whitespace().count() > 60;
    let tokens = match task {
        Task::Prompt => 3 * unit,
        Task::Profile | Task::Update => 2 * unit,
        Task::Consultation | Task::Coach | Task::Plain if long_question => unit,
        Task::Consultation | Task::Coach | Task::Safety | Task::Plain => 0,
    };
    // A model with little room answers at once.
    if tokens * 3 > request.max_tokens { 0 } else { tokens }
}

fn thinking_block(request: &MessagesRequest, task: Task) -> ContentBlock {
    let thinking = match request.thinking {
        Thinking::On { summarized: true } => task.thought().to_owned(),
        _ => String::new(),
    };
    let digest = Sha256::digest(request.last_user_text());
    ContentBlock::Thinking { thinking, signature: format!("Er{digest:x}==") }
}

/// The first place where a stop sequence begins.
fn first_stop(text: &str, sequences: &[String]) -> Option<(usize, String)> {
    sequences.iter().filter_map(|sequence| Some((text.find(sequence)?, sequence.clone()))).min()
}

//! The body of `POST /v1/messages`, and of each request of a batch.
//!
//! Neither sampling parameters nor `thinking` nor tools are ever sent; the newest models refuse most of them.

use serde::Serialize;
use serde_json::Value;

use super::capabilities::Capabilities;
use crate::{ModelError, ModelRequest};
use domain::conversation::Role;

/// Most breakpoints that one request may have.
const MOST_BREAKPOINTS: usize = 4;

/// A request as it is sent; it borrows all its text.
#[derive(Debug, Serialize)]
pub(super) struct MessageParams<'a> {
    model: &'a str,
    /// Left out where tokens are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<TextBlock<'a>>,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: Role,
    content: Vec<TextBlock<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "text")]
struct TextBlock<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

/// A breakpoint; what is cached lives for five minutes after its last use.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "ephemeral")]
struct CacheControl {}

#[derive(Debug, Serialize)]
struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<OutputFormat<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "json_schema")]
struct OutputFormat<'a> {
    schema: &'a Value,
}

impl<'a> MessageParams<'a> {
    /// Fits `request` to what its model accepts. What cannot be fitted is refused before it is sent.
    pub(super) fn new(request: &'a ModelRequest) -> Result<Self, ModelError> {
        let model = Capabilities::of(&request.model);
        let refuse = |detail: String| Err(ModelError::Rejected { detail });
        if request.output_schema.is_some() && !model.structured_outputs {
            return refuse(format!("{} has no structured outputs; configure another model", request.model));
        }
        if request.turns.last().is_some_and(|turn| turn.role == Role::Assistant) && !model.prefill {
            return refuse(format!("{} takes no conversation that ends with its own turn", request.model));
        }
        let mut params = Self::unmarked(request, request.effort.filter(|_| model.effort));
        params.mark(request, model.cache_minimum);
        Ok(params)
    }

    /// The same request, to be answered as a stream.
    pub(super) fn streamed(self) -> Self {
        Self { stream: true, ..self }
    }

    /// The same request, to have its tokens counted.
    pub(super) fn counted(self) -> Self {
        Self { max_tokens: None, ..self }
    }

    fn unmarked(request: &'a ModelRequest, effort: Option<&'a str>) -> Self {
        let block = |text: &'a str| TextBlock { text, cache_control: None };
        let format = request.output_schema.as_ref().map(|schema| OutputFormat { schema });
        Self {
            model: &request.model,
            max_tokens: Some(request.max_tokens),
            stream: false,
            system: request.system.iter().map(|part| block(&part.text)).collect(),
            messages: request
                .turns
                .iter()
                .map(|turn| Message { role: turn.role, content: turn.blocks.iter().map(|text| block(text)).collect() })
                .collect(),
            output_config: (effort.is_some() || format.is_some()).then_some(OutputConfig { effort, format }),
        }
    }

    /// Sets the wanted breakpoints whose prefix is long enough to be cached. Of more than the API takes, the last ones
    /// win, because each of them covers all that comes before.
    fn mark(&mut self, request: &ModelRequest, minimum: u64) {
        let schema = request.output_schema.as_ref().map_or(0, |schema| tokens(&schema.to_string()));
        let system = self.system.iter_mut().zip(&request.system).map(|(block, part)| (block, part.cache));
        let turns = self.messages.iter_mut().zip(&request.turns).flat_map(|(message, turn)| {
            message.content.iter_mut().enumerate().map(|(index, block)| (block, turn.cache && index == 0))
        });
        let mut prefix = schema;
        let mut wanted: Vec<&mut TextBlock<'_>> = Vec::new();
        for (block, cache) in system.chain(turns) {
            prefix += tokens(block.text);
            if cache && prefix >= minimum {
                wanted.push(block);
            }
        }
        for block in wanted.into_iter().rev().take(MOST_BREAKPOINTS) {
            block.cache_control = Some(CacheControl {});
        }
    }
}

/// An estimate of the tokens of `text`: four ASCII characters each, or two of another script.
pub(super) fn tokens(text: &str) -> u64 {
    text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum::<u64>().div_ceil(4)
}

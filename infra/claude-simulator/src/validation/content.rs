//! Content: the system prompt, the turns and their blocks.

use serde_json::{Value, json};

use super::fields::{Fields, alternatives};
use crate::cache::Lifetime;
use crate::wire::error::ApiError;
use crate::wire::version::Version;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
    /// The operator, inside the conversation.
    System,
}

/// A block of content without its cache breakpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The block as sent, `cache_control` left out.
    pub value: Value,
    /// The breakpoint it carries.
    pub breakpoint: Option<Lifetime>,
}

impl Block {
    /// A block made of a plain text.
    pub fn plain(text: &str) -> Self {
        Self { value: json!({"type": "text", "text": text}), breakpoint: None }
    }

    /// The words in the block, of a text or of a tool's result.
    pub fn text(&self) -> Option<&str> {
        self.value["text"].as_str().or_else(|| self.value["content"].as_str())
    }
}

/// A turn of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub blocks: Vec<Block>,
}

impl Turn {
    /// The turn's words, its blocks joined by blank lines.
    pub fn text(&self) -> String {
        self.blocks.iter().filter_map(Block::text).collect::<Vec<_>>().join("\n\n")
    }
}

/// A `cache_control` object.
pub fn breakpoint(value: &Value, path: &str) -> Result<Lifetime, ApiError> {
    let fields = Fields::of(value, path)?;
    fields.only(&["type", "ttl"])?;
    if fields.text("type")? != "ephemeral" {
        return Err(fields.error("type", "Input should be 'ephemeral'"));
    }
    Ok(match fields.word("ttl", &["5m", "1h"])? {
        Some("1h") => Lifetime::OneHour,
        _ => Lifetime::FiveMinutes,
    })
}

/// The `system` field: a text or a list of text blocks.
pub fn system(value: Option<&Value>) -> Result<Vec<Block>, ApiError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(text)) if text.is_empty() => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![Block::plain(text)]),
        Some(Value::Array(blocks)) => blocks
            .iter()
            .enumerate()
            .map(|(index, value)| block(value, &format!("system.{index}"), &["text"]))
            .collect(),
        Some(_) => Err(ApiError::invalid("system: Input should be a valid string or list")),
    }
}

/// One message of the conversation; `last` allows an empty assistant turn.
pub fn turn(value: &Value, index: usize, last: bool, version: Version) -> Result<Turn, ApiError> {
    let path = format!("messages.{index}");
    let fields = Fields::of(value, &path)?;
    let roles = ["user", "assistant", "system"];
    let (role, kinds): (_, &[&str]) = match fields.word("role", &roles)? {
        Some("user") => (Role::User, &["text", "image", "document", "search_result", "tool_result"]),
        Some("assistant") => (Role::Assistant, &["text", "thinking", "redacted_thinking", "tool_use"]),
        Some(_) => (Role::System, &["text"]),
        None => return Err(fields.error("role", "Field required")),
    };
    fields.only(&["role", "content"])?;
    let blocks = match fields.required("content")? {
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![checked(Block::plain(text), &format!("{path}.content"))?],
        Value::Array(blocks) => blocks
            .iter()
            .enumerate()
            .map(|(at, value)| block(value, &format!("{path}.content.{at}"), kinds))
            .collect::<Result<_, _>>()?,
        _ => return Err(fields.error("content", "Input should be a valid string or list")),
    };
    if role == Role::User && version >= Version::October2026 {
        uncited(&blocks, &path)?;
    }
    if blocks.is_empty() && !(last && role == Role::Assistant) {
        return Err(ApiError::invalid(format!(
            "{path}: all messages must have non-empty content except for the optional final assistant message"
        )));
    }
    Ok(Turn { role, blocks })
}

/// Refuses citations in a user's text.
fn uncited(blocks: &[Block], path: &str) -> Result<(), ApiError> {
    let cited = |block: &Block| block.value["citations"].as_array().is_some_and(|list| !list.is_empty());
    match blocks.iter().position(cited) {
        Some(at) => Err(ApiError::invalid(format!(
            "{path}.content.{at}.text.citations: citations are not allowed on text blocks in user messages"
        ))),
        None => Ok(()),
    }
}

fn block(value: &Value, path: &str, kinds: &[&str]) -> Result<Block, ApiError> {
    let fields = Fields::of(value, path)?;
    let kind = fields.text("type")?;
    let known: &[&str] = match kind {
        _ if !kinds.contains(&kind) => {
            return Err(ApiError::invalid(format!(
                "{path}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {}",
                alternatives(kinds)
            )));
        }
        "text" => &["type", "text", "cache_control", "citations"],
        "thinking" => &["type", "thinking", "signature"],
        "redacted_thinking" => &["type", "data"],
        "tool_use" => &["type", "id", "name", "input", "caller", "cache_control"],
        "tool_result" => &["type", "tool_use_id", "content", "is_error", "cache_control"],
        "image" => &["type", "source", "cache_control"],
        _ => &["type", "source", "title", "context", "content", "citations", "cache_control"],
    };
    fields.only(known)?;
    let required: &[&str] = match kind {
        "text" => &["text"],
        "thinking" => &["thinking", "signature"],
        "redacted_thinking" => &["data"],
        "tool_use" => &["id", "name"],
        "tool_result" => &["tool_use_id"],
        _ => &["source"],
    };
    for name in required {
        if kind != "search_result" {
            fields.required(name)?;
        }
    }
    let breakpoint =
        fields.get("cache_control").map(|control| breakpoint(control, &fields.at("cache_control"))).transpose()?;
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.remove("cache_control");
    }
    let block = Block { value, breakpoint };
    if kind == "text" { checked(block, path) } else { Ok(block) }
}

fn checked(block: Block, path: &str) -> Result<Block, ApiError> {
    let Some(text) = block.value["text"].as_str() else {
        return Err(ApiError::invalid(format!("{path}.text: Input should be a valid string")));
    };
    let place = path.split('.').next().unwrap_or(path);
    if text.is_empty() && block.breakpoint.is_some() {
        return Err(ApiError::invalid(format!("{path}: cache_control cannot be set for empty text blocks")));
    }
    if text.is_empty() {
        return Err(ApiError::invalid(format!("{place}: text content blocks must be non-empty")));
    }
    if text.trim().is_empty() {
        return Err(ApiError::invalid(format!("{place}: text content blocks must contain non-whitespace text")));
    }
    Ok(block)
}

//! Tools: their definitions, and whether the model has to call one.

use serde_json::Value;

use super::content::{self, Block};
use super::fields::Fields;
use crate::models::{Feature, Model};
use crate::wire::error::ApiError;

/// Which tool the model has to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// None, or as it likes.
    Free,
    /// Some tool, or the named one.
    Forced(Option<String>),
}

/// The `tools` field.
pub fn tools(value: Option<&Value>) -> Result<Vec<Block>, ApiError> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let Some(list) = value.as_array() else {
        return Err(ApiError::invalid("tools: Input should be a valid list"));
    };
    list.iter()
        .enumerate()
        .map(|(index, tool)| {
            let path = format!("tools.{index}");
            let fields = Fields::of(tool, &path)?;
            fields.text("name")?;
            if fields.get("type").is_none_or(|kind| kind == "custom") {
                Fields::of(fields.required("input_schema")?, &fields.at("input_schema"))?;
            }
            let breakpoint = fields
                .get("cache_control")
                .map(|control| content::breakpoint(control, &fields.at("cache_control")))
                .transpose()?;
            let mut value = tool.clone();
            if let Some(object) = value.as_object_mut() {
                object.remove("cache_control");
            }
            Ok(Block { value, breakpoint })
        })
        .collect()
}

/// The `tool_choice` field.
pub fn tool_choice(value: Option<&Value>, model: &Model) -> Result<ToolChoice, ApiError> {
    let Some(value) = value else {
        return Ok(ToolChoice::Free);
    };
    let fields = Fields::of(value, "tool_choice")?;
    fields.only(&["type", "name", "disable_parallel_tool_use"])?;
    let choice = match fields.word("type", &["auto", "any", "tool", "none"])? {
        Some("any") => ToolChoice::Forced(None),
        Some("tool") => ToolChoice::Forced(Some(fields.text("name")?.to_owned())),
        Some(_) => ToolChoice::Free,
        None => return Err(fields.error("type", "Field required")),
    };
    if choice != ToolChoice::Free && !model.has(Feature::ForcedToolChoice) {
        return Err(ApiError::invalid(
            "tool_choice: forced tool use is not supported for this model. Use \"auto\" or \"none\".",
        ));
    }
    Ok(choice)
}

//! The parameters that only some models accept.

use serde_json::Value;

use super::fields::Fields;
use crate::models::{Feature, Model};
use crate::wire::error::ApiError;

/// How much work the model should put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// `low`.
    Low,
    /// `medium`.
    Medium,
    /// `high`, the default.
    High,
    /// `xhigh` and `max`.
    Highest,
}

/// Whether the model may think before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thinking {
    /// Straight to the answer.
    Off,
    /// When it sees fit, or always with a budget; `summarized` returns the thoughts in words.
    On {
        /// Whether the block's text is filled.
        summarized: bool,
    },
}

/// The sampling parameters, which the API had until version 2026-10-21.
pub const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];

/// Refuses sampling parameters where the model has none, and nonsense where it has.
pub fn sampling(fields: &Fields<'_>, model: &Model) -> Result<(), ApiError> {
    for name in SAMPLING {
        let Some(value) = fields.get(name) else {
            continue;
        };
        if !model.has(Feature::Sampling) {
            return Err(ApiError::invalid(format!("`{name}` is deprecated for this model.")));
        }
        let Some(number) = value.as_f64() else {
            return Err(fields.error(name, "Input should be a valid number"));
        };
        if name != "top_k" && !(0.0..=1.0).contains(&number) {
            let bound = if number < 0.0 { "greater than or equal to 0" } else { "less than or equal to 1" };
            return Err(fields.error(name, &format!("Input should be {bound}")));
        }
    }
    if fields.get("temperature").is_some() && fields.get("top_p").is_some() {
        return Err(ApiError::invalid(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
        ));
    }
    Ok(())
}

/// The `thinking` field.
pub fn thinking(value: Option<&Value>, model: &Model, max_tokens: u64) -> Result<Thinking, ApiError> {
    let Some(value) = value else {
        // The newest models think unless they are told not to, and keep their thoughts to themselves.
        return Ok(if model.has(Feature::AdaptiveThinking) {
            Thinking::On { summarized: false }
        } else {
            Thinking::Off
        });
    };
    let fields = Fields::of(value, "thinking")?;
    let kinds = ["adaptive", "between_tools", "disabled", "enabled"];
    let Some(kind) = fields.word("type", &kinds)? else {
        return Err(fields.error("type", "Field required"));
    };
    let (feature, known): (_, &[&str]) = match kind {
        "adaptive" => (Feature::AdaptiveThinking, &["type", "display"]),
        "between_tools" => (Feature::BetweenTools, &["type"]),
        "disabled" => (Feature::ThinkingDisabled, &["type"]),
        _ => (Feature::ThinkingBudget, &["type", "display", "budget_tokens"]),
    };
    if !model.has(feature) {
        return Err(ApiError::invalid(refusal(kind, model)));
    }
    fields.only(known)?;
    if kind == "between_tools" || kind == "disabled" {
        return Ok(Thinking::Off);
    }
    let display = fields.word("display", &["summarized", "omitted"])?;
    if kind == "adaptive" {
        return Ok(Thinking::On { summarized: display == Some("summarized") });
    }
    let Some(budget) = fields.required("budget_tokens")?.as_u64().filter(|budget| *budget >= 1024) else {
        return Err(ApiError::invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"));
    };
    if budget >= max_tokens {
        return Err(ApiError::invalid("`max_tokens` must be greater than `thinking.budget_tokens`."));
    }
    Ok(Thinking::On { summarized: display != Some("omitted") })
}

fn refusal(kind: &str, model: &Model) -> String {
    let advice = match kind {
        "enabled" => " Use \"thinking.type.adaptive\" and \"output_config.effort\" to control thinking behavior.",
        "disabled" if model.has(Feature::BetweenTools) => {
            " Use \"thinking.type.between_tools\" to answer without thinking up front."
        }
        _ => "",
    };
    format!("\"thinking.type.{kind}\" is not supported for this model.{advice}")
}

/// The `output_config.effort` field.
pub fn effort(fields: &Fields<'_>, model: &Model) -> Result<Effort, ApiError> {
    let word = fields.word("effort", &["low", "medium", "high", "xhigh", "max"])?;
    if word.is_some() && !model.has(Feature::Effort) {
        return Err(ApiError::invalid("This model does not support the effort parameter."));
    }
    Ok(match word {
        Some("low") => Effort::Low,
        Some("medium") => Effort::Medium,
        Some("xhigh" | "max") => Effort::Highest,
        _ => Effort::High,
    })
}

//! Has a text written and checked, with one repair.

use std::time::Duration;

use serde::Deserialize;

use crate::app::{App, StartError};
use crate::prompts;
use crate::service::error::{Result, ServiceError};
use crate::service::metered_model::MeteredModel;
use claude::{ModelReply, ModelRequest, Turn};
use domain::coaching_prompt::{BehaviorSections, CoachingPrompt, Flaw, Section, list};
use domain::conversation::Role;
use domain::money::{TokenUsage, Usd};
use domain::profile::UserId;
use domain::recipe::Recipes;

/// What recipes are chosen from: the variants that there are texts for, with the weights of the settings.
pub fn recipes(app: &App) -> std::result::Result<Recipes, StartError> {
    let known = prompts::variants();
    let weights = crate::config::writing::variant_weights(app.env(), &known)?;
    Ok(Recipes { weights, known })
}

/// Time for what a writer does besides its calls to the model.
const BESIDES: Duration = Duration::from_mins(1);

/// The longest that writing one text may take, if a call to the model takes at most `call`: it is repaired once.
pub const fn longest(call: Duration) -> Duration {
    call.saturating_mul(2).saturating_add(BESIDES)
}

/// A text that passed its checks, with everything that it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Written<T> {
    /// The text.
    pub value: T,
    /// The model that wrote it.
    pub model: String,
    /// Tokens of all calls.
    pub usage: TokenUsage,
    /// Cost of all calls.
    pub cost: Usd,
}

/// Has `request` answered and read by `read`. If that finds flaws, the model is told which and writes once more; if flaws
/// remain, nothing is returned that could be stored.
pub async fn write<T>(
    model: &MeteredModel,
    user_id: &UserId,
    request: ModelRequest,
    read: impl Fn(&str) -> std::result::Result<T, Vec<Flaw>> + Send + Sync,
) -> Result<Written<T>>
where
    T: Send,
{
    let first = model.ask(user_id, &request).await?;
    read_or_repair(model, user_id, request, first, read).await
}

/// Reads an answer that is there already, and has it repaired once if it is flawed.
pub async fn read_or_repair<T>(
    model: &MeteredModel,
    user_id: &UserId,
    mut request: ModelRequest,
    first: ModelReply,
    read: impl Fn(&str) -> std::result::Result<T, Vec<Flaw>> + Send + Sync,
) -> Result<Written<T>>
where
    T: Send,
{
    let flaws = match read(&first.text) {
        Ok(value) => return Ok(Written { value, model: first.model, usage: first.usage, cost: first.cost }),
        Err(flaws) => flaws,
    };
    request.turns.push(Turn::new(Role::Assistant, first.text));
    request.turns.push(Turn::new(Role::User, prompts::repair(&flaws)));
    let second = model.ask(user_id, &request).await?;
    let (mut usage, mut cost) = (first.usage, first.cost);
    usage += second.usage;
    cost += second.cost;
    let value = read(&second.text)
        .map_err(|flaws| ServiceError::UnusableText { kinds: flaws.iter().map(Flaw::kind).collect(), cost })?;
    Ok(Written { value, model: second.model, usage, cost })
}

/// The nine sections as the model answers them.
#[derive(Deserialize)]
struct PromptDraft {
    user_profile_and_context: String,
    committed_approach: String,
    core_directive: String,
    behavioral_triggers: Vec<String>,
    accountability_protocol: String,
    tone_and_style: String,
    prohibited_responses: String,
    conflict_resolution: String,
    success_metrics: String,
}

/// Reads a whole prompt from a structured answer.
pub fn read_prompt(answer: &str) -> std::result::Result<CoachingPrompt, Vec<Flaw>> {
    let mut draft: PromptDraft =
        serde_json::from_str(answer).map_err(|_| vec![Flaw::MissingSection(Section::UserProfileAndContext)])?;
    let take = std::mem::take::<String>;
    CoachingPrompt::new(|section| match section {
        Section::UserProfileAndContext => take(&mut draft.user_profile_and_context),
        Section::CommittedApproach => take(&mut draft.committed_approach),
        Section::CoreDirective => take(&mut draft.core_directive),
        Section::BehavioralTriggers => list(&draft.behavioral_triggers),
        Section::AccountabilityProtocol => take(&mut draft.accountability_protocol),
        Section::ToneAndStyle => take(&mut draft.tone_and_style),
        Section::ProhibitedResponses => take(&mut draft.prohibited_responses),
        Section::ConflictResolution => take(&mut draft.conflict_resolution),
        Section::SuccessMetrics => take(&mut draft.success_metrics),
    })
    .map_err(|malformed| vec![Flaw::MissingSection(malformed.0)])
}

/// The two sections of a weekly update as the model answers them.
#[derive(Deserialize)]
struct BehaviorDraft {
    behavioral_triggers: Vec<String>,
    accountability_protocol: String,
}

/// Reads the two sections that follow behaviour from a structured answer.
pub fn read_behavior_sections(answer: &str) -> std::result::Result<BehaviorSections, Vec<Flaw>> {
    let draft: BehaviorDraft =
        serde_json::from_str(answer).map_err(|_| vec![Flaw::MissingSection(Section::BehavioralTriggers)])?;
    Ok(BehaviorSections { triggers: draft.behavioral_triggers, accountability: draft.accountability_protocol })
}

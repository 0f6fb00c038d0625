//! Structured logs, JSON lines whose `message` is the event's name, and among them the lines that are metrics.
//!
//! A line carries ids, counts, kinds and costs; never a message text, a prompt, a name or an address. Errors of a request
//! are logged once, where the answer is made.

pub mod metrics;

use std::fmt::Display;

use tracing::Subscriber;
use tracing::{error, info, warn};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::http::ApiError;
use crate::service::ServiceError;
use crate::store::{RunCounters, StoreError};
use domain::behavior::Decision;
use domain::coaching_prompt::GenerationReason;
use domain::money::Usd;
use domain::profile::UserId;
use domain::run_part::PartKind;

/// Sends every event to standard output as JSON. `LOG_LEVEL` takes tracing's filter syntax; `info` if it is not set. It is
/// read here and not with the other settings, because an error in those has to be logged too.
pub fn init() {
    let filter = EnvFilter::try_from_env("LOG_LEVEL").unwrap_or_else(|_| EnvFilter::new("info"));
    subscriber(filter, std::io::stdout).init();
}

/// JSON lines to `writer`; metrics are written whatever the filter says.
pub fn subscriber<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Clone + Send + Sync + 'static,
{
    let metric = filter_fn(|event| event.target() == metrics::TARGET);
    let other = filter_fn(|event| event.target() != metrics::TARGET);
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(writer.clone());
    let metric_lines = fmt::layer().event_format(metrics::LineAlone).with_writer(writer);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter).with_filter(other))
        .with(metric_lines.with_filter(metric))
}

/// A request that was not answered as asked: a warning if it is the caller's, an error if it is ours.
pub fn request_failed(failure: &ApiError, request_id: &str) {
    let verdict = failure.verdict();
    let status = verdict.code.status();
    let (is_ours, status) = (status.is_server_error(), status.as_u16());
    if is_ours {
        error!(request_id, status, code = %verdict.code, cause = %failure, "request_failed");
    } else {
        info!(request_id, status, code = %verdict.code, "request_refused");
    }
}

/// The consultation is not open to the user.
pub fn consultation_access_denied(user_id: &UserId) {
    warn!(%user_id, "consultation_access_denied");
}

/// An answer that could not be kept for repetitions of its request.
pub fn answer_not_kept(cause: &ServiceError) {
    warn!(%cause, "idempotent_answer_not_kept");
}

/// A psychological profile was written.
pub fn conversational_profile_generated(user_id: &UserId, words: usize, cost: Usd) {
    info!(%user_id, words, cost_usd = cost.dollars(), "conversational_profile_generated");
}

/// A first prompt was written and stored.
pub fn initial_system_prompt_generated(user_id: &UserId, version: u32, words: usize, cost: Usd) {
    info!(%user_id, version, words, cost_usd = cost.dollars(), "initial_system_prompt_generated");
}

/// A prompt was rewritten and stored.
pub fn system_prompt_updated(user_id: &UserId, version: u32, reason: GenerationReason, cost: Usd) {
    info!(%user_id, version, ?reason, cost_usd = cost.dollars(), "system_prompt_updated");
}

/// A prompt could not be written; the old one stays in force.
pub fn personalized_prompt_generation_failed(user_id: &UserId, reason: GenerationReason, cause: &impl Display) {
    error!(%user_id, ?reason, %cause, "personalized_prompt_generation_failed");
}

/// The coach answers with a personal prompt.
pub fn using_personalized_system_prompt(user_id: &UserId, version: u32) {
    info!(%user_id, version, "using_personalized_system_prompt");
}

/// The coach answers with the generic prompt.
pub fn using_generic_system_prompt(user_id: &UserId) {
    info!(%user_id, "using_generic_system_prompt");
}

/// A weekly run begins.
pub fn prompt_update_started(run_id: &str, jobs_queued: u32) {
    info!(run_id, jobs_queued, "prompt_update_started");
}

/// A weekly run was asked for, but automatic updates are switched off.
pub fn automatic_updates_disabled() {
    info!("automatic_updates_disabled");
}

/// A user's behaviour changed: the prompt will be rewritten.
pub fn significant_behavior_change_detected(user_id: &UserId, decision: &Decision) {
    let rules = decision.rules.len();
    info!(%user_id, rules, "significant_behavior_change_detected");
}

/// A user's behaviour did not change: the prompt stays, and nothing is spent.
pub fn skipping_prompt_update_no_significant_change(user_id: &UserId) {
    info!(%user_id, "skipping_prompt_update_no_significant_change");
}

/// A part of a weekly run is done.
pub fn prompts_updated(run_id: &str, part: &str, counters: &RunCounters) {
    let RunCounters { checked, unchanged, updated, batched, failed, overtaken, isolated, cost } = *counters;
    let cost_usd = cost.dollars();
    info!(run_id, part, checked, unchanged, updated, batched, failed, overtaken, isolated, cost_usd, "prompts_updated");
}

/// A part of a weekly run stopped because the budget of the day is used up; it goes on the day after.
pub fn prompt_update_stopped_by_budget(run_id: &str, part: &PartKind) {
    warn!(run_id, %part, "prompt_update_stopped_by_budget");
}

/// A part of a weekly run that had stopped goes on.
pub fn prompt_update_resumed(run_id: &str, part: &PartKind) {
    info!(run_id, %part, "prompt_update_resumed");
}

/// A user who cannot be handled with the others of a shard gets a job of their own.
pub fn prompt_update_user_isolated(run_id: &str, user_id: &UserId, cause: &ServiceError) {
    error!(run_id, %user_id, %cause, "prompt_update_user_isolated");
}

/// A message batch could not be collected; the next collection tries again.
pub fn batch_not_collected(batch_id: &str, cause: &ServiceError) {
    error!(batch_id, %cause, "batch_not_collected");
}

/// Facts that the consultation AI claimed without the person having said them.
pub fn invented_facts_refused(user_id: &UserId, refused: usize) {
    warn!(%user_id, refused, "invented_facts_refused");
}

/// What a call cost could not be added to the day's sums.
pub fn spending_not_counted(user_id: &UserId, cost: Usd, cause: &StoreError) {
    error!(%user_id, cost_usd = cost.dollars(), %cause, "spending_not_counted");
}

/// A job that was not carried out; the queue delivers it again.
pub fn job_failed(message_id: &str, cause: &str) {
    error!(message_id, cause, "prompt_job_failed");
}

/// What the consultation has learned could not be written into the profile yet.
pub fn profile_not_filled(user_id: &UserId, cause: &ServiceError) {
    warn!(%user_id, %cause, "profile_not_filled");
}

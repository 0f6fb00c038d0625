//! One log line for each finished call: what it was for, what it took and what it cost; never what was
//! said.

use std::time::Duration;

use tracing::{info, warn};

use super::transport::Trace;
use crate::{ModelError, ModelReply, ModelRequest};

/// A question that was answered, or finally was not.
pub(super) fn model_call(
    request: &ModelRequest,
    result: &Result<ModelReply, ModelError>,
    trace: &Trace,
    duration: Duration,
) {
    let purpose = request.purpose.name();
    let duration_ms = millis(duration);
    let Trace { attempts, request_id, .. } = trace;
    let request_id = request_id.as_deref();
    match result {
        Ok(reply) => info!(
            purpose,
            model = reply.model,
            input_tokens = reply.usage.input_tokens,
            output_tokens = reply.usage.output_tokens,
            cache_read_input_tokens = reply.usage.cache_read_input_tokens,
            cache_creation_input_tokens = reply.usage.cache_creation_input_tokens,
            cost_usd = reply.cost.dollars(),
            attempts,
            duration_ms,
            request_id,
            "model_call"
        ),
        Err(failure) => warn!(
            purpose,
            model = request.model,
            failure = failure.kind(),
            cause = %failure,
            cost_usd = failure.cost().dollars(),
            attempts,
            duration_ms,
            request_id,
            "model_call"
        ),
    }
}

/// An answer that was paid for but came in no readable form, so that its cost is not in any sum.
pub(super) fn unreadable_answer(model: &str, trace: &Trace) {
    warn!(model, request_id = trace.request_id.as_deref(), "model_answer_of_unknown_cost");
}

/// A batch that was handed over.
pub(super) fn batch_submitted(batch_id: &str, requests: usize, trace: &Trace) {
    info!(
        batch_id,
        requests,
        attempts = trace.attempts,
        request_id = trace.request_id.as_deref(),
        "model_batch_submitted"
    );
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

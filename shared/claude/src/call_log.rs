//! One log line for each finished call: what it was for, what it took and what it cost; never what was said. Claude's name
//! for the request is `model_request_id`.

use std::time::Duration;

use tracing::{debug, info, warn};

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
    let Trace { attempts, model_request_id, .. } = trace;
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
            model_request_id,
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
            model_request_id,
            "model_call"
        ),
    }
}

/// A try that did not lead to an answer; there is another one after `wait`.
pub(super) fn try_failed(detail: &str, trace: &Trace, wait: Duration) {
    let Trace { attempts, model_request_id, .. } = trace;
    debug!(attempts, detail, wait_ms = millis(wait), model_request_id, "model_try_failed");
}

/// An answer that was paid for but came in no readable form, so that the most that it can have cost is counted.
pub(super) fn unreadable_answer(model: &str, trace: &Trace) {
    warn!(model, model_request_id = trace.model_request_id, "model_answer_of_unknown_cost");
}

/// A batch that was handed over.
pub(super) fn batch_submitted(batch_id: &str, requests: usize, trace: &Trace) {
    info!(
        batch_id,
        requests,
        attempts = trace.attempts,
        model_request_id = trace.model_request_id,
        "model_batch_submitted"
    );
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

//! Every fault that the Claude simulator can inject, on every use case that a person or an operator begins: the right
//! answer, nothing half-written, nothing paid twice on the retry, and the person's words kept. The weekly run's are with
//! its other tests.

mod hanging;
mod table;
mod talking;
mod writing;

use claude_simulator::FaultKind;

/// What somebody is told who waits for an answer that `fault` strikes; `None` for faults of other calls.
fn code_of(fault: FaultKind) -> Option<&'static str> {
    match fault {
        FaultKind::RateLimited | FaultKind::Overloaded | FaultKind::ServerError | FaultKind::Disconnect => {
            Some("model_unavailable")
        }
        FaultKind::Timeout => Some("model_timed_out"),
        FaultKind::SpendLimit => Some("model_rejected"),
        FaultKind::Truncated | FaultKind::Malformed | FaultKind::Refusal => Some("model_answer_unusable"),
        FaultKind::StreamError
        | FaultKind::ShortPrompt
        | FaultKind::LongPrompt
        | FaultKind::ShortProfile
        | FaultKind::LongProfile
        | FaultKind::BatchErrored
        | FaultKind::BatchExpired => None,
    }
}

/// Whether who talks is answered although `fault` strikes: what broke off is asked for once more, and what the model
/// declines has a fixed answer.
const fn is_answered(fault: FaultKind) -> bool {
    matches!(fault, FaultKind::Truncated | FaultKind::Refusal)
}

/// Whether `fault` strikes the writing of a prompt.
fn strikes_prompts(fault: FaultKind) -> bool {
    code_of(fault).is_some() || matches!(fault, FaultKind::StreamError | FaultKind::ShortPrompt | FaultKind::LongPrompt)
}

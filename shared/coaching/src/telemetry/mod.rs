//! The log: JSON lines whose `message` is the name of an event, and among them the lines that are metrics.
//!
//! Events are logged where they happen, with the names of [`events`]. Every line that is written while a request, a job or
//! a scheduled event is carried out has the fields of its span (`request_id`, `invocation_id`, `function`, `user_id`), and
//! every line the `stage` and `build` of its process. A line carries ids, counts, kinds and costs; never a message text, a
//! prompt, a name, an address or a token, at any level.

pub mod events;
mod lines;
pub mod metrics;

use std::io::Write as _;
use std::panic::PanicHookInfo;

use serde::Serialize;
use tracing::{Span, error, field, info_span};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{ConfigError, Environment, LogSettings};
use domain::profile::UserId;

pub use lines::layer;

/// Sends the log of `function` to standard output, and panics to the log.
///
/// # Errors
///
/// If a setting of the log cannot be used; the log says so by then.
pub fn init(function: &'static str) -> Result<(), ConfigError> {
    let settings = LogSettings::read(&Environment::of_process());
    let lines = layer(&settings.clone().unwrap_or_default(), Some(function), |line| {
        // Nobody is left to tell if standard output is closed.
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    });
    tracing_subscriber::registry().with(lines).init();
    std::panic::set_hook(Box::new(log_panic));
    settings.map(drop).inspect_err(|error| error!(%error, "{}", events::COLD_START_FAILED))
}

/// Writes where a panic happened. Its message is left out: it can quote what could not be handled.
pub fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    error!(place, "{}", events::PANICKED);
}

/// The span of a request, a job or a scheduled event: everything that is logged within it has these fields.
///
/// `request_id` names what caused the work. For a request that is API Gateway's id, which its answer carries as
/// `x-request-id`; for a job it is that of the request that queued it; for a scheduled event Lambda's own.
/// `invocation_id` is always Lambda's own, which the platform's lines carry. The user is added by [`identify`].
#[must_use]
pub fn span(function: &'static str, request_id: &str, invocation_id: Option<&str>) -> Span {
    info_span!("request", function, request_id, invocation_id, user_id = field::Empty)
}

/// Adds the user whom it concerns to the present [`span`].
pub fn identify(user_id: &UserId) {
    Span::current().record("user_id", field::display(user_id));
}

/// The span of work for one of several users.
#[must_use]
pub fn user_span(user_id: &UserId) -> Span {
    info_span!("user", %user_id)
}

/// A field that is more than one value: `rules = json(&rules).as_slice()`.
///
/// # Panics
///
/// If `value` has keys that are not text.
#[must_use]
pub fn json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("what is logged has text for keys")
}

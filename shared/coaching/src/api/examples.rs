//! Answers as a person of the journey got them, for the published contract.
//!
//! `examples.json` is written by the test `examples` of `tests/handlers`, which takes a person through the journey.

use std::sync::LazyLock;

use serde_json::Value;

static EXAMPLES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).expect("a test reads the examples"));

/// The body of a function's answer with `status`, if the journey got one.
pub(super) fn of(function: &str, status: u16) -> Option<&'static Value> {
    EXAMPLES.get(function)?.get(status.to_string())
}

//! The API functions, their sample events, and the variables that they are started with.

use std::fs;
use std::path::Path;

use axum::body::Bytes;
use serde_json::Value;

use crate::Failure;

/// A function that answers API Gateway.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name, which its program and its sample event carry too.
    pub name: String,
    /// Its sample event.
    pub event: Bytes,
}

/// The API functions by name: those whose sample event in `folder` is a request.
pub fn with_events_in(folder: &Path) -> Result<Vec<Function>, Failure> {
    let mut functions = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let event = fs::read(&path)?;
        let is_request = serde_json::from_slice::<Value>(&event)?.get("httpMethod").is_some();
        if let (true, Some(name)) = (is_request, path.file_stem().and_then(|stem| stem.to_str())) {
            functions.push(Function { name: name.to_owned(), event: event.into() });
        }
    }
    functions.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(functions)
}

/// What Lambda sets for every function, and the names that have no default; whatever else a function reads is at its default.
/// A function takes from these what it needs, and nothing here leads to a real account.
pub const VARIABLES: [(&str, &str); 27] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "bench-start"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench-start"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/25/[$LATEST]0"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "none"),
    ("AWS_SECRET_ACCESS_KEY", "none"),
    ("AWS_SESSION_TOKEN", "none"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("PROFILES_TABLE", "profiles"),
    ("CONSULTATION_SESSIONS_TABLE", "consultation-sessions"),
    ("CONSULTATION_KEYS_TABLE", "consultation-keys"),
    ("COACH_CONVERSATIONS_TABLE", "coach-conversations"),
    ("MEALS_TABLE", "meals"),
    ("PROMPT_HISTORY_TABLE", "prompt-history"),
    ("UPDATE_RUNS_TABLE", "update-runs"),
    ("IDEMPOTENCY_TABLE", "idempotency"),
    ("SPENDING_TABLE", "spending"),
    ("AUDIT_TABLE", "audit"),
    ("USER_DIRECTORY_TABLE", "user-directory"),
    ("COUNTERS_TABLE", "counters"),
    ("PROMPT_JOBS_QUEUE_URL", "http://127.0.0.1/prompt-jobs"),
    ("FIRST_PROMPT_JOBS_QUEUE_URL", "http://127.0.0.1/first-prompt-jobs"),
    ("ANTHROPIC_API_KEY_SECRET", "anthropic-api-key"),
    ("COGNITO_ISSUER", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE"),
    ("COGNITO_CLIENT_ID", "example-client"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_with_a_route_are_found_and_the_others_are_not() {
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
        let names: Vec<_> = with_events_in(&events).expect("sample events").into_iter().map(|each| each.name).collect();
        assert!(names.contains(&"get-profile".to_owned()), "{names:?}");
        assert!(!names.contains(&"weekly-updater".to_owned()), "{names:?}");
    }
}

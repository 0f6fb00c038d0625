//! Sample events: API Gateway's, as a REST API with a Cognito authorizer sends them.

use coaching::api::Route;
use serde_json::{Map, Value, json};

/// Whose request it is.
const PERSON: (&str, &str) = ("7c9e6679-7425-40de-944b-e07fc1f90ae7", "nora@example.com");
/// Who calls the routes of admins.
const ADMIN: (&str, &str) = ("3f333df6-90a4-4fda-8dd3-9485d27cee36", "admin@example.com");
/// The pool and the client of whose tokens these are.
const POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE";
const CLIENT: &str = "example-client";
const REQUEST_ID: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const IDEMPOTENCY_KEY: &str = "5e0d6c1a-0f3b-4a57-8a6e-2f0a9c1b7d44";

fn headers(route: &Route) -> Vec<(&'static str, &'static str)> {
    let mut headers = vec![
        ("Accept", "application/json"),
        ("Host", "example.execute-api.eu-central-1.amazonaws.com"),
        ("User-Agent", "sample-event"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-Proto", "https"),
    ];
    if route.sample.body.is_some() {
        headers.push(("Content-Type", "application/json"));
    }
    if route.is_idempotent() {
        headers.push(("Idempotency-Key", IDEMPOTENCY_KEY));
    }
    headers
}

/// An object of the pairs; null if there are none, as API Gateway sends it.
fn object(pairs: &[(&str, &str)], value: impl Fn(&str) -> Value) -> Value {
    if pairs.is_empty() {
        return Value::Null;
    }
    Value::Object(pairs.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect::<Map<_, _>>())
}

fn claims(route: &Route) -> Value {
    let (sub, email) = if route.admin { ADMIN } else { PERSON };
    let mut claims =
        json!({"sub": sub, "email": email, "email_verified": "true", "token_use": "id", "iss": POOL, "aud": CLIENT});
    if route.admin {
        claims["cognito:groups"] = json!("[admin]");
    }
    claims
}

/// The names of a path's variables.
fn variables(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The sample event of a route.
pub fn sample(route: &Route) -> String {
    let path_parameters: Vec<(&str, &str)> = variables(route.path).zip(route.sample.path.iter().copied()).collect();
    let path = path_parameters.iter().fold(route.path.to_owned(), |path, (name, value)| {
        path.replace(&format!("{{{name}}}"), &value.replace('@', "%40"))
    });
    let headers = headers(route);
    let event = json!({
        "resource": route.path,
        "path": path,
        "httpMethod": route.method,
        "headers": object(&headers, |value| json!(value)),
        "multiValueHeaders": object(&headers, |value| json!([value])),
        "queryStringParameters": object(route.sample.query, |value| json!(value)),
        "multiValueQueryStringParameters": object(route.sample.query, |value| json!([value])),
        "pathParameters": object(&path_parameters, |value| json!(value)),
        "stageVariables": null,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "example",
            "stage": "api",
            "resourceId": "abc123",
            "resourcePath": route.path,
            "path": format!("/api{path}"),
            "httpMethod": route.method,
            "protocol": "HTTP/1.1",
            "requestId": REQUEST_ID,
            "requestTime": "20/Nov/2026:17:30:00 +0000",
            "requestTimeEpoch": 1_795_195_800_000_u64,
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "sample-event"},
            "authorizer": {"claims": claims(route)},
        },
        "body": route.sample.body,
        "isBase64Encoded": false,
    });
    serde_json::to_string_pretty(&event).expect("an event serialises") + "\n"
}

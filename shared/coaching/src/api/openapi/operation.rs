//! One route as an operation of the document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::route::{Answer, Parameter, Route};
use super::schemas::Schemas;
use crate::http::{Code, IDEMPOTENCY_KEY_MAX};

/// Statuses whose answers may say in `Retry-After` when to try again.
const RETRIED: [u16; 3] = [409, 429, 503];

/// The operation of a route. `problem` is the schema of every refusal, `meanings` says what each code means.
pub(super) fn operation(
    route: &Route,
    schemas: &mut Schemas,
    problem: &Value,
    meanings: &BTreeMap<Code, String>,
) -> Value {
    let mut responses: Map<String, Value> =
        route.answers.iter().map(|answer| (answer.status.to_string(), success(route, answer, schemas))).collect();
    let mut refusals: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in route.problems() {
        refusals.entry(code.status().as_u16()).or_default().push(code);
    }
    for (status, codes) in refusals {
        responses.insert(status.to_string(), refusal(status, &codes, problem, meanings));
    }
    let mut operation = json!({
        "operationId": route.function,
        "tags": [route.tag.name],
        "summary": route.summary,
        "description": route.description,
        "responses": responses,
    });
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(body) = route.request {
        let mut content = json!({"schema": schemas.request(body)});
        if let Some(sample) = route.sample.body {
            content["examples"] = json!({"journey": {"value": json_of(sample)}});
        }
        operation["requestBody"] = json!({"required": !route.body_optional, "content": {"application/json": content}});
    }
    operation
}

/// The headers that answers carry.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "Names the request in the logs.", "required": true, "schema": {"type": "string"},
        },
        "RetryAfter": {
            "description": "Seconds after which it is worth trying again.",
            "schema": {"type": "integer", "minimum": 1},
        },
        "IdempotencyReplayed": {
            "description": "There if this is the answer to an earlier request with the same Idempotency-Key.",
            "schema": {"type": "string", "const": "true"},
        },
    })
}

fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

fn success(route: &Route, answer: &Answer, schemas: &mut Schemas) -> Value {
    let mut headers = json!({"x-request-id": header("RequestId")});
    if route.is_idempotent() {
        headers["idempotency-replayed"] = header("IdempotencyReplayed");
    }
    let mut response = json!({"description": answer.description, "headers": headers});
    if let Some(body) = answer.body {
        let mut content = json!({"schema": schemas.answer(body)});
        if let Some(example) = super::super::examples::of(route.function, answer.status) {
            content["examples"] = json!({"journey": {"value": example}});
        }
        response["content"] = json!({"application/json": content});
    }
    response
}

fn refusal(status: u16, codes: &[Code], problem: &Value, meanings: &BTreeMap<Code, String>) -> Value {
    let mut headers = json!({"x-request-id": header("RequestId")});
    if RETRIED.contains(&status) {
        headers["Retry-After"] = header("RetryAfter");
    }
    let meaning = |code: &Code| format!("- `{code}`: {}", meanings.get(code).map_or("", String::as_str));
    let example = |code: &Code| (code.to_string(), json!({"$ref": format!("#/components/examples/{code}")}));
    json!({
        "description": codes.iter().map(meaning).collect::<Vec<_>>().join("\n"),
        "headers": headers,
        "content": {"application/problem+json": {
            "schema": problem,
            "examples": codes.iter().map(example).collect::<Map<_, _>>(),
        }},
    })
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.variables.iter().zip(route.sample.path).map(|(parameter, sample)| {
        let mut described = described(parameter, "path", true);
        described["example"] = json!(sample);
        described
    });
    let in_query = route.query.iter().map(|parameter| described(parameter, "query", parameter.required));
    let key = route.is_idempotent().then(|| {
        json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Repetitions with the same key get the answer of the first; nothing is done or paid twice.",
            "schema": {"type": "string", "minLength": 1, "maxLength": IDEMPOTENCY_KEY_MAX, "pattern": "^[!-~]+$"},
            "example": "c0a8f1f2-5f0e-4c43-9d53-1c8a3a1f6d77",
        })
    });
    in_path.chain(in_query).chain(key).collect()
}

fn described(parameter: &Parameter, place: &str, required: bool) -> Value {
    json!({
        "name": parameter.name, "in": place, "required": required,
        "description": parameter.description, "schema": parameter.takes.schema(),
    })
}

/// The value of a sample, which is written as text.
fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("a test reads every sample of the route table")
}

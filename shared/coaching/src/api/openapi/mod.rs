//! The contract of the API as an OpenAPI 3.1 document, generated from the route table and the request and response types.
//!
//! `infra/openapi.json` is this document; a test keeps it current. Requests are described as they are read, answers as they
//! are written. Bounds come from the constants that the values are held to, problems from the codes that the routes list.

mod operation;
mod schemas;
mod unions;
mod values;

use serde_json::{Map, Value, json};

use self::schemas::Schemas;
use super::ROUTES;
use crate::http::{Code, Problem, examples};

/// The OpenAPI document.
///
/// # Panics
///
/// If a type has one name and two shapes, as a request and as an answer: the second needs a name of its own.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let problem = schemas.answer(super::route::body::<Problem>);
    let meanings = schemas::meanings::<Code>();
    let mut paths = Map::new();
    for route in ROUTES {
        let operation = operation::operation(route, &mut schemas, &problem, &meanings);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "SHARPENED coaching API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A coach that knows the one person it talks to. Every request carries the caller's Cognito ID \
                token as a bearer token. Errors are RFC 9457 problem details with a stable `code`. A POST may carry an \
                `Idempotency-Key`: a repetition gets the answer of the first, and nothing is done or paid twice. Lists \
                answer `items` and `next_cursor`. Times are RFC 3339, masses metric.",
        },
        "servers": servers(),
        "security": [{"idToken": []}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "securitySchemes": {"idToken": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "The ID token of the Cognito user pool. Its `sub` is the user; members of the group `admin` \
                    may use the admin routes.",
            }},
            "headers": operation::headers(),
            "examples": problem_examples(),
            "schemas": schemas.finish(),
        },
    })
}

/// A deployment, the local stack, and the local server with hot reload.
fn servers() -> Value {
    json!([
        {
            "url": "https://{api}/api",
            "description": "A deployment on AWS.",
            "variables": {"api": {
                "default": "localhost",
                "description": "Host of the API, such as a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com.",
            }},
        },
        {
            "url": "http://127.0.0.1:{port}/_aws/execute-api/{api}/api",
            "description": "The local stack; `target/local/stack.json` has the whole address as `api_url`.",
            "variables": {
                "port": {"default": "4566", "description": "Port of the local cloud."},
                "api": {"default": "local", "description": "Identity of the API."},
            },
        },
        {
            "url": "http://127.0.0.1:{port}",
            "description": "The local server with hot reload, `infra/local/stack watch`.",
            "variables": {"port": {"default": "9000", "description": "Port that `watch` prints."}},
        },
    ])
}

/// The tags of the routes, in their order.
fn tags() -> Vec<Value> {
    let mut tags: Vec<Value> = Vec::new();
    for route in ROUTES {
        let tag = json!({"name": route.tag.name, "description": route.tag.description});
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn problem_examples() -> Map<String, Value> {
    examples().into_iter().map(|(code, problem)| (code.to_string(), json!({"value": problem}))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        let mut references = 0;
        for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
            references += 1;
        }
        assert!(references > 20, "there are only {references} references");
    }

    #[test]
    fn every_schema_is_used() {
        let document = document();
        let text = document.to_string();
        for name in document["components"]["schemas"].as_object().expect("schemas").keys() {
            assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "{name} is not used");
        }
    }

    #[test]
    fn a_sign_up_needs_its_five_fields_and_nothing_else() {
        let document = document();
        let schema = &document["components"]["schemas"]["SignUpRequest"];
        // The weight is the fifth; it goes by either of two names.
        assert_eq!(schema["required"], json!(["name", "email", "age", "goal"]));
        assert!(schema["properties"].get("weight_kg").is_some() && schema["properties"].get("weight").is_some());
        assert!(!schema.to_string().contains("\"default\""), "a default makes generators ask for the field");
    }

    #[test]
    fn every_measured_number_is_described_and_null_where_it_is_unknown() {
        let document = document();
        let schema = &document["components"]["schemas"]["BehaviorResponse"];
        let required: Vec<&str> =
            schema["required"].as_array().expect("fields").iter().filter_map(Value::as_str).collect();
        for field in
            ["days_analyzed", "logging_rate", "adherence_rate", "adherence_reason", "average_calories", "daily"]
        {
            assert!(required.contains(&field), "{field} is always sent");
        }
        assert_eq!(schema["properties"]["adherence_rate"]["type"], json!(["number", "null"]));
    }

    #[test]
    fn a_bound_is_that_of_the_value() {
        let document = document();
        let age = &document["components"]["schemas"]["SignUpRequest"]["properties"]["age"];
        assert_eq!((&age["minimum"], &age["maximum"]), (&json!(18), &json!(120)));
    }
}

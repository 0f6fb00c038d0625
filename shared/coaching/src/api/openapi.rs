//! The contract of the API as an OpenAPI 3.1 document, generated from the route table and the request and response types.
//!
//! `infra/openapi.json` is this document; a test keeps it current. The same table is compared with the template's routes.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{Answer, Parameter, ROUTES, Route};
use crate::http::Problem;

/// The OpenAPI document.
#[must_use]
pub fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation;
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "SHARPENED coaching API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A coach that knows the one person it talks to. Every request carries the caller's Cognito ID \
                token as a bearer token. Errors are RFC 9457 problem details.",
        },
        "servers": [{"url": "https://{api}/api", "variables": {"api": {"default": "localhost", "description": "Host of the API."}}}],
        "security": [{"idToken": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"idToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {"Problem": {
                "description": "Why the request was not answered as asked. With 409, 429 and 503 Retry-After says when to try again, where that helps.",
                "content": {"application/problem+json": {"schema": problem}},
            }},
            "schemas": schemas,
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for Answer { status, description, body } in route.answers {
        let mut response = json!({"description": description});
        if let Some(body) = body {
            response["content"] = json!({"application/json": {"schema": body(generator)}});
        }
        responses.insert(status.to_string(), response);
    }
    responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
    let mut operation = json!({
        "operationId": route.function,
        "summary": route.summary,
        "responses": responses,
    });
    let mut parameters = path_parameters(route.path);
    parameters.extend(route.query.iter().map(query_parameter));
    if route.is_idempotent() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Repetitions with the same key get the answer of the first; nothing is done or paid twice.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        }));
    }
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(body) = route.request {
        operation["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": body(generator)}}});
    }
    operation
}

fn path_parameters(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect()
}

fn query_parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name, "in": "query", "required": false,
        "description": parameter.description, "schema": {"type": parameter.kind},
    })
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
    fn a_sign_up_needs_its_five_fields() {
        let document = document();
        let required = &document["components"]["schemas"]["SignUpRequest"]["required"];
        assert_eq!(required, &json!(["name", "email", "age", "weight_kg", "goal"]));
    }
}

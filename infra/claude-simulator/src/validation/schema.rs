//! The part of JSON schema that structured outputs support, and what the API says to the rest.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::wire::error::ApiError;

const PLACE: &str = "output_config.format.schema";

/// Keywords that any schema may carry.
const COMMON: &[&str] =
    &["type", "description", "title", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "definitions", "default"];

const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

/// Refuses a schema that the API cannot compile.
pub fn check(schema: &Value) -> Result<(), ApiError> {
    if !schema.is_object() {
        return Err(error("Input should be a valid dictionary"));
    }
    walk(schema, schema)?;
    acyclic(schema, schema, &mut Vec::new())
}

fn error(message: &str) -> ApiError {
    ApiError::invalid(format!("{PLACE}: {message}"))
}

fn walk(schema: &Value, root: &Value) -> Result<(), ApiError> {
    let Some(object) = schema.as_object() else {
        return Err(error("Schemas must be objects; boolean schemas are not supported"));
    };
    for name in ["$defs", "definitions"] {
        for definition in object.get(name).and_then(Value::as_object).into_iter().flat_map(Map::values) {
            walk(definition, root)?;
        }
    }
    if let Some(target) = object.get("$ref") {
        let target = target.as_str().unwrap_or_default();
        return resolve(root, target)
            .map(|_| ())
            .ok_or_else(|| error(&format!("'$ref' must point into this schema's '$defs': {target}")));
    }
    let variants: Vec<&Value> =
        ["anyOf", "allOf"].iter().filter_map(|name| object.get(*name)?.as_array()).flatten().collect();
    for variant in &variants {
        walk(variant, root)?;
    }
    let types = types(object)?;
    if types.is_empty() && variants.is_empty() && !object.contains_key("enum") && !object.contains_key("const") {
        return Err(error("Schema must have a 'type', 'anyOf', 'allOf', '$ref', 'enum' or 'const'"));
    }
    keywords(object, &types)?;
    if types.contains(&"object") {
        closed(object, root)?;
    }
    if types.contains(&"array") {
        match object.get("items") {
            Some(items) => walk(items, root)?,
            None => return Err(error("For 'array' type, 'items' is required")),
        }
    }
    Ok(())
}

fn types(object: &Map<String, Value>) -> Result<Vec<&str>, ApiError> {
    let types: Vec<&str> = match object.get("type") {
        None => Vec::new(),
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        Some(_) => return Err(error("'type' must be a string or a list of strings")),
    };
    let known = ["object", "array", "string", "integer", "number", "boolean", "null"];
    match types.iter().find(|name| !known.contains(name)) {
        Some(name) => Err(error(&format!("Unknown type '{name}'"))),
        None => Ok(types),
    }
}

/// Refuses keywords that none of the schema's types support.
fn keywords(object: &Map<String, Value>, types: &[&str]) -> Result<(), ApiError> {
    let mut supported: BTreeSet<&str> = COMMON.iter().copied().collect();
    for name in types {
        supported.extend(match *name {
            "object" => &["properties", "required", "additionalProperties"] as &[&str],
            "array" => &["items", "minItems"],
            "string" => &["format", "pattern"],
            _ => &[],
        });
    }
    let unsupported: Vec<&str> = object.keys().map(String::as_str).filter(|name| !supported.contains(name)).collect();
    let kind = types.iter().find(|name| **name != "null").or(types.first()).unwrap_or(&"any");
    match unsupported.as_slice() {
        [] => {}
        [one] => {
            return Err(error(&format!("For '{kind}' type, property '{one}' is not supported")));
        }
        many => {
            return Err(error(&format!("For '{kind}' type, properties {} are not supported", many.join(", "))));
        }
    }
    if object.get("minItems").and_then(Value::as_u64).is_some_and(|minimum| minimum > 1) {
        return Err(error("For 'array' type, 'minItems' values other than 0 or 1 are not supported"));
    }
    let format = object.get("format").and_then(Value::as_str);
    if let Some(format) = format.filter(|format| !FORMATS.contains(format)) {
        return Err(error(&format!("For 'string' type, format '{format}' is not supported")));
    }
    let complex = object.get("enum").and_then(Value::as_array).into_iter().flatten();
    if complex.chain(object.get("const")).any(|value| value.is_object() || value.is_array()) {
        return Err(error("'enum' and 'const' values must be strings, numbers, booleans or null"));
    }
    Ok(())
}

fn closed(object: &Map<String, Value>, root: &Value) -> Result<(), ApiError> {
    match object.get("additionalProperties") {
        Some(Value::Bool(false)) => {}
        None => {
            return Err(error("For 'object' type, 'additionalProperties' must be explicitly set to false"));
        }
        Some(other) => {
            return Err(error(&format!(
                "For 'object' type, 'additionalProperties: {other}' is not supported. Please set \
                 'additionalProperties' to false"
            )));
        }
    }
    let properties = object.get("properties").and_then(Value::as_object);
    for property in properties.into_iter().flat_map(Map::values) {
        walk(property, root)?;
    }
    let required = object.get("required").and_then(Value::as_array).into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !properties.is_some_and(|properties| properties.contains_key(name)) {
            return Err(error(&format!("Required property '{name}' is not defined in 'properties'")));
        }
    }
    Ok(())
}

/// The definition that a `$ref` of this schema names.
pub fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(reference.strip_prefix('#')?)
}

fn acyclic<'a>(schema: &'a Value, root: &'a Value, open: &mut Vec<&'a str>) -> Result<(), ApiError> {
    match schema {
        Value::Object(object) => {
            if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                if open.contains(&target) || target == "#" {
                    return Err(error(&format!("Circular reference detected in schema definitions: {target}")));
                }
                open.push(target);
                if let Some(definition) = resolve(root, target) {
                    acyclic(definition, root, open)?;
                }
                open.pop();
            }
            object.values().try_for_each(|value| acyclic(value, root, open))
        }
        Value::Array(values) => values.iter().try_for_each(|value| acyclic(value, root, open)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(schema: &Value) -> String {
        check(schema).expect_err("the schema must be refused").message
    }

    #[test]
    fn an_object_that_is_not_closed_is_refused_at_any_depth() {
        let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        assert!(refusal(&open).contains("'additionalProperties' must be explicitly set to false"));
        let nested = json!({"type": "object", "additionalProperties": false, "properties":
            {"list": {"type": "array", "items": {"anyOf": [{"type": "null"}, open]}}}});
        assert!(refusal(&nested).contains("'additionalProperties' must be explicitly set to false"));
    }

    #[test]
    fn bounds_and_lengths_are_refused_with_the_keyword_named() {
        assert_eq!(
            refusal(&json!({"type": "integer", "minimum": 1, "maximum": 3})),
            "output_config.format.schema: For 'integer' type, properties maximum, minimum are not supported"
        );
        assert!(refusal(&json!({"type": ["string", "null"], "minLength": 1})).contains("'minLength'"));
        assert!(refusal(&json!({"type": "array", "items": {"type": "string"}, "minItems": 3})).contains("minItems"));
        assert!(refusal(&json!({"type": "array", "items": {"type": "string"}, "maxItems": 3})).contains("maxItems"));
    }

    #[test]
    fn a_recursive_schema_is_refused_and_a_shared_definition_is_not() {
        let node = json!({"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "additionalProperties": false,
            "properties": {"next": {"$ref": "#/$defs/node"}}}}});
        assert!(refusal(&node).contains("Circular reference"));
        let shared = json!({"type": "object", "additionalProperties": false, "required": ["a", "b"],
            "properties": {"a": {"$ref": "#/$defs/word"}, "b": {"$ref": "#/$defs/word"}},
            "$defs": {"word": {"type": "string"}}});
        assert_eq!(check(&shared), Ok(()));
    }
}

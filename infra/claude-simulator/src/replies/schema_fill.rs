//! Filling any supported JSON schema from hints: the answer always has the shape that was asked for.

use serde_json::{Map, Value, json};

/// A value of the schema's shape, with the hints where they fit.
#[must_use]
pub fn fill(schema: &Value, hints: &Value) -> Value {
    value(schema, schema, hints)
}

fn value(schema: &Value, root: &Value, hint: &Value) -> Value {
    if let Some(target) = schema["$ref"].as_str() {
        let definition = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return definition.map_or(Value::Null, |definition| value(definition, root, hint));
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(words) = schema["enum"].as_array() {
        let fallback = words.iter().find(|word| word.is_null()).or(words.first());
        return words.iter().find(|word| *word == hint).or(fallback).cloned().unwrap_or_default();
    }
    if let Some(variants) = schema["anyOf"].as_array() {
        let best = variants.iter().rev().max_by_key(|variant| fit(variant, root, hint));
        return best.map_or(Value::Null, |variant| value(variant, root, hint));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut merged = Map::new();
        for part in parts {
            if let Value::Object(object) = value(part, root, hint) {
                merged.extend(object);
            }
        }
        return Value::Object(merged);
    }
    let types = types(schema);
    let wanted = types.iter().copied().find(|name| matches(name, hint));
    let chosen = wanted.or_else(|| types.iter().copied().find(|name| *name == "null")).or(types.first().copied());
    match chosen.unwrap_or("object") {
        "object" => object(schema, root, hint),
        "array" => array(schema, root, hint),
        "string" => hint.as_str().map_or_else(|| json!(""), |text| json!(text)),
        "integer" => hint.as_i64().map_or_else(|| json!(0), |number| json!(number)),
        "number" => {
            if hint.is_number() {
                hint.clone()
            } else {
                json!(0)
            }
        }
        "boolean" => json!(hint.as_bool().unwrap_or(false)),
        _ => Value::Null,
    }
}

fn object(schema: &Value, root: &Value, hint: &Value) -> Value {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let filled = properties
        .filter(|(name, _)| required.contains(&name.as_str()) || says_something(&hint[name.as_str()]))
        .map(|(name, property)| (name.clone(), value(property, root, &hint[name.as_str()])))
        .collect();
    Value::Object(filled)
}

/// Whether there is a reason to write down what may be left out.
fn says_something(hint: &Value) -> bool {
    match hint {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(properties) => properties.values().any(says_something),
        _ => true,
    }
}

fn array(schema: &Value, root: &Value, hint: &Value) -> Value {
    let items = &schema["items"];
    let mut filled: Vec<Value> = hint.as_array().into_iter().flatten().map(|hint| value(items, root, hint)).collect();
    if filled.is_empty() && schema["minItems"].as_u64().unwrap_or(0) > 0 {
        filled.push(value(items, root, &Value::Null));
    }
    Value::Array(filled)
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn matches(kind: &str, hint: &Value) -> bool {
    match kind {
        "object" => hint.is_object(),
        "array" => hint.is_array(),
        "string" => hint.is_string(),
        "integer" => hint.is_i64() || hint.is_u64(),
        "number" => hint.is_number(),
        "boolean" => hint.is_boolean(),
        _ => hint.is_null(),
    }
}

/// How well a variant takes the hint: its constants decide, then its type, then how many hints it can use.
fn fit(variant: &Value, root: &Value, hint: &Value) -> usize {
    let pointed = variant["$ref"].as_str().and_then(|target| root.pointer(target.strip_prefix('#')?));
    let variant = pointed.unwrap_or(variant);
    let listed = |schema: &Value, value: &Value| {
        schema.get("const").is_some_and(|constant| constant == value)
            || schema["enum"].as_array().is_some_and(|words| words.contains(value))
    };
    if listed(variant, hint) {
        return 1_000;
    }
    if !types(variant).iter().any(|kind| matches(kind, hint)) {
        return 0;
    }
    let properties = variant["properties"].as_object().into_iter().flatten();
    let mut score = 1;
    for (name, property) in properties {
        let hint = &hint[name.as_str()];
        let telling = property.get("const").is_some() || property["enum"].is_array();
        match (hint.is_null(), telling) {
            (true, _) => {}
            (false, false) => score += 1,
            (false, true) if listed(property, hint) => score += 100,
            (false, true) => return 0,
        }
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variant_of_the_category_is_chosen_and_nothing_else_is_added() {
        let variant = |category: &str, field: &str| {
            json!({"type": "object", "additionalProperties": false, "required": ["category", "summary", field],
                "properties": {"category": {"type": "string", "const": category}, "summary": {"type": "string"},
                    field: {"anyOf": [{"type": "string"}, {"type": "null"}]}}})
        };
        let schema =
            json!({"type": "array", "items": {"anyOf": [variant("meals", "habit"), variant("goals", "objective")]}});
        let hints = json!([{"category": "goals", "summary": "Lose 8 kg", "objective": "lose 8 kg", "habit": "x"}]);
        assert_eq!(
            fill(&schema, &hints),
            json!([{"category": "goals", "summary": "Lose 8 kg", "objective": "lose 8 kg"}])
        );
    }

    #[test]
    fn what_is_not_known_is_null_where_it_may_be() {
        let schema = json!({"type": "object", "additionalProperties": false, "required": ["sex", "height_cm", "level"],
            "properties": {"sex": {"type": ["string", "null"], "enum": ["female", "male", null]},
                "height_cm": {"type": ["integer", "null"]}, "level": {"type": "string", "enum": ["low", "high"]}}});
        assert_eq!(fill(&schema, &json!({})), json!({"sex": null, "height_cm": null, "level": "low"}));
        assert_eq!(
            fill(&schema, &json!({"sex": "male", "height_cm": 178, "level": "high"})),
            json!({"sex": "male", "height_cm": 178, "level": "high"})
        );
    }

    #[test]
    fn what_may_be_left_out_is_left_out_where_there_is_nothing_to_say() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        let body = json!({"type": "object", "additionalProperties": false, "required": ["sex"],
            "properties": {"sex": {"anyOf": [{"type": "string"}, {"type": "null"}]}}});
        let schema = json!({"type": "object", "additionalProperties": false, "required": ["reply", "open"],
            "properties": {"reply": {"type": "string"}, "open": list, "facts": list, "body": body}});
        let filled = |body: Value| fill(&schema, &json!({"reply": "Yes.", "open": [], "facts": [], "body": body}));
        assert_eq!(filled(json!({"sex": null})), json!({"reply": "Yes.", "open": []}));
        assert_eq!(filled(json!({"sex": "male"})), json!({"reply": "Yes.", "open": [], "body": {"sex": "male"}}));
    }
}

//! Values of several kinds that a field tells apart, such as a fact by its `category`.

use serde_json::{Map, Value, json};

use super::schemas::PLACE;

/// Gives each kind of a tagged union a schema of its own, and the union a discriminator that leads to them.
///
/// A generator of clients reads a discriminator and whole schemas. It loses what stands beside a reference, which is where
/// the tag and the common fields of a flattened enum are.
pub(super) fn tell_kinds_apart(schemas: &mut Map<String, Value>) {
    let unions: Vec<(String, Value)> = schemas
        .iter()
        .filter(|(_, schema)| tag(schema).is_some())
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    for (name, union) in unions {
        let Some(tag) = tag(&union) else { continue };
        let mut mapping = Map::new();
        for kind in union["oneOf"].as_array().into_iter().flatten() {
            let word = kind["properties"][&tag]["const"].as_str().unwrap_or_default();
            let kind_name = format!("{}{name}", capitalised(word));
            mapping.insert(word.to_owned(), json!(format!("{PLACE}{kind_name}")));
            let whole = whole(&union, kind, schemas);
            schemas.insert(kind_name, whole);
        }
        let choice: Vec<Value> = mapping.values().map(|reference| json!({"$ref": reference})).collect();
        let discriminator = json!({"propertyName": tag, "mapping": mapping});
        let told = json!({"description": union["description"], "oneOf": choice, "discriminator": discriminator});
        schemas.insert(name, told);
        for kind in union["oneOf"].as_array().into_iter().flatten() {
            remove_unused(kind, schemas);
        }
    }
}

/// The field whose constant tells the kinds of a union apart.
fn tag(schema: &Value) -> Option<String> {
    let kinds = schema.get("oneOf")?.as_array()?;
    let constant = |kind: &Value, name: &str| kind["properties"][name].get("const").is_some_and(Value::is_string);
    let names = kinds.first()?.get("properties")?.as_object()?.keys();
    names.clone().find(|name| kinds.iter().all(|kind| constant(kind, name))).cloned()
}

/// All that describes one kind: what the union says of every kind, what the kind refers to, and what it says itself.
fn whole(union: &Value, kind: &Value, schemas: &Map<String, Value>) -> Value {
    let referred = referred_to(kind).and_then(|name| schemas.get(name));
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in [Some(kind), Some(union), referred].into_iter().flatten() {
        properties.extend(part.get("properties").and_then(Value::as_object).cloned().unwrap_or_default());
        required.extend(part.get("required").and_then(Value::as_array).cloned().unwrap_or_default());
    }
    let description = kind.get("description").or_else(|| referred.and_then(|schema| schema.get("description")));
    json!({"type": "object", "description": description, "properties": properties, "required": required})
}

fn referred_to(kind: &Value) -> Option<&str> {
    kind.get("$ref")?.as_str()?.strip_prefix(PLACE)
}

/// Removes the schema that a kind referred to, unless somebody else refers to it.
fn remove_unused(kind: &Value, schemas: &mut Map<String, Value>) {
    let Some(name) = referred_to(kind) else { return };
    let reference = format!("\"{PLACE}{name}\"");
    if !schemas.values().any(|schema| schema.to_string().contains(&reference)) {
        schemas.remove(name);
    }
}

fn capitalised(word: &str) -> String {
    let parts = word.split('_').map(|part| part.split_at(part.len().min(1)));
    parts.map(|(first, rest)| first.to_uppercase() + rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_gets_a_whole_schema_and_the_union_leads_to_it() {
        let union = json!({
            "description": "A thing.",
            "properties": {"name": {"type": "string"}}, "required": ["name"],
            "oneOf": [
                {"$ref": "#/components/schemas/Ball", "description": "A ball.", "type": "object",
                    "properties": {"form": {"const": "round"}}, "required": ["form"]},
                {"type": "object", "properties": {"form": {"const": "very_flat"}}, "required": ["form"]}]});
        let ball = json!({"type": "object", "properties": {"radius": {"type": "number"}}, "required": ["radius"]});
        let mut schemas = Map::from_iter([("Thing".to_owned(), union), ("Ball".to_owned(), ball)]);
        tell_kinds_apart(&mut schemas);
        let round = json!({
            "type": "object", "description": "A ball.", "required": ["form", "name", "radius"],
            "properties": {"form": {"const": "round"}, "name": {"type": "string"}, "radius": {"type": "number"}}});
        assert_eq!(schemas["RoundThing"], round);
        assert_eq!(schemas["VeryFlatThing"]["required"], json!(["form", "name"]));
        let thing = json!({
            "description": "A thing.",
            "oneOf": [{"$ref": "#/components/schemas/RoundThing"}, {"$ref": "#/components/schemas/VeryFlatThing"}],
            "discriminator": {"propertyName": "form", "mapping": {
                "round": "#/components/schemas/RoundThing", "very_flat": "#/components/schemas/VeryFlatThing"}}});
        assert_eq!(schemas["Thing"], thing);
        assert!(!schemas.contains_key("Ball"), "nobody refers to it any more");
    }

    #[test]
    fn a_choice_without_a_tag_stays() {
        let choice = json!({"oneOf": [{"type": "string"}, {"properties": {"form": {"const": "round"}}}]});
        let mut schemas = Map::from_iter([("Choice".to_owned(), choice.clone())]);
        tell_kinds_apart(&mut schemas);
        assert_eq!(Value::Object(schemas), json!({"Choice": choice}));
    }
}

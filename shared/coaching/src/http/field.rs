//! One field of a request body, parsed without giving up on the others.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use domain::field::FieldError;

/// A field that may be missing or of the wrong type. Keeping that as a value lets one answer list every mistake of a body.
///
/// In the OpenAPI document it looks like `T`; it is required there unless it is marked `#[serde(default)]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Field<T> {
    /// Not there, or null.
    #[default]
    Missing,
    /// There and of the right type.
    Present(T),
    /// There and of another type.
    WrongType(String),
}

impl<T> Field<T> {
    /// The value, if there is one of the right type.
    pub const fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Missing | Self::WrongType(_) => None,
        }
    }

    /// The value of a field that must be there.
    pub fn required(self, field: &'static str) -> Result<T, FieldError> {
        self.optional(field)?.ok_or_else(|| FieldError::new(field, "is required"))
    }

    /// The value of a field that may be missing.
    pub fn optional(self, field: &'static str) -> Result<Option<T>, FieldError> {
        match self {
            Self::Missing => Ok(None),
            Self::Present(value) => Ok(Some(value)),
            Self::WrongType(reason) => Err(FieldError::new(field, reason)),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Missing)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Missing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(match serde_json::from_value(value) {
            Ok(value) => Field::Present(value),
            Err(error) => Field::WrongType(wrong_type(&error)),
        })
    }
}

/// The reason without the rejected value, which may be personal.
fn wrong_type(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once("expected ") {
        Some((_, "f64")) => "must be a number".to_owned(),
        Some((_, "i64" | "u32" | "u64")) => "must be a whole number".to_owned(),
        Some((_, expected)) => format!("must be {expected}"),
        None => "is not of the right type".to_owned(),
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Describes the fields of a request that may be left out as ones that may be null as well, which means the same.
pub fn null_is_left_out(schema: &mut Schema) {
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten().filter(|(name, _)| !required.contains(&json!(name))) {
        let Some(members) = property.as_object_mut() else { continue };
        if let Some(kind) = members.get("type").cloned() {
            members.insert("type".to_owned(), json!([kind, "null"]));
        } else if let Some(reference) = members.remove("$ref") {
            members.insert("anyOf".to_owned(), json!([{"$ref": reference}, {"type": "null"}]));
        } else {
            debug_assert!(false, "{name} is described in a way that no field of a request is");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Body {
        age: Field<i64>,
        name: Field<String>,
    }

    fn parse(json: &str) -> Body {
        serde_json::from_str(json).expect("a JSON object")
    }

    #[test]
    fn a_missing_field_and_null_are_the_same() {
        for json in ["{}", r#"{"age": null, "name": null}"#] {
            assert_eq!(parse(json).age.required("age").expect_err("missing").message, "is required");
            assert_eq!(parse(json).name.optional("name"), Ok(None));
        }
    }

    #[test]
    fn a_wrong_type_does_not_hide_the_other_fields() {
        let body = parse(r#"{"age": "thirty", "name": "Ana"}"#);
        let error = body.age.required("age").expect_err("not a number");
        assert_eq!((error.field.as_ref(), error.message.as_str()), ("age", "must be a whole number"));
        assert_eq!(body.name.required("name").as_deref(), Ok("Ana"));
    }
}

//! The schemas of all bodies.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::route::SchemaOf;
use super::{unions, values};

/// Where the document keeps its schemas.
pub(super) const PLACE: &str = "#/components/schemas/";

/// Collects the schemas of requests, which are described as they are read, and of answers, as they are written.
pub(super) struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        Self {
            requests: settings().for_deserialize().into_generator(),
            answers: settings().for_serialize().into_generator(),
        }
    }

    /// The schema of what is sent.
    pub(super) fn request(&mut self, body: SchemaOf) -> Value {
        body(&mut self.requests).into()
    }

    /// The schema of what is answered.
    pub(super) fn answer(&mut self, body: SchemaOf) -> Value {
        body(&mut self.answers).into()
    }

    /// All schemas by their names.
    pub(super) fn finish(mut self) -> Map<String, Value> {
        let mut all = self.requests.take_definitions(true);
        for (name, schema) in self.answers.take_definitions(true) {
            let other = all.insert(name.clone(), schema.clone());
            assert!(
                other.is_none_or(|other| other == schema),
                "{name} is read in another shape than it is written in: give one of them another name"
            );
        }
        unions::tell_kinds_apart(&mut all);
        all.values_mut().for_each(values::simplify);
        all
    }
}

fn settings() -> SchemaSettings {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings
}

/// What each value of an enum means, from the comments of its variants.
pub(super) fn meanings<T: JsonSchema + Serialize + DeserializeOwned + Ord>() -> BTreeMap<T, String> {
    let schema = schemars::schema_for!(T);
    let words = schema.as_value()["oneOf"].as_array().cloned().unwrap_or_default();
    let meaning = |word: &Value| {
        let value = serde_json::from_value(word["const"].clone()).ok()?;
        Some((value, word["description"].as_str()?.replace('\n', " ")))
    };
    words.iter().filter_map(meaning).collect()
}

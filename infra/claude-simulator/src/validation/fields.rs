//! Reading fields of a JSON object with the API's error messages.

use serde_json::{Map, Value};

use crate::wire::error::ApiError;

/// An object and the path that names it in errors, empty for the body itself.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The fields of `value`, which must be an object.
    pub fn of(value: &'a Value, path: &str) -> Result<Self, ApiError> {
        let object = value.as_object().ok_or_else(|| {
            let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
            ApiError::invalid(format!("{at}Input should be a valid dictionary"))
        })?;
        Ok(Self { object, path: path.to_owned() })
    }

    /// Refuses fields that are not in `known`.
    pub fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        match self.object.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(self.error(name, "Extra inputs are not permitted")),
            None => Ok(()),
        }
    }

    /// A field, absent or `null` being the same.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A field that must be there.
    pub fn required(&self, name: &str) -> Result<&'a Value, ApiError> {
        self.object.get(name).ok_or_else(|| self.error(name, "Field required"))
    }

    /// A text that must be there.
    pub fn text(&self, name: &str) -> Result<&'a str, ApiError> {
        self.required(name)?.as_str().ok_or_else(|| self.error(name, "Input should be a valid string"))
    }

    /// A list that must be there.
    pub fn list(&self, name: &str) -> Result<&'a [Value], ApiError> {
        let value = self.required(name)?;
        value.as_array().map(Vec::as_slice).ok_or_else(|| self.error(name, "Input should be a valid list"))
    }

    /// A flag, absent being false.
    pub fn flag(&self, name: &str) -> Result<bool, ApiError> {
        self.get(name).map_or(Ok(false), |value| {
            value.as_bool().ok_or_else(|| self.error(name, "Input should be a valid boolean"))
        })
    }

    /// One of a few words, absent being `None`.
    pub fn word(&self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, ApiError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match value.as_str() {
            Some(word) if allowed.contains(&word) => Ok(Some(word)),
            _ => Err(self.error(name, &format!("Input should be {}", alternatives(allowed)))),
        }
    }

    /// An error about a field.
    pub fn error(&self, name: &str, message: &str) -> ApiError {
        ApiError::invalid(format!("{}: {message}", self.at(name)))
    }

    /// The path of a field.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// `'a', 'b' or 'c'`.
pub fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

//! A request whose caller is known.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::caller::Caller;
use super::idempotency::UnclaimedKey;
use super::problem::{ApiError, RequestError};
use crate::store::{Cursor, PageRequest};
use domain::field::FieldError;

/// Most items of one page of a list.
pub const PAGE_MAX: u32 = 100;
/// Characters of an unknown field's name that are repeated to the caller.
const NAME_SHOWN: usize = 60;
/// Items of a page when the caller does not say.
pub const PAGE_DEFAULT: u32 = 20;

/// A request whose caller is known and whose body is small enough.
#[derive(Clone)]
pub struct ApiRequest {
    /// Who asks.
    pub caller: Caller,
    /// The body, not parsed yet.
    pub body: Vec<u8>,
    /// Variables of the path, decoded.
    pub path: HashMap<String, String>,
    /// The query, decoded.
    pub query: HashMap<String, String>,
    /// What the request is called in its answer and in the log.
    pub request_id: String,
    /// When API Gateway took it. A function that has to be started first begins later, and may begin after a twin of the
    /// request was answered.
    pub sent_at: DateTime<Utc>,
    /// Identity for what the request creates: the same for every try that carries the same idempotency key.
    pub resource_id: Uuid,
    /// Whether an earlier try with the same idempotency key was let through, and may have done what this one is to do.
    pub repeated: bool,
    /// Its idempotency key, if the handler is to claim it.
    pub(super) key: Option<UnclaimedKey>,
    /// Why it is refused as soon as its body is read.
    pub(super) refused: Option<Refused>,
}

/// What is wrong with a request before its body is read.
#[derive(Debug, Clone)]
pub(super) enum Refused {
    TooLarge(RequestError),
    Key(FieldError),
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLarge(error) => error.into(),
            Refused::Key(error) => error.into(),
        }
    }
}

impl ApiRequest {
    /// The body as `T`; an unknown field is refused by its name.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if let Some(refused) = &self.refused {
            return Err(refused.clone().into());
        }
        // An array would be read as the fields of a struct in their order.
        let is_array = self.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        if is_array {
            return Err(RequestError::MalformedBody("it is an array".to_owned()).into());
        }
        serde_json::from_slice(&self.body).map_err(|error| body_error(&error))
    }

    /// The body as `T`, or what stands for it where a request needs none. Some clients write no body as `null`.
    pub fn json_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, ApiError> {
        let is_missing = matches!(self.body.trim_ascii(), b"" | b"null");
        if is_missing { Ok(T::default()) } else { self.json() }
    }

    /// A path variable that is a UUID; anything else cannot exist, so it is reported as `missing`.
    pub fn path_uuid<E: Into<ApiError>>(&self, name: &str, missing: E) -> Result<Uuid, ApiError> {
        self.path.get(name).and_then(|text| Uuid::parse_str(text).ok()).ok_or_else(|| missing.into())
    }

    /// A path variable as text; empty if the route has none of that name.
    #[must_use]
    pub fn path_text(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A query parameter, read by `parse`, which says what it takes if it answers `None`.
    pub fn query_as<T>(
        &self,
        name: &'static str,
        takes: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, FieldError> {
        self.query
            .get(name)
            .map(|text| parse(text).ok_or_else(|| FieldError::new(name, format!("must be {takes}"))))
            .transpose()
    }

    /// The page that `limit` and `cursor` ask for.
    pub fn page(&self) -> Result<PageRequest, FieldError> {
        let takes = format!("a whole number from 1 to {PAGE_MAX}");
        let in_range = |text: &str| text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
        let limit = self.query_as("limit", &takes, in_range)?.unwrap_or(PAGE_DEFAULT);
        Ok(PageRequest { limit, cursor: self.cursor() })
    }

    /// Where a page begins that `cursor` asks for.
    #[must_use]
    pub fn cursor(&self) -> Option<Cursor> {
        self.query.get("cursor").cloned().map(Cursor)
    }
}

/// Tells what is wrong with a body, without repeating any of it.
fn body_error(error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    let named = |prefix: &str| {
        text.strip_prefix(prefix)?.split_once('`').map(|(name, _)| name.chars().take(NAME_SHOWN).collect::<String>())
    };
    if let Some(field) = named("unknown field `") {
        return FieldError::new(field, "is not a field that you can set here").into();
    }
    if let Some(field) = named("duplicate field `") {
        return FieldError::new(field, "is there twice").into();
    }
    let reason = if error.is_data() {
        "it is not an object".to_owned()
    } else {
        format!("line {}, column {}", error.line(), error.column())
    };
    RequestError::MalformedBody(reason).into()
}

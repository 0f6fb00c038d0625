//! What a route is: where it is, which function serves it, what it takes and answers, and how it is carried out.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::app::{App, FromApp, StartError};
use crate::http::{ApiRequest, ApiResult, Code, PAGE_DEFAULT, PAGE_MAX};

/// Makes the schema of a body.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Carries requests out, with everything that it needs.
pub type Handler = Box<dyn Fn(ApiRequest) -> BoxFuture<'static, ApiResult> + Send + Sync>;

/// The routes of one resource, as readers of the contract find them.
#[derive(Debug, Clone, Copy)]
pub struct Tag {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub description: &'static str,
}

/// A variable of the path or a parameter of the query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its type and bounds.
    pub takes: Takes,
    /// What it means.
    pub description: &'static str,
    /// Whether a query must have it; a path always does.
    pub required: bool,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A whole number from a least to a most one, and the one that stands for a parameter that is left out.
    Number(u32, u32, u32),
    /// A whole number from 1.
    Count,
    /// A UUID.
    Uuid,
    /// A day, such as 2026-11-22.
    Day,
    /// A text that has at most this many characters, if there is a bound.
    Text(Option<usize>),
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Takes {
    /// The JSON schema.
    #[must_use]
    pub fn schema(self) -> Value {
        match self {
            Self::Number(least, most, default) => {
                json!({"type": "integer", "minimum": least, "maximum": most, "default": default})
            }
            Self::Count => json!({"type": "integer", "format": "uint32", "minimum": 1}),
            Self::Uuid => json!({"type": "string", "format": "uuid"}),
            Self::Day => json!({"type": "string", "format": "date"}),
            Self::Text(None) => json!({"type": "string", "minLength": 1}),
            Self::OneOf(words) => json!({"type": "string", "enum": words}),
            Self::Text(Some(most)) => json!({"type": "string", "minLength": 1, "maxLength": most}),
        }
    }
}

/// What every route can refuse, whatever it does: API Gateway, the caller, the body's size, the tables.
const ALWAYS: &[Code] = &[
    Code::BadRequest,
    Code::Unauthorized,
    Code::Forbidden,
    Code::BodyTooLarge,
    Code::TooManyRequests,
    Code::InternalError,
    Code::SignInUnavailable,
    Code::TemporarilyUnavailable,
    Code::Timeout,
];

/// What a route refuses that asks the model while a person waits.
pub const ASKS_THE_MODEL: &[Code] = &[
    Code::UserDailyBudgetExhausted,
    Code::DailyBudgetExhausted,
    Code::ModelUnavailable,
    Code::ModelTimedOut,
    Code::ModelAnswerUnusable,
    Code::ModelRejected,
];

/// A success that a route can answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// HTTP status, 2xx.
    pub status: u16,
    /// When it is answered.
    pub description: &'static str,
    /// The body; `None` for an empty one.
    pub body: Option<SchemaOf>,
}

/// A sample request to a route, from which its sample event is written.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The variables of the path, in its order.
    pub path: &'static [&'static str],
    /// The query, by name.
    pub query: &'static [(&'static str, &'static str)],
    /// The JSON body.
    pub body: Option<&'static str>,
}

impl Sample {
    /// A request of method and path alone.
    pub const EMPTY: Self = Self { path: &[], query: &[], body: None };
}

/// One endpoint. [`ROUTES`](super::ROUTES) lists them all.
#[derive(Clone, Copy)]
pub struct Route {
    /// HTTP method in upper case.
    pub method: &'static str,
    /// Path below the stage, such as `/v1/users/me`.
    pub path: &'static str,
    /// Name of the function that serves it.
    pub function: &'static str,
    /// The resource that it belongs to.
    pub tag: Tag,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// What somebody who calls it wants to know beside that.
    pub description: &'static str,
    /// The variables of its path, in their order.
    pub variables: &'static [Parameter],
    /// Query parameters.
    pub query: &'static [Parameter],
    /// The body it takes.
    pub request: Option<SchemaOf>,
    /// Whether a request may come without that body.
    pub body_optional: bool,
    /// Its successes.
    pub answers: &'static [Answer],
    /// What it can refuse by its own rules, in groups; [`Self::problems`] adds what follows from its form.
    pub refusals: &'static [&'static [Code]],
    /// Whether only members of the group `admin` may use it.
    pub admin: bool,
    /// Whether the handler claims idempotency keys itself, in the transactions that store what it does
    /// ([`ApiRequest::look_up`]). Otherwise they are claimed before it and answered behind it.
    pub claims_keys: bool,
    /// A request as an app would send it.
    pub sample: Sample,
    /// Builds what carries requests out, from the settings and clients that it uses.
    pub handler: fn(&App) -> Result<Handler, StartError>,
}

impl Route {
    /// A route that takes and refuses nothing.
    #[must_use]
    pub const fn new(
        method: &'static str,
        path: &'static str,
        function: &'static str,
        handler: fn(&App) -> Result<Handler, StartError>,
    ) -> Self {
        Self {
            method,
            path,
            function,
            tag: Tag { name: "", description: "" },
            summary: "",
            description: "",
            variables: &[],
            query: &[],
            request: None,
            body_optional: false,
            answers: &[],
            refusals: &[],
            admin: false,
            claims_keys: false,
            sample: Sample::EMPTY,
            handler,
        }
    }

    /// Whether it takes an `Idempotency-Key`: every POST spends or adds something.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.method == "POST"
    }

    /// Every problem that it can answer.
    #[must_use]
    pub fn problems(&self) -> BTreeSet<Code> {
        let (takes_body, takes_query) = (self.request.is_some(), !self.query.is_empty());
        let is_list = self.query.iter().any(|parameter| parameter.name == Parameter::CURSOR.name);
        let by_form: [(bool, &[Code]); 6] = [
            (takes_body, &[Code::MalformedBody]),
            (takes_body || takes_query || self.is_idempotent(), &[Code::InvalidFields]),
            (is_list, &[Code::InvalidCursor]),
            (self.is_idempotent(), &[Code::RequestInProgress, Code::IdempotencyKeyReused]),
            (self.admin, &[Code::AdminsOnly]),
            // A variable with a slash in it makes another path.
            (!self.variables.is_empty(), &[Code::NotFound]),
        ];
        let by_form = by_form.into_iter().filter(|(applies, _)| *applies).map(|(_, codes)| codes);
        [ALWAYS].into_iter().chain(by_form).chain(self.refusals.iter().copied()).flatten().copied().collect()
    }
}

impl Answer {
    /// 200 with a body.
    #[must_use]
    pub const fn ok(description: &'static str, body: SchemaOf) -> Self {
        Self { status: 200, description, body: Some(body) }
    }

    /// 201 with a body.
    #[must_use]
    pub const fn created(description: &'static str, body: SchemaOf) -> Self {
        Self { status: 201, description, body: Some(body) }
    }

    /// 202 with a body: the work goes on in the background.
    #[must_use]
    pub const fn accepted(description: &'static str, body: SchemaOf) -> Self {
        Self { status: 202, description, body: Some(body) }
    }

    /// 204.
    #[must_use]
    pub const fn no_content(description: &'static str) -> Self {
        Self { status: 204, description, body: None }
    }
}

/// The schema of `T`, for a route.
pub fn body<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A handler over `handle` and the use case that it works with.
pub fn serve<S, F>(app: &App, handle: fn(Arc<S>, ApiRequest) -> F) -> Result<Handler, StartError>
where
    S: FromApp + Send + Sync + 'static,
    F: Future<Output = ApiResult> + Send + 'static,
{
    let state = Arc::new(S::from_app(app)?);
    Ok(Box::new(move |request| Box::pin(handle(Arc::clone(&state), request))))
}

impl Parameter {
    /// How many items a page has.
    pub const LIMIT: Self = Self::new("limit", Takes::Number(1, PAGE_MAX, PAGE_DEFAULT), "Most items of the page.");
    /// Where a page begins.
    pub const CURSOR: Self =
        Self::new("cursor", Takes::Text(None), "`next_cursor` of the page before; the first page if left out.");

    /// A parameter of its own.
    #[must_use]
    pub const fn new(name: &'static str, takes: Takes, description: &'static str) -> Self {
        Self { name, takes, description, required: false }
    }

    /// The same, which a query must have.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

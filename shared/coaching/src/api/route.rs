//! What a route is: where it is, which function serves it, what it takes and answers, and how it is carried out.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::app::{App, FromApp, StartError};
use crate::http::{ApiRequest, ApiResult};

/// Makes the schema of a body.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Carries requests out, with everything that it needs.
pub type Handler = Box<dyn Fn(ApiRequest) -> BoxFuture<'static, ApiResult> + Send + Sync>;

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its JSON type.
    pub kind: &'static str,
    /// What it means.
    pub description: &'static str,
}

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
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Query parameters.
    pub query: &'static [Parameter],
    /// The body it takes.
    pub request: Option<SchemaOf>,
    /// Its successes.
    pub answers: &'static [Answer],
    /// Whether only members of the group `admin` may use it.
    pub admin: bool,
    /// A request as an app would send it.
    pub sample: Sample,
    /// Builds what carries requests out, from the settings and clients that it uses.
    pub handler: fn(&App) -> Result<Handler, StartError>,
}

impl Route {
    /// A route without query, body and sample.
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
            summary: "",
            query: &[],
            request: None,
            answers: &[],
            admin: false,
            sample: Sample::EMPTY,
            handler,
        }
    }

    /// Whether it takes an `Idempotency-Key`: every POST spends or adds something.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.method == "POST"
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

const fn parameter(name: &'static str, kind: &'static str, description: &'static str) -> Parameter {
    Parameter { name, kind, description }
}

impl Parameter {
    /// How many items a page has.
    pub const LIMIT: Self = parameter("limit", "integer", "Most items of the page, 1 to 100; 20 if left out.");
    /// Where a page begins.
    pub const CURSOR: Self = parameter("cursor", "string", "next_cursor of the page before.");

    /// A parameter of its own.
    #[must_use]
    pub const fn new(name: &'static str, kind: &'static str, description: &'static str) -> Self {
        parameter(name, kind, description)
    }
}

//! The API and the other events that functions answer: a file or a folder a resource, with its routes, the types on its
//! wire and its handlers. [`ROUTES`] is the one table of routes; the binaries, the tests, the published contract, the
//! README's table, the routes of `cargo lambda watch` and the sample events come from it.
//!
//! A request body becomes a validated domain value by `parse`, which reports every wrong field at once; a response is made
//! from domain values by `From`.

pub mod accounts;
pub mod admin;
pub mod audit;
pub mod behavior;
mod behavior_metrics;
pub mod coach;
pub mod cohorts;
pub mod consultation;
pub mod consultation_keys;
mod day_parameters;
pub mod days;
mod examples;
pub mod functions;
pub mod jobs;
mod list;
mod meal_change;
pub mod meals;
pub mod openapi;
pub mod outcomes;
pub mod prompts;
pub mod recipe;
pub mod replies;
pub mod report;
pub mod restoration;
pub mod risk;
mod route;
pub mod runs;
pub mod safety;
pub mod schedules;
mod serving;
pub mod spending;
pub mod streaks;
pub mod streams;
pub mod user;
pub mod users;
pub mod weights;
pub mod withdrawals;

use lambda_http::{Error, Request, service_fn};

pub use list::ListResponse;
pub use route::{Answer, Handler, Parameter, Route, Sample, SchemaOf, Tag, Takes};

use crate::app::{App, StartError};
use crate::http::Api;
use crate::telemetry::{self, events};

/// Every route, in the order of a person's journey.
pub const ROUTES: &[&Route] = &[
    &accounts::SIGN_UP,
    &accounts::GET_PROFILE,
    &accounts::UPDATE_PROFILE,
    &consultation::START_CONSULTATION,
    &consultation::SEND_CONSULTATION_MESSAGE,
    &consultation::COMPLETE_CONSULTATION,
    &consultation::GET_CONSULTATION,
    &coach::SEND_COACH_MESSAGE,
    &coach::LIST_COACH_MESSAGES,
    &coach::LIST_CONVERSATIONS,
    &meals::LOG_MEAL,
    &meals::LIST_MEALS,
    &meals::UPDATE_MEAL,
    &meals::DELETE_MEAL,
    &days::MARK_DAY,
    &days::PAUSE_TRACKING,
    &weights::LOG_WEIGHT,
    &weights::LIST_WEIGHTS,
    &weights::DELETE_WEIGHT,
    &behavior::GET_BEHAVIOR,
    &prompts::REGENERATE_PROMPT,
    &prompts::LIST_PROMPTS,
    &restoration::RESTORE_PROMPT,
    &admin::SET_CONSULTATION_ACCESS,
    &cohorts::SET_COHORT_ACCESS,
    &consultation_keys::ISSUE_CONSULTATION_KEY,
    &consultation_keys::LIST_CONSULTATION_KEYS,
    &risk::SET_RISK,
    &recipe::SET_RECIPE,
    &restoration::ADMIN_RESTORE_PROMPT,
    &withdrawals::WITHDRAW_PROMPT,
    &users::LIST_USERS,
    &user::GET_USER,
    &report::GET_REPORT,
    &audit::LIST_AUDIT,
    &replies::LIST_REPLIES,
    &runs::LIST_RUNS,
    &runs::GET_RUN,
    &spending::GET_SPENDING,
];

/// Serves a route until the function's environment is shut down.
///
/// This and the like for events are neither generic nor async: what they lead to is compiled once, with this library, and
/// not once more for each of the programs.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub fn run(route: &'static Route) -> Result<(), Error> {
    let build = |app: &App| Ok((Api::for_route(route, app)?, (route.handler)(app)?));
    to_end(route.function, build, async |(api, handler)| {
        lambda_http::run(service_fn(|event: Request| async move { Ok::<_, Error>(api.respond(event, handler).await) }))
            .await
    })
}

/// Builds a function and lets it serve until there is nothing more to serve, on one thread: its environment has one request at
/// a time. A function that cannot start says why in one line of its log.
fn to_end<T>(
    function: &'static str,
    build: impl FnOnce(&App) -> Result<T, StartError>,
    serve: impl AsyncFnOnce(&T) -> Result<(), Error>,
) -> Result<(), Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        telemetry::init(function)?;
        let service = build(&App::from_env().await);
        let service = service.inspect_err(|error| tracing::error!(%error, "{}", events::COLD_START_FAILED))?;
        serve(&service).await
    })
}

//! The fault table: what a person does or asks for, with a fault at each request that it sends. Afterwards, and after the same was
//! sent once more where it was not answered, everything is as if nothing had happened: nothing is lost, nothing stands twice,
//! nothing is paid twice, and the sums are those of the ledger. What is done is sent once more in any case, as an app or a queue
//! may do: it is answered as it was, and changes nothing.
//!
//! Every function is in it. A file has the use cases of an area, [`run`] strikes them, and [`reads`] those that change nothing.

mod accounts;
mod admins;
mod complete;
mod gate;
mod looks;
mod meals;
mod prompts;
mod reads;
mod run;
mod scheduled;
mod streaks;
mod strike;
mod talks;
mod weekly;

use chrono::{DateTime, Utc};
use coaching::api::streaks::StreakEvent;
use coaching::api::streams::StreamEvent;
use coaching::jobs::Job;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use self::run::strike_all;
use harness::{Call, Deployment};

/// What is begun.
#[derive(Clone)]
enum Begun {
    /// A request, which carries an idempotency key where it takes one.
    Call(Call),
    /// A job of a queue.
    Job(Job),
    /// The weekly schedule, with the time that the run was due.
    Weekly(DateTime<Utc>),
    /// The schedule of the collector.
    Collection,
    /// The schedule of the reconciler.
    Reconciliation,
    /// The schedule of the recounter.
    Recount,
    /// Records of the stream of profiles.
    Profiles(StreamEvent),
    /// Records of the stream of meals, or the daily look at streaks.
    Streaks(StreakEvent),
}

/// What becomes of a use case that is done, when it is begun once more.
enum Again {
    /// It is answered as it was: in these fields of the body, or in all of them if none is named.
    Same(&'static [&'static str]),
    /// It is told that it is done, by the code of a problem.
    Told(&'static str),
    /// It is answered as it was; or, if its function vanished before its answer was kept, told that it is done.
    SameOrTold(&'static str),
    /// Nobody is answered.
    Done,
}

/// Where a use case takes place.
enum Scene {
    /// In one deployment for all, each time with another person.
    Shared,
    /// The same, one after another, because all jobs are in one queue.
    Queue,
    /// In a deployment of its own each time, because it concerns everybody.
    Own,
}

/// What a person, an admin, a queue, a stream or a schedule does, and what is there afterwards.
struct UseCase {
    /// What happens.
    name: &'static str,
    /// The function that does it.
    function: &'static str,
    scene: Scene,
    /// Variables of its deployment.
    variables: &'static [(&'static str, &'static str)],
    /// Prepares a person of this name, and answers with what is to be struck.
    begin: for<'a> fn(&'a Deployment, &'a str) -> LocalBoxFuture<'a, Begun>,
    again: Again,
    /// What the person, or somebody else, notices of it.
    look: for<'a> fn(&'a Deployment, &'a str) -> LocalBoxFuture<'a, Value>,
    /// What is to be noticed once it is done.
    noticed: fn(&str) -> Value,
}

/// A request that carries an idempotency key.
fn keyed(call: Call) -> Begun {
    Begun::Call(call.header("idempotency-key", "k-1"))
}

/// Every use case that changes something, by the area.
const AREAS: [&[UseCase]; 9] = [
    accounts::USE_CASES,
    meals::USE_CASES,
    gate::USE_CASES,
    talks::USE_CASES,
    prompts::USE_CASES,
    admins::USE_CASES,
    scheduled::USE_CASES,
    streaks::USE_CASES,
    weekly::USE_CASES,
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_an_account_or_its_meals_it_is_as_if_nothing_had_happened() {
    strike_all(accounts::USE_CASES).await;
    strike_all(meals::USE_CASES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_the_gate_or_its_keys_it_is_as_if_nothing_had_happened() {
    strike_all(gate::USE_CASES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_a_talk_it_is_as_if_nothing_had_happened() {
    strike_all(talks::USE_CASES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_the_writing_of_a_prompt_it_is_as_if_nothing_had_happened() {
    strike_all(prompts::USE_CASES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_a_decision_of_an_admin_it_stands_once() {
    strike_all(admins::USE_CASES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_what_keeps_sums_and_lists_right_they_are_right_afterwards() {
    strike_all(scheduled::USE_CASES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_the_watch_over_streaks_a_prompt_is_rewritten_once() {
    strike_all(streaks::USE_CASES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_strikes_a_weekly_run_everybody_is_looked_at_once() {
    strike_all(weekly::USE_CASES).await;
}

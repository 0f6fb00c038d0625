//! Answers that are kept for the repetition of a request.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::TestDatabase;
use super::samples::{at, user};
use coaching::store::{Attempt, IdempotencyTable, Remembered, StoredResponse};
use domain::lease::Lease;

const REQUEST: &str = "log-meal#key-1";

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn noon() -> DateTime<Utc> {
    at("2026-11-22T12:00:00Z")
}

fn answer(body: &str) -> StoredResponse {
    StoredResponse { status: 201, body: body.to_owned() }
}

/// What a try of `now` holds the request by, for half a minute.
fn lease(now: DateTime<Utc>) -> Lease {
    Lease::from(now, Duration::seconds(30))
}

/// Begins ana's request at `now`, with half a minute to answer it in and a day to remember it.
async fn begin(store: &IdempotencyTable, fingerprint: &str, resource_id: Uuid, now: DateTime<Utc>) -> Remembered {
    let begun = store
        .begin(
            Attempt {
                user_id: &user("ana"),
                request: REQUEST,
                fingerprint,
                resource_id,
                now,
                keep_for: Duration::hours(24),
            },
            lease(now),
        )
        .await;
    begun.expect("an answer")
}

async fn store() -> IdempotencyTable {
    TestDatabase::create().await.stores().idempotency
}

#[tokio::test]
async fn a_request_is_fresh_once_and_under_way_until_it_is_answered() {
    let store = store().await;
    assert_eq!(begin(&store, "print", id(1), noon()).await, Remembered::Fresh { resource_id: id(1) });
    assert_eq!(begin(&store, "print", id(2), noon() + Duration::seconds(29)).await, Remembered::UnderWay);
    store.finish(&user("ana"), REQUEST, lease(noon()), &answer("{}")).await.expect("kept");
    assert_eq!(begin(&store, "print", id(3), noon() + Duration::hours(1)).await, Remembered::Answered(answer("{}")));
}

#[tokio::test]
async fn a_key_that_was_used_for_another_request_is_refused_before_and_after_the_answer() {
    let store = store().await;
    assert_eq!(begin(&store, "print", id(1), noon()).await, Remembered::Fresh { resource_id: id(1) });
    assert_eq!(begin(&store, "other", id(2), noon()).await, Remembered::OtherRequest);
    store.finish(&user("ana"), REQUEST, lease(noon()), &answer("{}")).await.expect("kept");
    assert_eq!(begin(&store, "other", id(2), noon()).await, Remembered::OtherRequest);
}

#[tokio::test]
async fn a_try_that_vanished_or_gave_up_is_taken_over_with_the_identity_of_the_first() {
    let store = store().await;
    assert_eq!(begin(&store, "print", id(1), noon()).await, Remembered::Fresh { resource_id: id(1) });
    let later = noon() + Duration::seconds(30);
    assert_eq!(begin(&store, "print", id(2), later).await, Remembered::Fresh { resource_id: id(1) });
    assert_eq!(begin(&store, "print", id(3), later).await, Remembered::UnderWay, "the lease was taken again");
    store.release(&user("ana"), REQUEST, lease(later)).await.expect("given back");
    assert_eq!(begin(&store, "print", id(4), later).await, Remembered::Fresh { resource_id: id(1) });
}

#[tokio::test]
async fn of_simultaneous_tries_one_goes_on() {
    let store = store().await;
    for now in [noon(), noon() + Duration::minutes(5)] {
        let tries = (1..=6).map(|number| begin(&store, "print", id(number), now));
        let outcomes = futures_util::future::join_all(tries).await;
        let fresh = outcomes.iter().filter(|outcome| matches!(outcome, Remembered::Fresh { .. })).count();
        let under_way = outcomes.iter().filter(|outcome| **outcome == Remembered::UnderWay).count();
        assert_eq!((fresh, under_way), (1, 5));
    }
}

#[tokio::test]
async fn the_first_answer_stands() {
    let store = store().await;
    assert_eq!(begin(&store, "print", id(1), noon()).await, Remembered::Fresh { resource_id: id(1) });
    store.finish(&user("ana"), REQUEST, lease(noon()), &answer("first")).await.expect("kept");
    store.finish(&user("ana"), REQUEST, lease(noon()), &answer("second")).await.expect("an answer");
    store.release(&user("ana"), REQUEST, lease(noon())).await.expect("an answer");
    assert_eq!(begin(&store, "print", id(2), noon()).await, Remembered::Answered(answer("first")));
}

#[tokio::test]
async fn a_try_that_has_lapsed_changes_nothing_of_the_next_one() {
    let store = store().await;
    assert_eq!(begin(&store, "print", id(1), noon()).await, Remembered::Fresh { resource_id: id(1) });
    let later = noon() + Duration::seconds(30);
    assert_eq!(begin(&store, "print", id(2), later).await, Remembered::Fresh { resource_id: id(1) });
    store.release(&user("ana"), REQUEST, lease(noon())).await.expect("without effect");
    assert_eq!(begin(&store, "print", id(3), later).await, Remembered::UnderWay);
    store.finish(&user("ana"), REQUEST, lease(noon()), &answer("late")).await.expect("without effect");
    assert_eq!(begin(&store, "print", id(4), later).await, Remembered::UnderWay);
    store.finish(&user("ana"), REQUEST, lease(later), &answer("next")).await.expect("kept");
    assert_eq!(begin(&store, "print", id(5), later).await, Remembered::Answered(answer("next")));
}

#[tokio::test]
async fn an_answer_is_forgotten_after_its_time_even_if_the_database_still_holds_it() {
    let store = store().await;
    assert_eq!(begin(&store, "print", id(1), noon()).await, Remembered::Fresh { resource_id: id(1) });
    store.finish(&user("ana"), REQUEST, lease(noon()), &answer("{}")).await.expect("kept");
    let (last, past) = (noon() + Duration::hours(24) - Duration::seconds(1), noon() + Duration::hours(24));
    assert_eq!(begin(&store, "print", id(2), last).await, Remembered::Answered(answer("{}")));
    assert_eq!(begin(&store, "other", id(3), past).await, Remembered::Fresh { resource_id: id(3) });
}

#[tokio::test]
async fn an_answer_that_comes_after_its_request_was_forgotten_is_not_kept() {
    let store = store().await;
    store.finish(&user("ana"), REQUEST, lease(noon()), &answer("{}")).await.expect("an answer");
    store.release(&user("ana"), REQUEST, lease(noon())).await.expect("an answer");
    assert_eq!(begin(&store, "print", id(1), noon()).await, Remembered::Fresh { resource_id: id(1) });
}

#[tokio::test]
async fn one_key_of_two_people_or_of_two_operations_is_two_requests() {
    let store = store().await;
    for (number, name, request) in [(1, "ana", REQUEST), (2, "ben", REQUEST), (3, "ana", "coach#key-1")] {
        let begun = store
            .begin(
                Attempt {
                    user_id: &user(name),
                    request,
                    fingerprint: "print",
                    resource_id: id(number),
                    now: noon(),
                    keep_for: Duration::hours(24),
                },
                lease(noon()),
            )
            .await;
        assert_eq!(begun.expect("an answer"), Remembered::Fresh { resource_id: id(number) });
    }
}

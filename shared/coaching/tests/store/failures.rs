//! A store that cannot be asked answers with an error, never with nothing.

use chrono::Duration;
use uuid::Uuid;

use super::samples::{at, day, entry, meal, profile, session, set_access, user, version};
use super::spending::hold;
use coaching::store::{Attempt, Limits, PageRequest, SpendScope, StoreError};
use domain::lease::Lease;
use domain::meals::MealType;
use domain::profile::Email;
use test_support::{Stores, Tables, TestDatabase, unreachable_client};

fn assert_unavailable<T>(outcome: Result<T, StoreError>, what: &str) {
    match outcome {
        Err(StoreError::Unavailable { detail, .. }) => {
            assert!(!detail.contains("ana") && !detail.contains("Lentils"), "{what}: {detail}");
        }
        Err(other) => panic!("{what}: {other}"),
        Ok(_) => panic!("{what}: an answer from nowhere"),
    }
}

#[tokio::test]
async fn every_read_from_a_database_that_cannot_be_reached_is_an_error() {
    let stores = Stores::new(&unreachable_client(), &Tables::named("unreachable"));
    let (ana, page, now) = (user("ana"), PageRequest::first(10), at("2026-11-22T03:00:00Z"));
    let (from, to) = (day("2026-11-01"), day("2026-11-30"));
    let email = Email::parse("email", "ana@example.com").expect("an address");
    assert_unavailable(stores.profiles.get(&ana).await, "a profile");
    assert_unavailable(stores.profiles.find_by_email(&email).await, "an address");
    assert_unavailable(stores.profiles.due_page("007", now, &page).await, "due users");
    assert_unavailable(stores.profiles.lists_due("007", now).await, "a shard");
    assert_unavailable(stores.prompt_history.list(&ana, &page).await, "prompt versions");
    assert_unavailable(stores.consultations.get(Uuid::nil()).await, "a session");
    assert_unavailable(stores.consultations.transcript(Uuid::nil()).await, "a transcript");
    assert_unavailable(stores.consultations.facts(Uuid::nil()).await, "facts");
    assert_unavailable(stores.conversations.header(&ana, Uuid::nil()).await, "a header");
    assert_unavailable(stores.conversations.recent(&ana, Uuid::nil(), 20).await, "a conversation");
    assert_unavailable(stores.conversations.opened_with(&ana, "Hello").await, "an opening");
    assert_unavailable(stores.conversations.list_messages(&ana, None, &page).await, "messages");
    assert_unavailable(stores.conversations.list(&ana, &page).await, "conversations");
    assert_unavailable(stores.meals.list(&ana, from, to, &page).await, "meals");
    assert_unavailable(stores.meals.day_totals(&ana, from, to).await, "day totals");
    assert_unavailable(stores.spending.spent(from, &SpendScope::All).await, "spending");
    assert_unavailable(stores.runs.get("a run").await, "a run");
    assert_unavailable(stores.audit.of_user(&ana, &page).await, "the audit of a person");
    assert_unavailable(stores.audit.by_time(&page, now).await, "the audit");
    assert_unavailable(stores.batches.open().await, "batches");
}

#[tokio::test]
async fn every_write_to_a_database_that_cannot_be_reached_is_an_error() {
    let stores = Stores::new(&unreachable_client(), &Tables::named("unreachable"));
    let (ana, now) = (user("ana"), at("2026-11-22T03:00:00Z"));
    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    let lease = Lease::from(now, Duration::seconds(30));
    assert_unavailable(stores.profiles.create_unclaimed(&profile("ana")).await, "a profile");
    assert_unavailable(stores.versions.add_prompt_version(&mut version(&ana, 0)).await, "a version");
    assert_unavailable(set_access(&stores, "ana", true).await, "access");
    assert_unavailable(stores.consultations.begin_turn(&session(Uuid::nil(), &ana), None, now, None).await, "a turn");
    assert_unavailable(stores.meals.log(&ana, &lunch).await, "a meal");
    assert_unavailable(stores.meals.update(&ana, &lunch, &lunch).await, "a change of a meal");
    assert_unavailable(stores.meals.delete(&ana, lunch.day, lunch.meal_id).await, "a deletion");
    let hold = hold(lunch.day, Some(ana.clone()), 1);
    assert_unavailable(stores.spending.reserve(&hold, Limits::default()).await, "spending");
    let begun = stores
        .idempotency
        .begin(
            Attempt {
                user_id: &ana,
                request: "r",
                fingerprint: "f",
                resource_id: Uuid::nil(),
                now,
                keep_for: Duration::hours(1),
            },
            lease,
        )
        .await;
    assert_unavailable(begun, "a key");
    let taken = stores.locks.take(&ana, "version#2", Uuid::nil(), lease, now).await;
    assert_unavailable(taken, "a lock");
}

#[tokio::test]
async fn an_error_of_the_database_names_the_operation_and_the_code() {
    let mut database = TestDatabase::create().await;
    database.tables.prompt_history = "no-such-table".to_owned();
    let stores = database.stores();
    let missing = stores.prompt_history.get(&user("ana"), 1).await.expect_err("there is no such table").to_string();
    assert!(missing.starts_with("reading a prompt version failed: ResourceNotFoundException"), "{missing}");
    assert_unavailable(
        stores.versions.add_prompt_version(&mut version(&user("ana"), 0)).await,
        "a version without its history",
    );

    let mut oversized = entry(&user("ana"), 1);
    oversized.prompt = "x".repeat(500_000);
    let mut too_large = version(&user("ana"), 0);
    too_large.entry = oversized;
    let stores = TestDatabase::create().await.stores();
    assert_unavailable(stores.versions.add_prompt_version(&mut too_large).await, "an item that is too large");
}

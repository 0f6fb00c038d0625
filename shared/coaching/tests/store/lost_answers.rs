//! What happens when an answer is lost and the SDK asks again, and when two transactions meet.

use chrono::Duration;
use uuid::Uuid;

use super::TestDatabase;
use super::behind::Behind;
use super::samples::{at, day, meal, profile, user, version};
use super::spending::hold;
use coaching::store::{Attempt, Limits, Remembered, RunCounters, RunRecord, RunState, StoreError, WriteOutcome};
use domain::lease::Lease;
use domain::meals::MealType;
use domain::money::Usd;
use test_support::Fate;

/// The database with ana in it, and stores that reach it through a proxy.
async fn behind(fates: impl IntoIterator<Item = Fate>) -> (TestDatabase, Behind) {
    let database = TestDatabase::create().await;
    let created = database.stores().profiles.create_unclaimed(&profile("ana")).await;
    assert_eq!(created.expect("stored"), WriteOutcome::Written);
    let behind = Behind::proxy(&database, fates).await;
    (database, behind)
}

#[tokio::test]
async fn a_meal_whose_answer_was_lost_is_counted_once() {
    let (_database, proxy) = behind([Fate::LoseAnswer]).await;
    let (meals, lunch) = (&proxy.stores.meals, meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500));
    assert_eq!(meals.log(&user("ana"), &lunch).await.expect("an answer"), WriteOutcome::Written);
    assert_eq!(proxy.writes().len(), 2, "the SDK asked again");
    let totals = meals.day_totals(&user("ana"), lunch.day, lunch.day).await.expect("readable");
    assert_eq!((totals[0].meals, totals[0].calories), (1, 500));
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_made_once_and_reported_as_made() {
    let (database, proxy) = behind([Fate::LoseAnswer]).await;
    let (lunch, dinner) =
        (meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500), meal(MealType::Dinner, "2026-11-22T01:00:00Z", 600));
    for meal in [&lunch, &dinner] {
        assert_eq!(database.stores().meals.log(&user("ana"), meal).await.expect("an answer"), WriteOutcome::Written);
    }
    let meals = &proxy.stores.meals;
    assert!(meals.delete(&user("ana"), lunch.day, lunch.meal_id).await.expect("an answer"));
    let totals = meals.day_totals(&user("ana"), lunch.day, lunch.day).await.expect("readable");
    assert_eq!((totals[0].meals, totals[0].calories), (1, 600));
}

#[tokio::test]
async fn an_edit_whose_answer_was_lost_is_made_once_and_reported_as_made() {
    let (database, proxy) = behind([Fate::LoseAnswer]).await;
    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    assert_eq!(database.stores().meals.log(&user("ana"), &lunch).await.expect("an answer"), WriteOutcome::Written);
    let (meals, mut smaller) = (&proxy.stores.meals, lunch.clone());
    smaller.entry.calories = 200;
    assert_eq!(meals.update(&user("ana"), &lunch, &smaller).await.expect("an answer"), WriteOutcome::Written);
    assert_eq!(proxy.writes().len(), 2, "the SDK asked again");
    let totals = meals.day_totals(&user("ana"), lunch.day, lunch.day).await.expect("readable");
    assert_eq!((totals[0].meals, totals[0].calories), (1, 200));
}

#[tokio::test]
async fn a_deletion_that_an_edit_overtakes_is_made_again() {
    let (database, proxy) = behind([Fate::Cancel("ConditionalCheckFailed")]).await;
    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    assert_eq!(database.stores().meals.log(&user("ana"), &lunch).await.expect("an answer"), WriteOutcome::Written);
    let meals = &proxy.stores.meals;
    assert!(meals.delete(&user("ana"), lunch.day, lunch.meal_id).await.expect("an answer"));
    assert_eq!(proxy.writes().len(), 2, "it was read and deleted again");
    assert!(meals.day_totals(&user("ana"), lunch.day, lunch.day).await.expect("readable").is_empty());
}

#[tokio::test]
async fn a_writer_whose_answer_was_lost_does_not_lose_against_itself() {
    let (_database, proxy) = behind([Fate::LoseAnswer; 2]).await;
    let now = at("2026-11-22T12:00:00Z");
    let written = proxy.stores.versions.add_prompt_version(&mut version(&user("ana"), 0)).await;
    assert_eq!(written.expect("an answer"), WriteOutcome::Written);
    assert_eq!(proxy.writes().len(), 3, "two answers were lost");
    let (_database, proxy) = behind([Fate::LoseAnswer]).await;
    let claimed = proxy.stores.profiles.claim_manual_regeneration(&user("ana"), now, now - Duration::hours(24)).await;
    assert_eq!(claimed.expect("an answer"), WriteOutcome::Written);
    let (_database, proxy) = behind([Fate::LoseAnswer]).await;
    let saved = proxy.stores.profiles.save_details(&profile("ana")).await;
    assert_eq!(saved.expect("an answer"), WriteOutcome::Written);
    let (_database, proxy) = behind([Fate::LoseAnswer]).await;
    let created = proxy.stores.profiles.create_unclaimed(&profile("ben")).await;
    assert_eq!(created.expect("an answer"), WriteOutcome::Written);
}

#[tokio::test]
async fn a_request_whose_claim_was_answered_into_the_void_is_still_fresh() {
    let (_database, proxy) = behind([Fate::LoseAnswer]).await;
    let now = at("2026-11-22T12:00:00Z");
    let lease = Lease::from(now, Duration::seconds(30));
    let begun = proxy
        .stores
        .idempotency
        .begin(
            Attempt {
                user_id: &user("ana"),
                request: "r",
                fingerprint: "f",
                resource_id: Uuid::nil(),
                now,
                keep_for: Duration::hours(1),
            },
            lease,
        )
        .await;
    assert_eq!(begun.expect("an answer"), Remembered::Fresh { resource_id: Uuid::nil() });
}

#[tokio::test]
async fn money_and_counters_are_added_once_though_the_answer_was_lost() {
    let (_database, proxy) = behind([Fate::LoseAnswer]).await;
    let today = day("2026-11-22");
    let hold = hold(today, Some(user("ana")), 70);
    assert_eq!(proxy.stores.spending.reserve(&hold, Limits::default()).await.expect("reserved"), None);
    let sum = proxy.stores.spending.user_sum(today, &user("ana")).await.expect("a sum");
    assert_eq!(sum.taken, Usd::from_nanos(70));

    let (database, proxy) = behind([Fate::LoseAnswer]).await;
    let run = RunRecord {
        run_id: "run".to_owned(),
        as_of: at("2026-11-22T03:00:00Z"),
        state: RunState::Running,
        change_detection: Some(true),
        shards_queued: 1,
        shards_done: 0,
        counters: RunCounters::default(),
    };
    assert_eq!(database.stores().runs.start(&run).await.expect("stored"), WriteOutcome::Written);
    database.stores().runs.open_page("run", "shard#000#1", &[user("ana")]).await.expect("noted");
    let counters = RunCounters { checked: 9, ..RunCounters::default() };
    proxy.stores.runs.count_page("run", "shard#000#1", &counters, &[]).await.expect("noted");
    let read = proxy.stores.runs.get("run").await.expect("readable").expect("there");
    assert_eq!(read.counters.checked, 9);
}

#[tokio::test]
async fn transactions_that_meet_are_tried_again_under_the_same_token_until_they_pass() {
    let reasons = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    let (_database, proxy) = behind(reasons.map(Fate::Cancel)).await;
    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    assert_eq!(proxy.stores.meals.log(&user("ana"), &lunch).await.expect("an answer"), WriteOutcome::Written);
    let writes = proxy.writes();
    assert_eq!(writes.len(), 4);
    let token = writes[0]["ClientRequestToken"].as_str().expect("a token");
    assert!(writes.iter().all(|write| write["ClientRequestToken"] == token));
}

#[tokio::test]
async fn a_single_write_that_meets_a_transaction_is_tried_again() {
    let (_database, proxy) = behind([Fate::Refuse("TransactionConflictException"); 2]).await;
    let noted = proxy.stores.profiles.fail_update(&user("ana"), 1).await;
    assert_eq!(noted.expect("an answer"), WriteOutcome::Conflict, "ana has no prompt");
    assert_eq!(proxy.writes().len(), 3);
}

#[tokio::test]
async fn contention_that_does_not_end_is_an_error_and_not_a_conflict() {
    let (_database, proxy) = behind([Fate::Cancel("TransactionConflict"); 50]).await;
    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    let error = proxy.stores.meals.log(&user("ana"), &lunch).await.expect_err("never written");
    assert_eq!(error.to_string(), "logging a meal failed: the transaction was cancelled [TransactionConflict, None]");
    assert!(proxy.writes().len() < 20, "it gives up");
    let (_database, proxy) = behind([Fate::Refuse("TransactionConflictException"); 50]).await;
    let refused = proxy.stores.profiles.fail_update(&user("ana"), 1).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })));
}

#[tokio::test]
async fn a_transaction_that_can_never_pass_is_not_tried_again() {
    let (_database, proxy) = behind([Fate::Cancel("ItemCollectionSizeLimitExceeded")]).await;
    let lunch = meal(MealType::Lunch, "2026-11-21T18:00:00Z", 500);
    assert!(proxy.stores.meals.log(&user("ana"), &lunch).await.is_err());
    assert_eq!(proxy.writes().len(), 1);
}

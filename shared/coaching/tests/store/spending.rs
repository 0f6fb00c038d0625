//! What was spent on the model.

use super::TestDatabase;
use super::samples::{coached, day, user};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use coaching::store::{Hold, Limits, PoolSum, Refused, SpendScope, SpendingTable, Sum, UserSum, WriteOutcome};
use domain::money::Usd;
use domain::profile::UserId;
use domain::spending::{Pool, SpendingPurpose};
use uuid::Uuid;

fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(12, 0, 0).expect("noon").and_utc()
}

/// A reservation of so many nano-dollars for somebody's coach.
pub(super) fn hold(day: NaiveDate, user_id: Option<UserId>, nanos: u64) -> Hold {
    Hold {
        call_id: Uuid::now_v7(),
        day,
        pool: Pool::Live,
        number: 3,
        user_id,
        purpose: SpendingPurpose::Coach,
        amount: Usd::from_nanos(nanos),
        until: noon(day) + Duration::seconds(40),
    }
}

/// Has a call paid for that costs less than was reserved.
async fn pay(spending: &SpendingTable, day: NaiveDate, user_id: Option<UserId>, nanos: u64) {
    let hold = hold(day, user_id, nanos + 1_000);
    assert_eq!(spending.reserve(&hold, Limits::default()).await.expect("reserved"), None);
    let cost = coached(nanos);
    let entry = spending.entry(&hold, &cost, noon(day));
    assert_eq!(spending.settle(&hold, &cost, entry).await.expect("settled"), WriteOutcome::Written);
}

#[tokio::test]
async fn a_days_spending_is_summed_for_everyone_and_for_each_user() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    for (name, nanos) in [("ana", 1_000_000_007), ("ben", 3), ("ana", 40), ("ana", 0)] {
        pay(&spending, today, Some(user(name)), nanos).await;
    }
    let spent = async |day, scope: SpendScope| spending.spent(day, &scope).await.expect("a sum").nanos();
    assert_eq!(spent(today, SpendScope::All).await, 1_000_000_050);
    assert_eq!(spent(today, SpendScope::User(user("ana"))).await, 1_000_000_047);
    assert_eq!(spent(today, SpendScope::User(user("ben"))).await, 3);
    assert_eq!(spent(today, SpendScope::User(user("cleo"))).await, 0);
    assert_eq!(spent(day("2026-11-23"), SpendScope::All).await, 0, "a new day begins at nothing");
}

#[tokio::test]
async fn of_reservations_at_once_as_many_are_made_as_the_limits_hold() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    let limits = Limits { pool: Some(Usd::from_nanos(75)), user: Some(Usd::from_nanos(35)) };
    let holds: Vec<_> = (0..16).map(|number| hold(today, Some(user(&format!("user-{}", number % 4))), 10)).collect();
    let made = holds.iter().map(|hold| spending.reserve(hold, limits));
    let made = futures_util::future::try_join_all(made).await.expect("answers");
    let of = |refused| made.iter().filter(|made| **made == refused).count();
    assert_eq!(of(None), 7, "{made:?}");
    let sums = spending.pool_sums(today).await.expect("sums");
    let taken = Usd::from_nanos(70);
    assert_eq!(sums, [PoolSum { pool: Pool::Live, number: 3, spent: Usd::ZERO, taken }]);
    let alone = hold(today, Some(user("zoe")), 36);
    assert_eq!(
        spending.reserve(&alone, Limits { pool: None, ..limits }).await.expect("an answer"),
        Some(Refused::User)
    );
    assert_eq!(spending.user_sum(today, &user("zoe")).await.expect("a sum"), UserSum::default());
}

#[tokio::test]
async fn a_call_is_settled_once_and_its_sums_hold_what_it_has_cost() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    let hold = hold(today, Some(user("ana")), 100);
    assert_eq!(spending.reserve(&hold, Limits::default()).await.expect("reserved"), None);
    for outcome in [WriteOutcome::Written, WriteOutcome::Conflict] {
        let entry = spending.entry(&hold, &coached(30), noon(today));
        assert_eq!(spending.settle(&hold, &coached(30), entry).await.expect("an answer"), outcome);
    }
    let settled = UserSum { spent: Usd::from_nanos(30), taken: Usd::from_nanos(30) };
    assert_eq!(spending.user_sum(today, &user("ana")).await.expect("a sum"), settled);
    let calls = spending.calls_of(today, Pool::Live, 3).await.expect("the ledger");
    assert_eq!(calls.entries, [(hold.call_id, Some(user("ana")), coached(30))]);
    assert!(calls.holds.is_empty() && spending.entry(&hold, &coached(0), noon(today)).is_none());
}

#[tokio::test]
async fn reservations_lapse_when_their_time_is_over() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    let silent = hold(today, Some(user("ana")), 10);
    assert_eq!(spending.reserve(&silent, Limits::default()).await.expect("reserved"), None);
    let lapsed = async |at| spending.lapsed(today, Pool::Live, 3, at).await.expect("a list");
    assert_eq!(lapsed(noon(today)).await, []);
    assert_eq!(lapsed(noon(today) + Duration::minutes(1)).await, [silent]);
}

#[tokio::test]
async fn a_sum_that_has_changed_since_is_not_set_to_what_the_ledger_said() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    pay(&spending, today, Some(user("ana")), 5).await;
    let sum = Sum::User(user("ana"));
    let read = spending.user_sum(today, &user("ana")).await.expect("a sum");
    pay(&spending, today, Some(user("ana")), 5).await;
    let mended = spending.mend_sum(today, &sum, read, &coached(7), Usd::ZERO).await.expect("an answer");
    assert_eq!(mended, WriteOutcome::Conflict);
    let read = spending.user_sum(today, &user("ana")).await.expect("a sum");
    let mended = spending.mend_sum(today, &sum, read, &coached(7), Usd::from_nanos(2)).await.expect("an answer");
    assert_eq!(mended, WriteOutcome::Written);
    let expected = UserSum { spent: Usd::from_nanos(7), taken: Usd::from_nanos(9) };
    assert_eq!(spending.user_sum(today, &user("ana")).await.expect("a sum"), expected);
}

#[tokio::test]
async fn sums_do_not_stay_for_ever() {
    let database = TestDatabase::create().await;
    pay(&database.stores().spending, day("2026-11-22"), Some(user("ana")), 5).await;
    let stored = database.client.scan().table_name(&database.tables.spending).send().await.expect("readable");
    for item in stored.items() {
        let expires_at = item["expires_at"].as_n().expect("a number");
        assert_eq!(expires_at, "1803945600", "2027-03-02T00:00:00Z");
    }
    assert_eq!(stored.count(), 3, "two sums and an entry");
}

#[tokio::test]
async fn what_no_user_is_charged_with_counts_for_everyone() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    pay(&spending, today, Some(user("ana")), 5).await;
    pay(&spending, today, None, 70).await;
    let spent = async |scope: SpendScope| spending.spent(today, &scope).await.expect("a sum").nanos();
    assert_eq!((spent(SpendScope::All).await, spent(SpendScope::User(user("ana"))).await), (75, 5));
}

//! What was spent on the model.

use super::TestDatabase;
use super::samples::{coached, day, user};
use coaching::store::{RunCounters, SpendScope};
use domain::money::Usd;
use test_support::Stores;

#[tokio::test]
async fn a_days_spending_is_summed_for_everyone_and_for_each_user() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    for (name, nanos) in [("ana", 1_000_000_007), ("ben", 3), ("ana", 40), ("ana", 0)] {
        spending.add(today, &user(name), &coached(nanos)).await.expect("added");
    }
    let spent = async |day, scope: SpendScope| spending.spent(day, &scope).await.expect("a sum").nanos();
    assert_eq!(spent(today, SpendScope::All).await, 1_000_000_050);
    assert_eq!(spent(today, SpendScope::User(user("ana"))).await, 1_000_000_047);
    assert_eq!(spent(today, SpendScope::User(user("ben"))).await, 3);
    assert_eq!(spent(today, SpendScope::User(user("cleo"))).await, 0);
    assert_eq!(spent(day("2026-11-23"), SpendScope::All).await, 0, "a new day begins at nothing");
}

#[tokio::test]
async fn simultaneous_additions_all_count() {
    let spending = TestDatabase::create().await.stores().spending;
    let today = day("2026-11-22");
    let users: Vec<_> = (0..16).map(|number| user(&format!("user-{}", number % 4))).collect();
    let ten = coached(10);
    let additions = users.iter().map(|user| spending.add(today, user, &ten));
    futures_util::future::try_join_all(additions).await.expect("all are added");
    assert_eq!(spending.spent(today, &SpendScope::All).await.expect("a sum"), Usd::from_nanos(160));
    assert_eq!(spending.spent(today, &SpendScope::User(user("user-3"))).await.expect("a sum"), Usd::from_nanos(40));
}

#[tokio::test]
async fn sums_do_not_stay_for_ever() {
    let database = TestDatabase::create().await;
    database.stores().spending.add(day("2026-11-22"), &user("ana"), &coached(5)).await.expect("added");
    let stored = database.client.scan().table_name(&database.tables.spending).send().await.expect("readable");
    for item in stored.items() {
        let expires_at = item["expires_at"].as_n().expect("a number");
        assert_eq!(expires_at, "1803945600", "2027-03-02T00:00:00Z");
    }
    assert_eq!(stored.count(), 2);
}

#[tokio::test]
async fn what_no_user_is_charged_with_counts_for_everyone() {
    let Stores { spending, runs, .. } = TestDatabase::create().await.stores();
    let today = day("2026-11-22");
    spending.add(today, &user("ana"), &coached(5)).await.expect("added");
    for _ in 0..2 {
        let (counters, spent) = (RunCounters::default(), coached(70));
        runs.finish_batch("run", "msgbatch_1", &counters, &spending, (today, &spent)).await.expect("noted once");
    }
    let spent = async |scope: SpendScope| spending.spent(today, &scope).await.expect("a sum").nanos();
    assert_eq!((spent(SpendScope::All).await, spent(SpendScope::User(user("ana"))).await), (75, 5));
}

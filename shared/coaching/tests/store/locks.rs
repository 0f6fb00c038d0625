//! Locks on paid work: one holder at a time, work that is done stays done, and who has lost a lock changes nothing.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::TestDatabase;
use super::behind::Behind;
use super::samples::{at, user};
use coaching::store::{Lock, LockOutcome, LockTable};
use domain::lease::Lease;
use test_support::Fate;

const WORK: &str = "version#2";

fn noon() -> DateTime<Utc> {
    at("2026-11-22T12:00:00Z")
}

async fn locks() -> LockTable {
    TestDatabase::create().await.stores().locks
}

/// Tries to take the lock on ana's work at `now`, for half a minute.
async fn take(locks: &LockTable, now: DateTime<Utc>) -> LockOutcome {
    let lease = Lease::from(now, Duration::seconds(30));
    locks.take(&user("ana"), WORK, Uuid::now_v7(), lease, now).await.expect("an answer")
}

fn first(outcome: LockOutcome) -> Lock {
    match outcome {
        LockOutcome::First(lock) => lock,
        other => panic!("nobody has asked for it before: {other:?}"),
    }
}

fn again(outcome: LockOutcome) -> Lock {
    match outcome {
        LockOutcome::Again(lock) => lock,
        other => panic!("it was held before, and is free: {other:?}"),
    }
}

#[tokio::test]
async fn a_lock_is_held_until_it_is_given_back_or_lapses() {
    let locks = locks().await;
    let lock = first(take(&locks, noon()).await);
    assert_eq!(take(&locks, noon() + Duration::seconds(29)).await, LockOutcome::Taken);
    locks.release(&lock).await.expect("given back");
    again(take(&locks, noon()).await);
    again(take(&locks, noon() + Duration::seconds(30)).await);
}

#[tokio::test]
async fn work_that_is_done_is_not_done_again_while_it_is_remembered() {
    let locks = locks().await;
    let lock = first(take(&locks, noon()).await);
    locks.finish(&lock).await.expect("noted");
    assert_eq!(take(&locks, noon() + Duration::days(29)).await, LockOutcome::Taken);
    locks.release(&lock).await.expect("without effect");
    assert_eq!(take(&locks, noon() + Duration::days(29)).await, LockOutcome::Taken, "what is done stays done");
    first(take(&locks, noon() + Duration::days(30)).await);
}

#[tokio::test]
async fn a_holder_whose_lease_has_lapsed_changes_nothing_of_what_the_next_one_holds() {
    let locks = locks().await;
    let lapsed = first(take(&locks, noon()).await);
    let later = noon() + Duration::seconds(30);
    let held = again(take(&locks, later).await);
    locks.release(&lapsed).await.expect("without effect");
    assert_eq!(take(&locks, later).await, LockOutcome::Taken, "the next one still holds it");
    locks.finish(&lapsed).await.expect("without effect");
    locks.release(&held).await.expect("given back");
    again(take(&locks, later).await);
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_holds_the_lock() {
    let locks = locks().await;
    for now in [noon(), noon() + Duration::minutes(5)] {
        let outcomes = futures_util::future::join_all((0..6).map(|_| take(&locks, now))).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == LockOutcome::Taken).count(), 5, "{outcomes:?}");
    }
}

#[tokio::test]
async fn locks_of_two_people_and_on_two_pieces_of_work_do_not_meet() {
    let locks = locks().await;
    let lease = Lease::from(noon(), Duration::seconds(30));
    for (name, work) in [("ana", WORK), ("ben", WORK), ("ana", "version#3")] {
        first(locks.take(&user(name), work, Uuid::now_v7(), lease, noon()).await.expect("an answer"));
    }
}

#[tokio::test]
async fn a_holder_whose_answer_was_lost_does_not_lose_the_lock_to_itself() {
    let database = TestDatabase::create().await;
    let held = first(take(&Behind::proxy(&database, [Fate::LoseAnswer]).await.stores.locks, noon()).await);
    database.stores().locks.release(&held).await.expect("given back");
    let proxy = Behind::proxy(&database, [Fate::Pass, Fate::LoseAnswer]).await;
    let held = again(take(&proxy.stores.locks, noon()).await);
    assert_eq!(proxy.writes().len(), 3, "the SDK asked again");
    let proxy = Behind::proxy(&database, [Fate::LoseAnswer]).await;
    proxy.stores.locks.finish(&held).await.expect("noted");
    assert_eq!(take(&database.stores().locks, noon() + Duration::hours(1)).await, LockOutcome::Taken);
}

#[tokio::test]
async fn work_that_is_done_is_done_until_somebody_takes_that_back() {
    let locks = locks().await;
    let lock = first(take(&locks, noon()).await);
    let is_done = || async { locks.is_done(&user("ana"), WORK).await.expect("an answer") };
    locks.reopen(&user("ana"), WORK).await.expect("an answer");
    assert_eq!((is_done().await, take(&locks, noon()).await), (false, LockOutcome::Taken), "it is held");
    locks.finish(&lock).await.expect("finished");
    assert_eq!((is_done().await, take(&locks, noon()).await), (true, LockOutcome::Taken));
    locks.reopen(&user("ana"), WORK).await.expect("taken back");
    assert!(!is_done().await);
    again(take(&locks, noon()).await);
}

//! Logging streaks that are watched, and what was asked for because of them.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;

use super::behind::Behind;
use super::samples::{at, day, user};
use super::{TestDatabase, edit, pages};
use coaching::store::{Followed, PageRequest, StreakTable, WriteOutcome};
use domain::realtime::{Cause, Request};
use test_support::Fate;

async fn streaks() -> StreakTable {
    TestDatabase::create().await.stores().streaks
}

async fn broken_by(streaks: &StreakTable, until: &str, limit: u32) -> Vec<String> {
    let list = |page: PageRequest| async move {
        streaks.broken_page("007", at(until), &page).await.expect("the index can be read")
    };
    pages(limit, list).await.concat().into_iter().map(|watched| watched.user_id.to_string()).collect()
}

fn request(requested_at: &str, last_day: &str) -> Request {
    let cause = Cause::BrokenStreak { last_day: day(last_day) };
    Request { requested_at: at(requested_at), cause, queued: false }
}

#[tokio::test]
async fn a_shard_lists_who_was_to_be_broken_by_then_the_earliest_first() {
    let streaks = streaks().await;
    for (name, broken_at) in
        [("cleo", "2026-11-20T23:00:00Z"), ("ana", "2026-11-20T08:00:00Z"), ("ben", "2026-11-20T11:00:00Z")]
    {
        streaks.watch(&user(name), "007", at(broken_at)).await.expect("watched");
    }
    streaks.watch(&user("dora"), "008", at("2026-11-20T08:00:00Z")).await.expect("watched");
    for limit in [1, 2, 100] {
        assert_eq!(broken_by(&streaks, "2026-11-20T11:00:00Z", limit).await, ["ana", "ben"], "{limit}");
    }
    assert_eq!(broken_by(&streaks, "2026-11-20T07:59:59Z", 100).await, [""; 0]);
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_is_left_out_of_its_page_alone() {
    let database = TestDatabase::create().await;
    let streaks = database.stores().streaks;
    for (name, broken_at) in [("ana", "2026-11-20T08:00:00Z"), ("ben", "2026-11-20T09:00:00Z")] {
        streaks.watch(&user(name), "007", at(broken_at)).await.expect("watched");
    }
    let ana = [("user_id", AttributeValue::S("ana".to_owned()))];
    let nonsense = AttributeValue::S("2026-11-19 in the evening".to_owned());
    edit(&database, &database.tables.streaks, &ana, "broken_at", Some(nonsense)).await;
    for limit in [1, 100] {
        assert_eq!(broken_by(&streaks, "2026-11-20T11:00:00Z", limit).await, ["ben"], "{limit}");
    }
}

#[tokio::test]
async fn a_person_is_watched_once_and_no_longer_when_their_streak_is_over() {
    let streaks = streaks().await;
    let (earlier, later) = (at("2026-11-20T08:00:00Z"), at("2026-11-21T08:00:00Z"));
    for broken_at in [earlier, later] {
        streaks.watch(&user("ana"), "007", broken_at).await.expect("watched");
    }
    assert_eq!(broken_by(&streaks, "2026-11-20T08:00:00Z", 100).await, [""; 0]);
    streaks.unwatch(&user("ana"), Some(earlier)).await.expect("answered");
    assert_eq!(broken_by(&streaks, "2026-11-21T08:00:00Z", 100).await, ["ana"], "another streak is watched by now");
    streaks.unwatch(&user("ana"), Some(later)).await.expect("unwatched");
    assert_eq!(broken_by(&streaks, "2026-11-21T08:00:00Z", 100).await, [""; 0]);
    streaks.watch(&user("ana"), "007", later).await.expect("watched");
    for _ in 0..2 {
        streaks.unwatch(&user("ana"), None).await.expect("unwatched");
    }
    assert_eq!(broken_by(&streaks, "2026-11-21T08:00:00Z", 100).await, [""; 0]);
}

#[tokio::test]
async fn of_two_claims_from_the_same_look_one_stands_and_is_read_back() {
    let streaks = streaks().await;
    let ana = user("ana");
    assert_eq!(streaks.followed(&ana).await.expect("readable"), Followed::default());
    let first = request("2026-11-20T08:00:00.5Z", "2026-11-18");
    let claim = streaks.claim(&ana, &first, Some(day("2026-11-18")), None).await;
    assert_eq!(claim.expect("answered"), WriteOutcome::Written);
    let second = request("2026-11-20T08:00:01Z", "2026-11-18");
    assert_eq!(streaks.claim(&ana, &second, None, None).await.expect("answered"), WriteOutcome::Conflict);
    let followed = streaks.followed(&ana).await.expect("readable");
    assert_eq!(followed, Followed { noticed: Some(day("2026-11-18")), request: Some(first) });
    streaks.queued(&ana, first.requested_at).await.expect("noted");
    let queued = Request { queued: true, ..first };
    assert_eq!(streaks.followed(&ana).await.expect("readable").request, Some(queued));
    let next = request("2026-12-20T08:00:00Z", "2026-12-18");
    assert_eq!(streaks.claim(&ana, &next, None, Some(&queued)).await.expect("answered"), WriteOutcome::Written);
    assert_eq!(streaks.claim(&ana, &next, None, Some(&queued)).await.expect("answered"), WriteOutcome::Conflict);
}

#[tokio::test]
async fn a_claim_is_given_back_by_the_one_who_has_it_and_what_was_noticed_stays() {
    let streaks = streaks().await;
    let ana = user("ana");
    let claimed = request("2026-11-20T08:00:00Z", "2026-11-18");
    let claim = streaks.claim(&ana, &claimed, Some(day("2026-11-18")), None).await;
    assert_eq!(claim.expect("answered"), WriteOutcome::Written);
    streaks.release(&ana, claimed.requested_at - Duration::days(9)).await.expect("answered");
    assert_eq!(streaks.followed(&ana).await.expect("readable").request, Some(claimed));
    for _ in 0..2 {
        streaks.release(&ana, claimed.requested_at).await.expect("released");
    }
    let followed = streaks.followed(&ana).await.expect("readable");
    assert_eq!(followed, Followed { noticed: Some(day("2026-11-18")), request: None });
    streaks.notice(&ana, day("2026-12-18")).await.expect("noted");
    assert_eq!(streaks.followed(&ana).await.expect("readable").noticed, Some(day("2026-12-18")));
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_does_not_lose_against_itself() {
    let database = TestDatabase::create().await;
    let proxy = Behind::proxy(&database, [Fate::LoseAnswer]).await;
    let claimed = request("2026-11-20T08:00:00Z", "2026-11-18");
    let claim = proxy.stores.streaks.claim(&user("ana"), &claimed, None, None).await;
    assert_eq!(claim.expect("an answer"), WriteOutcome::Written);
    assert_eq!(proxy.writes().len(), 2, "the SDK asked again");
}

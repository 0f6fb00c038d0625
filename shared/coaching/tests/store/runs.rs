//! Weekly runs and their sums.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::batches::{draft, reserving, submission};
use super::samples::{at, coached, day, user};
use super::spending::hold;
use super::{TestDatabase, edit};
use coaching::store::{
    Begun, Draft, RunCounters, RunRecord, RunState, RunTable, StopCause, StoppedPart, StoreError, Submission,
    UnfinishedPage, Waiting, WriteOutcome,
};
use domain::lease::Lease;
use domain::money::Usd;
use domain::run_part::{PartKind, RunPart};
use test_support::Stores;

pub(super) const RUN: &str = "2026-11-22T03:00:00Z";

pub(super) fn run() -> RunRecord {
    RunRecord {
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        state: RunState::Running,
        change_detection: Some(true),
        shards_queued: 2,
        shards_done: 0,
        counters: RunCounters::default(),
    }
}

pub(super) const fn counters(checked: u64) -> RunCounters {
    RunCounters {
        checked,
        unchanged: 1,
        updated: 2,
        batched: 3,
        failed: 4,
        overtaken: 5,
        isolated: 6,
        cost: Usd::from_nanos(7),
    }
}

pub(super) fn part(kind: PartKind) -> RunPart {
    RunPart { run_id: RUN.to_owned(), as_of: at(RUN), request_id: Some("request-1".to_owned()), kind }
}

pub(super) fn shard(number: u32) -> RunPart {
    part(PartKind::Shard { shard: format!("{number:03}") })
}

fn of_user(name: &str) -> RunPart {
    part(PartKind::User { user_id: user(name) })
}

fn retry() -> RunPart {
    part(PartKind::Retry { batch_id: "msgbatch_1".to_owned(), attempt: 2 })
}

pub(super) fn lease(minute: u32) -> Lease {
    Lease { until: at(&format!("2026-11-22T03:{minute:02}:00Z")) }
}

pub(super) fn waiting(name: &str) -> Waiting {
    Waiting { user_id: user(name), version: 3 }
}

async fn started() -> Stores {
    let stores = TestDatabase::create().await.stores();
    assert_eq!(stores.runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    stores
}

async fn read(runs: &RunTable) -> RunRecord {
    runs.get(RUN).await.expect("readable").expect("there")
}

#[tokio::test]
async fn a_run_is_started_once() {
    let runs = started().await.runs;
    let again = RunRecord { shards_queued: 9, ..run() };
    assert_eq!(runs.start(&again).await.expect("an answer"), WriteOutcome::Conflict);
    assert_eq!(read(&runs).await, run());
    assert_eq!(runs.get("2026-11-29T03:00:00Z").await.expect("an answer"), None);
}

#[tokio::test]
async fn a_page_or_batch_that_is_counted_twice_counts_once() {
    let Stores { runs, spending, .. } = started().await;
    let (hold, spent) = (hold(day("2026-11-22"), None, 100), coached(70));
    runs.open_page(RUN, "shard#000#1", &[user("ana")]).await.expect("opened");
    for _ in 0..2 {
        runs.count_page(RUN, "shard#000#1", &counters(10), &[]).await.expect("counted");
        let updated = RunCounters { updated: 7, ..RunCounters::default() };
        runs.finish_batch(RUN, "msgbatch_1", &updated, spending.entry(&hold, &spent, at(RUN))).await.expect("noted");
        runs.isolate(RUN, &user("ben")).await.expect("counted");
    }
    let mut sums = counters(10);
    sums.updated += 7;
    sums.isolated += 1;
    assert_eq!(read(&runs).await, RunRecord { counters: sums, ..run() });
    assert!(runs.batch_collected(RUN, "msgbatch_1").await.expect("an answer"));
    assert!(!runs.batch_collected(RUN, "msgbatch_2").await.expect("an answer"));
    let entered = spending.entered(&hold).await.expect("an answer");
    assert_eq!(entered, Some(spent), "what the batch has cost as well");
}

#[tokio::test]
async fn pages_that_end_at_the_same_moment_are_all_counted() {
    let runs = started().await.runs;
    let pages: Vec<String> = (0..16).map(|page| format!("shard#000#{page:03}")).collect();
    for page in &pages {
        runs.open_page(RUN, page, &[user("ana")]).await.expect("opened");
    }
    let counted = counters(1);
    let reports = pages.iter().chain(&pages).map(|page| runs.count_page(RUN, page, &counted, &[]));
    futures_util::future::try_join_all(reports).await.expect("all are counted");
    assert_eq!(read(&runs).await.counters.checked, 16);
}

#[tokio::test]
async fn a_part_is_worked_on_by_one_worker_and_done_once() {
    let runs = started().await.runs;
    let now = at("2026-11-22T03:00:10Z");
    let take = async |minute, now| runs.lease_part(&shard(0), lease(minute), now).await.expect("an answer");
    assert_eq!(take(5, now).await, WriteOutcome::Written);
    assert_eq!(take(6, now).await, WriteOutcome::Conflict);
    runs.release_part(&shard(0), lease(6)).await.expect("without effect");
    assert_eq!(take(6, now).await, WriteOutcome::Conflict, "only its holder gives a lease back");
    assert_eq!(take(11, lease(5).until).await, WriteOutcome::Written, "a lease lapses");
    for _ in 0..2 {
        runs.finish_part(&shard(0), lease(11)).await.expect("noted");
        assert_eq!(take(11, now).await, WriteOutcome::Written, "what is done can be looked at again");
    }
    let ana = of_user("ana");
    assert_eq!(runs.lease_part(&ana, lease(5), now).await.expect("an answer"), WriteOutcome::Written);
    runs.finish_part(&ana, lease(5)).await.expect("noted");
    assert_eq!(read(&runs).await.shards_done, 1, "a user is no shard");
}

#[tokio::test]
async fn a_part_that_stopped_is_remembered_until_it_goes_on() {
    let runs = started().await.runs;
    for part in [shard(1), retry()] {
        let stopped = StoppedPart { part, day: day("2026-11-22"), cause: StopCause::Budget };
        let leased = runs.lease_part(&stopped.part, lease(5), at(RUN)).await;
        assert_eq!(leased.expect("an answer"), WriteOutcome::Written);
        runs.stop_part(&stopped, lease(5)).await.expect("noted");
        assert_eq!(read(&runs).await.state, RunState::StoppedByBudget);
        assert_eq!(runs.stopped_parts().await.expect("a list"), std::slice::from_ref(&stopped));
        let again = runs.lease_part(&stopped.part, lease(5), at(RUN)).await;
        assert_eq!(again.expect("an answer"), WriteOutcome::Written, "nobody is at it");
        for _ in 0..2 {
            runs.resume_part(&stopped.part).await.expect("forgotten");
        }
        assert_eq!(runs.stopped_parts().await.expect("a list"), []);
        assert_eq!(read(&runs).await.state, RunState::Running);
    }
}

#[tokio::test]
async fn a_worker_whose_lease_has_lapsed_changes_nothing_of_what_the_next_one_holds() {
    let runs = started().await.runs;
    let take = async |minute, now| runs.lease_part(&shard(1), lease(minute), now).await.expect("an answer");
    let lapsed = lease(5);
    assert_eq!(take(5, at(RUN)).await, WriteOutcome::Written);
    assert_eq!(take(20, lapsed.until).await, WriteOutcome::Written);

    runs.release_part(&shard(1), lapsed).await.expect("without effect");
    runs.finish_part(&shard(1), lapsed).await.expect("without effect");
    let stopped = StoppedPart { part: shard(1), day: day("2026-11-22"), cause: StopCause::Budget };
    runs.stop_part(&stopped, lapsed).await.expect("without effect");
    assert_eq!(take(21, lapsed.until).await, WriteOutcome::Conflict, "the next one is still at it");
    assert_eq!(read(&runs).await, run(), "neither done nor stopped");
    assert_eq!(runs.stopped_parts().await.expect("a list"), []);

    runs.finish_part(&shard(1), lease(20)).await.expect("noted");
    assert_eq!(read(&runs).await.shards_done, 1);
}

#[tokio::test]
async fn a_part_that_an_earlier_release_has_stopped_is_found() {
    let database = TestDatabase::create().await;
    let runs = database.stores().runs;
    assert_eq!(runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    let map = |name: &str, value| AttributeValue::M(HashMap::from([(name.to_owned(), value)]));
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let batch = [("batch_id", text("msgbatch_1")), ("attempt", AttributeValue::N("2".to_owned()))];
    let batch = AttributeValue::M(batch.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    for (written, part) in [
        (map("shard", text("001")), shard(1)),
        (map("user", text("ana")), of_user("ana")),
        (map("retry", batch), retry()),
    ] {
        let stopped = StoppedPart { part, day: day("2026-11-22"), cause: StopCause::Budget };
        assert_eq!(runs.lease_part(&stopped.part, lease(5), at(RUN)).await.expect("an answer"), WriteOutcome::Written);
        runs.stop_part(&stopped, lease(5)).await.expect("noted");
        let key = [("run_id", text("stopped")), ("part", text(&format!("{RUN}#{}", stopped.part.kind)))];
        edit(&database, &database.tables.update_runs, &key, "of_part", Some(written)).await;
        assert!(runs.stopped_parts().await.expect("a list").contains(&stopped), "{stopped:?}");
    }
}

#[tokio::test]
async fn of_many_parts_that_stopped_as_many_are_read_as_are_shown_and_the_same_ones() {
    let runs = started().await.runs;
    for name in ["dan", "ana", "cleo", "ben"] {
        let stopped = StoppedPart { part: of_user(name), day: day("2026-11-22"), cause: StopCause::Budget };
        let leased = runs.lease_part(&stopped.part, lease(5), at(RUN)).await;
        assert_eq!(leased.expect("an answer"), WriteOutcome::Written);
        runs.stop_part(&stopped, lease(5)).await.expect("noted");
    }
    let parts = runs.parts(RUN, 3, at(RUN)).await.expect("a list");
    let stopped = runs.stopped_parts_of(RUN, 3).await.expect("a list");
    let shown: Vec<String> = parts.into_iter().map(|part| part.part).collect();
    assert_eq!(stopped.iter().map(|stopped| stopped.part.kind.to_string()).collect::<Vec<_>>(), shown);
    assert_eq!(shown, ["user#ana", "user#ben", "user#cleo"]);
}

#[tokio::test]
async fn a_stop_without_a_cause_was_that_of_a_budget() {
    let database = TestDatabase::create().await;
    let runs = database.stores().runs;
    assert_eq!(runs.start(&run()).await.expect("stored"), WriteOutcome::Written);
    for cause in [StopCause::SwitchedOff, StopCause::Budget] {
        let stopped = StoppedPart { part: shard(1), day: day("2026-11-22"), cause };
        assert_eq!(runs.lease_part(&stopped.part, lease(5), at(RUN)).await.expect("an answer"), WriteOutcome::Written);
        runs.stop_part(&stopped, lease(5)).await.expect("noted");
        assert_eq!(read(&runs).await.state, cause.of_run());
        assert_eq!(runs.stopped_parts().await.expect("a list"), [stopped]);
    }
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let key = [("run_id", text("stopped")), ("part", text(&format!("{RUN}#{}", shard(1).kind)))];
    edit(&database, &database.tables.update_runs, &key, "cause", None).await;
    let stopped = runs.stopped_parts().await.expect("a list");
    assert_eq!(stopped.iter().map(|stopped| stopped.cause).collect::<Vec<_>>(), [StopCause::Budget]);
}

#[tokio::test]
async fn a_page_is_unfinished_until_nobody_on_it_waits() {
    let stores = started().await;
    let runs = &stores.runs;
    let unfinished = async |part: &RunPart| runs.unfinished_pages(part).await.expect("a list").pages;
    let page = |number: u32| format!("shard#001#{number}");
    let users = [user("ana"), user("ben")];
    for number in [1, 2, 3] {
        runs.open_page(RUN, &page(number), &users).await.expect("opened");
    }
    runs.open_page(RUN, "shard#0010#1", &users).await.expect("opened");
    runs.count_page(RUN, &page(1), &counters(1), &[]).await.expect("counted");
    runs.count_page(RUN, &page(2), &counters(1), &[waiting("ana")]).await.expect("counted");
    let open = UnfinishedPage::Open { page_id: page(3), users: users.to_vec() };
    let waits = |draft| UnfinishedPage::Waiting { page_id: page(2), waiting: vec![waiting("ana")], draft };
    assert_eq!(unfinished(&shard(1)).await, [waits(None), open.clone()]);
    assert_eq!(unfinished(&shard(2)).await, []);

    let draft = draft(Uuid::nil());
    let begin = async |draft: &Draft| {
        let submission = Submission { draft: draft.clone(), ..submission(draft.draft_id, &page(2)) };
        // Each try reserves anew, as each has an identity of its own.
        let hold = reserving(&stores, &super::batches::draft(Uuid::now_v7()));
        runs.begin_submission(&submission, hold).await.expect("an answer")
    };
    let withdraw = async |draft: &Draft| runs.withdraw_submission(RUN, &[page(2)], draft).await.expect("an answer");
    assert_eq!(begin(&draft).await, Begun::Written);
    let other = Draft { draft_id: Uuid::max(), ..draft.clone() };
    assert_eq!(begin(&other).await, Begun::Conflict, "one submission at a time");
    assert_eq!(withdraw(&other).await, WriteOutcome::Conflict, "only the one that was begun is withdrawn");
    assert_eq!(unfinished(&shard(1)).await, [waits(Some(draft.clone())), open.clone()]);
    assert_eq!(withdraw(&draft).await, WriteOutcome::Written);
    assert_eq!(begin(&draft).await, Begun::Written);
    for _ in 0..2 {
        let overtaken = RunCounters { overtaken: 1, ..RunCounters::default() };
        runs.submit_pages(RUN, &[page(2)], None, None, &overtaken).await.expect("noted");
    }
    assert_eq!(unfinished(&shard(1)).await, [open]);
    assert_eq!(begin(&draft).await, Begun::Conflict, "nobody waits any more");
    assert_eq!(read(runs).await.counters.overtaken, 2 * counters(0).overtaken + 1);
}

#[tokio::test]
async fn a_part_of_a_run_that_was_never_started_is_an_error() {
    let runs = TestDatabase::create().await.stores().runs;
    assert_eq!(runs.lease_part(&shard(0), lease(5), at(RUN)).await.expect("an answer"), WriteOutcome::Written);
    let finished = runs.finish_part(&shard(0), lease(5)).await;
    assert!(matches!(finished, Err(StoreError::Corrupt { .. })));
    assert!(matches!(runs.set_state(RUN, RunState::Done).await, Err(StoreError::Corrupt { .. })));
    assert_eq!(runs.get(RUN).await.expect("an answer"), None);
}

#[tokio::test]
async fn the_state_of_a_run_can_be_set() {
    let stores = started().await;
    for state in [RunState::WaitingForBatch, RunState::StoppedByBudget, RunState::Done] {
        stores.runs.set_state(RUN, state).await.expect("set");
        assert_eq!(read(&stores.runs).await, RunRecord { state, ..run() });
    }
}

#[tokio::test]
async fn the_largest_number_of_shards_is_remembered() {
    let runs = TestDatabase::create().await.stores().runs;
    for (shards, widest) in [(16, 16), (4, 16), (16, 16), (100, 100), (32, 100)] {
        assert_eq!(runs.widest_shards(shards).await.expect("a number"), widest);
    }
}

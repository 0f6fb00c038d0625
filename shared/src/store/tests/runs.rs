//! Weekly runs and their sums.

use super::TestDatabase;
use super::samples::at;
use crate::domain::money::Usd;
use crate::ports::{BatchStore, OpenBatch, RunCounters, RunRecord, RunState, RunStore, StoreError, Versioned};
use crate::store::{DynamoStores, RunTable};

const RUN: &str = "2026-11-22T03:00:00Z";

fn run() -> RunRecord {
    RunRecord {
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        state: RunState::Running,
        shards_queued: 2,
        shards_done: 0,
        counters: RunCounters::default(),
    }
}

fn counters(checked: u64) -> RunCounters {
    RunCounters { checked, unchanged: 1, updated: 2, batched: 3, failed: 4, cost: Usd::from_nanos(5) }
}

async fn started() -> DynamoStores {
    let stores = TestDatabase::create().await.stores();
    assert_eq!(stores.runs.start(&run()).await.expect("stored"), Versioned::Written);
    stores
}

async fn read(runs: &RunTable) -> RunRecord {
    runs.get(RUN).await.expect("readable").expect("there")
}

#[tokio::test]
async fn a_run_is_started_once() {
    let runs = started().await.runs;
    let again = RunRecord { shards_queued: 9, ..run() };
    assert_eq!(runs.start(&again).await.expect("an answer"), Versioned::Conflict);
    assert_eq!(read(&runs).await, run());
    assert_eq!(runs.get("2026-11-29T03:00:00Z").await.expect("an answer"), None);
}

#[tokio::test]
async fn a_part_that_is_reported_twice_counts_once() {
    let runs = started().await.runs;
    for _ in 0..2 {
        runs.finish_shard(RUN, "000", &counters(10)).await.expect("noted");
        runs.finish_batch(RUN, "msgbatch_1", &RunCounters { updated: 7, ..RunCounters::default() })
            .await
            .expect("noted");
    }
    runs.finish_shard(RUN, "001", &counters(100)).await.expect("noted");
    let sums =
        RunCounters { checked: 110, unchanged: 2, updated: 11, batched: 6, failed: 8, cost: Usd::from_nanos(10) };
    assert_eq!(read(&runs).await, RunRecord { shards_done: 2, counters: sums, ..run() });
}

#[tokio::test]
async fn shards_that_end_at_the_same_moment_are_all_counted() {
    let runs = started().await.runs;
    let shards: Vec<String> = (0..16).map(|shard| format!("{shard:03}")).collect();
    let counted = counters(1);
    let reports = shards.iter().chain(&shards).map(|shard| runs.finish_shard(RUN, shard, &counted));
    futures_util::future::try_join_all(reports).await.expect("all are noted");
    let sums = read(&runs).await;
    assert_eq!((sums.shards_done, sums.counters.checked), (16, 16));
}

#[tokio::test]
async fn a_part_of_a_run_that_was_never_started_is_an_error() {
    let runs = TestDatabase::create().await.stores().runs;
    let finished = runs.finish_shard(RUN, "000", &counters(1)).await;
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

#[tokio::test]
async fn runs_and_open_batches_share_a_table_and_do_not_meet() {
    let stores = started().await;
    let batch = OpenBatch { batch_id: "run".to_owned(), run_id: RUN.to_owned(), as_of: at(RUN) };
    stores.batches.add(&batch).await.expect("remembered");
    assert_eq!(stores.runs.widest_shards(3).await.expect("a number"), 3);
    assert_eq!(stores.batches.open().await.expect("a list"), [batch]);
    assert_eq!(read(&stores.runs).await, run());
}

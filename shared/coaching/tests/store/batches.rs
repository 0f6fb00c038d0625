//! Open message batches.

use super::TestDatabase;
use super::samples::{at, user};
use coaching::store::{OpenBatch, RunCounters, RunRecord, RunState, Waiting, WriteOutcome};
use domain::money::Usd;

const RUN: &str = "2026-11-22T03:00:00Z";

fn batch(id: &str) -> OpenBatch {
    let estimate = Usd::from_nanos(3_950_000);
    OpenBatch {
        batch_id: id.to_owned(),
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        attempt: 2,
        estimate,
        request_id: Some("request-1".to_owned()),
    }
}

#[tokio::test]
async fn a_batch_is_open_from_its_submission_until_it_is_forgotten() {
    let stores = TestDatabase::create().await.stores();
    let run = RunRecord {
        run_id: RUN.to_owned(),
        as_of: at(RUN),
        state: RunState::Running,
        change_detection: Some(true),
        shards_queued: 1,
        shards_done: 0,
        counters: RunCounters::default(),
    };
    assert_eq!(stores.runs.start(&run).await.expect("stored"), WriteOutcome::Written);
    let batches = &stores.batches;
    assert_eq!(batches.open().await.expect("a list"), []);
    for id in ["msgbatch_2", "msgbatch_1"] {
        let pages = [format!("shard#000#{id}")];
        stores.runs.open_page(RUN, &pages[0], &[user("ana")]).await.expect("opened");
        let waiting = [Waiting { user_id: user("ana"), version: 1 }];
        stores.runs.count_page(RUN, &pages[0], &RunCounters::default(), &waiting).await.expect("counted");
        for _ in 0..2 {
            let submitted = stores.runs.submit_pages(RUN, &pages, Some(&batch(id)), &RunCounters::default()).await;
            submitted.expect("remembered");
        }
    }
    assert_eq!(batches.open().await.expect("a list"), [batch("msgbatch_1"), batch("msgbatch_2")]);
    for _ in 0..2 {
        batches.remove("msgbatch_1").await.expect("forgotten, and still forgotten");
    }
    assert_eq!(batches.open().await.expect("a list"), [batch("msgbatch_2")]);
}

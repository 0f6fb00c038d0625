//! Open message batches.

use super::TestDatabase;
use super::samples::at;
use crate::ports::{BatchStore, OpenBatch};

fn batch(id: &str) -> OpenBatch {
    OpenBatch { batch_id: id.to_owned(), run_id: "2026-11-22T03:00:00Z".to_owned(), as_of: at("2026-11-22T03:00:00Z") }
}

#[tokio::test]
async fn a_batch_is_open_until_it_is_forgotten() {
    let batches = TestDatabase::create().await.stores().batches;
    assert_eq!(batches.open().await.expect("a list"), []);
    for id in ["msgbatch_2", "msgbatch_1", "msgbatch_1"] {
        batches.add(&batch(id)).await.expect("remembered");
    }
    assert_eq!(batches.open().await.expect("a list"), [batch("msgbatch_1"), batch("msgbatch_2")]);
    for _ in 0..2 {
        batches.remove("msgbatch_1").await.expect("forgotten, and still forgotten");
    }
    assert_eq!(batches.open().await.expect("a list"), [batch("msgbatch_2")]);
}

//! Message batches.

use chrono::DateTime;
use claude_simulator::{FaultKind, Pace};
use futures_util::{StreamExt, TryStreamExt};

use super::super::{batch, lines::LineError, pricing::Pricing};
use super::scripted::{Scripted, answer, cut_short, refusal};
use super::*;
use crate::{BatchEntry, BatchItem, BatchOutcome, BatchProgress, Model, ModelError};
use domain::money::{CallMode, Usd};

fn entries(count: usize) -> Vec<BatchEntry> {
    let entry =
        |number| BatchEntry { custom_id: format!("user-{number}"), request: question(&format!("Question {number}")) };
    (0..count).map(entry).collect()
}

async fn held() -> Simulated {
    Simulated::start(Options { batch_pace: Pace::Held, ..Options::default() }).await
}

async fn results(simulated: &Simulated, batch_id: &str) -> BTreeMap<String, BatchOutcome> {
    let items: Vec<BatchItem> =
        simulated.client.batch_results(batch_id).await.expect("results").try_collect().await.expect("readable results");
    let count = items.len();
    let outcomes: BTreeMap<_, _> = items.into_iter().map(|item| (item.custom_id, item.outcome)).collect();
    assert_eq!(outcomes.len(), count, "each request has one result");
    outcomes
}

#[tokio::test]
async fn a_batch_is_answered_later_and_at_the_batch_price() {
    let simulated = held().await;
    let batch_id = simulated.client.submit_batch(&entries(20)).await.expect("a batch");
    assert_eq!(simulated.client.batch_progress(&batch_id).await, Ok(BatchProgress::InProgress));
    simulated.simulator.finish_batches();
    assert_eq!(simulated.client.batch_progress(&batch_id).await, Ok(BatchProgress::Ended));

    let outcomes = results(&simulated, &batch_id).await;
    assert_eq!(outcomes.len(), 20);
    for entry in entries(20) {
        let BatchOutcome::Answered(reply) = &outcomes[&entry.custom_id] else { panic!("{outcomes:?}") };
        let at_once = simulated.client.ask(&entry.request).await.expect("a reply");
        assert_eq!(reply.text, at_once.text, "the answer belongs to its request");
        assert_eq!(prices().cost(SONNET, &reply.usage, CallMode::Batched), Some(reply.cost));
        let list_price = prices().cost(SONNET, &reply.usage, CallMode::Immediate).expect("a priced model");
        assert_eq!(reply.cost, list_price.scaled(0.5));
    }
}

#[tokio::test]
async fn what_another_try_can_mend_is_told_from_what_it_cannot() {
    let simulated = held().await;
    for (fault, expected) in [
        (FaultKind::BatchErrored, "again"),
        (FaultKind::BatchExpired, "again"),
        (FaultKind::Truncated, "truncated"),
        (FaultKind::Refusal, "refused"),
    ] {
        simulated.simulator.inject(fault, 1);
        let batch_id = simulated.client.submit_batch(&entries(1)).await.expect("a batch");
        simulated.simulator.finish_batches();
        let outcome = results(&simulated, &batch_id).await.remove("user-0").expect("a result");
        let kind = match &outcome {
            BatchOutcome::Answered(_) => "answered",
            BatchOutcome::TryAgain => "again",
            BatchOutcome::Failed(error) => error.kind(),
        };
        assert_eq!(kind, expected);
    }
}

#[tokio::test]
async fn a_request_that_claude_refuses_fails_alone() {
    let simulated = held().await;
    let mut entries = entries(2);
    entries[0].request.model = UNHEARD_OF.to_owned();
    let batch_id = simulated.client.submit_batch(&entries).await.expect("a batch");
    simulated.simulator.finish_batches();
    let outcomes = results(&simulated, &batch_id).await;
    let rejected = ModelError::Rejected { detail: "not_found_error".to_owned() };
    assert_eq!(outcomes["user-0"], BatchOutcome::Failed(rejected));
    assert!(matches!(outcomes["user-1"], BatchOutcome::Answered(_)));
}

#[tokio::test]
async fn a_batch_that_ran_out_of_time_can_be_tried_again() {
    let simulated = held().await;
    let batch_id = simulated.client.submit_batch(&entries(3)).await.expect("a batch");
    simulated.simulator.expire_batches();
    let outcomes = results(&simulated, &batch_id).await;
    assert!(outcomes.len() == 3 && outcomes.values().all(|outcome| *outcome == BatchOutcome::TryAgain));
}

#[tokio::test]
async fn results_that_are_not_there_yet_are_refused() {
    let simulated = held().await;
    let batch_id = simulated.client.submit_batch(&entries(1)).await.expect("a batch");
    let Err(error) = simulated.client.batch_results(&batch_id).await else { panic!("no results yet") };
    assert_eq!(error.kind(), "rejected");
}

#[tokio::test]
async fn a_batch_that_claude_does_not_know_is_told_from_a_failure() {
    let cases = [
        (refusal(404, "", "not_found_error"), Ok(BatchProgress::Unknown)),
        (refusal(403, "", "permission_error"), Err("rejected")),
        (refusal(529, "", "overloaded_error"), Err("unavailable")),
    ];
    for (answer, expected) in cases {
        let server = Scripted::start(vec![answer; 3]).await;
        let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &ManualTimer::new());
        let progress = client.batch_progress("msgbatch_1").await;
        assert_eq!(progress.map_err(|error| error.kind()), expected);
    }
}

#[tokio::test]
async fn a_listed_batch_says_how_far_it_has_come() {
    let simulated = held().await;
    simulated.client.submit_batch(&entries(2)).await.expect("a batch");
    for expected in [BatchProgress::InProgress, BatchProgress::Ended] {
        let listed = simulated.client.batches_since(DateTime::UNIX_EPOCH).await.expect("a list");
        assert_eq!((listed[0].requests, listed[0].progress), (2, expected));
        simulated.simulator.finish_batches();
    }
}

#[tokio::test]
async fn a_batch_is_submitted_again_only_if_it_was_surely_not_taken() {
    let batch = r#"{"id": "msgbatch_1", "type": "message_batch", "processing_status": "in_progress"}"#;
    let accepted = || answer(200, "", batch);
    for (answers, expected, requests) in [
        (vec![refusal(529, "", "overloaded_error"), accepted()], Ok("msgbatch_1".to_owned()), 2),
        (
            vec![refusal(504, "", "timeout_error"), accepted()],
            Err(ModelError::Unavailable { detail: "504 timeout_error".to_owned(), retry_after: None }),
            1,
        ),
        (
            vec![cut_short(), accepted()],
            Err(ModelError::Unavailable { detail: "the connection broke".to_owned(), retry_after: None }),
            1,
        ),
    ] {
        let server = Scripted::start(answers).await;
        let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &ManualTimer::new());
        assert_eq!(client.submit_batch(&entries(1)).await, expected);
        assert_eq!(server.requests().len(), requests);
    }
}

#[tokio::test]
async fn an_id_that_could_leave_its_path_is_refused() {
    let server = Scripted::start(vec![refusal(404, "", "not_found_error")]).await;
    let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &ManualTimer::new());
    for id in ["", "../messages", "a/b", "a?b", "a%2Fb"] {
        assert!(matches!(client.batch_progress(id).await, Err(ModelError::Rejected { .. })), "{id}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn results_that_break_off_end_with_an_error_after_the_whole_ones() {
    let line = r#"{"custom_id": "user-1", "result": {"type": "expired"}}"#;
    let cut =
        format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{line}\n{{\"custom_id\": \"us");
    let server = Scripted::start(vec![cut]).await;
    let client = client_at(&server.base_url, &Keys::new(&["sk-ant-1"]), &ManualTimer::new());
    let mut results = client.batch_results("msgbatch_1").await.expect("a stream");
    let first = results.next().await.expect("a result").expect("a readable result");
    assert_eq!((first.custom_id.as_str(), first.outcome), ("user-1", BatchOutcome::TryAgain));
    let error = results.next().await.expect("an error").expect_err("the connection broke");
    assert_eq!(error.kind(), "unavailable");
    assert!(results.next().await.is_none());
}

#[test]
fn a_result_that_cannot_be_read_fails_its_own_request_and_no_other() {
    let pricing = Pricing(prices());
    let read = |line: &str| batch::read_line(Ok(line.as_bytes().to_vec()), &pricing);
    let item = read(r#"{"custom_id": "user-1", "result": {"type": "succeeded", "message": {"id": 7}}}"#)
        .expect("a named line");
    assert!(matches!(item.outcome, BatchOutcome::Failed(ModelError::Malformed { .. })), "{item:?}");
    let newer =
        read(r#"{"custom_id": "user-1", "result": {"type": "postponed", "until": "noon"}}"#).expect("a named line");
    assert_eq!(newer.outcome, BatchOutcome::TryAgain);
    assert!(matches!(read("{\"custom"), Err(ModelError::Malformed { .. })));
    assert!(matches!(batch::read_line(Err(LineError::TooLong), &pricing), Err(ModelError::Malformed { .. })));
    assert_eq!(batch::read_line(Err(LineError::TimedOut), &pricing), Err(ModelError::TimedOut { cost: Usd::ZERO }));
}

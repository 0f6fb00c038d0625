//! A run that says `done` has nothing left to do.

use aws_sdk_dynamodb::types::AttributeValue;
use coaching::jobs::Job;
use coaching::store::RunState;
use domain::run_part::{PartKind, RunPart};
use serde_json::json;

use super::poison::damage;
use super::{assert_done, begin, deployment, run_record, seed, settle};
use harness::Call;

#[tokio::test]
async fn a_run_is_not_done_while_the_job_of_a_user_who_is_checked_alone_is_open() {
    for mode in ["immediate", "batch"] {
        let deployment = deployment(mode, &[]).await;
        for name in ["ana", "ben", "cleo"] {
            seed(&deployment, name, name == "ben").await;
        }
        damage(&deployment, "ana").await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        deployment.claude.finish_batches();
        deployment.collect().await.expect("a collection");
        assert_eq!(deployment.versions("ben").await, [2, 1], "{mode}");
        assert_eq!(run_record(&deployment, &run_id).await.state, RunState::WaitingForBatch, "{mode}: ana is left");

        deployment.edit_profile("ana", "timezone", AttributeValue::S("UTC".to_owned())).await;
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 3).await;
        assert_eq!((counters.isolated, counters.unchanged), (1, 2), "{mode}");
    }
}

#[tokio::test]
async fn a_run_waits_for_a_user_until_their_job_is_given_up_and_says_that_it_is() {
    let deployment = deployment("immediate", &[]).await;
    for name in ["ana", "ben"] {
        seed(&deployment, name, false).await;
    }
    damage(&deployment, "ana").await;
    let (run_id, job) = begin(&deployment).await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    let alone = deployment.take_jobs().remove(0);
    assert!(matches!(&alone, Job::Part(RunPart { kind: PartKind::User { .. }, .. })), "{alone:?}");
    let parts = async || {
        let run = deployment.read(Call::to("get-run").by_admin("boss").path("run_id", &run_id)).await;
        (run["state"].clone(), run["parts"].clone())
    };
    for delivery in 1..=4 {
        assert_eq!(deployment.deliver(&alone).await.batch_item_failures.len(), 1, "delivery {delivery}");
        let (run, part) = if delivery < 4 { ("waiting_for_batch", "waiting") } else { ("done", "given_up") };
        let expected = json!([{"part": "shard#000", "state": "done"}, {"part": "user#ana", "state": part}]);
        assert_eq!(parts().await, (json!(run), expected), "after delivery {delivery}");
    }
    // An operator mends the profile and has the job delivered once more.
    deployment.edit_profile("ana", "timezone", AttributeValue::S("UTC".to_owned())).await;
    assert!(deployment.deliver(&alone).await.batch_item_failures.is_empty());
    assert_done(&deployment, &run_id, 2).await;
}

#[tokio::test]
async fn a_run_is_not_done_while_somebody_waits_for_another_batch() {
    let deployment = deployment("batch", &[]).await;
    seed(&deployment, "ana", true).await;
    let (run_id, job) = begin(&deployment).await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    deployment.claude.expire_batches();
    deployment.collect().await.expect("a collection");
    assert!(deployment.stores.batches.open().await.expect("a list").batches.is_empty(), "collected");
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::WaitingForBatch);
    deployment.run_jobs().await;
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::WaitingForBatch);
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 1).await.updated, 1);
}

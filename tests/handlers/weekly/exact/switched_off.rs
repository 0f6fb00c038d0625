//! `ENABLE_AUTOMATIC_UPDATES` is switched off while a run is under way.

use coaching::jobs::Job;
use coaching::store::RunState;
use serde_json::json;

use super::{assert_done, begin, deployment, run_record, seed, seed_in, settle};
use harness::{Call, Deployment};

const SWITCH: &str = "ENABLE_AUTOMATIC_UPDATES";

async fn parts(deployment: &Deployment, run_id: &str) -> serde_json::Value {
    let run = deployment.read(Call::to("get-run").by_admin("boss").path("run_id", run_id)).await;
    assert_eq!(run["stopped_by_budget"], false, "{run}");
    run["parts"].clone()
}

#[tokio::test]
async fn a_run_that_is_switched_off_stops_says_so_and_goes_on_once_it_is_switched_on() {
    for mode in ["batch", "immediate"] {
        let mut deployment = deployment(mode, &[]).await;
        for name in ["ana", "ben", "cleo"] {
            seed(&deployment, name, name == "ben").await;
        }
        let (run_id, job) = begin(&deployment).await;
        deployment.set(SWITCH, "false");
        deployment.claude.clear();
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty(), "{mode}: it stops cleanly");
        let stopped = run_record(&deployment, &run_id).await;
        assert_eq!((stopped.state, stopped.counters.checked), (RunState::SwitchedOff, 0), "{mode}");
        assert_eq!(parts(&deployment, &run_id).await, json!([{"part": "shard#000", "state": "switched_off"}]));
        deployment.pass(chrono::Duration::days(2));
        assert_eq!(deployment.collect().await.expect("a collection").parts_resumed, 0, "{mode}: as long as it is off");
        assert!(deployment.take_jobs().is_empty() && deployment.claude.requests().is_empty(), "{mode}");

        deployment.set(SWITCH, "true");
        assert_eq!(deployment.collect().await.expect("a collection").parts_resumed, 1, "{mode}");
        assert_eq!(deployment.run_queue().await, []);
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 3).await.updated, 1, "{mode}");
    }
}

#[tokio::test]
async fn a_worker_of_the_deployment_before_stops_at_its_next_page_and_what_a_batch_has_taken_is_collected() {
    let mut deployment = deployment("batch", &[("UPDATE_SHARDS", "2")]).await;
    seed_in(&deployment, "000", "ana", true).await;
    seed_in(&deployment, "001", "ben", true).await;
    assert_eq!(deployment.begin_weekly().await, 2);
    let jobs = deployment.take_jobs();
    let Job::Part(part) = &jobs[0] else { panic!("a shard's job: {jobs:?}") };
    let (run_id, before) = (part.run_id.clone(), deployment.app());
    assert!(deployment.deliver_through(&before, &jobs[0]).await.batch_item_failures.is_empty());
    deployment.set(SWITCH, "false");
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    assert_eq!(deployment.versions("ana").await, [2, 1], "it is paid for");
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::SwitchedOff);
    deployment.claude.clear();
    assert!(deployment.deliver_through(&before, &jobs[1]).await.batch_item_failures.is_empty());
    assert_eq!(deployment.versions("ben").await, [1]);
    assert!(deployment.claude.requests().is_empty());
    let expected = json!([{"part": "shard#000", "state": "done"}, {"part": "shard#001", "state": "switched_off"}]);
    assert_eq!(parts(&deployment, &run_id).await, expected);

    deployment.set(SWITCH, "true");
    settle(&deployment).await;
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 2);
}

#[tokio::test]
async fn a_run_whose_last_part_was_done_when_it_was_switched_off_is_done() {
    let mut deployment = deployment("immediate", &[]).await;
    seed(&deployment, "ana", false).await;
    let (run_id, job) = begin(&deployment).await;
    let before = deployment.app();
    deployment.set(SWITCH, "false");
    deployment.collect().await.expect("a collection");
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::SwitchedOff);
    deployment.set(SWITCH, "true");
    deployment.collect().await.expect("a collection");
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::Running, "nothing had stopped");
    assert!(deployment.deliver_through(&before, &job).await.batch_item_failures.is_empty());
    assert_done(&deployment, &run_id, 1).await;
}

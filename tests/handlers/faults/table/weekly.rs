//! A weekly run: its beginning, its parts and its batches. What else may happen to a run is in `weekly/exact`.

use aws_sdk_dynamodb::types::AttributeValue;
use claude_simulator::FaultKind;
use coaching::jobs::Job;
use serde_json::{Value, json};

use super::looks::{Look, listed, versions};
use super::{Again, Begun, Scene, UseCase};
use crate::weekly::exact::{bills, seed, settle};
use harness::{Call, Deployment};

/// A run whose requests go into a batch, over one shard.
const BATCHED: &[(&str, &str)] =
    &[("PROMPT_UPDATE_MODE", "batch"), ("UPDATE_SHARDS", "1"), ("UPDATE_CONCURRENCY", "2")];

/// Somebody who has changed and somebody who has not, and the job of the shard in which both are due.
async fn begun(deployment: &Deployment, name: &str) -> Job {
    seed(deployment, name, true).await;
    seed(deployment, "steady", false).await;
    deployment.claude.clear();
    assert_eq!(deployment.begin_weekly().await, 1);
    deployment.take_jobs().remove(0)
}

/// The same with the answers to the batch of the run waiting for the collector.
async fn answered(deployment: &Deployment, name: &str) {
    let job = begun(deployment, name).await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    deployment.claude.finish_batches();
}

/// Gives somebody back a time zone that there is.
async fn move_home(deployment: &Deployment, name: &str) {
    deployment.edit_profile(name, "timezone", AttributeValue::S("UTC".to_owned())).await;
}

/// The versions of both once the run has come to its end, what it has counted, and how often Claude was paid for whom.
fn settled<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        settle(deployment).await;
        let runs = listed(deployment, Call::to("list-runs")).await;
        let counts = ["state", "checked", "unchanged", "updated", "failed", "isolated"];
        let runs: Vec<_> = runs.iter().map(|run| counts.map(|count| run[count].clone())).collect();
        let of_both = [versions(deployment, name).await, versions(deployment, "steady").await];
        json!([of_both, runs, bills(deployment)])
    })
}

fn noticed(name: &str) -> Value {
    noticed_with(name, 1, [1, 0, 0])
}

/// The same with how often Claude was paid, and with how many were updated, have failed and were looked at alone.
fn noticed_with(name: &str, bills: u32, [updated, failed, isolated]: [u32; 3]) -> Value {
    let versions = json!([[[2, "weekly"], [1, "initial"]], [[1, "initial"]]]);
    json!([versions, [["done", 2, 1, updated, failed, isolated]], {name: bills}])
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "beginning of a weekly run",
        function: "weekly-updater",
        scene: Scene::Own,
        variables: BATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                seed(deployment, name, true).await;
                seed(deployment, "steady", false).await;
                deployment.claude.clear();
                Begun::Weekly(deployment.now())
            })
        },
        again: Again::Done,
        look: settled,
        noticed,
    },
    UseCase {
        name: "shard of a weekly run",
        function: "prompt-worker",
        scene: Scene::Own,
        variables: BATCHED,
        begin: |deployment, name| Box::pin(async move { Begun::Job(begun(deployment, name).await) }),
        again: Again::Done,
        look: settled,
        noticed,
    },
    UseCase {
        name: "collection of a batch",
        function: "batch-collector",
        scene: Scene::Own,
        variables: BATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                answered(deployment, name).await;
                Begun::Collection
            })
        },
        again: Again::Done,
        look: settled,
        noticed,
    },
    UseCase {
        name: "another try of what a batch has left unanswered",
        function: "prompt-worker",
        scene: Scene::Own,
        variables: BATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                let job = begun(deployment, name).await;
                assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
                deployment.claude.inject(FaultKind::BatchErrored, 1);
                deployment.claude.finish_batches();
                deployment.collect().await.expect("a collection");
                Begun::Job(deployment.take_jobs().remove(0))
            })
        },
        again: Again::Done,
        look: settled,
        noticed: |name| noticed_with(name, 2, [1, 0, 0]),
    },
    UseCase {
        name: "dead letter of a person who could not be read",
        function: "prompt-worker",
        scene: Scene::Own,
        variables: BATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                let job = begun(deployment, name).await;
                deployment.move_to_nowhere(name).await;
                assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
                let dead = deployment.run_queue().await.remove(0);
                move_home(deployment, name).await;
                Begun::Job(dead)
            })
        },
        again: Again::Done,
        look: settled,
        noticed: |name| noticed_with(name, 1, [1, 0, 1]),
    },
    UseCase {
        name: "dead letter of an answer that could not be applied",
        function: "prompt-worker",
        scene: Scene::Own,
        variables: BATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                answered(deployment, name).await;
                deployment.move_to_nowhere(name).await;
                deployment.collect().await.expect("a collection");
                let dead = deployment.run_queue().await.remove(0);
                move_home(deployment, name).await;
                Begun::Job(dead)
            })
        },
        again: Again::Done,
        look: settled,
        // The run has counted it as failed, and is done.
        noticed: |name| noticed_with(name, 1, [0, 1, 0]),
    },
];

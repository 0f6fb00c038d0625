//! What is stored of one user cannot be read, as after a change by hand, while a message batch is under way: it harms
//! nobody else, and what was paid for is not lost.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use claude_simulator::FaultKind;
use coaching::jobs::Job;
use coaching::store::{OpenBatch, RunState};
use domain::money::Usd;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};
use test_support::{client_at, endpoint};

use super::{assert_done, begin, bills, deployment, run_record, seed, seed_in, settle};
use harness::{Deployment, Log, VISIBILITY};

/// No word of any release.
const NO_GOAL: &str = "Become a bird!";

/// Three people who have changed, and the job of their shard.
async fn three() -> (Deployment, String, Job) {
    let deployment = deployment("batch", &[]).await;
    for name in ["ana", "ben", "cleo"] {
        seed(&deployment, name, true).await;
    }
    let (run_id, job) = begin(&deployment).await;
    (deployment, run_id, job)
}

async fn set_goal(deployment: &Deployment, name: &str, goal: &str) {
    deployment.edit_profile(name, "goal", AttributeValue::S(goal.to_owned())).await;
}

/// Puts a row of the history under a number that the profile does not know of.
async fn put_ahead(deployment: &Deployment, name: &str, version: u32) {
    let history = &deployment.tables.prompt_history;
    let key = |version: u32| {
        let version = AttributeValue::N(version.to_string());
        HashMap::from([("user_id".to_owned(), AttributeValue::S(name.to_owned())), ("version".to_owned(), version)])
    };
    let client = client_at(endpoint());
    let first = client.get_item().table_name(history).set_key(Some(key(1))).send().await.expect("an answer");
    let mut row = first.item.expect("version 1");
    row.extend(key(version));
    client.put_item().table_name(history).set_item(Some(row)).send().await.expect("the table takes it");
}

#[tokio::test]
async fn a_result_whose_user_cannot_be_read_fails_alone_and_its_paid_answer_is_applied_once_the_user_is_mended() {
    let (deployment, run_id, job) = three().await;
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    set_goal(&deployment, "ana", NO_GOAL).await;
    deployment.claude.finish_batches();
    let before = deployment.spent_today().await;
    let log = Log::capture();
    let collected = deployment.collect().await.expect("a collection");
    assert_eq!((collected.batches_collected, collected.prompts_updated, collected.failed), (1, 2, 1));
    let told = log.of("batch_result_not_applied");
    assert_eq!((&told[0]["user_id"], &told[0]["run_id"]), (&"ana".into(), &run_id.clone().into()));
    assert!(told[0]["batch_id"].is_string() && told[0]["cause"].as_str().is_some_and(|cause| cause.contains("goal")));

    let counters = assert_done(&deployment, &run_id, 3).await;
    assert_eq!((counters.updated, counters.failed), (2, 1));
    let mut paid = before;
    for name in ["ben", "cleo"] {
        assert_eq!(deployment.versions(name).await, [2, 1]);
        paid += Usd::from(deployment.prompts(name).await[0]["cost_usd"].as_f64().expect("a cost"));
    }
    assert!(deployment.spent_today().await > paid, "all three answers are paid for");

    let dead = deployment.run_queue().await;
    let [Job::Part(RunPart { kind: PartKind::Result { user_id, version: 1, .. }, .. })] = &dead[..] else {
        panic!("operators find the result in the dead-letter queue: {dead:?}")
    };
    assert_eq!(*user_id, UserId::new("ana"));
    set_goal(&deployment, "ana", "lose_weight").await;
    for _ in 0..2 {
        assert!(deployment.deliver(&dead[0]).await.batch_item_failures.is_empty());
        assert_eq!(deployment.versions("ana").await, [2, 1], "from the answer that was paid for");
    }
    assert_eq!(bills(&deployment)["ana"], 1);
}

#[tokio::test]
async fn who_waits_for_a_batch_and_cannot_be_read_is_left_out_of_it_and_the_others_are_submitted() {
    let (deployment, run_id, job) = three().await;
    deployment.claude.inject(FaultKind::Overloaded, 1);
    assert_eq!(deployment.deliver(&job).await.batch_item_failures.len(), 1, "checked, and not submitted");
    set_goal(&deployment, "ana", NO_GOAL).await;
    deployment.pass(VISIBILITY);
    let log = Log::capture();
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_eq!(log.of("batch_request_not_made")[0]["user_id"], "ana");
    settle(&deployment).await;
    let counters = assert_done(&deployment, &run_id, 3).await;
    assert_eq!((counters.updated, counters.failed), (2, 1));
    assert_eq!(bills(&deployment).get("ana"), Some(&1), "in the submission that was refused alone");
}

#[tokio::test]
async fn a_mark_that_cannot_be_read_leaves_its_user_alone_uncounted() {
    let (deployment, run_id, job) = three().await;
    // The worker vanished behind its checks.
    deployment.claude.inject(FaultKind::Overloaded, 1);
    assert_eq!(deployment.deliver(&job).await.batch_item_failures.len(), 1);
    reopen_pages(&deployment, &run_id, &["ana", "ben", "cleo"]).await;
    deployment.edit_profile("ana", "check_outcome", AttributeValue::N("1".to_owned())).await;
    deployment.pass(VISIBILITY);
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    let _ = deployment.run_queue().await;
    settle(&deployment).await;
    for name in ["ben", "cleo"] {
        assert_eq!(deployment.versions(name).await, [2, 1], "{name}");
    }
    assert_eq!(run_record(&deployment, &run_id).await.counters.isolated, 1);
}

/// Makes the pages of a run look as they do before they are counted.
async fn reopen_pages(deployment: &Deployment, run_id: &str, users: &[&str]) {
    let client = client_at(endpoint());
    let items = client.scan().table_name(&deployment.tables.update_runs).send().await.expect("readable").items;
    for item in items.unwrap_or_default() {
        let text = |name: &str| item[name].as_s().cloned().expect("a key");
        if text("run_id") != run_id || !text("part").starts_with("page#") {
            continue;
        }
        let page = client.update_item().table_name(&deployment.tables.update_runs);
        let page = page.key("run_id", item["run_id"].clone()).key("part", item["part"].clone());
        let users = users.iter().map(|name| AttributeValue::S((*name).to_owned())).collect();
        let page = page.update_expression("SET #users = :users REMOVE waiting, draft");
        let page = page.expression_attribute_names("#users", "users");
        page.expression_attribute_values(":users", AttributeValue::L(users)).send().await.expect("reopened");
    }
}

#[tokio::test]
async fn a_history_that_is_ahead_of_its_profile_holds_nobody_up_and_the_next_version_gets_the_next_number() {
    for mode in ["batch", "immediate"] {
        let deployment = deployment(mode, &[]).await;
        for name in ["ana", "ben"] {
            seed(&deployment, name, true).await;
        }
        put_ahead(&deployment, "ana", 2).await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty(), "{mode}");
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 2, "{mode}");
        assert_eq!(deployment.versions("ana").await, [3, 2, 1], "{mode}");
        assert_eq!(deployment.profile("ana").await["system_prompt_version"], 3, "{mode}");
        assert_eq!(deployment.versions("ben").await, [2, 1], "{mode}");
    }
}

#[tokio::test]
async fn a_batch_whose_item_cannot_be_read_hides_no_other_and_the_run_is_not_done_before_it_is_mended() {
    let deployment = deployment("batch", &[("UPDATE_SHARDS", "2")]).await;
    seed_in(&deployment, "000", "ana", true).await;
    seed_in(&deployment, "001", "ben", true).await;
    assert_eq!(deployment.begin_weekly().await, 2);
    assert_eq!(deployment.run_queue().await, []);
    let open = deployment.stores.batches.open().await.expect("a list").batches;
    let OpenBatch { batch_id, run_id, attempt, .. } = open.first().expect("a batch").clone();
    edit_batch(&deployment, &batch_id, AttributeValue::S("twice".to_owned())).await;
    deployment.claude.finish_batches();
    let log = Log::capture();
    assert_eq!(deployment.collect().await.expect("a collection").batches_collected, 1);
    let told = log.of("item_unreadable");
    assert!(told.iter().any(|line| line["batch_id"] == batch_id.as_str()), "{told:?}");
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::WaitingForBatch);
    edit_batch(&deployment, &batch_id, AttributeValue::N(attempt.to_string())).await;
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 2);
}

async fn edit_batch(deployment: &Deployment, batch_id: &str, attempt: AttributeValue) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let update = client_at(endpoint()).update_item().table_name(&deployment.tables.update_runs);
    let update = update.key("run_id", text("batches")).key("part", text(batch_id));
    let update = update.update_expression("SET attempt = :attempt");
    update.expression_attribute_values(":attempt", attempt).send().await.expect("the table takes it");
}

#[tokio::test]
async fn a_page_that_cannot_be_read_keeps_the_part_open_and_nobody_of_other_pages_waiting() {
    let (deployment, run_id, job) = three().await;
    let page = format!("shard#000#{}", uuid::Uuid::nil());
    deployment.stores.runs.open_page(&run_id, &page, &[UserId::new("dan")]).await.expect("opened");
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let spoil = |users: AttributeValue| {
        let update = client_at(endpoint()).update_item().table_name(&deployment.tables.update_runs);
        let update = update.key("run_id", text(&run_id)).key("part", text(&format!("page#{page}")));
        let update = update.update_expression("SET #users = :users").expression_attribute_names("#users", "users");
        update.expression_attribute_values(":users", users).send()
    };
    spoil(text("everybody")).await.expect("spoilt");
    assert_eq!(deployment.deliver(&job).await.batch_item_failures.len(), 1, "operators find the job in the end");
    for _ in 0..2 {
        deployment.claude.finish_batches();
        deployment.collect().await.expect("a collection");
    }
    for name in ["ana", "ben", "cleo"] {
        assert_eq!(deployment.versions(name).await, [2, 1], "{name}");
    }
    assert_eq!(run_record(&deployment, &run_id).await.state, RunState::Running);
    spoil(AttributeValue::L(Vec::new())).await.expect("mended");
    deployment.pass(VISIBILITY);
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    settle(&deployment).await;
    assert_eq!(assert_done(&deployment, &run_id, 3).await.updated, 3);
}

//! The weekly run through message batches, at half the price.

mod meanwhile;

use chrono::Duration;
use claude_simulator::{FaultKind, Task};
use domain::coaching_prompt::{CoachingPrompt, Section};
use serde_json::Value;

use harness::Deployment;

/// A week in which somebody who was in target eats too much on `over` days.
fn week(over: usize) -> Vec<u32> {
    (0..7).map(|day| if day < over { 3_000 } else { 2_000 }).collect()
}

async fn deployment(more: &[(&str, &str)]) -> Deployment {
    let mut variables = vec![("UPDATE_SHARDS", "1")];
    variables.extend(more);
    Deployment::with(&variables).await
}

/// Ana, whose behaviour changed, in a batch that is under way.
async fn submitted(more: &[(&str, &str)]) -> Deployment {
    let deployment = deployment(more).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &week(5)).await;
    deployment.claude.clear();
    deployment.weekly().await;
    deployment
}

async fn collect(deployment: &Deployment) -> (u32, u32, u64, u64) {
    let answer = deployment.collect().await.expect("a collection");
    (answer.batches_open, answer.batches_collected, answer.prompts_updated, answer.failed)
}

#[tokio::test]
async fn a_run_is_submitted_as_a_batch_and_applied_when_the_batch_has_ended() {
    let deployment = submitted(&[]).await;
    let paths: Vec<_> = deployment.claude.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/v1/messages/batches"]);
    assert_eq!(collect(&deployment).await, (1, 0, 0, 0));
    assert_eq!(deployment.versions("ana").await, [1], "the old prompt is in force meanwhile");
    assert_eq!(deployment.begin_weekly().await, 0, "who waits for a batch is not due");

    deployment.pass(Duration::hours(2));
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 1, 0));
    let history = deployment.prompts("ana").await;
    assert_eq!((&history[0]["version"], &history[0]["reason"]), (&Value::from(2), &Value::from("weekly")));
    assert_eq!(history[0]["decision"]["rules"][0]["rule"], "adherence");
    assert!(deployment.asked(Task::Update).is_empty(), "nothing was asked outside the batch");
    assert_eq!(collect(&deployment).await, (0, 0, 0, 0));
    deployment.pass(Duration::days(7) - Duration::hours(2));
    assert_eq!(deployment.begin_weekly().await, 1, "the next check is a week after the run, not after the batch");
}

#[tokio::test]
async fn a_batch_costs_half() {
    let batched = submitted(&[]).await;
    batched.claude.finish_batches();
    collect(&batched).await;
    let immediate = submitted(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    let mut costs = Vec::new();
    for deployment in [&batched, &immediate] {
        costs.push(deployment.prompts("ana").await[0]["cost_usd"].as_f64().expect("a cost"));
    }
    assert!((costs[0] * 2.0 - costs[1]).abs() < 1e-6, "{costs:?}");
}

#[tokio::test]
async fn results_in_any_order_reach_the_users_they_are_for() {
    let deployment = deployment(&[]).await;
    let people = [("ana", 4), ("ben", 5), ("cleo", 6), ("dan", 7)];
    for (name, _) in people {
        deployment.prompted(name, &[2_000; 30]).await;
    }
    for day in 0..7 {
        for (name, over) in people {
            deployment.eat(name, deployment.now(), week(over)[day]).await;
        }
        deployment.pass(Duration::days(1));
    }
    deployment.weekly().await;
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 4, 0));
    for (name, over) in people {
        let history = deployment.prompts(name).await;
        let parse = |entry: &Value| CoachingPrompt::parse(entry["prompt"].as_str().expect("a text")).expect("sections");
        let (before, after) = (parse(&history[1]), parse(&history[0]));
        assert_eq!(before.body(Section::CommittedApproach), after.body(Section::CommittedApproach), "{name}");
        assert_eq!(history[0]["behavioral_data"]["days_over_target"], over, "{name}");
        let accountability = after.body(Section::AccountabilityProtocol);
        assert!(accountability.contains(&format!("{} of", 30 - over)), "{name}: {accountability}");
    }
}

#[tokio::test]
async fn what_a_batch_leaves_unanswered_goes_into_another_batch_at_half_the_price() {
    for fault in [Some(FaultKind::BatchErrored), Some(FaultKind::BatchExpired), None] {
        let deployment = submitted(&[]).await;
        match fault {
            Some(fault) => {
                deployment.claude.inject(fault, 1);
                deployment.claude.finish_batches();
            }
            None => {
                deployment.claude.expire_batches();
            }
        }
        assert_eq!(collect(&deployment).await, (0, 1, 0, 0), "{fault:?}");
        deployment.run_jobs().await;
        assert_eq!(collect(&deployment).await, (1, 0, 0, 0), "{fault:?}: the second batch is under way");
        deployment.claude.finish_batches();
        assert_eq!(collect(&deployment).await, (0, 1, 1, 0), "{fault:?}");
        assert!(deployment.asked(Task::Update).is_empty(), "{fault:?}: nothing at the full price");
        assert_eq!(deployment.versions("ana").await, [2, 1], "{fault:?}");
    }
}

#[tokio::test]
async fn what_no_batch_answers_fails_after_as_many_tries_as_are_set() {
    let deployment = submitted(&[("BATCH_MAX_ATTEMPTS", "2")]).await;
    for last in [false, true] {
        deployment.claude.expire_batches();
        assert_eq!(collect(&deployment).await, (0, 1, 0, u64::from(last)));
        deployment.run_jobs().await;
    }
    assert_eq!(collect(&deployment).await, (0, 0, 0, 0), "there is no third batch");
    assert_eq!(deployment.versions("ana").await, [1]);
    deployment.live("ana", &[2_000; 7]).await;
    assert_eq!(deployment.begin_weekly().await, 1, "the next run looks again");
}

#[tokio::test]
async fn a_flawed_answer_of_a_batch_is_repaired_once() {
    let deployment = submitted(&[]).await;
    deployment.claude.inject(FaultKind::ShortPrompt, 1);
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 1, 0));
    assert_eq!(deployment.asked(Task::Update).len(), 1, "the repair");
}

#[tokio::test]
async fn an_answer_that_stays_unusable_keeps_the_old_prompt_and_is_tried_again_next_week() {
    for drift in ["true", "false"] {
        for (fault, count) in [(FaultKind::ShortPrompt, 2), (FaultKind::Refusal, 1), (FaultKind::Truncated, 1)] {
            let deployment = submitted(&[("ENABLE_DRIFT_DETECTION", drift)]).await;
            let (profile, history) = (deployment.profile("ana").await, deployment.prompts("ana").await);
            deployment.claude.inject(fault, count);
            deployment.claude.finish_batches();
            assert_eq!(collect(&deployment).await, (0, 1, 0, 1), "{fault:?}");
            assert_eq!(deployment.profile("ana").await, profile, "{fault:?}");
            assert_eq!(deployment.prompts("ana").await, history, "{fault:?}");

            deployment.live("ana", &[2_000; 7]).await;
            deployment.weekly().await;
            deployment.claude.finish_batches();
            collect(&deployment).await;
            assert_eq!(deployment.versions("ana").await, [2, 1], "{fault:?} with drift detection {drift}");
        }
    }
}

#[tokio::test]
async fn two_collectors_at_once_apply_a_batch_once_and_hand_on_once() {
    for fault in [None, Some(FaultKind::BatchErrored)] {
        let deployment = submitted(&[]).await;
        if let Some(fault) = fault {
            deployment.claude.inject(fault, 1);
        }
        for _ in 0..2 {
            deployment.claude.finish_batches();
            let (one, other) = tokio::join!(deployment.collect(), deployment.collect());
            one.expect("a collection");
            other.expect("a collection");
            deployment.run_jobs().await;
        }
        assert_eq!(deployment.versions("ana").await, [2, 1], "{fault:?}");
        let submissions = deployment.claude.requests().iter().filter(|asked| asked.path.ends_with("/batches")).count();
        assert_eq!(submissions, if fault.is_some() { 2 } else { 1 }, "{fault:?}");
        assert_eq!(collect(&deployment).await, (0, 0, 0, 0), "{fault:?}");
    }
}

#[tokio::test]
async fn two_workers_with_the_same_job_put_a_user_into_one_batch() {
    let deployment = deployment(&[]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &week(5)).await;
    deployment.begin_weekly().await;
    let job = deployment.take_jobs().remove(0);
    deployment.claude.clear();
    let _ = tokio::join!(deployment.deliver(&job), deployment.deliver(&job));
    assert_eq!(deployment.claude.requests().len(), 1, "one bill");
    deployment.claude.finish_batches();
    collect(&deployment).await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn when_claude_takes_no_batch_for_long_the_old_prompt_stays_and_the_next_run_tries_again() {
    for drift in ["true", "false"] {
        let deployment = deployment(&[("ENABLE_DRIFT_DETECTION", drift)]).await;
        deployment.prompted("ana", &[2_000; 30]).await;
        deployment.live("ana", &week(5)).await;
        deployment.claude.inject(FaultKind::Overloaded, 4);
        deployment.begin_weekly().await;
        assert_eq!(deployment.run_queue().await.len(), 1, "operators find the job in the dead-letter queue");
        assert_eq!(collect(&deployment).await, (0, 0, 0, 0));
        assert_eq!(deployment.versions("ana").await, [1]);
        deployment.live("ana", &[2_000; 7]).await;
        deployment.weekly().await;
        deployment.claude.finish_batches();
        assert_eq!(collect(&deployment).await, (0, 1, 1, 0), "with drift detection {drift}");
    }
}

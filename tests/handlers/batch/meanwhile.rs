//! Users who change while a run or its batch is under way.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use claude_simulator::FaultKind;
use domain::profile::UserId;
use test_support::{client_at, endpoint};

use super::{collect, deployment, submitted, week};
use harness::{Call, Deployment};

#[tokio::test]
async fn a_prompt_that_the_user_had_written_meanwhile_is_not_overwritten() {
    let deployment = submitted(&[]).await;
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    let (profile, history) = (deployment.profile("ana").await, deployment.prompts("ana").await);
    assert_eq!(history[0]["reason"], "manual");
    let before = deployment.spent_today().await;
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 0, 0));
    assert_eq!((deployment.profile("ana").await, deployment.prompts("ana").await), (profile, history));
    assert!(deployment.spent_today().await > before, "the answer that nobody can use is paid for all the same");
}

/// Begins a run and lets the worker have done with it; answers with its name.
async fn run(deployment: &Deployment) -> String {
    let run_id = deployment.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(deployment.begin_weekly().await, 1, "she is due");
    deployment.run_jobs().await;
    run_id
}

/// How often Claude was asked to rewrite a prompt, in all batches.
fn asked_in_batches(deployment: &Deployment) -> usize {
    let requests = deployment.claude.requests();
    requests.iter().filter_map(|request| request.body["requests"].as_array()).map(Vec::len).sum()
}

#[tokio::test]
async fn who_waits_for_the_batch_of_an_earlier_run_is_asked_for_once_and_stays_due() {
    let deployment = submitted(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    for _ in 0..3 {
        deployment.live("ana", &[3_000]).await;
        let run_id = run(&deployment).await;
        let counters = deployment.stores.runs.get(&run_id).await.expect("readable").expect("a run").counters;
        assert_eq!((counters.checked, counters.batched), (0, 0), "she belongs to the earlier run");
    }
    assert_eq!(asked_in_batches(&deployment), 1);
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 1, 0));
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    deployment.live("ana", &week(7)).await;
    run(&deployment).await;
    deployment.claude.finish_batches();
    collect(&deployment).await;
    assert_eq!(asked_in_batches(&deployment), 2, "what has changed since is another matter");
}

#[tokio::test]
async fn whom_an_earlier_run_could_put_into_no_batch_is_taken_over_a_day_later_and_asked_for_once() {
    let deployment = deployment(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &week(5)).await;
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::Overloaded, 1);
    deployment.begin_weekly().await;
    let late = deployment.take_jobs().remove(0);
    assert_eq!(deployment.deliver(&late).await.batch_item_failures.len(), 1);
    deployment.claude.clear();
    deployment.pass(Duration::hours(1));
    run(&deployment).await;
    assert_eq!(asked_in_batches(&deployment), 0, "the queue may still deliver the job of the earlier run");
    deployment.pass(Duration::days(1));
    let run_id = run(&deployment).await;
    // The job of the earlier run comes after all.
    assert!(deployment.deliver(&late).await.batch_item_failures.is_empty());
    assert_eq!(asked_in_batches(&deployment), 1);
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 1, 0));
    let counters = deployment.stores.runs.get(&run_id).await.expect("readable").expect("a run").counters;
    assert_eq!((counters.checked, counters.updated), (1, 1));
}

#[tokio::test]
async fn a_version_that_was_restored_meanwhile_is_not_overwritten() {
    let deployment = submitted(&[]).await;
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 1, 0));
    deployment.live("ana", &week(7)).await;
    deployment.weekly().await;
    assert_eq!(collect(&deployment).await, (1, 0, 0, 0), "version 2 is being rewritten");
    deployment.read(Call::to("restore-prompt").by("ana").path("version", "1")).await;
    let (profile, history) = (deployment.profile("ana").await, deployment.prompts("ana").await);
    deployment.claude.finish_batches();
    assert_eq!(collect(&deployment).await, (0, 1, 0, 0));
    assert_eq!((deployment.profile("ana").await, deployment.prompts("ana").await), (profile, history));
}

#[tokio::test]
async fn meals_that_are_logged_while_a_batch_is_under_way_count_at_the_next_check() {
    let mut written = Vec::new();
    for meanwhile in [false, true] {
        let deployment = submitted(&[]).await;
        for days_ago in 0..20 {
            if meanwhile {
                deployment.eat("ana", deployment.now() - Duration::days(days_ago), 4_000).await;
            }
        }
        deployment.claude.finish_batches();
        assert_eq!(collect(&deployment).await, (0, 1, 1, 0));
        let newest = deployment.prompts("ana").await.remove(0);
        written.push((newest["prompt"].clone(), newest["decision"].clone(), newest["behavioral_data"].clone()));
        deployment.pass(Duration::days(7));
        deployment.weekly().await;
        deployment.claude.finish_batches();
        let rewritten_again = collect(&deployment).await.2;
        assert_eq!(rewritten_again, 1, "they count now, and so do seven days without a meal");
    }
    assert_eq!(written[0], written[1]);
}

#[tokio::test]
async fn an_account_that_is_erased_during_a_run_does_not_come_back() {
    for erased_before_the_worker in [true, false] {
        let deployment = deployment(&[]).await;
        deployment.prompted("ana", &[2_000; 30]).await;
        deployment.live("ana", &week(5)).await;
        assert_eq!(deployment.begin_weekly().await, 1);
        if erased_before_the_worker {
            erase_profile(&deployment, "ana").await;
        }
        deployment.run_jobs().await;
        erase_profile(&deployment, "ana").await;
        deployment.claude.finish_batches();
        let (open, _, updated, failed) = collect(&deployment).await;
        assert_eq!((open, updated, failed), (0, 0, 0));
        deployment.send(Call::to("get-profile").by("ana")).await.assert_problem(404, "profile_not_found");
        let user_id = UserId::new("ana");
        assert!(deployment.stores.prompt_history.get(&user_id, 2).await.expect("readable").is_none());
        assert_eq!(deployment.begin_weekly().await, 0);
    }
}

async fn erase_profile(deployment: &Deployment, name: &str) {
    let client = client_at(endpoint());
    let erasure = client.delete_item().table_name(&deployment.tables.profiles);
    erasure.key("user_id", AttributeValue::S(name.to_owned())).send().await.expect("erased");
}

//! The rewriting itself: once, within the budget, and known to the weekly run.

use chrono::Duration;
use claude_simulator::FaultKind;
use domain::profile::UserId;
use serde_json::json;

use super::{broken, deployment_with, withdraw};
use harness::{Call, Deployment};

#[tokio::test]
async fn the_weekly_run_goes_on_from_what_was_measured_then() {
    let deployment = broken(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    deployment.pass(Duration::days(1));
    deployment.live("ana", &[2_000; 5]).await;
    assert_eq!(deployment.begin_weekly().await, 0, "not a week has passed");
    deployment.live("ana", &[2_000]).await;
    deployment.weekly().await;
    assert_eq!(deployment.behavior("ana").await["last_behavior_check"], json!(deployment.now()));
    assert_eq!(deployment.versions("ana").await, [2, 1], "since then little has changed");
}

#[tokio::test]
async fn a_used_up_budget_leaves_the_prompt_to_the_weekly_run() {
    let mut deployment = broken(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.set("DAILY_BUDGET_USD", "0.000001");
    deployment.tell("ana", "Good morning, coach").await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    deployment.pass(Duration::days(1));
    deployment.set("DAILY_BUDGET_USD", "100");
    deployment.weekly().await;
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "weekly");
}

#[tokio::test]
async fn the_persons_own_budget_is_not_asked() {
    let mut deployment = broken(&[]).await;
    deployment.set("USER_DAILY_BUDGET_USD", "0.000001");
    deployment.tell("ana", "Good morning, coach").await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn without_an_answer_the_old_prompt_stays_and_nobody_is_asked_again() {
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    deployment.claude.clear();
    deployment.claude.inject(FaultKind::ServerError, 1);
    deployment.run_jobs().await;
    deployment.run_jobs().await;
    assert_eq!(deployment.claude.requests().len(), 1);
    assert_eq!(deployment.versions("ana").await, [1]);
    let reply = deployment.tell("ana", "What is for lunch?").await;
    assert_eq!(reply.body["system_prompt_version_used"], 1);
}

#[tokio::test]
async fn a_prompt_that_is_withdrawn_is_not_rewritten() {
    let deployment = broken(&[]).await;
    withdraw(&deployment, true).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_prompt_that_the_weekly_run_is_rewriting_is_left_to_it() {
    let deployment = broken(&[]).await;
    deployment.weekly().await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty());
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("weekly")));
}

/// What happens to Ana while her rewriting waits.
#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    Withdrawn,
    Careful,
    DecidedByTheWeeklyRun,
    LoggedLate,
    WithoutAnAnswer,
}

impl Meanwhile {
    async fn happen(self, deployment: &Deployment) {
        match self {
            Self::Withdrawn => withdraw(deployment, true).await,
            Self::Careful => {
                let body = json!({"risk": "no_deficit", "reason": "Told of an eating disorder."});
                deployment.read(Call::to("set-risk").by_admin("boss").path("user", "ana").json(&body)).await;
            }
            Self::DecidedByTheWeeklyRun => {
                deployment.begin_weekly().await;
                let shard = deployment.take_jobs().remove(0);
                assert!(deployment.deliver(&shard).await.batch_item_failures.is_empty());
                let user = deployment.read(Call::to("get-user").by_admin("boss").path("user", "ana")).await;
                assert_eq!(user["update_pending"], true);
            }
            Self::LoggedLate => drop(deployment.eat("ana", deployment.now() - Duration::days(1), 2_000).await),
            Self::WithoutAnAnswer => deployment.claude.inject(FaultKind::ServerError, 1),
        }
        deployment.take_jobs();
    }
}

#[tokio::test]
async fn what_happens_while_the_rewriting_waits_counts_and_a_claim_without_a_version_is_given_back() {
    use Meanwhile::{Careful, DecidedByTheWeeklyRun, LoggedLate, Withdrawn, WithoutAnAnswer};
    for meanwhile in [Withdrawn, Careful, DecidedByTheWeeklyRun, LoggedLate, WithoutAnAnswer] {
        let deployment = broken(&[]).await;
        deployment.first_meal("ana").await;
        let [job] = <[_; 1]>::try_from(deployment.take_jobs()).expect("one rewriting");
        meanwhile.happen(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        assert_eq!(deployment.versions("ana").await, [1], "{meanwhile:?}");
        let followed = deployment.stores.streaks.followed(&UserId::new("ana")).await.expect("readable");
        assert!(followed.request.is_none() && followed.noticed.is_some(), "{meanwhile:?}: {followed:?}");
    }
}

#[tokio::test]
async fn a_streak_that_was_mended_keeps_no_later_one_from_being_followed() {
    let deployment = deployment_with(&[("REALTIME_STREAK_DAYS", "2")]).await;
    deployment.prompted("ana", &[]).await;
    deployment.live("ana", &[0, 0, 0, 0, 0, 2_000, 2_000, 0]).await;
    deployment.first_meal("ana").await;
    deployment.eat("ana", deployment.now() - Duration::days(1), 2_000).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1], "mended");
    deployment.pass(Duration::days(2));
    deployment.first_meal("ana").await;
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn who_has_asked_for_a_fresh_prompt_meanwhile_has_been_served() {
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    let [realtime] = <[_; 1]>::try_from(deployment.take_jobs()).expect("one rewriting");
    deployment.pass(Duration::minutes(1));
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    assert!(deployment.deliver(&realtime).await.batch_item_failures.is_empty());
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("manual")));
}

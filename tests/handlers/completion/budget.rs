//! A completion that meets a used-up budget: the person is told when, and the work goes on by itself.

use chrono::Duration;
use claude_simulator::Task;
use serde_json::json;

use harness::{Call, Deployment};

/// Less than any call costs.
const USED_UP: &str = "0.000000001";
/// It is noon, and budgets are those of a day of UTC.
const UNTIL_MIDNIGHT: u64 = 12 * 3_600;

/// Ana has talked, and completes her consultation while a budget is used up.
async fn completed(budget: &str) -> (Deployment, String) {
    let mut deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.set(budget, USED_UP);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    deployment.run_jobs().await;
    deployment.set(budget, "0");
    (deployment, session_id)
}

#[tokio::test]
async fn who_completes_with_a_used_up_budget_is_told_when_and_has_a_coach_the_day_after_without_asking_again() {
    for (budget, status, code) in [
        ("USER_DAILY_BUDGET_USD", 429, "user_daily_budget_exhausted"),
        ("DAILY_BUDGET_USD", 503, "daily_budget_exhausted"),
    ] {
        let (deployment, session_id) = completed(budget).await;
        let midnight = json!("2026-11-19T00:00:00Z");
        let session = deployment.session("ana", &session_id).await;
        assert_eq!((&session["status"], &session["retry_at"]), (&json!("failed"), &midnight), "{session}");
        let failure = session["failure"].as_str().expect("a sentence");
        assert!(failure.contains("00:00 UTC on 19 November 2026") && !failure.contains("again"), "{failure}");
        let user = deployment.read(Call::to("get-user").by_admin("boss").path("user", "ana")).await;
        let generation = &user["prompt_generation"];
        assert_eq!((&generation["state"], &generation["retry_at"]), (&json!("failed"), &midnight), "{generation}");
        for _ in 0..2 {
            let reply = deployment.complete("ana", &session_id).await;
            assert_eq!(reply.assert_retry(status, code), UNTIL_MIDNIGHT);
        }

        for _ in 0..2 {
            let jobs = deployment.take_jobs();
            assert_eq!((jobs.len(), deployment.last_delay_seconds()), (1, 900), "one that puts itself back: {jobs:?}");
            assert!(deployment.deliver(&jobs[0]).await.batch_item_failures.is_empty());
        }
        assert!(deployment.versions("ana").await.is_empty());
        deployment.pass(Duration::hours(12));
        let job = deployment.take_jobs().remove(0);
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        assert_eq!(deployment.versions("ana").await, [1]);
        let session = deployment.session("ana", &session_id).await;
        assert_eq!((&session["status"], &session["retry_at"]), (&json!("complete"), &json!(null)), "{session}");
        assert!(deployment.take_jobs().is_empty());
    }
}

#[tokio::test]
async fn who_waits_for_a_completion_that_meets_a_used_up_budget_is_told_when() {
    let mut deployment = Deployment::with(&[("COMPLETION_WAIT_SECONDS", "28")]).await;
    let session_id = deployment.talked("ana").await;
    deployment.set("USER_DAILY_BUDGET_USD", USED_UP);
    let worker = async {
        deployment.job_arrival().await;
        deployment.run_jobs().await;
    };
    let (reply, ()) = tokio::join!(deployment.complete("ana", &session_id), worker);
    assert_eq!(reply.assert_retry(429, "user_daily_budget_exhausted"), UNTIL_MIDNIGHT);
}

#[tokio::test]
async fn who_asks_again_after_midnight_has_one_coach_for_one_bill() {
    let (deployment, session_id) = completed("USER_DAILY_BUDGET_USD").await;
    deployment.pass(Duration::hours(12));
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    for job in deployment.take_jobs() {
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    }
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!((deployment.asked(Task::Profile).len(), deployment.asked(Task::Prompt).len()), (1, 1));
}

#[tokio::test]
async fn a_job_that_cannot_be_put_back_is_delivered_again() {
    let (deployment, _) = completed("USER_DAILY_BUDGET_USD").await;
    let job = deployment.take_jobs().remove(0);
    deployment.break_queue(true);
    assert_eq!(deployment.deliver(&job).await.batch_item_failures.len(), 1);
    deployment.break_queue(false);
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_eq!(deployment.take_jobs().len(), 1);
}

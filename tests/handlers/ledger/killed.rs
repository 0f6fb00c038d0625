//! A function that vanishes at any point: what it has reserved is never lost, and never stays.

use chrono::Duration;
use claude_simulator::Task;
use domain::money::Usd;
use serde_json::json;

use super::assert_settled;
use harness::{CONSULTATION, Call, Deployment, Interruption, at_every_moment};

/// Lets a function vanish at every moment of a call; afterwards the same call is answered, and the ledger has everything that
/// Claude was asked.
async fn whatever_vanishes(prepare: impl AsyncFn(&Deployment) -> Call + Copy, task: Task) {
    at_every_moment(|moment| async move {
        let deployment = Deployment::new().await;
        let call = prepare(&deployment).await;
        deployment.claude.clear();
        let before = deployment.spent_today().await;
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.send_through(&app, call.clone())).await.is_none();
        let asked_by_the_first = deployment.asked(task).len();
        deployment.pass(Duration::minutes(2));
        let answered = deployment.send(call).await;
        assert_eq!(answered.status, 200, "{moment:?}: {answered:?}");
        // Asked again only by a repetition that found no answer.
        assert!(deployment.asked(task).len() <= asked_by_the_first + 1, "{moment:?}");
        deployment.reconcile().await;
        assert_settled(&deployment, &format!("{moment:?}")).await;
        let spent = Usd::from_nanos(deployment.spent_today().await.nanos() - before.nanos());
        assert!(spent >= deployment.claude_has_charged(), "{moment:?}: {spent:?}");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_to_the_coach_is_in_the_ledger_wherever_its_function_vanishes() {
    let prepare = async |deployment: &Deployment| {
        deployment.sign_up("ana").await;
        let message = json!({"message": "What is for lunch?"});
        Call::to("send-coach-message").by("ana").header("idempotency-key", "k-1").json(&message)
    };
    whatever_vanishes(prepare, Task::Coach).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_the_consultation_is_in_the_ledger_wherever_its_function_vanishes() {
    let prepare = async |deployment: &Deployment| {
        deployment.sign_up_admitted("ana").await;
        let session_id = deployment.start("ana").await;
        let message = json!({"session_id": session_id, "message": CONSULTATION[0]});
        Call::to("send-consultation-message").by("ana").header("idempotency-key", "k-1").json(&message)
    };
    whatever_vanishes(prepare, Task::Consultation).await;
}

//! A function that vanishes before or after any step of a consultation's answer.

use claude_simulator::Task;
use serde_json::json;

use harness::{CONSULTATION, Call, Deployment, Interruption, at_every_moment};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_key_is_answered_exactly_once_wherever_its_function_vanishes() {
    at_every_moment(|moment| async move {
        let deployment = Deployment::new().await;
        deployment.sign_up_admitted("ana").await;
        let session_id = deployment.start("ana").await;
        let body = json!({"session_id": session_id, "message": CONSULTATION[1]});
        let call = Call::to("send-consultation-message").by("ana").header("idempotency-key", "k-1").json(&body);
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.send_through(&app, call.clone())).await.is_none();
        deployment.pass(chrono::Duration::minutes(2));

        let answered = deployment.send(call.clone()).await;
        assert_eq!(answered.status, 200, "{moment:?}: {answered:?}");
        let transcript = deployment.transcript("ana", &session_id).await;
        assert_eq!(transcript.len(), 3, "{moment:?}: {transcript:?}");
        assert_eq!(transcript[1], format!("user: {}", CONSULTATION[1]), "{moment:?}");
        assert!(deployment.asked(Task::Consultation).len() <= 2, "{moment:?}: one answer at most is paid in vain");
        assert_eq!(deployment.send(call).await.body, answered.body, "{moment:?}");
        assert_eq!(deployment.say("ana", &session_id, CONSULTATION[2]).await.status, 200, "{moment:?}");
        vanished
    })
    .await;
}

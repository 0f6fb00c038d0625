//! What is kept of a signal that was heard in a message.

use serde_json::{Value, json};

use harness::{Deployment, Log};

const WORDS: &str = "I just want to die";

fn signal() -> Value {
    json!({"actor": "system", "action": "safety_signal", "signal": "self_harm", "risk": "referred"})
}

#[tokio::test]
async fn a_signal_is_audited_without_the_words_it_was_heard_in() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    deployment.tell("ana", "Good morning, coach").await;
    let opened = json!({"actor": "the_admin", "action": "consultation_access_set", "enabled": true});
    assert_eq!(deployment.audited("ana").await, std::slice::from_ref(&opened));
    deployment.tell("ana", WORDS).await;
    let session_id = deployment.start("ana").await;
    deployment.say("ana", &session_id, WORDS).await;
    assert_eq!(deployment.audited("ana").await, [opened, signal(), signal()]);
}

#[tokio::test]
async fn a_signal_of_somebody_without_a_profile_is_audited_too() {
    let deployment = Deployment::new().await;
    deployment.tell("eve", WORDS).await;
    assert_eq!(deployment.audited("eve").await, [signal()]);
}

#[tokio::test]
async fn who_signs_up_within_the_day_has_a_careful_coach_from_the_start() {
    let deployment = Deployment::new().await;
    for (name, hours, risk) in [("eve", 23, "referred"), ("mia", 25, "none")] {
        deployment.tell(name, WORDS).await;
        deployment.pass(chrono::Duration::hours(hours));
        deployment.sign_up(name).await;
        assert_eq!(deployment.profile(name).await["risk"], risk, "{name}");
    }
}

#[tokio::test]
async fn who_says_it_is_answered_although_the_audit_cannot_be_reached() {
    let log = Log::capture();
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.set("AUDIT_TABLE", "no-such-table");
    let reply = deployment.tell("ana", WORDS).await;
    assert_eq!((reply.status, &reply.body["safety"]["kind"]), (200, &json!("crisis")), "{reply:?}");
    assert_eq!(deployment.profile("ana").await["risk"], "referred");
    assert_eq!(log.of("safety_signal_not_audited").len(), 1);
}

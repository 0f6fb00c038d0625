//! A message that the consultation AI declines to answer: the consultation goes on, and leads to a prompt.

use claude_simulator::{FaultKind, Task};
use serde_json::{Value, json};

use crate::ledger::assert_settled;
use crate::safety::declining::declining;
use harness::{CONSULTATION, Call, Deployment, Interruption, at_every_moment};

const DECLINED: &str = "I take the purple powder, that is what keeps me from losing weight";

fn message(session_id: &str, text: &str) -> Call {
    let body = json!({"session_id": session_id, "message": text});
    Call::to("send-consultation-message").by("ana").json(&body)
}

async fn begun() -> (Deployment, String) {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    (deployment, session_id)
}

#[tokio::test]
async fn a_consultation_with_a_declined_message_goes_on_and_is_completed_without_it() {
    let (deployment, session_id) = begun().await;
    let app = declining(&deployment, "purple powder");
    for (number, text) in CONSULTATION.into_iter().enumerate() {
        if number == 2 {
            let before = deployment.session("ana", &session_id).await;
            let reply = deployment.send_through(&app, message(&session_id, DECLINED)).await;
            assert_eq!((reply.status, &reply.body["declined"]), (200, &json!(true)), "{reply:?}");
            assert_eq!(reply.body["extracted"], json!([]));
            let after = deployment.session("ana", &session_id).await;
            assert_eq!(after["extracted"], before["extracted"]);
        }
        let reply = deployment.send_through(&app, message(&session_id, text)).await;
        assert_eq!((reply.status, reply.body.get("declined")), (200, None), "{reply:?}");
        let asked = deployment.asked(Task::Consultation).pop().expect("a question").body.to_string();
        assert!(!asked.contains("purple"), "{asked}");
    }
    let marked: Vec<Value> = deployment.session("ana", &session_id).await["conversation_history"]
        .as_array()
        .expect("a talk")
        .iter()
        .filter(|said| said["declined"] == true)
        .map(|said| said["role"].clone())
        .collect();
    assert_eq!(marked, ["user", "assistant"], "the person reads both again");

    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    for job in deployment.take_jobs() {
        assert!(deployment.deliver_through(&app, &job).await.batch_item_failures.is_empty());
    }
    assert_eq!(deployment.session("ana", &session_id).await["status"], "complete");
    let written = deployment.asked(Task::Profile).pop().expect("a writer was asked").body.to_string();
    assert!(!written.contains("purple") && written.contains(r#"\"speaker\":\"person\""#), "{written}");
}

#[tokio::test]
async fn a_repetition_of_a_declined_message_has_the_same_answer_and_costs_nothing() {
    let (deployment, session_id) = begun().await;
    deployment.claude.inject(FaultKind::Refusal, 1);
    let keyed = message(&session_id, DECLINED).header("idempotency-key", "k-1");
    let reply = deployment.send(keyed.clone()).await.body;
    assert_eq!(reply["declined"], true, "{reply}");
    let spent = deployment.spent_today().await;
    assert_eq!(spent, deployment.claude_has_charged());
    let again = message(&session_id, DECLINED);
    for call in
        [keyed, again.clone(), again.clone().header("idempotency-key", "k-2"), again.header("idempotency-key", "k-2")]
    {
        assert_eq!(deployment.send(call).await.body, reply);
    }
    assert_eq!((deployment.asked(Task::Consultation).len(), deployment.spent_today().await), (1, spent));
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 3);
    assert_settled(&deployment, "a declined message").await;
}

#[tokio::test]
async fn declined_messages_do_not_make_a_talk_long_enough_and_count_against_the_most() {
    let settings = [("CONSULTATION_MIN_MESSAGES", "2"), ("CONSULTATION_MAX_MESSAGES", "5")];
    let deployment = Deployment::with(&settings).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    deployment.claude.inject(FaultKind::Refusal, 3);
    let mut told: Vec<Value> = Vec::new();
    for number in 0..3 {
        let reply =
            deployment.say("ana", &session_id, &format!("{DECLINED} {}", "x".repeat(3 * number + 3))).await.body;
        assert_eq!(reply["declined"], true, "{reply}");
        assert_ne!(told.last(), Some(&reply["message"]), "two in a row differ");
        told.push(reply["message"].clone());
    }
    deployment.complete("ana", &session_id).await.assert_problem(409, "consultation_too_short");
    for text in &CONSULTATION[..2] {
        assert_eq!(deployment.say("ana", &session_id, text).await.status, 200);
    }
    deployment.say("ana", &session_id, CONSULTATION[2]).await.assert_problem(409, "message_limit_reached");
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
}

#[tokio::test]
async fn an_answer_that_breaks_off_twice_is_declined_and_after_one_the_next_counts() {
    let (deployment, session_id) = begun().await;
    for (times, text) in [(1, CONSULTATION[0]), (2, CONSULTATION[1])] {
        deployment.claude.clear();
        let before = deployment.spent_today().await;
        deployment.claude.inject(FaultKind::Truncated, times);
        let reply = deployment.say("ana", &session_id, text).await;
        assert_eq!((reply.status, reply.body.get("declined").is_some()), (200, times == 2), "{reply:?}");
        assert_eq!(deployment.asked(Task::Consultation).len(), 2);
        let spent = deployment.spent_today().await.nanos() - before.nanos();
        assert_eq!(spent, deployment.claude_has_charged().nanos());
    }
    assert_settled(&deployment, "answers that broke off").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_message_is_answered_exactly_once_wherever_its_function_vanishes() {
    at_every_moment(|moment| async move {
        let (deployment, session_id) = begun().await;
        deployment.claude.inject(FaultKind::Refusal, 2);
        let call = message(&session_id, DECLINED).header("idempotency-key", "k-1");
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.send_through(&app, call.clone())).await.is_none();
        deployment.pass(chrono::Duration::minutes(2));
        let answered = deployment.send(call.clone()).await;
        assert_eq!((answered.status, &answered.body["declined"]), (200, &json!(true)), "{moment:?}: {answered:?}");
        assert!(deployment.asked(Task::Consultation).len() <= 2, "{moment:?}: one answer at most is paid in vain");
        assert_eq!(deployment.send(call).await.body, answered.body, "{moment:?}");
        assert_eq!(deployment.transcript("ana", &session_id).await.len(), 3, "{moment:?}");
        deployment.reconcile().await;
        assert_settled(&deployment, &format!("{moment:?}")).await;

        deployment.claude.clear();
        assert_eq!(deployment.say("ana", &session_id, CONSULTATION[0]).await.status, 200, "{moment:?}");
        let asked = deployment.asked(Task::Consultation).pop().expect("a question").body.to_string();
        assert!(!asked.contains("purple"), "{moment:?}: {asked}");
        vanished
    })
    .await;
}

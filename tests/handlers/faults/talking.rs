//! While a person waits for words: in the consultation and with the coach.

use claude_simulator::{FaultKind, RecordedRequest, Task};
use domain::money::Usd;

use super::{code_of, is_answered};
use harness::{CONSULTATION, Call, Deployment};

async fn deployment() -> Deployment {
    let variables =
        [("CLAUDE_API_TIMEOUT_SECONDS", "1"), ("CONSULTATION_MAX_MESSAGES", "100"), ("USER_DAILY_BUDGET_USD", "0")];
    Deployment::with(&variables).await
}

/// What the answers since the last look cost at the configured prices, the one that could not even be read left out.
fn bill(deployment: &Deployment) -> Usd {
    let readable = |request: &RecordedRequest| {
        request.fault != Some(FaultKind::Malformed) || !request.body["output_config"]["format"].is_null()
    };
    deployment.charged_for(readable)
}

/// What has been spent since `before`.
async fn spent_since(deployment: &Deployment, before: Usd) -> Usd {
    Usd::from_nanos(deployment.spent_today().await.nanos() - before.nanos())
}

#[tokio::test]
async fn whatever_strikes_a_consultation_the_message_is_kept_and_answered_and_paid_once_when_it_is_sent_again() {
    let deployment = deployment().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for (number, fault) in FaultKind::ALL.into_iter().enumerate() {
        let message = format!("Message {number}: {}", CONSULTATION[number % CONSULTATION.len()]);
        let (session, spent_before) = (deployment.session("ana", &session_id).await, deployment.spent_today().await);
        let before = deployment.transcript("ana", &session_id).await;
        deployment.claude.clear();
        let (reply, struck) = deployment.struck_by(fault, Box::pin(deployment.say("ana", &session_id, &message))).await;
        assert_eq!(struck, code_of(fault).is_some(), "{fault:?}");
        let Some(code) = code_of(fault).filter(|_| !is_answered(fault)) else {
            assert_eq!(reply.status, 200, "{fault:?}: {reply:?}");
            assert_eq!(reply.body.get("declined").is_some(), fault == FaultKind::Refusal, "{fault:?}: {reply:?}");
            continue;
        };
        reply.assert_retry(503, code);
        let kept = deployment.transcript("ana", &session_id).await;
        assert_eq!(kept, [before.clone(), vec![format!("user: {message}")]].concat(), "{fault:?}");
        let failed = deployment.session("ana", &session_id).await;
        for field in ["status", "extracted", "sections_completed", "current_section"] {
            assert_eq!(failed[field], session[field], "{fault:?} changes {field}");
        }
        let spent_in_vain = deployment.spent_today().await;

        let reply = deployment.say("ana", &session_id, &message).await;
        assert_eq!(reply.status, 200, "{fault:?}: {reply:?}");
        let after = deployment.transcript("ana", &session_id).await;
        let answer = reply.body["message"].as_str().expect("a reply");
        assert_eq!(after, [kept, vec![format!("assistant: {answer}")]].concat(), "{fault:?}");
        assert_eq!(deployment.asked(Task::Consultation).len(), 1, "{fault:?}");
        assert_eq!(spent_since(&deployment, spent_in_vain).await, bill(&deployment), "{fault:?}");
        assert!(spent_in_vain >= spent_before, "{fault:?}");
    }
}

#[tokio::test]
async fn whatever_strikes_the_coach_the_message_is_kept_and_answered_and_paid_once_when_it_is_sent_again() {
    let deployment = deployment().await;
    deployment.sign_up("ana").await;
    for fault in FaultKind::ALL {
        let message = format!("What about my {fault:?} dinner?");
        let tell = || {
            let call = Call::to("send-coach-message").by("ana").header("idempotency-key", &format!("{fault:?}"));
            deployment.send(call.json(&serde_json::json!({"message": message})))
        };
        let before = deployment.coach_transcript("ana").await;
        let (reply, struck) = deployment.struck_by(fault, Box::pin(tell())).await;
        assert_eq!(struck, code_of(fault).is_some(), "{fault:?}");
        let Some(code) = code_of(fault).filter(|_| !is_answered(fault)) else {
            assert_eq!(reply.status, 200, "{fault:?}: {reply:?}");
            assert_eq!(reply.body.get("declined").is_some(), fault == FaultKind::Refusal, "{fault:?}: {reply:?}");
            continue;
        };
        reply.assert_retry(503, code);
        let kept = deployment.coach_transcript("ana").await;
        assert_eq!(kept, [before, vec![format!("user: {message}")]].concat(), "{fault:?}");
        let spent_in_vain = deployment.spent_today().await;

        let reply = tell().await;
        assert_eq!(reply.status, 200, "{fault:?}: {reply:?}");
        let after = deployment.coach_transcript("ana").await;
        let answer = reply.body["message"].as_str().expect("a reply");
        assert_eq!(after, [kept, vec![format!("assistant: {answer}")]].concat(), "{fault:?}");
        assert_eq!(tell().await.body, reply.body, "{fault:?}: a second repetition has the same answer");
        assert_eq!(deployment.asked(Task::Coach).len(), 1, "{fault:?}");
        assert_eq!(spent_since(&deployment, spent_in_vain).await, bill(&deployment), "{fault:?}");
    }
}

#[tokio::test]
async fn what_an_unusable_answer_has_cost_is_counted() {
    let deployment = deployment().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for fault in [FaultKind::Truncated, FaultKind::Malformed, FaultKind::Refusal] {
        let before = deployment.spent_today().await;
        deployment.claude.clear();
        deployment.claude.inject(fault, 1);
        let status = if is_answered(fault) { 200 } else { 503 };
        assert_eq!(deployment.say("ana", &session_id, CONSULTATION[0]).await.status, status, "{fault:?}");
        assert!(bill(&deployment) > Usd::ZERO, "{fault:?}");
        assert_eq!(spent_since(&deployment, before).await, bill(&deployment), "{fault:?}");
    }
}

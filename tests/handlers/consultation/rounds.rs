//! What a message of the consultation costs in sequential requests.

use serde_json::json;

use harness::{CONSULTATION, Call, Deployment, Rounds};

const READS: [&str; 5] = [
    "GetItem profiles",
    "Query spending",
    "GetItem spending",
    "GetItem consultation-sessions",
    "Query consultation-sessions",
];

#[tokio::test]
async fn a_message_takes_three_rounds_before_claude_and_two_after_with_a_key_and_without() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    // The second message tells height, sex and diet, which fill the profile beside the bill.
    for (number, behind) in [
        (0, &["TransactWriteItems spending"][..]),
        (1, &["TransactWriteItems spending", "TransactWriteItems profiles"]),
    ] {
        for key in [None, Some(format!("k-{number}"))] {
            let text = format!("{} {}", CONSULTATION[number], if key.is_some() { "Really." } else { "" });
            let call = Call::to("send-consultation-message").by("ana");
            let call = call.json(&json!({"session_id": session_id, "message": text.trim()}));
            let (call, reads, stored) = match &key {
                None => (call, READS.to_vec(), "TransactWriteItems consultation-sessions, spending"),
                Some(key) => (
                    call.header("idempotency-key", key),
                    [&READS[..], &["GetItem idempotency"]].concat(),
                    "TransactWriteItems consultation-sessions, idempotency, spending",
                ),
            };
            // What is known already is not filled in again.
            let behind = if key.is_some() { &behind[..1] } else { behind };
            let rounds: [&[&str]; 6] =
                [&reads, &[stored], &["Query consultation-sessions"], &["POST /v1/messages"], &[stored], behind];
            Box::pin(Rounds::of(&deployment, call, &rounds)).await;
        }
    }
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 1 + 8);
}

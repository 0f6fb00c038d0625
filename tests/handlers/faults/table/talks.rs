//! What is said in the consultation and to the coach.

use std::collections::BTreeSet;

use serde_json::json;

use super::looks::{Look, roles, standing};
use super::{Again, Begun, Scene, UseCase, keyed};
use harness::{CONSULTATION, Call, Deployment};

/// Who said what to the coach: the person's words, and that there is an answer.
fn coached<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let said = deployment.coach_transcript(name).await;
        json!([roles(&said), said.first()])
    })
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "start of a consultation",
        function: "start-consultation",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up_admitted(name).await;
                Begun::Call(Call::to("start-consultation").by(name))
            })
        },
        // The second time it is resumed.
        again: Again::Same(&["session_id", "conversation_history"]),
        look: standing,
        noticed: |_| json!([["lose_weight", 34, true, null, "none"], ["assistant"]]),
    },
    UseCase {
        name: "message of a consultation",
        function: "send-consultation-message",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up_admitted(name).await;
                let session_id = deployment.start(name).await;
                let message = json!({"session_id": session_id, "message": CONSULTATION[0]});
                keyed(Call::to("send-consultation-message").by(name).json(&message))
            })
        },
        again: Again::Same(&[]),
        look: standing,
        noticed: |_| json!([["lose_weight", 34, true, null, "none"], ["assistant", "user", "assistant"]]),
    },
    UseCase {
        name: "message to the coach",
        function: "send-coach-message",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                keyed(Call::to("send-coach-message").by(name).json(&json!({"message": "What is for lunch?"})))
            })
        },
        again: Again::Same(&[]),
        look: coached,
        noticed: |_| json!([["user", "assistant"], "user: What is for lunch?"]),
    },
    UseCase {
        name: "message of somebody in danger",
        function: "send-coach-message",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                keyed(Call::to("send-coach-message").by(name).json(&json!({"message": "I just want to die"})))
            })
        },
        // Each time anew, with another text: it is heard before anybody asks whether it was sent before.
        again: Again::Done,
        look: |deployment, name| {
            Box::pin(async move {
                let risk = deployment.profile(name).await["risk"].clone();
                let signals: BTreeSet<String> =
                    deployment.audited(name).await.iter().map(|entry| entry["signal"].to_string()).collect();
                let said = deployment.coach_transcript(name).await;
                let words: BTreeSet<&String> = said.iter().filter(|line| line.starts_with("user: ")).collect();
                json!([words, roles(&said).pop(), risk, signals])
            })
        },
        noticed: |_| json!([["user: I just want to die"], "assistant", "referred", ["\"self_harm\""]]),
    },
];

//! A function that vanishes before or after any step of an answer that reaches the outside.

use claude_simulator::Task;
use serde_json::{Value, json};

use harness::{Call, Deployment, Interruption, Moment, at_every_moment};

const WORDS: &str = "What is for lunch?";

/// Ana with a conversation of one turn, and a message in it or in a new one.
async fn asking(in_new: bool, key: Option<&str>) -> (Deployment, Call) {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let conversation = deployment.tell("ana", "Good morning, coach").await.body;
    deployment.claude.clear();
    let mut body = json!({"message": WORDS});
    if !in_new {
        body["conversation_id"] = conversation["conversation_id"].clone();
    }
    let call = Call::to("send-coach-message").by("ana").json(&body);
    (deployment, key.map_or(call.clone(), |key| call.header("idempotency-key", key)))
}

/// Lets a function vanish at `moment`; answers whether it did.
async fn kill(deployment: &Deployment, call: &Call, moment: Moment) -> bool {
    let (interruption, app) = Interruption::of(deployment, moment).await;
    let vanished = interruption.run(deployment.send_through(&app, call.clone())).await.is_none();
    deployment.pass(chrono::Duration::minutes(2));
    vanished
}

/// The question with its answers, as the conversation holds them.
async fn stored(deployment: &Deployment, conversation: &Value) -> Vec<String> {
    let id = conversation["conversation_id"].as_str().expect("an id");
    let list = deployment.read(Call::to("list-coach-messages").by("ana").query("conversation_id", id)).await;
    let mut messages = harness::items(&list);
    messages.reverse();
    let position = messages.iter().position(|it| it["message"] == WORDS).expect("the question is there");
    messages[position..].iter().map(|it| it["role"].as_str().expect("a role").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_a_key_is_answered_exactly_once_wherever_its_function_vanishes() {
    for in_new in [true, false] {
        at_every_moment(|moment| async move {
            let (deployment, call) = asking(in_new, Some("k-1")).await;
            let vanished = kill(&deployment, &call, moment).await;
            let answered = deployment.send(call.clone()).await;
            assert_eq!(answered.status, 200, "{moment:?}: {answered:?}");
            assert_eq!(stored(&deployment, &answered.body).await, ["user", "assistant"], "{moment:?}");
            assert!(deployment.asked(Task::Coach).len() <= 2, "{moment:?}: one answer at most is paid in vain");
            assert_eq!(deployment.send(call).await.body, answered.body, "{moment:?}");

            let next = deployment.tell_in("ana", &answered.body, "Thank you").await;
            assert_eq!(next.status, 200, "{moment:?}: {next:?}");
            vanished
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_a_key_is_never_lost_and_its_conversation_goes_on() {
    at_every_moment(|moment| async move {
        let (deployment, call) = asking(false, None).await;
        let vanished = kill(&deployment, &call, moment).await;
        let before = deployment.coach_transcript("ana").await;
        let answered = deployment.send(call).await;
        assert_eq!(answered.status, 200, "{moment:?}: {answered:?}");
        let roles = stored(&deployment, &answered.body).await;
        // Without a key, words that were answered before are said once more.
        let expected: &[&str] =
            if before.len() == 4 { &["user", "assistant", "user", "assistant"] } else { &["user", "assistant"] };
        assert_eq!(roles, expected, "{moment:?}");
        let next = deployment.tell_in("ana", &answered.body, "Thank you").await;
        assert_eq!(next.status, 200, "{moment:?}: {next:?}");
        vanished
    })
    .await;
}

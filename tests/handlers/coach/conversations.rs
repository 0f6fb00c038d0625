//! The list of conversations.

use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment, items};

async fn say(deployment: &Deployment, name: &str, message: &str, conversation: Option<&Value>) -> Value {
    let body = json!({"message": message, "conversation_id": conversation});
    let reply = deployment.send(Call::to("send-coach-message").by(name).json(&body)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["conversation_id"].clone()
}

#[tokio::test]
async fn conversations_are_listed_by_their_first_words_the_latest_first() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    let first = say(&deployment, "ana", "Is rye bread fine?", None).await;
    deployment.pass(Duration::minutes(1));
    let second = say(&deployment, "ana", "What should I eat tonight?", None).await;
    say(&deployment, "ben", "Hello.", None).await;
    deployment.pass(Duration::minutes(1));
    say(&deployment, "ana", "And spelt?", Some(&first)).await;

    let list = deployment.send(Call::to("list-conversations").by("ana")).await;
    let expected = json!([
        {"conversation_id": first, "first_words": "Is rye bread fine?", "last_message_at": "2026-11-18T12:02:00Z"},
        {"conversation_id": second, "first_words": "What should I eat tonight?", "last_message_at": "2026-11-18T12:01:00Z"},
    ]);
    assert_eq!((list.status, &list.body["items"], &list.body["next_cursor"]), (200, &expected, &Value::Null));

    let page = deployment.send(Call::to("list-conversations").by("ana").query("limit", "1")).await;
    let cursor = page.body["next_cursor"].as_str().expect("there is more");
    let rest = Call::to("list-conversations").by("ana").query("limit", "1").query("cursor", cursor);
    assert_eq!(items(&deployment.send(rest).await.body)[0]["conversation_id"], second);
}

#[tokio::test]
async fn a_bad_page_is_refused_and_nobody_has_nothing() {
    let deployment = Deployment::new().await;
    deployment.send(Call::to("list-conversations").by("ana").query("limit", "0")).await.assert_invalid(&["limit"]);
    let forged = Call::to("list-conversations").by("ana").query("cursor", "7b7d");
    deployment.send(forged).await.assert_problem(422, "invalid_cursor");
    let list = deployment.send(Call::to("list-conversations").by("nobody")).await;
    assert_eq!((list.status, &list.body["items"]), (200, &json!([])));
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_said_to_be_unavailable() {
    let mut deployment = Deployment::new().await;
    deployment.lose_tables();
    deployment.send(Call::to("list-conversations").by("ana")).await.assert_retry(503, "temporarily_unavailable");
}

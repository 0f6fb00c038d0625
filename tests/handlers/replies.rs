//! The latest replies of everybody, as admins list them.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Duration;
use serde_json::{Value, json};
use test_support::{Exchange, Fate, Intercept};

use harness::{Call, Deployment, Log, Rounds, items, until};

fn list() -> Call {
    Call::to("list-replies").by_admin("boss").query("limit", "100")
}

/// The replies that are listed, once there are so many: the index may lag by moments.
async fn listed(deployment: &Deployment, count: usize) -> Vec<Value> {
    until(|| async { items(&deployment.read(list()).await).len() >= count }).await;
    let replies = items(&deployment.read(list()).await);
    assert_eq!(replies.len(), count, "{replies:?}");
    replies
}

/// Says something to the coach and answers with the identity of the reply.
async fn reply(deployment: &Deployment, name: &str, words: &str) -> Value {
    let reply = deployment.tell(name, words).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body["message_id"].clone()
}

fn ids(replies: &[Value]) -> Vec<Value> {
    replies.iter().map(|reply| reply["message_id"].clone()).collect()
}

#[tokio::test]
async fn replies_of_everybody_are_listed_the_latest_first_with_version_address_and_time() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    deployment.consulted("ben").await;
    deployment.sign_up("eve").await;
    let mut said = Vec::new();
    for (name, words) in [("ana", "Good morning"), ("eve", "Hello"), ("ben", "What is for lunch?"), ("ana", "And now?")]
    {
        let id = reply(&deployment, name, words).await;
        // Eve has no personal prompt.
        said.extend((name != "eve").then_some(id));
        deployment.pass(Duration::minutes(25));
    }
    said.reverse();
    let replies = listed(&deployment, 3).await;
    assert_eq!(ids(&replies), said);
    let names: Vec<&str> = replies.iter().filter_map(|reply| reply["email"].as_str()).collect();
    assert_eq!(names, ["ana@example.com", "ben@example.com", "ana@example.com"]);
    assert_eq!(replies[2]["system_prompt_version_used"], 1);
    assert_eq!(replies[2]["created_at"], harness::NOW);
    assert!(!json!(replies).to_string().contains("lunch"), "no words");
}

#[tokio::test]
async fn pages_hold_every_reply_once_across_hours_and_empty_days() {
    let deployment = Deployment::with(&[("REPLY_SHARDS", "3")]).await;
    deployment.consulted("ana").await;
    let mut said = Vec::new();
    for (number, minutes) in [0, 1, 1, 59, 60, 3 * 24 * 60, 1, 61].into_iter().enumerate() {
        deployment.pass(Duration::minutes(minutes));
        said.push(reply(&deployment, "ana", &format!("Question {number}")).await);
    }
    said.reverse();
    listed(&deployment, said.len()).await;
    for limit in ["1", "3", "8"] {
        let (mut call, mut all) = (Call::to("list-replies").by_admin("boss").query("limit", limit), Vec::new());
        for _ in 0..=said.len() {
            let page = deployment.read(call.clone()).await;
            all.extend(ids(&items(&page)));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            call = call.query("cursor", cursor);
        }
        assert_eq!(all, said, "{limit} at a time");
    }
}

#[tokio::test]
async fn more_hours_than_a_page_looks_into_come_with_the_pages_behind_it() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    let mut said = Vec::new();
    for number in 0..60 {
        said.push(reply(&deployment, "ana", &format!("Question {number}")).await);
        deployment.pass(Duration::hours(1));
    }
    said.reverse();
    let (mut call, mut all, mut pages) = (list(), Vec::new(), 0);
    loop {
        let page = deployment.read(call.clone()).await;
        all.extend(ids(&items(&page)));
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        call = call.query("cursor", cursor);
    }
    assert_eq!((all, pages), (said, 2));
}

/// Fails every mark of an hour.
struct NoMarks;

#[async_trait]
impl Intercept for NoMarks {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if exchange.kind == "UpdateItem coach-conversations" {
            Fate::Refuse("AccessDeniedException")
        } else {
            Fate::Pass
        }
    }
}

#[tokio::test]
async fn a_reply_is_listed_although_its_hour_could_not_be_marked() {
    let log = Log::capture();
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    let marked = reply(&deployment, "ana", "Good morning").await;
    deployment.pass(Duration::hours(1));
    let app = deployment.app_through(Arc::new(NoMarks)).await;
    let call = Call::to("send-coach-message").by("ana").json(&json!({"message": "And now?"}));
    let unmarked = deployment.send_through(&app, call).await;
    assert_eq!(unmarked.status, 200, "{unmarked:?}");
    assert_eq!(log.of("reply_hour_not_marked").len(), 1);
    deployment.pass(Duration::hours(1));
    let latest = reply(&deployment, "ana", "And later?").await;
    assert_eq!(ids(&listed(&deployment, 3).await), [latest, unmarked.body["message_id"].clone(), marked]);
}

#[tokio::test]
async fn an_hour_is_marked_while_claude_is_asked() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    deployment.tell("ana", "Good morning").await;
    let call = Call::to("send-coach-message").by("ana").json(&json!({"message": "What is for lunch?"}));
    let first =
        ["GetItem profiles", "Query spending", "GetItem spending", "Query meals", "GetItem coach-conversations"];
    let rounds: &[&[&str]] = &[
        &first,
        &["TransactWriteItems coach-conversations, spending"],
        &["POST /v1/messages", "UpdateItem coach-conversations"],
        &["TransactWriteItems coach-conversations, spending"],
        &["TransactWriteItems spending"],
    ];
    Box::pin(Rounds::of(&deployment, call, rounds)).await;
}

#[tokio::test]
async fn a_list_of_replies_is_for_admins_and_takes_its_own_cursors_alone() {
    let mut deployment = Deployment::new().await;
    deployment.send(Call::to("list-replies").by("ana")).await.assert_problem(403, "admins_only");
    assert_eq!(deployment.read(list()).await, json!({"items": [], "next_cursor": null}));
    for limit in ["0", "101", "many"] {
        deployment.send(list().query("limit", limit)).await.assert_invalid(&["limit"]);
    }
    deployment.sign_up("ana").await;
    for calories in [500, 600] {
        deployment.eat("ana", deployment.now(), calories).await;
    }
    let meals = deployment.read(Call::to("list-meals").by("ana").query("limit", "1")).await;
    for cursor in [meals["next_cursor"].as_str().expect("there is more"), "7b7d", "x"] {
        deployment.send(list().query("cursor", cursor)).await.assert_problem(422, "invalid_cursor");
    }
    deployment.lose_tables();
    deployment.send(list()).await.assert_retry(503, "temporarily_unavailable");
}

//! What the coach knows when it answers: the talk so far and today's numbers.

use claude_simulator::{RecordedRequest, Task};
use serde_json::json;

use harness::{Call, Deployment};

fn last_question(deployment: &Deployment) -> RecordedRequest {
    deployment.asked(Task::Coach).pop().expect("the coach was asked")
}

#[tokio::test]
async fn todays_numbers_are_in_the_question() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let targets = json!({"daily_calories": 2_100, "protein_g": 133, "carbs_g": 222, "fat_g": 71});
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"targets": targets}))).await;
    deployment.live("ana", &[1_800, 1_900, 2_000]).await;
    deployment.eat("ana", deployment.now(), 650).await;
    deployment.eat("ana", deployment.now(), 111).await;
    deployment.tell("ana", "What is left for dinner?").await;
    let asked = last_question(&deployment).last_text();
    for number in ["2100 kcal", "133 g protein", "222 g carb", "71 g fat", "761 kcal, 80 g protein", "in 2 meals"] {
        assert!(asked.contains(number), "{number} in {asked}");
    }
    assert!(asked.contains("Left: 1339 kcal, 53 g protein"), "{asked}");
    assert!(asked.contains("Logging streak: 4 days"), "{asked}");
    assert!(asked.starts_with("What is left for dinner?"), "{asked}");
}

#[tokio::test]
async fn today_is_the_persons_own_day() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"timezone": "America/Denver"}))).await;
    // 20:30 in Denver is half past three in the morning of the next day in UTC.
    deployment.pass(chrono::Duration::minutes(15 * 60 + 30));
    deployment.eat("ana", deployment.now() - chrono::Duration::hours(8), 700).await;
    deployment.tell("ana", "What is left for today?").await;
    let asked = last_question(&deployment).last_text();
    assert!(asked.contains("2026-11-18 20:30"), "{asked}");
    assert!(asked.contains("Eaten so far: 700 kcal"), "{asked}");
}

#[tokio::test]
async fn the_conversation_so_far_is_in_the_question_and_no_other_conversation() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let other = deployment.tell("ana", "My zucchini plan is a secret").await.body;
    let conversation = deployment.tell("ana", "I had porridge this morning").await.body;
    deployment.tell_in("ana", &conversation, "And soup at noon").await;
    let asked = last_question(&deployment).body["messages"].clone();
    let roles: Vec<_> = asked.as_array().into_iter().flatten().map(|turn| turn["role"].clone()).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
    let text = asked.to_string();
    assert!(text.contains("porridge") && text.contains("soup") && !text.contains("zucchini"), "{text}");
    deployment.tell_in("ana", &other, "And another secret").await;
    assert!(last_question(&deployment).body["messages"].to_string().contains("zucchini"));
}

#[tokio::test]
async fn only_the_last_messages_of_a_long_conversation_are_sent() {
    let deployment = Deployment::with(&[("COACH_HISTORY_MESSAGES", "3")]).await;
    deployment.sign_up("ana").await;
    let conversation = deployment.tell("ana", "Message number one").await.body;
    for message in ["Message number two", "Message number three", "Message number four"] {
        assert_eq!(deployment.tell_in("ana", &conversation, message).await.status, 200);
    }
    let turns = last_question(&deployment).body["messages"].clone();
    assert_eq!(turns[0]["role"], "user", "a person speaks first: {turns}");
    let text = turns.to_string();
    for (number, sent) in [("one", false), ("two", false), ("three", true), ("four", true)] {
        assert_eq!(text.contains(&format!("Message number {number}")), sent, "{number}: {text}");
    }
}

#[tokio::test]
async fn a_conversation_that_does_not_exist_or_is_somebody_elses_is_not_there() {
    let deployment = Deployment::new().await;
    for name in ["ana", "eve"] {
        deployment.sign_up(name).await;
    }
    let hers = deployment.tell("ana", "My zucchini plan is a secret").await.body;
    let unknown = json!({"conversation_id": "0190a000-0000-7000-8000-000000000000"});
    deployment.claude.clear();
    for conversation in [&hers, &unknown] {
        let reply = deployment.tell_in("eve", conversation, "Go on").await;
        reply.assert_problem(404, "conversation_not_found");
        let id = conversation["conversation_id"].as_str().expect("an id");
        let list = deployment.read(Call::to("list-coach-messages").by("eve").query("conversation_id", id)).await;
        assert_eq!(list["items"], json!([]));
    }
    assert!(deployment.claude.requests().is_empty());
    assert!(deployment.coach_transcript("eve").await.is_empty());
    assert_eq!(deployment.coach_transcript("ana").await.len(), 2);
}

#[tokio::test]
async fn a_list_can_be_of_one_conversation() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let one = deployment.tell("ana", "First conversation here").await.body;
    deployment.tell("ana", "Second conversation here").await;
    let id = one["conversation_id"].as_str().expect("an id");
    let list = deployment.read(Call::to("list-coach-messages").by("ana").query("conversation_id", id)).await;
    let said: Vec<_> = list["items"].as_array().into_iter().flatten().map(|message| &message["role"]).collect();
    assert_eq!(said, ["assistant", "user"]);
    assert_eq!(list["items"][1]["message"], "First conversation here");
    let bad = deployment.send(Call::to("list-coach-messages").by("ana").query("conversation_id", "7")).await;
    bad.assert_invalid(&["conversation_id"]);
}

#[tokio::test]
async fn a_log_that_cannot_be_read_is_not_an_empty_one() {
    let mut deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.lose_meals(true);
    deployment.tell("ana", "What is left for dinner?").await.assert_retry(503, "temporarily_unavailable");
    assert!(deployment.claude.requests().is_empty());
    deployment.lose_meals(false);
    assert_eq!(deployment.tell("ana", "What is left for dinner?").await.status, 200);
}

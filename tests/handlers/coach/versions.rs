//! Which prompt the coach answers with, and that each reply says so.

use claude_simulator::Task;
use serde_json::{Value, json};

use harness::{Call, Deployment, items};

fn used(reply: &Value) -> (bool, Option<u64>) {
    (reply["personalized"] == true, reply["system_prompt_version_used"].as_u64())
}

#[tokio::test]
async fn the_coach_is_generic_until_the_personal_prompt_is_there() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    assert_eq!(used(&deployment.tell("ana", "What should I eat?").await.body), (false, None));
    deployment.complete("ana", &session_id).await;
    assert_eq!(used(&deployment.tell("ana", "What should I eat?").await.body), (false, None), "not ready yet");
    deployment.run_jobs().await;
    let personal = deployment.tell("ana", "What should I eat?").await.body;
    assert_eq!(used(&personal), (true, Some(1)));
    let prompt = deployment.prompts("ana").await[0]["prompt"].as_str().expect("a text").to_owned();
    let asked = deployment.asked(Task::Coach);
    assert!(asked.last().expect("a question").system_text().contains(&prompt));
    assert!(!asked[0].system_text().contains(&prompt));
}

#[tokio::test]
async fn the_safety_rules_stand_before_every_prompt() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ben").await;
    deployment.tell("ben", "Hello there").await;
    deployment.consulted("ana").await;
    deployment.tell("ana", "Hello there").await;
    let prompt = deployment.prompts("ana").await[0]["prompt"].as_str().expect("a text").to_owned();
    let asked = deployment.asked(Task::Coach);
    assert_eq!(asked.len(), 2);
    for request in &asked {
        let system = request.system_text();
        for rule in ["You are not a doctor", "eating disorder", "below the person's calorie target"] {
            assert!(system.contains(rule), "{rule} in {system}");
        }
    }
    let system = asked[1].system_text();
    let (safety, personal) = (system.find("You are not a doctor"), system.find(&prompt));
    assert!(safety.is_some() && safety < personal, "{system}");
}

#[tokio::test]
async fn each_reply_records_the_version_that_it_was_given_with() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let conversation = deployment.tell("ana", "First, good morning").await.body;
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    assert_eq!(used(&deployment.tell_in("ana", &conversation, "Second, hello").await.body), (true, Some(1)));
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    assert_eq!(used(&deployment.tell_in("ana", &conversation, "Third, hello").await.body), (true, Some(2)));

    let listed = items(&deployment.read(Call::to("list-coach-messages").by("ana")).await);
    let replies: Vec<_> = listed.iter().filter(|message| message["role"] == "assistant").map(used).collect();
    assert_eq!(replies, [(true, Some(2)), (true, Some(1)), (false, None)]);
    for message in &listed {
        assert_eq!(message["conversation_id"], conversation["conversation_id"]);
        let is_reply = message["role"] == "assistant";
        assert_eq!(message["model"].is_string(), is_reply, "{message}");
        assert_eq!(message["cost_usd"].as_f64().is_some_and(|cost| cost > 0.0), is_reply, "{message}");
    }
}

#[tokio::test]
async fn without_the_generic_coach_there_is_a_clear_conflict_until_the_consultation_is_complete() {
    let deployment = Deployment::with(&[("ENABLE_GENERIC_FALLBACK", "false")]).await;
    let session_id = deployment.talked("ana").await;
    deployment.claude.clear();
    deployment.tell("ana", "Hello there").await.assert_problem(409, "personal_prompt_missing");
    assert!(deployment.claude.requests().is_empty());
    assert!(deployment.coach_transcript("ana").await.is_empty());
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    assert_eq!(used(&deployment.tell("ana", "Hello there").await.body), (true, Some(1)));
}

#[tokio::test]
async fn the_personal_coach_answers_another_way_than_the_generic_one() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let question = "Work is stressful and I want chocolate in front of the TV.";
    let generic = deployment.tell("ana", question).await.body;
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    let personal = deployment.tell("ana", question).await.body;
    assert_ne!(generic["message"], personal["message"]);
    assert_eq!(json!([generic["personalized"], personal["personalized"]]), json!([false, true]));
}

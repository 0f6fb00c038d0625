//! By which template and variant prompts are written, and what admins decide on it.

use aws_sdk_dynamodb::types::AttributeValue;
use claude_simulator::Task;
use serde_json::{Value, json};
use test_support::{client_at, endpoint};

use harness::{Call, Deployment, TARGET};

const REASON: &str = "She rows for her country.";

/// How the text of a variant or a type begins.
const DIRECT: &str = "Say it, then explain.";
const STANDARD: &str = "Ask, then advise.";
const ATHLETE: &str = "Has trained hard for years";
const BEGINNER: &str = "New to training";

fn decide(user: &str, body: &Value) -> Call {
    let mut body = body.clone();
    body["reason"] = json!(REASON);
    Call::to("set-recipe").path("user", user).json(&body)
}

async fn decided(deployment: &Deployment, user: &str, body: &Value) -> Value {
    deployment.read(decide(user, body).by_admin("boss")).await
}

/// Type and variant of each of a person's versions, newest first.
async fn recipes(deployment: &Deployment, name: &str) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let prompts = deployment.prompts(name).await;
    prompts.iter().map(|prompt| (word(&prompt["user_type"]), word(&prompt["variant"]))).collect()
}

fn pair(user_type: &str, variant: &str) -> (String, String) {
    (user_type.to_owned(), variant.to_owned())
}

async fn rewrite(deployment: &Deployment, name: &str) {
    deployment.pass(chrono::Duration::days(2));
    assert_eq!(deployment.send(Call::to("regenerate-prompt").by(name)).await.status, 202);
    deployment.run_jobs().await;
}

/// The instructions of the last request for a task.
fn instructions(deployment: &Deployment, task: Task) -> String {
    deployment.asked(task).last().expect("it was asked").system_text()
}

#[tokio::test]
async fn a_prompt_is_written_for_what_was_learned_and_says_by_which_variant() {
    let deployment = Deployment::with(&[("PROMPT_VARIANTS", "direct=1")]).await;
    deployment.prompted("ana", &[]).await;
    assert_eq!(recipes(&deployment, "ana").await, [pair("beginner", "direct")]);
    let told = instructions(&deployment, Task::Prompt);
    assert!(told.contains(BEGINNER) && told.contains(DIRECT) && !told.contains(STANDARD), "{told}");
}

#[tokio::test]
async fn years_of_training_often_and_to_perform_are_coached_as_an_athlete_is() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"goal": "improve_performance"}))).await;
    let session_id = deployment.start("ana").await;
    for message in [
        "I want to run a faster marathon in October because I came so close last year.",
        "I'm a woman, 168 cm tall, and I stand most of the day.",
        "I run 6 times a week for about 60 minutes, I am an experienced athlete and have competed for ten years.",
        "I eat oats for breakfast, rice for lunch and cook dinner at 19:00.",
        "When work gets stressful I skip my easy runs and eat chocolate in front of the TV.",
        "I will commit to sleeping eight hours. Please be direct with me.",
    ] {
        assert_eq!(deployment.say("ana", &session_id, message).await.status, 200);
    }
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    assert_eq!(recipes(&deployment, "ana").await, [pair("athlete", "standard")]);
    assert!(instructions(&deployment, Task::Prompt).contains(ATHLETE));
}

#[tokio::test]
async fn a_reply_keeps_the_variant_of_the_prompt_that_it_was_written_with() {
    let deployment = Deployment::with(&[("PROMPT_VARIANTS", "direct=1")]).await;
    deployment.sign_up("ana").await;
    deployment.tell("ana", "What do I eat today?").await;
    deployment.prompted("ben", &[]).await;
    deployment.tell("ben", "What do I eat today?").await;
    let mut kept = Vec::new();
    for name in ["ana", "ben"] {
        let request = client_at(endpoint()).query().table_name(&deployment.tables.coach_conversations);
        let request = request.key_condition_expression("user_id = :user").consistent_read(true);
        let user = AttributeValue::S(name.to_owned());
        let items = request.expression_attribute_values(":user", user).send().await.expect("readable").items;
        let replies = items.unwrap_or_default().into_iter().filter(|item| item.contains_key("in_reply_to"));
        kept.extend(replies.map(|reply| (name, reply.get("variant").and_then(|value| value.as_s().ok().cloned()))));
    }
    assert_eq!(kept, [("ana", None), ("ben", Some("direct".to_owned()))]);
}

#[tokio::test]
async fn who_has_a_prompt_keeps_its_variant_when_the_weights_change() {
    let mut deployment = Deployment::with(&[("PROMPT_VARIANTS", "direct=1")]).await;
    deployment.prompted("ana", &[]).await;
    deployment.set("PROMPT_VARIANTS", "standard=1,direct=0");
    rewrite(&deployment, "ana").await;
    deployment.prompted("ben", &[]).await;
    assert_eq!(recipes(&deployment, "ana").await, [pair("beginner", "direct"), pair("beginner", "direct")]);
    assert_eq!(recipes(&deployment, "ben").await, [pair("beginner", "standard")]);
}

#[tokio::test]
async fn people_are_assigned_at_random_and_that_is_kept() {
    let deployment = Deployment::with(&[("PROMPT_VARIANTS", "standard=1,direct=1")]).await;
    let mut assigned = std::collections::BTreeSet::new();
    for name in ["ana", "ben", "cleo", "dan", "eve", "finn"] {
        deployment.prompted(name, &[]).await;
        let profile = deployment.stores.profiles.get(&domain::profile::UserId::new(name)).await;
        let recipe = profile.expect("readable").expect("there").prompt.expect("a prompt").recipe;
        assert_eq!(recipe.assigned, domain::recipe::Assignment::Random);
        assigned.insert(recipe.variant.to_string());
    }
    assert_eq!(assigned.into_iter().collect::<Vec<_>>(), ["direct", "standard"]);
}

#[tokio::test]
async fn what_is_not_known_of_a_version_from_before_there_were_templates_is_not_told() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let (profiles, history) = (&deployment.tables.profiles, &deployment.tables.prompt_history);
    let ana = || AttributeValue::S("ana".to_owned());
    let profile = client_at(endpoint()).update_item().table_name(profiles).key("user_id", ana());
    profile.update_expression("REMOVE recipe").send().await.expect("removed");
    let row = client_at(endpoint()).update_item().table_name(history).key("user_id", ana());
    let row = row.key("version", AttributeValue::N("1".to_owned())).update_expression("REMOVE recipe");
    row.send().await.expect("removed");
    let version = deployment.prompts("ana").await.remove(0);
    assert_eq!((&version["user_type"], &version["variant"]), (&Value::Null, &json!("standard")));
    let user = deployment.read(Call::to("get-user").by_admin("boss").path("user", "ana")).await;
    assert_eq!(user["recipe"], json!({"user_type": null, "variant": "standard", "assigned": "default"}));
    rewrite(&deployment, "ana").await;
    assert_eq!(deployment.prompts("ana").await[0]["user_type"], "beginner", "a whole prompt is written for somebody");
}

#[tokio::test]
async fn what_a_later_version_of_the_program_has_written_is_no_error_and_shown_as_unknown() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let words = [("user_type", "senior"), ("variant", "standard"), ("assigned", "by_lot")];
    let recipe = words.map(|(name, word)| (name.to_owned(), AttributeValue::S(word.to_owned())));
    deployment.edit_profile("ana", "recipe", AttributeValue::M(recipe.into())).await;
    let user = deployment.read(Call::to("get-user").by_admin("boss").path("user", "ana")).await;
    assert_eq!(user["recipe"], json!({"user_type": "unknown", "variant": "standard", "assigned": "unknown"}));
    assert_eq!(deployment.tell("ana", "What do I eat today?").await.body["system_prompt_version_used"], 1);
    rewrite(&deployment, "ana").await;
    assert_eq!(recipes(&deployment, "ana").await[0], pair("beginner", "standard"));
}

#[tokio::test]
async fn a_decision_holds_from_the_next_version_on_until_it_is_taken_back() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let answer = decided(&deployment, "Ana@Example.com", &json!({"user_type": "athlete", "variant": "direct"})).await;
    assert_eq!(answer, json!({"user_id": "ana", "user_type": "athlete", "variant": "direct"}));
    assert!(deployment.take_jobs().is_empty(), "nothing is written for it at once");
    assert_eq!(recipes(&deployment, "ana").await, [pair("beginner", "standard")]);
    rewrite(&deployment, "ana").await;
    let told = instructions(&deployment, Task::Prompt);
    assert!(told.contains(ATHLETE) && told.contains(DIRECT), "{told}");
    let answer = decided(&deployment, "ana", &json!({"user_type": null})).await;
    assert_eq!(answer, json!({"user_id": "ana", "user_type": null, "variant": null}));
    rewrite(&deployment, "ana").await;
    let expected = [pair("beginner", "standard"), pair("athlete", "direct"), pair("beginner", "standard")];
    assert_eq!(recipes(&deployment, "ana").await, expected);
}

#[tokio::test]
async fn every_decision_is_audited_with_who_decided_and_why() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    decided(&deployment, "ana", &json!({"user_type": "athlete", "variant": "direct"})).await;
    decided(&deployment, "ana", &json!({})).await;
    let entries = deployment.audited("ana").await;
    let set =
        json!({"actor": "boss", "action": "recipe_set", "user_type": "athlete", "variant": "direct", "reason": REASON});
    assert_eq!(entries, [set, json!({"actor": "boss", "action": "recipe_set", "reason": REASON})]);
}

#[tokio::test]
async fn a_decision_that_is_sent_once_more_stands_once() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for (variant, entries) in [("direct", 1), ("direct", 1), ("standard", 2), ("direct", 3)] {
        let answer = decided(&deployment, "ana", &json!({"variant": variant})).await;
        assert_eq!(answer["variant"], variant);
        assert_eq!(deployment.audited("ana").await.len(), entries, "{variant}");
    }
}

#[tokio::test]
async fn a_decision_without_its_audit_entry_does_not_happen() {
    let mut deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let audit = deployment.tables.audit.clone();
    deployment.set("AUDIT_TABLE", "no-such-table");
    let call = decide("ana", &json!({"variant": "direct"})).by_admin("boss");
    deployment.send(call).await.assert_retry(503, "temporarily_unavailable");
    deployment.set("AUDIT_TABLE", &audit);
    rewrite(&deployment, "ana").await;
    assert_eq!(recipes(&deployment, "ana").await, [pair("beginner", "standard"), pair("beginner", "standard")]);
}

#[tokio::test]
async fn there_is_nobody_to_decide_on_but_users() {
    let deployment = Deployment::new().await;
    for user in ["ana", "ana@example.com", ""] {
        let call = decide(user, &json!({"variant": "direct"})).by_admin("boss");
        deployment.send(call).await.assert_problem(404, "user_not_found");
    }
    assert!(deployment.audited("ana").await.is_empty());
    for name in ["ana", "anna"] {
        deployment.sign_up(name).await;
    }
    // As two accounts could before addresses were claimed.
    deployment.edit_profile("anna", "email", AttributeValue::S("ana@example.com".to_owned())).await;
    let call = decide("ana@example.com", &json!({"variant": "direct"})).by_admin("boss");
    deployment.send(call).await.assert_problem(409, "ambiguous_email");
}

#[tokio::test]
async fn a_variant_that_there_is_no_text_for_is_refused_with_those_that_there_are() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let reply = deployment.send(decide("ana", &json!({"variant": "gentle"})).by_admin("boss")).await;
    reply.assert_invalid(&["variant"]);
    assert_eq!(reply.body["errors"][0]["message"], "must be one of standard, direct, or null");
    for user_type in ["elite", "unknown"] {
        let call = decide("ana", &json!({"user_type": user_type})).by_admin("boss");
        deployment.send(call).await.assert_invalid(&["user_type"]);
    }
    let bare = Call::to("set-recipe").path("user", "ana").json(&json!({"variant": "direct"})).by_admin("boss");
    deployment.send(bare).await.assert_invalid(&["reason"]);
}

#[tokio::test]
async fn who_is_no_admin_decides_on_nobody() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for name in ["ana", "eve"] {
        let call = decide("ana", &json!({"variant": "direct"})).by(name);
        deployment.send(call).await.assert_problem(403, "admins_only");
    }
    assert!(deployment.audited("ana").await.is_empty());
}

/// Ana, whose prompt is being rewritten in a batch because she has begun to eat too much.
async fn in_a_batch(deployment: &Deployment) {
    deployment.prompted("ana", &[TARGET; 30]).await;
    decided(deployment, "ana", &json!({"variant": "direct"})).await;
    deployment.live("ana", &[3_000; 7]).await;
    deployment.claude.clear();
    deployment.weekly().await;
}

#[tokio::test]
async fn a_batched_version_is_stored_with_the_recipe_that_was_asked_with_whatever_is_decided_meanwhile() {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1")]).await;
    in_a_batch(&deployment).await;
    let asked = deployment.claude.requests().remove(0).body["requests"][0]["params"]["system"].to_string();
    assert!(asked.contains(DIRECT) && asked.contains(BEGINNER), "{asked}");
    decided(&deployment, "ana", &json!({"user_type": "athlete", "variant": "standard"})).await;
    deployment.claude.finish_batches();
    deployment.collect().await.expect("collected");
    assert_eq!(recipes(&deployment, "ana").await, [pair("beginner", "direct"), pair("beginner", "standard")]);
}

#[tokio::test]
async fn a_repair_of_a_batched_answer_is_asked_with_the_same_recipe() {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1")]).await;
    deployment.claude.clear();
    in_a_batch(&deployment).await;
    decided(&deployment, "ana", &json!({})).await;
    deployment.claude.inject(claude_simulator::FaultKind::ShortPrompt, 1);
    deployment.claude.finish_batches();
    deployment.collect().await.expect("collected");
    assert!(instructions(&deployment, Task::Update).contains(DIRECT));
    assert_eq!(recipes(&deployment, "ana").await[0], pair("beginner", "direct"));
}

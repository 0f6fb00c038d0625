//! Whatever changes somebody's targets, everything that a model is sent and that is shown says one thing.

use chrono::Duration;
use claude_simulator::Task;
use serde_json::{Value, json};
use test_support::{client_at, endpoint};

use harness::{Call, Deployment};

/// Gives somebody targets of their own.
async fn targeted(deployment: &Deployment, name: &str, calories: u32) {
    let carbs = (calories - 120 * 4 - 60 * 9) / 4;
    let targets = json!({"daily_calories": calories, "protein_g": 120, "carbs_g": carbs, "fat_g": 60});
    deployment.read(Call::to("update-profile").by(name).json(&json!({"targets": targets}))).await;
}

/// The whole request that somebody's message is answered with.
async fn sent(deployment: &Deployment, name: &str) -> String {
    deployment.claude.clear();
    assert_eq!(deployment.tell(name, "What is left for dinner?").await.status, 200);
    deployment.asked(Task::Coach).pop().expect("a request").body.to_string()
}

async fn stored_text(deployment: &Deployment, name: &str) -> String {
    let profiles = deployment.stored_profiles().await;
    let profile = profiles.get(name).expect("a profile");
    profile["coaching_system_prompt"].as_s().expect("a text").clone()
}

#[tokio::test]
async fn targets_that_change_are_the_same_in_prompt_block_and_profile_without_a_version_and_without_a_model() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 4]).await;
    let first = deployment.prompts("ana").await.remove(0);
    let before = deployment.profile("ana").await["targets"]["daily_calories"].as_u64().expect("a number");
    for calories in [2_310, 2_420] {
        let spent = deployment.spent_today().await;
        targeted(&deployment, "ana", calories).await;
        assert_eq!(deployment.spent_today().await, spent, "no model is asked");
        let request = sent(&deployment, "ana").await;
        assert!(request.matches(&format!("{calories} kcal")).count() >= 2, "in the prompt and in the block: {request}");
        assert!(!request.contains(&format!("{before} kcal")), "{request}");
        assert!(stored_text(&deployment, "ana").await.contains(&format!("{calories} kcal")));
    }
    assert_eq!(
        deployment.prompts("ana").await,
        std::slice::from_ref(&first),
        "what was in force for a version stays with it"
    );
    assert!(first["prompt"].as_str().is_some_and(|text| text.contains(&format!("{before} kcal"))), "{first}");
}

#[tokio::test]
async fn a_reply_tells_which_targets_its_person_had() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 4]).await;
    let mut revisions = Vec::new();
    for calories in [2_310, 2_420] {
        targeted(&deployment, "ana", calories).await;
        sent(&deployment, "ana").await;
        revisions.push(latest_revision(&deployment).await);
    }
    assert!(revisions[0] < revisions[1], "{revisions:?}");
}

/// The number of the targets in the latest reply.
async fn latest_revision(deployment: &Deployment) -> u32 {
    let table = client_at(endpoint()).scan().table_name(&deployment.tables.coach_conversations).send().await;
    let answer = table.expect("the table can be read");
    let revisions = answer.items().iter().filter_map(|row| row.get("targets_revision")?.as_n().ok()?.parse().ok());
    revisions.max().expect("a reply with a personal prompt")
}

#[tokio::test]
async fn targets_that_change_while_a_prompt_is_written_are_those_that_it_is_stored_with() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 4]).await;
    deployment.pass(Duration::days(2));
    assert_eq!(deployment.send(Call::to("regenerate-prompt").by("ana")).await.status, 202);
    let (gate, app) = harness::Gate::of(&deployment).await;
    let job = deployment.take_jobs().remove(0);
    let change = async {
        gate.arrival("POST /v1/messages", 1).await;
        targeted(&deployment, "ana", 2_310).await;
        gate.open();
    };
    let (delivered, ()) = tokio::join!(deployment.deliver_through(&app, &job), change);
    assert!(delivered.batch_item_failures.is_empty(), "{delivered:?}");
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    assert!(stored_text(&deployment, "ana").await.contains("2310 kcal"));
    assert!(deployment.prompts("ana").await[0]["prompt"].as_str().is_some_and(|text| text.contains("2310 kcal")));
}

#[tokio::test]
async fn a_version_that_comes_back_has_the_targets_of_today() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 4]).await;
    targeted(&deployment, "ana", 2_310).await;
    deployment.pass(Duration::days(2));
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    targeted(&deployment, "ana", 2_420).await;
    let restore = Call::to("restore-prompt").by("ana").path("version", "1");
    assert_eq!(deployment.read(restore).await["system_prompt_version"], 3);
    let request = sent(&deployment, "ana").await;
    assert!(request.contains("2420 kcal") && !request.contains("2310 kcal"), "{request}");
}

#[tokio::test]
async fn a_prompt_of_before_is_read_and_shown_and_becomes_data_with_its_next_version() {
    let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    let text = stored_text(&deployment, "ana").await;
    // As a release without sections has stored it.
    let mut profile = deployment.stored_profiles().await.remove("ana").expect("a profile");
    for attribute in ["prompt_sections", "prompt_sections_version"] {
        profile.remove(attribute).expect("this release writes it");
    }
    deployment.put_profile(profile).await;
    let request = sent(&deployment, "ana").await;
    let line = text.lines().nth(1).expect("a line of the first section");
    assert!(request.contains(&Value::from(line).to_string().trim_matches('"').to_owned()), "{request}");
    deployment.live("ana", &[2_900; 30]).await;
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    let profile = deployment.stored_profiles().await.remove("ana").expect("a profile");
    assert_eq!(profile["prompt_sections_version"].as_n().expect("a number"), "2");
    let sections = profile["prompt_sections"].as_m().expect("data");
    assert!(sections.contains_key("behavioral_triggers") && sections.contains_key("success_metrics"), "{sections:?}");
    let locked = |text: &str| {
        text.split("## ")
            .filter(|it| it.starts_with("Tone") || it.starts_with("User"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(locked(&stored_text(&deployment, "ana").await), locked(&text), "what is locked stays byte for byte");
}

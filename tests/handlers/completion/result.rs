//! What a completed consultation leaves behind.

use claude_simulator::Task;
use domain::coaching_prompt::{CoachingPrompt, Section, count_words};
use serde_json::json;

use harness::{Call, Deployment};

#[tokio::test]
async fn completing_writes_profile_and_prompt_version_1_with_its_history_row() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let reply = deployment.complete("ana", &session_id).await;
    let under_way = json!({"session_id": session_id, "status": "generating", "system_prompt_version": null});
    assert_eq!((reply.status, reply.body), (202, under_way));
    assert_eq!(deployment.session("ana", &session_id).await["status"], "generating");
    assert_eq!(deployment.profile("ana").await["system_prompt_version"], json!(null));
    deployment.run_jobs().await;

    let session = deployment.session("ana", &session_id).await;
    assert_eq!((&session["status"], &session["system_prompt_version"]), (&json!("complete"), &json!(1)));
    let profile = deployment.profile("ana").await;
    assert_eq!(profile["system_prompt_version"], 1);
    assert_eq!(profile["last_prompt_update"], json!(deployment.now()));
    let psychological = profile["conversational_profile"].as_str().expect("a profile");
    assert!((160..=240).contains(&count_words(psychological)), "{psychological}");
    let history = deployment.prompts("ana").await;
    assert_eq!(history.len(), 1);
    assert_eq!((&history[0]["version"], &history[0]["reason"]), (&json!(1), &json!("initial")));
    assert!(history[0]["diff"].is_null() && history[0]["decision"].is_null());
    assert!(history[0]["cost_usd"].as_f64().is_some_and(|cost| cost > 0.0));
    let prompt = history[0]["prompt"].as_str().expect("a prompt");
    assert!((500..=800).contains(&count_words(prompt)), "{prompt}");
    CoachingPrompt::parse(prompt).expect("nine sections");
    let both = format!("{psychological} {prompt}").to_lowercase();
    for theirs in ["wedding", "chocolate"] {
        assert!(both.contains(theirs), "{theirs} in {both}");
    }
}

#[tokio::test]
async fn completing_waits_for_the_worker_and_answers_with_the_version() {
    let deployment = Deployment::with(&[("COMPLETION_WAIT_SECONDS", "28")]).await;
    let session_id = deployment.talked("ana").await;
    let worker = async {
        deployment.job_arrival().await;
        deployment.run_jobs().await;
    };
    let (reply, ()) = tokio::join!(deployment.complete("ana", &session_id), worker);
    let done = json!({"session_id": session_id, "status": "complete", "system_prompt_version": 1});
    assert_eq!((reply.status, reply.body), (200, done));
}

#[tokio::test]
async fn the_targets_in_the_prompt_are_the_persons_own() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let targets = json!({"daily_calories": 2_345, "protein_g": 171, "carbs_g": 222, "fat_g": 77});
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"targets": targets}))).await;
    let session_id = deployment.talk("ana").await;
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    let prompt = CoachingPrompt::parse(prompts[0]["prompt"].as_str().expect("a prompt")).expect("nine sections");
    let approach = prompt.body(Section::CommittedApproach);
    assert!(approach.contains("2345") || approach.contains("2,345"), "{approach}");
    assert!(approach.contains("171"), "{approach}");
}

#[tokio::test]
async fn a_prompt_for_somebody_who_has_logged_meals_already_is_written_from_them() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[2_000; 8]).await;
    let asked = deployment.asked(Task::Prompt)[0].last_text();
    assert!(asked.contains("8 of"), "{asked}");
    let measured = &deployment.prompts("ana").await[0]["behavioral_data"];
    assert_eq!((&measured["days_logged"], &measured["adherence_rate"]), (&json!(8), &json!(1.0)));
    let fresh = Deployment::new().await;
    fresh.prompted("ben", &[]).await;
    assert!(fresh.asked(Task::Prompt)[0].last_text().contains("Not enough evidence"));
}

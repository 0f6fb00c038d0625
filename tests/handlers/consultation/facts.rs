//! What a consultation learns.

use chrono::Duration;
use serde_json::{Value, json};

use harness::{CONSULTATION, Call, Deployment};

fn category<'a>(facts: &'a Value, name: &str) -> Vec<&'a Value> {
    facts.as_array().into_iter().flatten().filter(|fact| fact["category"] == name).collect()
}

#[tokio::test]
async fn facts_have_an_id_and_a_category_and_rest_on_the_persons_words() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let session = deployment.session("ana", &session_id).await;
    let facts = &session["extracted"];
    assert_eq!(session["extracted_items"], json!(facts.as_array().map(Vec::len)));
    for name in ["training", "meals", "goals", "challenges", "commitments"] {
        let of_it = category(facts, name);
        assert!(!of_it.is_empty(), "{name} in {facts}");
        for fact in of_it {
            for field in ["subject", "summary", "quote", "sessions_per_week", "experience"] {
                assert!(fact.get(field).is_some(), "{field} of {fact}");
            }
            let quote = fact["quote"].as_str().expect("words");
            assert!(CONSULTATION.iter().any(|message| message.contains(quote)), "{quote}");
        }
    }
    let ids: std::collections::BTreeSet<&str> =
        facts.as_array().into_iter().flatten().filter_map(|fact| fact["fact_id"].as_str()).collect();
    assert_eq!(Some(ids.len()), facts.as_array().map(Vec::len), "{facts}");
    assert_eq!(category(facts, "training")[0]["sessions_per_week"], json!(2));
}

#[tokio::test]
async fn each_answer_tells_what_it_taught_and_the_session_keeps_it() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    let mut learned = Vec::new();
    for message in CONSULTATION {
        let turn = deployment.say("ana", &session_id, message).await.body;
        learned.extend(turn["extracted"].as_array().expect("a list").clone());
    }
    let kept = deployment.session("ana", &session_id).await["extracted"].clone();
    for fact in learned {
        let same = |other: &&Value| (&other["category"], &other["subject"]) == (&fact["category"], &fact["subject"]);
        assert!(kept.as_array().into_iter().flatten().any(|other| same(&other)), "{fact} in {kept}");
    }
}

#[tokio::test]
async fn what_is_said_twice_is_one_fact() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    let run = "I run 2 times a week for about 30 minutes, I am a beginner.";
    let first = deployment.say("ana", &session_id, run).await.body;
    assert_eq!(first["extracted"].as_array().map(Vec::len), Some(1), "{first}");
    let again = deployment.say("ana", &session_id, run).await.body;
    assert_eq!((&again["extracted"], &again["extracted_items"]), (&json!([]), &first["extracted_items"]), "{again}");
    let corrected = deployment.say("ana", &session_id, "I run 3 times a week for about 30 minutes.").await.body;
    assert_eq!(corrected["extracted_items"], first["extracted_items"], "{corrected}");
    let facts = deployment.session("ana", &session_id).await["extracted"].clone();
    let runs = category(&facts, "training");
    assert_eq!((runs.len(), &runs[0]["sessions_per_week"]), (1, &json!(3)), "the later word counts: {facts}");
}

#[tokio::test]
async fn body_data_from_the_talk_fills_the_profile_and_makes_the_targets_exact() {
    let deployment = Deployment::new().await;
    let before = deployment.sign_up_admitted("ana").await;
    assert_eq!(before["targets"]["basis"], "body_weight");
    let session_id = deployment.start("ana").await;
    for message in &CONSULTATION[..2] {
        deployment.say("ana", &session_id, message).await;
    }
    let profile = deployment.profile("ana").await;
    let body = ["sex", "height_cm", "activity_level", "diet"].map(|field| profile[field].clone());
    assert_eq!(body, [json!("female"), json!(168.0), json!("sedentary"), json!("vegetarian")]);
    assert_eq!(profile["targets"]["basis"], "mifflin_st_jeor");
    // (10*82.5 + 6.25*168 - 5*34 - 161) * 1.2 * 0.8 = 1482 kcal, which is less than the 1544 kcal of a body at rest.
    assert_eq!(profile["targets"]["daily_calories"], 1_550);
}

#[tokio::test]
async fn feet_and_inches_are_understood() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ben").await;
    let session_id = deployment.start("ben").await;
    deployment.say("ben", &session_id, CONSULTATION[0]).await;
    let reply = deployment.say("ben", &session_id, "I am a man, 5'10\", on my feet all day as a nurse.").await;
    assert_eq!(reply.status, 200);
    let profile = deployment.profile("ben").await;
    assert_eq!((&profile["sex"], &profile["height_cm"]), (&json!("male"), &json!(178.0)));
}

#[tokio::test]
async fn of_the_form_the_talk_and_the_profile_page_the_latest_word_counts() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let height = |profile: &Value| profile["height_cm"].clone();
    let stated = json!({"height_cm": 171.5, "activity_level": "active"});
    deployment.read(Call::to("update-profile").by("ana").json(&stated)).await;
    let session_id = deployment.start("ana").await;
    deployment.pass(Duration::minutes(1));
    deployment.say("ana", &session_id, CONSULTATION[0]).await;
    deployment.say("ana", &session_id, CONSULTATION[1]).await;
    let told = deployment.profile("ana").await;
    assert_eq!(
        (height(&told), &told["activity_level"], &told["sex"]),
        (json!(168.0), &json!("sedentary"), &json!("female"))
    );

    deployment.say("ana", &session_id, "That was a typo: I am 186 cm tall.").await;
    let corrected = deployment.profile("ana").await;
    assert_eq!(height(&corrected), json!(186.0));
    assert!(
        corrected["targets"]["daily_calories"].as_u64() > told["targets"]["daily_calories"].as_u64(),
        "targets follow: {corrected}"
    );

    deployment.pass(Duration::minutes(1));
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"height_cm": 184}))).await;
    deployment.pass(Duration::minutes(1));
    deployment.say("ana", &session_id, CONSULTATION[2]).await;
    assert_eq!(height(&deployment.profile("ana").await), json!(184.0), "the talk has said nothing since");
}

#[tokio::test]
async fn own_targets_stay_whatever_the_talk_says_of_the_body() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let targets = json!({"daily_calories": 2_000, "protein_g": 120, "carbs_g": 200, "fat_g": 70});
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"targets": targets}))).await;
    deployment.talk("ana").await;
    let profile = deployment.profile("ana").await;
    assert_eq!(
        (&profile["height_cm"], &profile["targets"]["daily_calories"], &profile["targets"]["basis"]),
        (&json!(168.0), &json!(2_000), &json!("custom"))
    );
}

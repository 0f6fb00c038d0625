//! What an answer of the consultation AI changes: corrections, retractions, doubts, concerns, the language.

use claude::Purpose;
use claude_simulator::Task;
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::safety::scripted::scripted;
use harness::{CONSULTATION, Call, Deployment};

/// Has a message of Ana's answered by what a model says, and answers with the turn.
async fn answered(deployment: &Deployment, session_id: &str, message: &str, says: Value) -> Value {
    let mut answer = json!({"reply": "And then?", "facts": [], "body": {}});
    answer.as_object_mut().expect("an object").extend(says.as_object().expect("an object").clone());
    let text = answer.to_string();
    let model = scripted(move |_: Purpose| std::future::ready(Ok(text.clone())).boxed());
    let call = Call::to("send-consultation-message").by("ana");
    let call = call.json(&json!({"session_id": session_id, "message": message}));
    let reply = deployment.send_through(&deployment.app().with_model(model), call).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

async fn begun() -> (Deployment, String) {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    (deployment, session_id)
}

fn fact(category: &str, subject: &str, quote: &str) -> Value {
    json!({"category": category, "subject": subject, "summary": format!("{subject}."), "quote": quote})
}

/// What the model is told of where the talk is, with the next message.
async fn state(deployment: &Deployment, session_id: &str) -> String {
    deployment.say("ana", session_id, "Let me think about that for a moment").await;
    let asked = deployment.asked(Task::Consultation).pop().expect("it was asked").body;
    let last = asked["messages"].as_array().and_then(|turns| turns.last()).expect("a turn");
    let block = last["content"].as_array().and_then(|blocks| blocks.last()).expect("a block");
    block["text"].as_str().expect("a text").to_owned()
}

async fn subjects(deployment: &Deployment, session_id: &str) -> Vec<String> {
    let facts = deployment.session("ana", session_id).await["extracted"].clone();
    let shown = |fact: &Value| Some(format!("{} {}", fact["fact_id"].as_str()?, fact["subject"].as_str()?));
    facts.as_array().into_iter().flatten().filter_map(shown).collect()
}

#[tokio::test]
async fn a_correction_retires_the_fact_that_it_names_and_a_retraction_leaves_nothing() {
    let (deployment, session_id) = begun().await;
    let said = "I run three times a week, and my girlfriend cooks";
    let facts =
        json!([fact("training", "running", "I run three times a week"), fact("meals", "cook", "my girlfriend cooks")]);
    let turn = answered(&deployment, &session_id, said, json!({"facts": facts})).await;
    assert_eq!((&turn["extracted"][0]["fact_id"], &turn["extracted_items"]), (&json!("f1"), &json!(2)));

    let facts = json!([fact("training", "no training", "I stopped running in August")]);
    let says = json!({"facts": facts, "replaces": ["f1", "f77"]});
    let turn = answered(&deployment, &session_id, "I stopped running in August", says).await;
    assert_eq!((&turn["extracted"][0]["fact_id"], &turn["extracted_items"]), (&json!("f3"), &json!(2)));
    let taken_back = json!({"replaces": ["f2"]});
    let turn = answered(&deployment, &session_id, "Forget what I said about my girlfriend", taken_back).await;
    assert_eq!((&turn["extracted"], &turn["extracted_items"]), (&json!([]), &json!(1)));
    assert_eq!(subjects(&deployment, &session_id).await, ["f3 no training"]);
    let told = state(&deployment, &session_id).await;
    assert!(told.contains("f3 [training] no training") && !told.contains("f1 ") && !told.contains("f2 "), "{told}");
}

#[tokio::test]
async fn one_message_may_cover_several_sections_and_a_declined_one_is_not_asked_about_again() {
    let (deployment, session_id) = begun().await;
    let said = "I want to lose 8 kilos, I run three times a week. My old diets are nobody's business";
    let facts = json!([
        fact("goals", "weight", "I want to lose 8 kilos"),
        fact("training", "running", "I run three times a week")
    ]);
    let says = json!({"facts": facts, "sections_covered": ["goals", "training", "meals"],
        "declined_questions": ["challenges"]});
    let turn = answered(&deployment, &session_id, said, says).await;
    assert_eq!((&turn["sections_completed"], &turn["current_section"]), (&json!(3), &json!("body")), "{turn}");
    assert!(state(&deployment, &session_id).await.contains("Open sections: body, meals, commitment\n"));
    deployment.say("ana", &session_id, "Hmm, what else would you like to know").await;
    let enough = deployment.session("ana", &session_id).await;
    assert_eq!(enough["can_complete"], true, "goals, training, and what was declined: {enough}");
}

#[tokio::test]
async fn the_model_knows_whom_it_talks_to_and_only_its_state_says_so() {
    let (deployment, session_id) = begun().await;
    let told = state(&deployment, &session_id).await;
    for known in
        ["Person: ana Okonkwo, 34 years, 82.5 kg; signed up to lose weight", "Body known: none", "Known facts:\nnone"]
    {
        assert!(told.contains(known), "{known} in {told}");
    }
    let asked = deployment.asked(Task::Consultation).pop().expect("it was asked").body;
    assert!(!asked["system"].to_string().contains("Okonkwo"), "what is cached is the same for everybody");
}

#[tokio::test]
async fn a_doubt_stays_open_until_it_is_decided_and_what_is_open_reaches_whoever_writes() {
    let (deployment, session_id) = begun().await;
    let doubts = json!({"doubts": ["Signed up to build muscle, but the belly has to go first.", "Vegan, and eats eggs."],
        "concerns": ["binge_eating"]});
    answered(&deployment, &session_id, "First the belly, then the muscle", doubts).await;
    let told = state(&deployment, &session_id).await;
    assert!(
        told.contains("Open doubts: d1 Signed up to build muscle, but the belly has to go first.; d2 Vegan"),
        "{told}"
    );
    answered(&deployment, &session_id, "Eggs are fine, I am a vegetarian", json!({"doubts_settled": ["d2"]})).await;
    for message in CONSULTATION {
        deployment.say("ana", &session_id, message).await;
    }
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    deployment.run_jobs().await;
    for task in [Task::Profile, Task::Prompt] {
        let material = deployment.asked(task).pop().expect("it was asked for").body["messages"].to_string();
        assert!(material.contains("<concerns>") && material.contains("eating a great deal at once"), "{task:?}");
        assert!(material.contains("the belly has to go first") && !material.contains("eats eggs"), "{task:?}");
    }
}

#[tokio::test]
async fn the_language_that_is_heard_is_the_persons_until_they_choose_another() {
    let (deployment, session_id) = begun().await;
    answered(&deployment, &session_id, "hi", json!({"language": "en"})).await;
    answered(&deployment, &session_id, "buenas, quiero ponerme fuerte", json!({"language": "es"})).await;
    assert_eq!(deployment.profile("ana").await["locale"], "es");
    assert!(state(&deployment, &session_id).await.contains("Language: es, as heard so far"));
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"locale": "de-CH"}))).await;
    answered(&deployment, &session_id, "vale, seguimos en español", json!({"language": "es"})).await;
    assert_eq!(deployment.profile("ana").await["locale"], "de-CH");
    assert!(state(&deployment, &session_id).await.contains("Language: de-CH, chosen by them"));
}

#[tokio::test]
async fn a_weight_and_a_goal_that_are_told_are_the_profiles_and_a_goal_needs_words() {
    let (deployment, session_id) = begun().await;
    let says =
        json!({"body": {"weight_kg": 90.5}, "goal": {"goal": "build_muscle", "quote": "words that nobody said"}});
    answered(&deployment, &session_id, "The scale said 90.5 this morning", says).await;
    let profile = deployment.profile("ana").await;
    assert_eq!((&profile["weight_kg"], &profile["goal"]), (&json!(90.5), &json!("lose_weight")));
    let says = json!({"goal": {"goal": "build_muscle", "quote": "I would rather build muscle"}});
    answered(&deployment, &session_id, "Now that I think of it I would rather build muscle", says).await;
    assert_eq!(deployment.profile("ana").await["goal"], "build_muscle");
}

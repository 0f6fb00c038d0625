//! One consultation with the real Claude. What the simulator's answers promise must hold for real ones.

use domain::coaching_prompt::{CoachingPrompt, Section, count_words};

use harness::{CONSULTATION, Deployment, Log};

#[tokio::test]
#[ignore = "it asks the real Claude, which costs some ten cents: set ANTHROPIC_API_KEY and run it with --ignored"]
async fn a_real_consultation_leads_to_a_prompt_of_this_person_that_the_coach_uses() {
    let key = std::env::var("ANTHROPIC_API_KEY").expect("ANTHROPIC_API_KEY names the key to pay with");
    let log = Log::capture();
    let deployment = Deployment::with_real_claude(key.clone(), &[]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in CONSULTATION {
        let reply = deployment.say("ana", &session_id, message).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        println!("ana: {message}\ncoach: {}\n", reply.body["message"].as_str().expect("words"));
    }

    let session = deployment.session("ana", &session_id).await;
    let facts = session["extracted"].as_array().expect("facts");
    for category in ["training", "meals", "goals", "challenges"] {
        assert!(facts.iter().any(|fact| fact["category"] == category), "{category} in {facts:?}");
    }
    for fact in facts {
        let quote = fact["quote"].as_str().expect("words");
        assert!(CONSULTATION.iter().any(|message| message.contains(quote)), "{quote} was not said");
    }

    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    deployment.run_jobs().await;
    let profile = deployment.profile("ana").await;
    let psychological = profile["conversational_profile"].as_str().expect("a profile");
    assert!((160..=240).contains(&count_words(psychological)), "{psychological}");
    let history = deployment.prompts("ana").await;
    let text = history[0]["prompt"].as_str().expect("a prompt");
    println!("{psychological}\n\n{text}\n");
    assert!((500..=800).contains(&count_words(text)), "{} words", count_words(text));
    let prompt = CoachingPrompt::parse(text).expect("nine sections");
    assert!((3..=5).contains(&prompt.triggers().len()), "{:?}", prompt.triggers());
    let calories = profile["targets"]["daily_calories"].to_string();
    assert!(prompt.body(Section::CommittedApproach).replace(',', "").contains(&calories), "{calories}");

    let coached = deployment.tell("ana", "I have eaten chocolate. Is the day ruined now?").await;
    assert_eq!((coached.status, &coached.body["system_prompt_version_used"]), (200, &1.into()), "{coached:?}");
    let spent = deployment.spent_today().await.dollars();
    println!("It cost ${spent:.4}.");
    assert!(spent > 0.0 && spent < 0.5, "{spent}");
    for secret in [key.as_str(), "wedding", "chocolate"] {
        assert!(!log.text().contains(secret), "a secret is in the log");
    }
}

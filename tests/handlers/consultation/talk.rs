//! Sections, progress, resuming, and whose session it is.

use claude_simulator::Task;
use serde_json::json;

use harness::{CONSULTATION, Call, Deployment};

#[tokio::test]
async fn sections_come_in_order_and_progress_is_full_only_at_the_end() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let opened = deployment.read(Call::to("start-consultation").by("ana")).await;
    assert_eq!((&opened["current_section"], &opened["progress_percentage"]), (&json!("goals"), &json!(0)));
    assert_eq!((&opened["sections_completed"], &opened["total_sections"]), (&json!(0), &json!(6)));
    assert_eq!(opened["resumed"], false);
    let session_id = opened["session_id"].as_str().expect("an id").to_owned();
    let mut seen = Vec::new();
    for message in CONSULTATION {
        let turn = deployment.say("ana", &session_id, message).await.body;
        assert_eq!(turn["progress_percentage"] == 100, turn["current_section"].is_null(), "{turn}");
        seen.push((turn["current_section"].clone(), turn["progress_percentage"].as_u64().expect("a number")));
    }
    let expected = [
        (json!("body"), 16),
        (json!("training"), 33),
        (json!("meals"), 50),
        (json!("challenges"), 66),
        (json!("commitment"), 83),
        (json!(null), 100),
    ];
    assert_eq!(seen, expected);
    assert_eq!(deployment.session("ana", &session_id).await["progress_percentage"], 100);
}

#[tokio::test]
async fn a_section_does_not_advance_when_nothing_was_learned() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in ["Hmm.", "I don't know.", "What do you mean?"] {
        let turn = deployment.say("ana", &session_id, message).await.body;
        assert_eq!((&turn["current_section"], &turn["progress_percentage"]), (&json!("goals"), &json!(0)), "{turn}");
        assert_eq!((&turn["extracted"], &turn["extracted_items"]), (&json!([]), &json!(0)));
    }
    assert_eq!(deployment.say("ana", &session_id, CONSULTATION[0]).await.body["current_section"], "body");
}

#[tokio::test]
async fn a_section_about_which_a_person_does_not_want_to_talk_is_left_behind_in_the_end() {
    let deployment = Deployment::with(&[("SECTION_MAX_MESSAGES", "2")]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    assert_eq!(deployment.say("ana", &session_id, "Hmm.").await.body["current_section"], "goals");
    assert_eq!(deployment.say("ana", &session_id, "Hmm!").await.body["current_section"], "body");
}

#[tokio::test]
async fn a_consultation_resumes_where_it_stopped() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    let turn = deployment.say("ana", &session_id, CONSULTATION[0]).await.body;
    deployment.pass(chrono::Duration::days(3));
    let resumed = deployment.read(Call::to("start-consultation").by("ana")).await;
    assert_eq!((&resumed["session_id"], &resumed["resumed"]), (&json!(session_id), &json!(true)));
    for field in ["message", "current_section", "sections_completed", "progress_percentage"] {
        assert_eq!(resumed[field], turn[field], "{field}");
    }
    let transcript = deployment.transcript("ana", &session_id).await;
    assert_eq!(resumed["conversation_history"].as_array().map(Vec::len), Some(transcript.len()));
    assert_eq!(transcript.len(), 3);
    assert_eq!(transcript[1], format!("user: {}", CONSULTATION[0]));
}

#[tokio::test]
async fn two_tabs_that_open_the_consultation_at_once_talk_in_the_same_session() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let (one, other) = tokio::join!(deployment.start("ana"), deployment.start("ana"));
    assert_eq!(one, other);
    assert_eq!(deployment.transcript("ana", &one).await.len(), 1);
}

#[tokio::test]
async fn the_whole_talk_is_in_every_question_to_claude() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    for message in &CONSULTATION[..3] {
        deployment.say("ana", &session_id, message).await;
    }
    let asked = deployment.claude.requests().pop().expect("a question").body.to_string();
    for message in &CONSULTATION[..3] {
        assert!(asked.contains(message), "{message}");
    }
}

#[tokio::test]
async fn somebody_elses_session_is_not_there() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.sign_up_admitted("eve").await;
    let before = deployment.session("ana", &session_id).await;
    deployment.claude.clear();
    deployment.say("eve", &session_id, "I am Ana.").await.assert_problem(404, "session_not_found");
    deployment.complete("eve", &session_id).await.assert_problem(404, "session_not_found");
    let look = Call::to("get-consultation").by("eve").path("session_id", &session_id);
    deployment.send(look).await.assert_problem(404, "session_not_found");
    assert!(deployment.claude.requests().is_empty());
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.session("ana", &session_id).await, before);
}

#[tokio::test]
async fn a_session_that_does_not_exist_is_not_there_whatever_its_name() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let unknown = "0190a000-0000-7000-8000-000000000000";
    deployment.say("ana", unknown, "Hello?").await.assert_problem(404, "session_not_found");
    for session_id in [unknown, "7", "", "../ana", "session#1"] {
        for function in ["get-consultation", "complete-consultation"] {
            let reply = deployment.send(Call::to(function).by("ana").path("session_id", session_id)).await;
            reply.assert_problem(404, "session_not_found");
        }
    }
}

#[tokio::test]
async fn honest_people_are_not_refused() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    let honest = [
        "My immune system is weak, so I often skip training.",
        "I'm 5'10\" and weigh 180 lbs; I wear size \"M\".",
        "Please act as a coach who does not ignore previous instructions of my doctor.",
        "Я хочу похудеть на 8 кг к июню, потому что устала.",
        "我想在六月前减掉8公斤。",
        "My ex said: 'you are now nothing'. I forget everything above 2000 kcal -- <really>; DROP it, I tell myself.",
        "My prompt answer: I system-atically pretend to be fine 🙈",
    ];
    for message in honest {
        let reply = deployment.say("ana", &session_id, message).await;
        assert_eq!(reply.status, 200, "{message}: {reply:?}");
    }
    let transcript = deployment.transcript("ana", &session_id).await;
    for message in honest {
        assert!(transcript.contains(&format!("user: {message}")), "{message} in {transcript:?}");
    }
    let coached = deployment.tell("ana", honest[2]).await;
    assert_eq!(coached.status, 200, "{coached:?}");
}

#[tokio::test]
async fn a_second_tap_whose_function_begins_after_the_answer_gets_that_answer() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    let tapped_at = deployment.now();
    deployment.pass(chrono::Duration::seconds(2));
    let body = json!({"session_id": session_id, "message": CONSULTATION[0]});
    let call = Call::to("send-consultation-message").by("ana").json(&body);
    let one = deployment.send(call.clone().sent_at(tapped_at)).await;
    let late = deployment.send(call.clone().sent_at(tapped_at)).await;
    assert_eq!((late.status, &late.body["message"]), (200, &one.body["message"]), "{late:?}");
    assert_eq!(deployment.asked(Task::Consultation).len(), 1, "paid once");
    // The opening, the message and its answer.
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 3);
    // Who has read the answer and says the same again is answered again.
    deployment.send(call).await;
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 5);
}

//! Several messages at once: each has its turn, and the same words are one question.

use claude_simulator::{FaultKind, Task};
use serde_json::{Value, json};

use harness::{Call, Deployment, Gate, Reply, until};

fn message(text: &str, conversation: &Value, key: Option<&str>) -> Call {
    let mut body = json!({"message": text});
    if !conversation.is_null() {
        body["conversation_id"] = conversation["conversation_id"].clone();
    }
    let call = Call::to("send-coach-message").by("ana").json(&body);
    key.map_or(call.clone(), |key| call.header("idempotency-key", key))
}

/// Ana, with a conversation of one turn.
async fn ana(variables: &[(&str, &str)]) -> (Deployment, Value) {
    let deployment = Deployment::with(variables).await;
    deployment.sign_up("ana").await;
    let conversation = deployment.tell("ana", "Good morning, coach").await.body;
    deployment.claude.clear();
    (deployment, conversation)
}

fn user(text: &str) -> String {
    format!("user: {text}")
}

/// Asserts that two requests got one and the same answer, for one bill.
async fn assert_one(deployment: &Deployment, answers: &[Reply], messages: usize) {
    for answer in answers {
        assert_eq!((answer.status, &answer.body), (200, &answers[0].body), "{answer:?}");
    }
    assert_eq!(deployment.asked(Task::Coach).len(), 1, "paid once");
    let transcript = deployment.coach_transcript("ana").await;
    assert_eq!(transcript.len(), messages, "{transcript:?}");
}

/// Lets a function ask Claude and vanish: it holds the turn, and nobody answers.
async fn vanish(deployment: &Deployment, call: Call) {
    deployment.claude.inject(FaultKind::Timeout, 1);
    tokio::select! {
        reply = deployment.send(call) => panic!("nobody answers: {reply:?}"),
        () = until(|| async { !deployment.claude.requests().is_empty() }) => {}
    }
    deployment.claude.clear();
}

#[tokio::test]
async fn the_second_of_two_messages_waits_for_the_answer_to_the_first_and_is_answered_with_it() {
    let (deployment, conversation) = ana(&[]).await;
    let (gate, app) = Gate::of(&deployment).await;
    let first = deployment.send_through(&app, message("I had soup", &conversation, None));
    let second = async {
        gate.arrival("POST /v1/messages", 1).await;
        deployment.send_through(&app, message("And cake", &conversation, None)).await
    };
    let beside = async {
        // Two looks of the first and two of the second, which then looks again and again.
        gate.arrival("GetItem coach-conversations", 3).await;
        assert_eq!(gate.count("POST /v1/messages"), 1, "one at a time");
        assert_eq!(deployment.coach_transcript("ana").await[2..], [user("I had soup")]);
        gate.open();
    };
    let (first, second, ()) = tokio::join!(first, second, beside);
    assert_eq!((first.status, second.status), (200, 200), "{first:?} {second:?}");
    let reply = |reply: &Reply| format!("assistant: {}", reply.body["message"].as_str().expect("a reply"));
    let expected = [user("I had soup"), reply(&first), user("And cake"), reply(&second)];
    let conversation_id = conversation["conversation_id"].as_str().expect("an id");
    let call = Call::to("list-coach-messages").by("ana").query("conversation_id", conversation_id);
    let mut listed: Vec<_> = harness::items(&deployment.read(call).await)
        .iter()
        .map(|it| format!("{}: {}", it["role"].as_str().expect("a role"), it["message"].as_str().expect("words")))
        .collect();
    listed.reverse();
    assert_eq!(listed[2..], expected);
    let asked = deployment.asked(Task::Coach);
    assert_eq!(asked.len(), 2);
    assert!(asked[1].body["messages"].to_string().contains("I had soup"), "the second knows of the first");
}

#[tokio::test]
async fn who_waits_in_vain_is_told_to_send_the_message_again_and_nothing_is_lost() {
    let (deployment, conversation) = ana(&[("CLAUDE_API_TIMEOUT_SECONDS", "1")]).await;
    vanish(&deployment, message("I had soup", &conversation, None)).await;
    for key in [None, Some("k-1")] {
        let refused = deployment.send(message("And cake", &conversation, key)).await;
        refused.assert_retry(409, "answer_pending");
    }
    assert_eq!(deployment.coach_transcript("ana").await[2..], [user("I had soup")], "nothing half-stored");
    assert!(deployment.claude.requests().is_empty());

    // The function that held the turn is given up, and what it left is answered with the next message.
    deployment.pass(chrono::Duration::minutes(1));
    let answered = deployment.send(message("And cake", &conversation, Some("k-1"))).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    let asked = deployment.asked(Task::Coach).pop().expect("a question").last_text();
    assert!(asked.contains("I had soup") && asked.contains("And cake"), "{asked}");
    let transcript = deployment.coach_transcript("ana").await;
    assert_eq!(transcript[2..4], [user("I had soup"), user("And cake")]);
    assert_eq!(transcript.len(), 5);
}

#[tokio::test]
async fn a_question_whose_function_vanished_is_answered_when_its_words_come_again() {
    let (deployment, conversation) = ana(&[]).await;
    vanish(&deployment, message("I had soup", &conversation, None)).await;
    deployment.pass(chrono::Duration::minutes(1));
    let again = deployment.send(message("I had soup", &conversation, None)).await;
    assert_one(&deployment, &[again], 4).await;
}

#[tokio::test]
async fn a_message_that_waits_goes_on_as_soon_as_the_lease_of_one_that_vanished_lapses() {
    let (deployment, conversation) = ana(&[]).await;
    vanish(&deployment, message("I had soup", &conversation, None)).await;
    let (gate, app) = Gate::of(&deployment).await;
    gate.open();
    let lapse = async {
        gate.arrival("GetItem coach-conversations", 2).await;
        deployment.pass(chrono::Duration::minutes(1));
    };
    let (answered, ()) = tokio::join!(deployment.send_through(&app, message("And cake", &conversation, None)), lapse);
    assert_one(&deployment, &[answered], 5).await;
}

#[tokio::test]
async fn the_same_words_at_once_in_a_conversation_are_one_question() {
    for keys in [[None, None], [Some("k-1"), None], [Some("k-1"), Some("k-2")]] {
        let (deployment, conversation) = ana(&[]).await;
        let send = |key| deployment.send(message("I had soup", &conversation, key));
        let replies =
            Gate::at_once(&deployment, keys.map(|key| message("I had soup", &conversation, key)).into()).await;
        let one = replies[0].clone();
        assert_one(&deployment, &replies, 4).await;
        // Each key has its answer.
        for key in keys.into_iter().flatten() {
            let again = send(Some(key)).await;
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{key}");
            assert_one(&deployment, &[one.clone(), again], 4).await;
        }
    }
}

#[tokio::test]
async fn the_same_words_at_once_begin_one_conversation() {
    for keys in [[None, None], [Some("k-1"), None], [Some("k-1"), Some("k-2")]] {
        let deployment = Deployment::new().await;
        deployment.sign_up("ana").await;
        let send = |key| deployment.send(message("Should I switch diets?", &Value::Null, key));
        let replies =
            Gate::at_once(&deployment, keys.map(|key| message("Should I switch diets?", &Value::Null, key)).into());
        let replies = replies.await;
        let one = replies[0].clone();
        assert_one(&deployment, &replies, 2).await;
        for key in keys.into_iter().flatten() {
            assert_one(&deployment, &[one.clone(), send(Some(key)).await], 2).await;
        }
        // Said once more after the answer, they begin another conversation.
        let anew = send(None).await;
        assert_ne!(anew.body["conversation_id"], one.body["conversation_id"]);
        assert_eq!(deployment.coach_transcript("ana").await.len(), 4);
    }
}

#[tokio::test]
async fn a_second_tap_while_claude_thinks_gets_the_answer_to_the_first() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let (gate, app) = Gate::of(&deployment).await;
    let send = || deployment.send_through(&app, message("Should I switch diets?", &Value::Null, None));
    let second = async {
        gate.arrival("POST /v1/messages", 1).await;
        send().await
    };
    let beside = async {
        // The first message finds no conversation; the second finds that of the first, and waits there.
        gate.arrival("GetItem coach-conversations", 4).await;
        gate.open();
    };
    let (one, other, ()) = tokio::join!(send(), second, beside);
    assert_one(&deployment, &[one, other], 2).await;
}

#[tokio::test]
async fn a_second_tap_whose_function_begins_after_the_answer_gets_that_answer() {
    let (deployment, conversation) = ana(&[]).await;
    let tapped_at = deployment.now();
    deployment.pass(chrono::Duration::seconds(2));
    for place in [&conversation, &Value::Null] {
        deployment.claude.clear();
        let before = deployment.coach_transcript("ana").await.len();
        let one = deployment.send(message("Should I switch diets?", place, None).sent_at(tapped_at)).await;
        let late = deployment.send(message("Should I switch diets?", place, None).sent_at(tapped_at)).await;
        assert_one(&deployment, &[one.clone(), late], before + 2).await;
        // Who has read the answer and says the same again is answered again.
        let again = deployment.send(message("Should I switch diets?", place, None)).await;
        assert_ne!(again.body["message_id"], one.body["message_id"]);
    }
}

#[tokio::test]
async fn many_messages_at_once_are_each_answered_once_in_places_of_their_own() {
    let (deployment, conversation) = ana(&[]).await;
    let texts = ["I had soup", "And cake", "I had soup", "And tea", "And cake", "I had soup"];
    let replies = Gate::at_once(&deployment, texts.map(|text| message(text, &conversation, None)).into()).await;
    for (reply, text) in replies.iter().zip(texts) {
        assert_eq!(reply.status, 200, "{text}: {reply:?}");
        let twin = texts.iter().position(|other| *other == text).expect("itself at least");
        assert_eq!(reply.body, replies[twin].body, "{text}");
    }
    assert_eq!(deployment.asked(Task::Coach).len(), 3);
    let transcript = deployment.coach_transcript("ana").await;
    for text in ["I had soup", "And cake", "And tea"] {
        assert_eq!(transcript.iter().filter(|said| **said == user(text)).count(), 1, "{transcript:?}");
    }
    assert_eq!(transcript.len(), 2 + 6);
}

//! Requests that carry an `Idempotency-Key`.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Duration;
use claude_simulator::{FaultKind, Task};
use serde_json::{Value, json};
use test_support::{Exchange, Fate, Intercept};

use harness::{CONSULTATION, Call, Deployment, Interruption, Log, Reply, at_every_moment, items};

fn meal(calories: u32) -> Value {
    json!({"name": "Soup", "meal_type": "lunch", "eaten_at": "2026-11-18T11:00:00Z", "calories": calories,
        "protein_g": 20, "carbs_g": 30, "fat_g": 5})
}

async fn keyed(deployment: &Deployment, function: &'static str, name: &str, key: &str, body: &Value) -> Reply {
    deployment.send(Call::to(function).by(name).header("idempotency-key", key).json(body)).await
}

async fn log(deployment: &Deployment, name: &str, key: &str, calories: u32) -> Reply {
    keyed(deployment, "log-meal", name, key, &meal(calories)).await
}

async fn meals(deployment: &Deployment, name: &str) -> usize {
    items(&deployment.read(Call::to("list-meals").by(name)).await).len()
}

fn assert_repeats(first: &Reply, again: &Reply) {
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
}

#[tokio::test]
async fn a_meal_logged_again_with_its_key_is_the_same_meal() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let first = log(&deployment, "ana", "k-1", 400).await;
    assert_eq!(first.status, 201);
    assert_repeats(&first, &log(&deployment, "ana", "k-1", 400).await);
    assert_eq!(meals(&deployment, "ana").await, 1);
    let list = deployment.read(Call::to("list-meals").by("ana")).await;
    assert_eq!(list["days"][0]["calories"], 400);
}

#[tokio::test]
async fn without_a_key_two_equal_meals_are_two_meals() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for _ in 0..2 {
        deployment.send(Call::to("log-meal").by("ana").json(&meal(400))).await;
    }
    assert_eq!(meals(&deployment, "ana").await, 2);
}

/// Takes every answer that is to be kept for larger than an item may be.
struct TooLarge;

#[async_trait]
impl Intercept for TooLarge {
    async fn before(&self, exchange: &Exchange) -> Fate {
        let keeps = exchange.kind == "UpdateItem idempotency" && exchange.body.to_string().contains("response_body");
        if keeps { Fate::Refuse("ValidationException") } else { Fate::Pass }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_kept_does_not_block_its_key_and_nothing_is_done_twice() {
    let told = Log::capture();
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let app = deployment.app_through(Arc::new(TooLarge)).await;
    let call = Call::to("log-meal").by("ana").header("idempotency-key", "k-1").json(&meal(400));
    let first = deployment.send_through(&app, call.clone()).await;
    let again = deployment.send_through(&app, call).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body["meal_id"], again.body["meal_id"]);
    assert_eq!(meals(&deployment, "ana").await, 1);
    assert_eq!(told.of("idempotent_answer_not_kept").len(), 2);
}

#[tokio::test]
async fn a_message_sent_again_with_its_key_gets_the_same_answer_for_one_bill() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    let said = json!({"session_id": session_id, "message": CONSULTATION[0]});
    let told = json!({"message": "What should I eat tonight?"});
    for (function, body, task) in
        [("send-consultation-message", said, Task::Consultation), ("send-coach-message", told, Task::Coach)]
    {
        let first = keyed(&deployment, function, "ana", "k-1", &body).await;
        assert_eq!(first.status, 200, "{first:?}");
        assert_repeats(&first, &keyed(&deployment, function, "ana", "k-1", &body).await);
        assert_eq!(deployment.asked(task).len(), 1, "{function}");
    }
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), 3);
    assert_eq!(deployment.coach_transcript("ana").await.len(), 2);
}

#[tokio::test]
async fn signing_up_again_with_the_key_answers_with_the_account() {
    let deployment = Deployment::new().await;
    let body = json!({"name": "Ana", "email": "ana@example.com", "age": 34, "weight_kg": 60, "goal": "maintain"});
    let first = keyed(&deployment, "sign-up", "ana", "k-1", &body).await;
    assert_eq!(first.status, 201);
    assert_repeats(&first, &keyed(&deployment, "sign-up", "ana", "k-1", &body).await);
}

#[tokio::test]
async fn a_key_belongs_to_its_body_its_path_and_its_person() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    log(&deployment, "ana", "k-1", 400).await;
    log(&deployment, "ana", "k-1", 500).await.assert_problem(422, "idempotency_key_reused");
    assert_eq!(meals(&deployment, "ana").await, 1);
    assert_eq!(log(&deployment, "ben", "k-1", 500).await.status, 201);
    let other = keyed(&deployment, "send-coach-message", "ana", "k-1", &json!({"message": "Hello there"})).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn a_key_is_forgotten_after_its_time() {
    let deployment = Deployment::with(&[("IDEMPOTENCY_HOURS", "24")]).await;
    deployment.sign_up("ana").await;
    log(&deployment, "ana", "k-1", 400).await;
    deployment.pass(Duration::hours(24) - Duration::seconds(1));
    log(&deployment, "ana", "k-1", 400).await;
    assert_eq!(meals(&deployment, "ana").await, 1);
    deployment.pass(Duration::seconds(1));
    assert_eq!(log(&deployment, "ana", "k-1", 500).await.status, 201);
    assert_eq!(meals(&deployment, "ana").await, 2);
}

#[tokio::test]
async fn a_request_sent_twice_at_once_is_carried_out_once() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let body = json!({"message": "What should I eat tonight?"});
    let send = || keyed(&deployment, "send-coach-message", "ana", "k-1", &body);
    let (one, other) = tokio::join!(send(), send());
    let (answered, early) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(answered.status, 200, "{answered:?}");
    early.assert_retry(409, "request_in_progress");
    assert_repeats(&answered, &send().await);
    assert_eq!(deployment.asked(Task::Coach).len(), 1);
    let (one, other) = tokio::join!(log(&deployment, "ana", "k-2", 400), log(&deployment, "ana", "k-2", 400));
    assert!(one.status == 201 || other.status == 201);
    assert_eq!(meals(&deployment, "ana").await, 1);
}

#[tokio::test]
async fn a_failed_request_can_be_sent_again_with_its_key() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let body = json!({"message": "What should I eat tonight?"});
    let send = || keyed(&deployment, "send-coach-message", "ana", "k-1", &body);
    for _ in 0..2 {
        deployment.claude.inject(FaultKind::Overloaded, 1);
        send().await.assert_retry(503, "model_unavailable");
    }
    let answered = send().await;
    assert_eq!(answered.status, 200);
    assert_repeats(&answered, &send().await);
    let transcript = deployment.coach_transcript("ana").await;
    assert_eq!(transcript.len(), 2, "one question, one reply: {transcript:?}");
}

#[tokio::test]
async fn a_conversation_begun_by_a_repeated_message_goes_on() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let body = json!({"message": "My zucchini plan"});
    deployment.claude.inject(FaultKind::Overloaded, 1);
    keyed(&deployment, "send-coach-message", "ana", "k-1", &body).await;
    let answered = keyed(&deployment, "send-coach-message", "ana", "k-1", &body).await;
    let next = deployment.tell_in("ana", &answered.body, "And what else?").await;
    assert_eq!((next.status, &next.body["conversation_id"]), (200, &answered.body["conversation_id"]));
    assert!(deployment.asked(Task::Coach)[1].body["messages"].to_string().contains("zucchini"));
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_nothing_is_done() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for key in ["", "a b", "é", &"x".repeat(129)] {
        log(&deployment, "ana", key, 400).await.assert_invalid(&["Idempotency-Key"]);
    }
    assert_eq!(meals(&deployment, "ana").await, 0);
    assert_eq!(log(&deployment, "ana", &"x".repeat(128), 400).await.status, 201);
}

#[tokio::test]
async fn completing_with_a_key_twice_leads_to_one_prompt() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let complete = || {
        let call = Call::to("complete-consultation").by("ana").path("session_id", &session_id);
        deployment.send(call.header("idempotency-key", "k-1"))
    };
    assert_eq!(complete().await.status, 202);
    assert_eq!(complete().await.status, 202);
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!(deployment.asked(Task::Prompt).len(), 1);
    assert_eq!(complete().await.status, 202, "the same answer; how it went on is read from the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meal_whose_answer_was_lost_is_one_meal_though_it_was_moved_or_its_person_lives_by_another_clock_since() {
    let since: [fn(&Value) -> Call; 2] = [
        |meal| {
            let id = meal["meal_id"].as_str().expect("an id");
            Call::to("update-meal").by("ana").path("meal_id", id).json(&json!({"eaten_at": "2026-11-16T11:00:00Z"}))
        },
        |_| Call::to("update-profile").by("ana").json(&json!({"timezone": "Asia/Tokyo", "day_starts_at": "21:00"})),
    ];
    for what_follows in since {
        at_every_moment(|moment| async move {
            let deployment = Deployment::new().await;
            deployment.sign_up("ana").await;
            let log = || Call::to("log-meal").by("ana").header("idempotency-key", "k-1").json(&meal(400));
            let (interruption, app) = Interruption::of(&deployment, moment).await;
            let vanished = interruption.run(deployment.send_through(&app, log())).await.is_none();
            let list = || Call::to("list-meals").by("ana");
            if let Some(logged) = items(&deployment.read(list()).await).first() {
                deployment.read(what_follows(logged)).await;
            }
            // Whoever has vanished holds the key for a minute.
            deployment.pass(Duration::minutes(2));
            assert_eq!(deployment.send(log()).await.status, 201, "{moment:?}");
            let list = deployment.read(list()).await;
            let days = list["days"].as_array().expect("days");
            assert_eq!((items(&list).len(), days.len(), &days[0]["calories"]), (1, 1, &json!(400)), "{moment:?}");
            vanished
        })
        .await;
    }
}

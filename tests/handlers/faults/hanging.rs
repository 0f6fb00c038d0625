//! A database that takes connections and never answers holds no function past its own time.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, Region, SharedCredentialsProvider};
use coaching::app::App;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::Instant;

use harness::{Call, Deployment};

/// The functions of a deployment, on the way to AWS that they have in an account, which ends at a server that never answers.
async fn over_a_silent_database(deployment: &Deployment) -> App {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound listener has an address");
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            held.push(connection);
        }
    });
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "test")))
        .endpoint_url(format!("http://{address}"));
    let app = deployment.app();
    let model = app.model().expect("the settings of a test are valid");
    let queue = app.queue().expect("the settings of a test are valid");
    App::new(app.env().clone(), aws.build())
        .with_model(model)
        .with_queue(queue.clone())
        .with_first_prompt_queue(queue)
        .with_clock(app.clock())
}

/// The times are those of a clock that jumps to the next time-out whenever everything waits.
#[tokio::test]
async fn whoever_asks_is_told_before_the_function_is_ended() {
    let deployment = Deployment::new().await;
    let app = over_a_silent_database(&deployment).await;
    tokio::time::pause();
    let meal = json!({"name": "Soup", "meal_type": "lunch", "eaten_at": "2026-11-18T11:00:00Z", "calories": 350,
        "protein_g": 20, "carbs_g": 40, "fat_g": 12});
    let message = json!({"message": "What is for lunch?"});
    for (call, seconds) in [
        (Call::to("get-profile"), 10),
        (Call::to("log-meal").header("idempotency-key", "one").json(&meal), 10),
        (Call::to("send-coach-message").header("idempotency-key", "one").json(&message), 29),
        (Call::to("send-coach-message").json(&message), 29),
    ] {
        let function = call.function();
        let ended_at = deployment.now() + Duration::from_secs(seconds);
        let began = Instant::now();
        let reply = deployment.send_through(&app, call.by("ana").ended_at(ended_at)).await;
        assert_eq!((reply.status, &reply.body["code"]), (503, &json!("temporarily_unavailable")), "{function}");
        assert!(reply.header("retry-after").is_some(), "{function}");
        assert!(began.elapsed() < Duration::from_secs(seconds), "{function}");
    }
}

#[tokio::test]
async fn whoever_is_in_danger_is_answered_all_the_same() {
    let deployment = Deployment::new().await;
    let app = over_a_silent_database(&deployment).await;
    tokio::time::pause();
    let message = json!({"message": crate::safety::CRISIS});
    for key in [None, Some("one")] {
        let call = Call::to("send-coach-message").by("ana").json(&message);
        let call = key.into_iter().fold(call, |call, key| call.header("idempotency-key", key));
        let call = call.ended_at(deployment.now() + Duration::from_secs(29));
        let reply = deployment.send_through(&app, call).await;
        assert_eq!((reply.status, &reply.body["safety"]["kind"]), (200, &json!("crisis")), "{}", reply.body);
        assert!(!reply.body["support"].as_array().expect("a list").is_empty());
    }
}

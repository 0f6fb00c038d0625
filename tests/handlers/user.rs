//! One user as operators look at them.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment, Interruption, Moment};

fn get(user: &str) -> Call {
    Call::to("get-user").by_admin("boss").path("user", user)
}

#[tokio::test]
async fn a_newcomer_is_shown_at_once_by_id_and_by_address() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let by_id = deployment.read(get("ana")).await;
    assert_eq!(deployment.read(get("Ana@example.com")).await, by_id);
    assert_eq!(
        (&by_id["user_id"], &by_id["state"], &by_id["risk"]),
        (&json!("ana"), &json!("waiting"), &json!("none"))
    );
    assert_eq!(by_id["prompt_generation"], json!({"state": "idle"}));
    for field in ["session", "system_prompt_version", "next_check_at", "recipe"] {
        assert_eq!(by_id[field], Value::Null, "{field}");
    }
    assert_eq!((&by_id["suspended"], &by_id["spent_today_usd"]), (&json!(false), &json!(0.0)));
    assert_eq!(by_id["targets_basis"], "body_weight");
}

#[tokio::test]
async fn an_operator_sees_how_far_somebody_has_come_and_nothing_that_was_said_or_written() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    assert_eq!(deployment.complete("ana", &session_id).await.status, 202);
    let generating = deployment.read(get("ana")).await;
    assert_eq!(generating["prompt_generation"], json!({"state": "generating", "since": deployment.now()}));
    assert_eq!(
        (&generating["session"]["status"], &generating["session"]["user_messages"]),
        (&json!("generating"), &json!(6))
    );
    deployment.run_jobs().await;
    let coached = deployment.read(get("ana")).await;
    assert_eq!((&coached["state"], &coached["prompt_generation"]), (&json!("coached"), &json!({"state": "idle"})));
    assert_eq!((&coached["session"]["status"], &coached["update_pending"]), (&json!("complete"), &json!(false)));
    assert_eq!(
        (&coached["system_prompt_version"], &coached["last_prompt_update"]),
        (&json!(1), &json!(deployment.now()))
    );
    assert!(coached["next_check_at"].is_string() && coached["last_behavior_check"].is_string(), "{coached}");
    assert_eq!(coached["recipe"]["variant"], "standard");
    assert!(coached["spent_today_usd"].as_f64().is_some_and(|spent| spent > 0.0));
    for word in ["wedding", "chocolate", "## ", "health", "conversational_profile"] {
        assert!(!coached.to_string().contains(word), "{word}: {coached}");
    }
}

#[tokio::test]
async fn why_a_first_prompt_failed_is_shown() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    deployment.break_queue(true);
    assert_eq!(deployment.complete("ana", &session_id).await.status, 503);
    let failed = deployment.read(get("ana")).await;
    assert_eq!((&failed["state"], &failed["prompt_generation"]["state"]), (&json!("failed"), &json!("failed")));
    assert_eq!(failed["prompt_generation"]["failed_at"], json!(deployment.now()));
    assert!(
        failed["prompt_generation"]["reason"].as_str().is_some_and(|reason| reason.contains("once more")),
        "{failed}"
    );
}

#[tokio::test]
async fn a_fresh_prompt_that_is_stuck_is_seen_until_it_is_there() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.pass(Duration::days(2));
    assert_eq!(deployment.send(Call::to("regenerate-prompt").by("ana")).await.status, 202);
    let asked_at = deployment.now();
    deployment.pass(Duration::hours(3));
    let stuck = deployment.read(get("ana")).await;
    assert_eq!(stuck["prompt_generation"], json!({"state": "generating", "since": asked_at}));
    deployment.run_jobs().await;
    let written = deployment.read(get("ana")).await;
    assert_eq!(
        (&written["prompt_generation"], &written["system_prompt_version"]),
        (&json!({"state": "idle"}), &json!(2))
    );
}

#[tokio::test]
async fn a_user_is_read_once() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    let (interruption, app) = Interruption::of(&deployment, Moment::Never).await;
    deployment.send_through(&app, get("ana")).await;
    let read = interruption.seen().into_iter().filter(|(kind, _)| kind.contains("profiles"));
    assert_eq!(read.map(|(_, times)| times).sum::<usize>(), 1, "{:?}", interruption.seen());
}

#[tokio::test]
async fn why_a_prompt_is_out_of_use_is_shown_until_it_is_in_use_again() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    for withdrawn in [true, false] {
        let body = json!({"withdrawn": withdrawn, "reason": "It shames her."});
        deployment.read(Call::to("withdraw-prompt").by_admin("boss").path("user", "ana").json(&body)).await;
        let shown = json!({"at": deployment.now(), "reason": "It shames her."});
        let user = deployment.read(get("ana")).await;
        assert_eq!(user["prompt_withdrawn"], if withdrawn { shown } else { Value::Null });
        assert_eq!(user["state"], "coached");
    }
}

#[tokio::test]
async fn nobody_and_two_people_of_one_address_are_told_apart() {
    let mut deployment = Deployment::new().await;
    for user in ["nobody", "nobody@example.com", ""] {
        deployment.send(get(user)).await.assert_problem(404, "user_not_found");
    }
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    deployment.edit_profile("ben", "email", AttributeValue::S("ana@example.com".to_owned())).await;
    deployment.send(get("ana@example.com")).await.assert_problem(409, "ambiguous_email");
    deployment.send(Call::to("get-user").by("ana").path("user", "ben")).await.assert_problem(403, "admins_only");
    deployment.send(get("a b@example.com")).await.assert_invalid(&["user"]);
    deployment.lose_tables();
    deployment.send(get("ana")).await.assert_problem(503, "temporarily_unavailable");
}

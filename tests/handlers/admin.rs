//! The admin's report.

use chrono::Duration;
use serde_json::{Value, json};

use crate::harness::{Call, Deployment};

async fn report(deployment: &Deployment) -> Value {
    deployment.read(Call::to("get-report").by_admin("boss")).await
}

#[tokio::test]
async fn the_report_counts_prompts_versions_due_users_and_money() {
    let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    let empty = report(&deployment).await;
    assert_eq!((&empty["users_with_prompts"], &empty["due_for_update"]), (&json!(0), &json!(0)));
    assert_eq!((&empty["users"], &empty["spent_today_usd"]), (&json!([]), &json!(0.0)));

    deployment.sign_up("dan").await;
    for name in ["ana", "ben", "cleo"] {
        deployment.prompted(name, &[]).await;
    }
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    deployment.set_access("ben", false).await;
    let full = report(&deployment).await;
    assert_eq!(full["users_with_prompts"], 3);
    assert_eq!(full["versions_in_use"], json!({"1": 2, "2": 1}));
    assert_eq!(full["due_for_update"], 0);
    assert!(full["spent_today_usd"].as_f64().is_some_and(|spent| spent > 0.0));
    let ben = full["users"].as_array().into_iter().flatten().find(|user| user["user_id"] == "ben").expect("ben");
    assert_eq!((&ben["email"], &ben["system_prompt_version"]), (&json!("ben@example.com"), &json!(1)));
    assert_eq!((&ben["consultation_enabled"], &ben["last_prompt_update"]), (&json!(false), &json!(deployment.now())));
    assert!(!full.to_string().contains("coaching_system_prompt") && !full.to_string().contains("## "));

    deployment.pass(Duration::days(7));
    let due = report(&deployment).await;
    assert_eq!((&due["due_for_update"], &due["spent_today_usd"]), (&json!(3), &json!(0.0)));
    assert!(due["cost_per_update_usd"].as_f64().is_some_and(|cost| cost > 0.0));
}

#[tokio::test]
async fn a_report_lists_as_many_users_as_asked_for_and_counts_them_all() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.prompted(name, &[]).await;
        deployment.pass(Duration::hours(1));
    }
    let call = |limit: &str| Call::to("get-report").by_admin("boss").query("limit", limit);
    let two = deployment.read(call("2")).await;
    assert_eq!(two["users_with_prompts"], 3);
    let listed: Vec<_> = two["users"].as_array().into_iter().flatten().map(|user| &user["user_id"]).collect();
    assert_eq!(listed, ["ana", "ben"], "next check first");
    assert_eq!(deployment.read(call("0")).await["users"], json!([]));
    for limit in ["-1", "1001", "all"] {
        deployment.send(call(limit)).await.assert_invalid(&["limit"]);
    }
}

#[tokio::test]
async fn only_admins_read_the_report() {
    let deployment = Deployment::new().await;
    deployment.send(Call::to("get-report").by("ana")).await.assert_problem(403, "admins_only");
}

//! Who is counted, and how much is read for it.

use chrono::Duration;
use coaching::store::{Epoch, RowChange};
use domain::directory::{ListedUser, RiskCourse};
use domain::profile::{Email, Name, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::report;
use harness::{Call, Deployment, Interruption, Moment};

/// The most requests to DynamoDB that a report may make.
const MOST_READS: usize = 20;

fn ids(report: &Value) -> Vec<&str> {
    let users = report["users"].as_array().into_iter().flatten();
    users.map(|user| user["user_id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn the_report_counts_states_prompts_versions_due_users_and_money() {
    let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    let empty = report(&deployment).await;
    assert_eq!((&empty["users_with_prompts"], &empty["due_for_update"]), (&json!(0), &json!(0)));
    assert_eq!((&empty["users"], &empty["spent_today_usd"]), (&json!([]), &json!(0.0)));

    deployment.sign_up("dan").await;
    deployment.sign_up_admitted("eve").await;
    for name in ["ana", "ben", "cleo"] {
        deployment.prompted(name, &[]).await;
    }
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    deployment.set_access("ben", false).await;
    let full = report(&deployment).await;
    let by_state = json!({"waiting": 1, "consulting": 1, "generating": 0, "failed": 0, "coached": 3, "suspended": 0});
    assert_eq!(full["users_by_state"], by_state);
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
async fn everybody_with_a_prompt_is_listed_once_page_by_page_the_newest_first_whatever_a_run_does_meanwhile() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.prompted(name, &[]).await;
        deployment.pass(Duration::hours(1));
    }
    deployment.pass(Duration::days(8));
    deployment.follow_profiles().await;
    let call = |limit: &str| Call::to("get-report").by_admin("boss").query("limit", limit);
    let first = deployment.read(call("2")).await;
    assert_eq!((&first["users_with_prompts"], ids(&first)), (&json!(3), vec!["cleo", "ben"]));
    let cursor = first["next_cursor"].as_str().expect("there is more");
    deployment.weekly().await;
    deployment.follow_profiles().await;
    let second = deployment.read(call("2").query("cursor", cursor)).await;
    assert_eq!((ids(&second), &second["next_cursor"]), (vec!["ana"], &Value::Null));
    let none = deployment.read(call("0")).await;
    assert_eq!((&none["users"], &none["users_with_prompts"]), (&json!([]), &json!(3)));
    for limit in ["-1", "1001", "all"] {
        deployment.send(call(limit)).await.assert_invalid(&["limit"]);
    }
    deployment.send(call("2").query("cursor", "7b7d")).await.assert_problem(422, "invalid_cursor");
}

/// One of many people, all of whom have prompts and are due in the same week.
fn one_of_many(deployment: &Deployment, number: i64) -> ListedUser {
    let now = deployment.now();
    ListedUser {
        user_id: UserId::new(format!("person-{number}")),
        email: Email::parse("email", &format!("person-{number}@example.com")).expect("an address"),
        name: Name::parse("name", "Noor").expect("a name"),
        created_at: now - Duration::days(number % 300),
        consultation_enabled: true,
        suspended: false,
        generation: None,
        version: u32::try_from(number % 40 + 1).ok(),
        prompt_withdrawn_at: None,
        last_prompt_update: Some(now - Duration::hours(number % 160)),
        next_check_at: Some(now + Duration::hours(number % 160)),
        risk: RiskCourse::default(),
        outcome: None,
    }
}

#[tokio::test]
async fn a_report_of_ten_thousand_people_takes_at_most_twenty_reads() {
    let deployment = Deployment::new().await;
    let changes = (0..10_000).map(|number| one_of_many(&deployment, number));
    let changes: Vec<RowChange> = changes
        .map(|user| RowChange { user_id: user.user_id.clone(), before: None, after: Some(user), mark: Uuid::now_v7() })
        .collect();
    let stores = &deployment.stores;
    let refused = stores.directory.change(&stores.counters, &changes, Epoch::default()).await.expect("written");
    assert!(refused.is_empty());

    let (interruption, app) = Interruption::of(&deployment, Moment::Never).await;
    let call = Call::to("get-report").by_admin("boss").query("limit", "1000");
    let report = deployment.send_through(&app, call).await.body;
    assert_eq!((&report["users_with_prompts"], ids(&report).len()), (&json!(10_000), 1_000));
    let reads = interruption.seen();
    assert!(reads.values().sum::<usize>() <= MOST_READS, "{reads:?}");
}

#[tokio::test]
async fn only_admins_read_the_report_and_without_its_tables_it_says_to_try_again() {
    let mut deployment = Deployment::new().await;
    deployment.send(Call::to("get-report").by("ana")).await.assert_problem(403, "admins_only");
    deployment.lose_tables();
    let reply = deployment.send(Call::to("get-report").by_admin("boss")).await;
    reply.assert_problem(503, "temporarily_unavailable");
}

//! What the model has cost, as admins look at it.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use claude_simulator::FaultKind;
use serde_json::{Value, json};

use harness::{CONSULTATION, Call, Deployment};

fn call() -> Call {
    Call::to("get-spending").by_admin("boss")
}

async fn spending(deployment: &Deployment, query: &[(&str, &str)]) -> Value {
    let call = query.iter().fold(call(), |call, (name, value)| call.query(name, value));
    let answer = deployment.read(call).await;
    assert_adds_up(&answer);
    answer["days"].as_array().expect("days").iter().for_each(assert_adds_up);
    let days = answer["days"].as_array().expect("days").iter().map(|day| nanos(&day["total_usd"]));
    assert_eq!(days.sum::<i64>(), nanos(&answer["total_usd"]), "{answer}");
    answer
}

#[expect(clippy::cast_possible_truncation, reason = "tests spend far less than nine billion dollars")]
fn nanos(amount: &Value) -> i64 {
    (amount.as_f64().expect("an amount") * 1e9).round() as i64
}

#[track_caller]
fn assert_adds_up(sums: &Value) {
    let (total, rest) = (nanos(&sums["total_usd"]), nanos(&sums["unassigned_usd"]));
    for parts in ["by_purpose_usd", "by_pool_usd"] {
        let parts: i64 = sums[parts].as_object().expect("parts").values().map(nanos).sum();
        assert_eq!(parts + rest, total, "{sums}");
    }
}

fn names(sums: &Value) -> Vec<&str> {
    let parts = ["by_purpose_usd", "by_pool_usd"].map(|parts| sums[parts].as_object().expect("parts"));
    parts.into_iter().flat_map(|parts| parts.keys().map(String::as_str)).collect()
}

#[tokio::test]
async fn every_purpose_is_counted_out_of_its_pool_and_they_add_up() {
    let deployment = Deployment::new().await;
    deployment.sign_up("eve").await;
    deployment.tell("eve", "Good morning").await;
    assert_eq!(names(&spending(&deployment, &[]).await), ["coach", "trial"]);
    deployment.consulted("ana").await;
    deployment.tell("ana", "Good morning").await;
    let all = spending(&deployment, &[]).await;
    assert_eq!(names(&all), ["coach", "consultation", "profile", "prompt", "consultation", "live", "trial"], "{all}");
    assert_eq!(nanos(&all["total_usd"]), i64::try_from(deployment.spent_today().await.nanos()).expect("little"));
    let of_eve = spending(&deployment, &[("user", "eve@example.com")]).await;
    assert_eq!((names(&of_eve), &of_eve["user_id"]), (vec!["coach", "trial"], &json!("eve")));
    let of_ana = spending(&deployment, &[("user", "ana")]).await;
    assert_eq!(nanos(&of_ana["total_usd"]) + nanos(&of_eve["total_usd"]), nanos(&all["total_usd"]));
}

#[tokio::test]
async fn a_weekly_batch_is_paid_out_of_the_weekly_pool_and_charged_to_nobody() {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &[3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000]).await;
    deployment.weekly().await;
    deployment.pass(Duration::hours(2));
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    let today = deployment.now().date_naive().to_string();
    let day = [("from", today.as_str()), ("to", today.as_str())];
    let all = spending(&deployment, &day).await;
    assert_eq!(names(&all), ["update", "weekly"], "{all}");
    assert!(nanos(&all["total_usd"]) > 0);
    let of_ana = spending(&deployment, &[day[0], day[1], ("user", "ana")]).await;
    assert_eq!((nanos(&of_ana["total_usd"]), &of_ana["days"]), (0, &json!([])));
}

#[tokio::test]
async fn reading_messages_for_danger_and_what_fails_is_counted_too() {
    let deployment = Deployment::with(&[("SAFETY_MODEL", "claude-haiku-5-5")]).await;
    deployment.sign_up_admitted("ana").await;
    deployment.tell("ana", "Good morning").await;
    assert_eq!(names(&spending(&deployment, &[]).await), ["coach", "safety", "live"]);
    deployment.tell("ana", "I just want to die").await;
    deployment.claude.inject(FaultKind::Refusal, 1);
    let session_id = deployment.start("ana").await;
    deployment.say("ana", &session_id, CONSULTATION[0]).await;
    spending(&deployment, &[("user", "ana")]).await;
    spending(&deployment, &[]).await;
}

#[tokio::test]
async fn days_are_told_apart_and_a_day_without_calls_is_left_out() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let first = deployment.now().date_naive();
    for days in [0, 2, 40] {
        deployment.pass(Duration::days(days));
        deployment.tell("ana", "Good morning").await;
    }
    let listed = |answer: &Value| -> Vec<String> {
        let days = answer["days"].as_array().expect("days").iter();
        days.map(|day| day["day"].as_str().expect("a day").to_owned()).collect()
    };
    let day = |number| (first + Duration::days(number)).to_string();
    assert_eq!(listed(&spending(&deployment, &[]).await), [day(42)]);
    let whole = spending(&deployment, &[("from", &day(0))]).await;
    assert_eq!(listed(&whole), [day(0), day(2), day(42)]);
    assert_eq!((&whole["from"], &whole["to"]), (&json!(day(0)), &json!(day(42))));
    assert_eq!(listed(&spending(&deployment, &[("from", &day(1)), ("to", &day(2))]).await), [day(2)]);
}

#[tokio::test]
async fn a_question_about_spending_names_days_that_there_are_and_a_user() {
    let mut deployment = Deployment::new().await;
    let ask = |query: &[(&str, &str)]| {
        let call = query.iter().fold(call(), |call, (name, value)| call.query(name, value));
        deployment.send(call)
    };
    ask(&[("from", "yesterday"), ("to", "2026-02-30")]).await.assert_invalid(&["from", "to"]);
    ask(&[("from", "2026-11-02"), ("to", "2026-11-01")]).await.assert_invalid(&["to"]);
    ask(&[("from", "2026-08-01"), ("to", "2026-11-01")]).await.assert_invalid(&["from"]);
    assert_eq!(ask(&[("from", "2026-08-02"), ("to", "2026-11-01")]).await.status, 200, "92 days");
    ask(&[("user", "nobody")]).await.assert_problem(404, "user_not_found");
    ask(&[("user", "nobody@example.com")]).await.assert_problem(404, "user_not_found");
    ask(&[("user", "not@an address")]).await.assert_invalid(&["user"]);
    for name in ["ana", "anna"] {
        deployment.sign_up(name).await;
    }
    deployment.edit_profile("anna", "email", AttributeValue::S("ana@example.com".to_owned())).await;
    ask(&[("user", "ana@example.com")]).await.assert_problem(409, "ambiguous_email");
    deployment.send(Call::to("get-spending").by("ana")).await.assert_problem(403, "admins_only");
    deployment.lose_tables();
    deployment.send(call()).await.assert_retry(503, "temporarily_unavailable");
}

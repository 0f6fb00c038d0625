//! What may be spent in a day.

use chrono::Duration;
use serde_json::json;

use harness::{CONSULTATION, Call, Deployment, Log, Reply};

/// A day's budget of one person that holds some messages.
const SOME: (&str, &str) = ("USER_DAILY_BUDGET_USD", "0.1");

/// Talks to the coach until a budget refuses, which takes some messages: the refusal.
async fn talk_until_refused(deployment: &Deployment, name: &str) -> Reply {
    for number in 0..200 {
        let reply = deployment.tell(name, &format!("Question {number}")).await;
        if reply.status != 200 {
            assert!(number > 0, "the first message is answered: {reply:?}");
            return reply;
        }
    }
    panic!("no budget refuses 200 messages")
}

#[tokio::test]
async fn who_has_used_their_share_of_the_day_waits_until_midnight_utc_and_nobody_else_does() {
    let deployment = Deployment::with(&[SOME]).await;
    for name in ["ana", "ben"] {
        deployment.sign_up_admitted(name).await;
    }
    let session_id = deployment.start("ana").await;
    let code = "user_daily_budget_exhausted";
    assert_eq!(talk_until_refused(&deployment, "ana").await.assert_retry(429, code), 12 * 3_600);
    assert_eq!(deployment.say("ana", &session_id, CONSULTATION[0]).await.assert_retry(429, code), 12 * 3_600);
    let asked = deployment.claude.requests().len();
    assert_eq!(deployment.tell("ben", "Good morning, coach").await.status, 200);
    assert_eq!(deployment.claude.requests().len(), asked + 1);
    deployment.eat("ana", deployment.now(), 500).await;

    deployment.pass(Duration::hours(12));
    assert_eq!(deployment.tell("ana", "Good morning, coach").await.status, 200);
}

#[tokio::test]
async fn a_message_that_met_a_used_up_budget_is_kept_and_answered_the_day_after() {
    let deployment = Deployment::with(&[("USER_DAILY_BUDGET_USD", "0.2")]).await;
    deployment.sign_up_admitted("ana").await;
    let session_id = deployment.start("ana").await;
    deployment.say("ana", &session_id, CONSULTATION[0]).await;
    talk_until_refused(&deployment, "ana").await;
    deployment.say("ana", &session_id, CONSULTATION[1]).await.assert_retry(429, "user_daily_budget_exhausted");
    let kept = deployment.transcript("ana", &session_id).await;
    assert_eq!(kept.last(), Some(&format!("user: {}", CONSULTATION[1])));
    deployment.pass(Duration::days(1));
    assert_eq!(deployment.say("ana", &session_id, CONSULTATION[1]).await.status, 200);
    assert_eq!(deployment.transcript("ana", &session_id).await.len(), kept.len() + 1);
}

#[tokio::test]
async fn when_the_share_of_a_pool_is_used_up_everybody_who_draws_from_it_waits_and_operators_are_told() {
    let shares = ("DAILY_BUDGET_SHARES", "live=45,consultation=20,weekly=25,trial=10");
    let deployment = Deployment::with(&[("DAILY_BUDGET_USD", "1"), shares]).await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    deployment.sign_up_admitted("cleo").await;
    let log = Log::capture();
    let refused = talk_until_refused(&deployment, "ana").await;
    assert_eq!(refused.assert_retry(503, "daily_budget_exhausted"), 12 * 3_600);
    for name in ["ana", "ben"] {
        let reply = deployment.tell(name, "Another question").await;
        assert_eq!(reply.assert_retry(503, "daily_budget_exhausted"), 12 * 3_600);
    }
    let told = log.of("budget_share_used");
    let percent: Vec<_> = told.iter().map(|line| (line["pool"].as_str(), line["percent"].as_u64())).collect();
    assert_eq!(percent, [(Some("trial"), Some(80)), (Some("trial"), Some(100))], "{told:?}");
    // Whoever was let in is coached out of another pool.
    assert_eq!(deployment.tell("cleo", "Good morning, coach").await.status, 200);
    let spent = deployment.spent_today().await.dollars();
    assert!(spent <= 0.1 + 0.45, "{spent}");
}

#[tokio::test]
async fn budgets_hold_in_every_environment_of_the_function() {
    // Each call builds its services anew, as a cold start does: what was spent is in the table.
    let deployment = Deployment::with(&[SOME]).await;
    deployment.sign_up("ana").await;
    talk_until_refused(&deployment, "ana").await;
    let (one, other) = tokio::join!(deployment.tell("ana", "One more"), deployment.tell("ana", "And one more"));
    assert_eq!((one.status, other.status), (429, 429));
}

#[tokio::test]
async fn a_budget_of_zero_is_no_limit() {
    let unlimited = [("USER_DAILY_BUDGET_USD", "0"), ("DAILY_BUDGET_USD", "0")];
    let deployment = Deployment::with(&unlimited).await;
    deployment.consulted("ana").await;
    assert_eq!(deployment.tell("ana", "Good morning, coach").await.status, 200);
    let report = deployment.read(Call::to("get-report").by_admin("boss")).await;
    assert!(report["spent_today_usd"].as_f64().is_some_and(|spent| spent > 0.0), "{report}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_paid_for_all_the_same() {
    let deployment = Deployment::with(&[SOME]).await;
    deployment.sign_up("ana").await;
    let before = deployment.spent_today().await;
    deployment.claude.inject(claude_simulator::FaultKind::Refusal, 1);
    assert_eq!(deployment.tell("ana", "Good morning, coach").await.body["declined"], true);
    assert!(deployment.spent_today().await > before);
    assert_eq!(deployment.profile("ana").await["user_id"], json!("ana"));
}

#[tokio::test]
async fn a_share_that_is_spread_over_several_sums_is_used_to_the_last_and_then_until_midnight() {
    // Twelve dollars are two sums; each call is taken for a dollar or two.
    let prices = r#"{"claude-sonnet-5-5":{"input":100,"output":500,"cache_read":5,"cache_write":125}}"#;
    let deployment = Deployment::with(&[
        ("DAILY_BUDGET_USD", "20"),
        ("DAILY_BUDGET_SHARES", "live=20,consultation=10,weekly=10,trial=60"),
        ("USER_DAILY_BUDGET_USD", "0"),
        ("MODEL_PRICES", prices),
        ("COACH_MAX_TOKENS", "200"),
    ])
    .await;
    deployment.sign_up("ana").await;
    let refused = talk_until_refused(&deployment, "ana").await;
    assert_eq!(refused.assert_retry(503, "daily_budget_exhausted"), 12 * 3_600);
    let spending = deployment.app().spending().expect("the settings of a test are valid");
    let sums = spending.pool_sums(deployment.now().date_naive()).await.expect("sums");
    assert_eq!(sums.len(), 2, "{sums:?}");
    assert!(sums.iter().all(|sum| sum.spent == sum.taken && sum.spent <= domain::money::Usd::from(6.0)), "{sums:?}");
}

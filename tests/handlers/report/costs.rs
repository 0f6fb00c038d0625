//! What the next runs may cost.

use chrono::Duration;
use serde_json::{Value, json};

use super::report;
use harness::{Call, Deployment};

fn usd(report: &Value, field: &str) -> f64 {
    report[field].as_f64().expect("a sum")
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9
}

#[tokio::test]
async fn who_is_due_at_the_next_run_is_counted_though_nobody_is_due_now() {
    let deployment = Deployment::new().await;
    // Wednesday: due again from Wednesday on, so at the run of Sunday in a week.
    deployment.prompted("ana", &[]).await;
    let now = report(&deployment).await;
    assert_eq!((&now["due_for_update"], &now["due_at_next_run"]), (&json!(0), &json!(0)));
    deployment.pass(Duration::days(5));
    let after_sunday = report(&deployment).await;
    assert_eq!(after_sunday["next_run_at"], "2026-11-29T03:00:00Z");
    assert_eq!((&after_sunday["due_for_update"], &after_sunday["due_at_next_run"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn before_the_first_run_the_share_is_the_backtests_and_costs_follow_from_it() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.prompted(name, &[]).await;
    }
    deployment.pass(Duration::days(5));
    let report = report(&deployment).await;
    let expected = json!({"share": 0.38, "source": "backtest", "runs": null, "checked": null});
    assert_eq!(report["expected_share_changed"], expected);
    let each = usd(&report, "cost_per_update_usd");
    assert!(close(usd(&report, "cost_next_run_without_change_detection_usd"), 2.0 * each));
    assert!(close(usd(&report, "cost_next_run_usd"), 2.0 * 0.38 * each));
    let year = 2.0 * 365.0 / 7.0 * 0.38 * each;
    assert!((usd(&report, "cost_year_usd") / year - 1.0).abs() < 0.001, "{report}");
}

#[tokio::test]
async fn after_a_run_the_share_and_the_cost_are_those_of_the_last_runs() {
    let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.prompted("ana", &[2_000; 10]).await;
    deployment.prompted("ben", &[2_000; 10]).await;
    for _ in 0..7 {
        deployment.eat("ana", deployment.now(), 2_000).await;
        deployment.eat("ben", deployment.now(), 4_000).await;
        deployment.pass(Duration::days(1));
    }
    let before = deployment.spent_today().await;
    deployment.weekly().await;
    let spent = deployment.spent_today().await.dollars() - before.dollars();
    let report = report(&deployment).await;
    let expected = json!({"share": 0.5, "source": "last_runs", "runs": 1, "checked": 2});
    assert_eq!(report["expected_share_changed"], expected, "ben alone has changed");
    assert!(close(usd(&report, "cost_per_update_usd"), spent), "{report}");
    assert_eq!(report["versions_in_use"], json!({"1": 1, "2": 1}));
}

#[tokio::test]
async fn a_run_without_change_detection_says_what_an_update_costs_and_not_how_many_change() {
    let settings = [("PROMPT_UPDATE_MODE", "immediate"), ("ENABLE_CHANGE_DETECTION", "false")];
    let mut deployment = Deployment::with(&settings).await;
    deployment.prompted("ana", &[2_000; 10]).await;
    deployment.live("ana", &[2_000; 7]).await;
    let before = deployment.spent_today().await;
    deployment.weekly().await;
    let spent = deployment.spent_today().await.dollars() - before.dollars();
    let runs = deployment.read(Call::to("list-runs").by_admin("boss")).await;
    assert_eq!((&runs["items"][0]["change_detection"], &runs["items"][0]["updated"]), (&json!(false), &json!(1)));
    deployment.set("ENABLE_CHANGE_DETECTION", "true");
    let report = report(&deployment).await;
    let expected = json!({"share": 0.38, "source": "backtest", "runs": null, "checked": null});
    assert_eq!(report["expected_share_changed"], expected, "the run has rewritten everybody");
    assert!(close(usd(&report, "cost_per_update_usd"), spent), "{report}");
}

#[tokio::test]
async fn without_change_detection_everybody_is_expected_and_without_updates_nothing_is() {
    let mut deployment = Deployment::with(&[("ENABLE_CHANGE_DETECTION", "false")]).await;
    deployment.prompted("ana", &[]).await;
    deployment.pass(Duration::days(5));
    let without = report(&deployment).await;
    assert_eq!(without["expected_share_changed"]["source"], "change_detection_off");
    assert!(close(usd(&without, "cost_next_run_usd"), usd(&without, "cost_next_run_without_change_detection_usd")));
    deployment.set("ENABLE_AUTOMATIC_UPDATES", "false");
    let off = report(&deployment).await;
    assert_eq!((&off["next_run_at"], &off["due_at_next_run"]), (&Value::Null, &json!(0)));
    assert!(close(usd(&off, "cost_next_run_usd"), 0.0) && close(usd(&off, "cost_year_usd"), 0.0));
}

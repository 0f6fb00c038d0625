//! Whose prompt is rewritten, why, and what stays.

use domain::coaching_prompt::{CoachingPrompt, Section};
use serde_json::{Value, json};

use super::{CHANGED, deployment, deployment_with};
use harness::{Call, Deployment};

fn rules(version: &Value, field: &str) -> Vec<String> {
    let rules = version["decision"]["rules"].as_array().expect("a decision has rules");
    rules.iter().map(|rule| rule[field].as_str().expect("a word").to_owned()).collect()
}

fn parse(version: &Value) -> CoachingPrompt {
    CoachingPrompt::parse(version["prompt"].as_str().expect("a text")).expect("nine sections")
}

#[tokio::test]
async fn changed_behaviour_rewrites_the_sections_that_follow_it_and_no_other() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &CHANGED).await;
    deployment.weekly().await;
    let history = deployment.prompts("ana").await;
    assert_eq!(history.len(), 2);
    let new = &history[0];
    assert_eq!((&new["version"], &new["reason"]), (&json!(2), &json!("weekly")));
    assert_eq!(rules(new, "rule"), ["adherence"]);
    assert!(new["decision"]["summary"].as_str().is_some_and(|text| !text.is_empty()));
    assert_eq!(new["behavioral_data"]["days_over_target"], 5);
    let (before, after) = (parse(&history[1]), parse(new));
    for section in Section::ALL {
        assert_eq!(before.body(section) == after.body(section), !section.follows_behavior(), "{section:?}");
    }
    assert!(new["cost_usd"].as_f64() < history[1]["cost_usd"].as_f64(), "two sections cost less than nine");
    let profile = deployment.profile("ana").await;
    assert_eq!(profile["system_prompt_version"], 2);
    assert_eq!(profile["last_prompt_update"], json!(deployment.now()));
    let behavior = deployment.behavior("ana").await;
    assert_eq!(behavior["last_decision"], new["decision"]);
    assert_eq!(deployment.tell("ana", "Hello there").await.body["system_prompt_version_used"], 2);
}

#[tokio::test]
async fn a_steady_user_costs_no_call_and_keeps_the_date_of_the_prompt() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    let profile = deployment.profile("ana").await;
    deployment.claude.clear();
    for _ in 0..3 {
        deployment.live("ana", &[2_000; 7]).await;
        assert_eq!(deployment.begin_weekly().await, 1, "the user is checked");
        deployment.run_jobs().await;
        assert_eq!(deployment.behavior("ana").await["last_behavior_check"], json!(deployment.now()));
    }
    assert!(deployment.claude.requests().is_empty());
    assert_eq!(deployment.profile("ana").await, profile, "the date of the prompt does not move");
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn slow_drift_triggers_although_no_single_week_does() {
    let week = [3_000, 3_000, 2_000, 2_000, 2_000, 2_000, 2_000];
    let versions = |drift: &'static str| async move {
        let deployment = deployment_with(&[("ENABLE_DRIFT_DETECTION", drift)]).await;
        deployment.prompted("ana", &[2_000; 30]).await;
        let mut versions = Vec::new();
        for _ in 0..4 {
            deployment.live("ana", &week).await;
            deployment.weekly().await;
            versions.push(deployment.versions("ana").await[0]);
        }
        (versions, deployment)
    };
    // Two more of thirty days each week: 6.7 points against last week, 13.3 against the prompt after two.
    let (with_drift, deployment) = versions("true").await;
    assert_eq!(with_drift, [1, 2, 2, 3]);
    assert_eq!(rules(&deployment.prompts("ana").await[0], "baseline"), ["current_prompt"]);
    assert_eq!(versions("false").await.0, [1, 1, 1, 1], "each skip has replaced the baseline");
}

#[tokio::test]
async fn the_most_consistent_users_are_not_rewritten_every_week() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.prompted("ben", &[2_000; 9]).await;
    for _ in 0..5 {
        for _ in 0..7 {
            deployment.eat("ana", deployment.now(), 2_000).await;
            deployment.live("ben", &[2_000]).await;
        }
        deployment.weekly().await;
    }
    assert_eq!(deployment.versions("ana").await, [1], "a streak longer than the window is the same behaviour");
    assert_eq!(deployment.versions("ben").await, [2, 1], "a streak that grows by 7 a week is told of once");
}

#[tokio::test]
async fn who_stops_logging_is_asked_about_it_and_not_accused_of_overeating() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &[0; 7]).await;
    deployment.weekly().await;
    let new = deployment.prompts("ana").await.remove(0);
    assert_eq!(new["version"], 2);
    let mut found = rules(&new, "rule");
    found.sort();
    assert_eq!(found, ["logging", "streak"]);
    assert_eq!(new["behavioral_data"]["adherence_rate"], json!(1.0));
}

#[tokio::test]
async fn the_first_evidence_about_a_new_user_is_a_change() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[]).await;
    deployment.live("ana", &[2_000; 7]).await;
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    let silent = super::deployment().await;
    silent.prompted("ben", &[]).await;
    silent.live("ben", &[0; 7]).await;
    silent.weekly().await;
    assert_eq!(silent.versions("ben").await, [1], "nobody is rewritten for having just begun");
}

#[tokio::test]
async fn exactly_the_threshold_is_no_change_and_one_day_more_is() {
    // Three of thirty days are exactly a tenth.
    for (over, versions) in [(3, vec![1]), (4, vec![2, 1])] {
        let deployment = deployment().await;
        deployment.prompted("ana", &[2_000; 30]).await;
        let week: Vec<u32> = (0..7).map(|day| if day < over { 3_000 } else { 2_000 }).collect();
        deployment.live("ana", &week).await;
        deployment.weekly().await;
        assert_eq!(deployment.versions("ana").await, versions, "{over} days over target");
    }
}

#[tokio::test]
async fn thresholds_come_from_the_settings() {
    let deployment = deployment_with(&[("ADHERENCE_CHANGE_THRESHOLD", "0.20")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &CHANGED).await;
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [1], "5 of 30 days is less than a fifth");
}

#[tokio::test]
async fn without_change_detection_every_check_rewrites() {
    let deployment = deployment_with(&[("ENABLE_CHANGE_DETECTION", "false")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    for _ in 0..2 {
        deployment.live("ana", &[2_000; 7]).await;
        deployment.weekly().await;
    }
    assert_eq!(deployment.versions("ana").await, [3, 2, 1]);
    assert_eq!(rules(&deployment.prompts("ana").await[0], "rule"), ["change_detection_off"]);
}

#[tokio::test]
async fn days_are_those_of_the_user() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"timezone": "America/Denver"}))).await;
    for _ in 0..7 {
        // 19:30 in Denver: in UTC it is the next day already.
        deployment.eat("ana", deployment.now() + chrono::Duration::minutes(14 * 60 + 30), 2_000).await;
        deployment.pass(chrono::Duration::days(1));
    }
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    assert_eq!(deployment.behavior("ana").await["meal_logging_streak_days"], 37);
}

#[tokio::test]
async fn who_has_no_prompt_is_not_checked() {
    let deployment: Deployment = deployment().await;
    deployment.sign_up("ana").await;
    deployment.live("ana", &CHANGED).await;
    assert_eq!(deployment.begin_weekly().await, 0);
}

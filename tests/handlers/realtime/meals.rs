//! What the next meal after a streak leads to, and what it does not.

use chrono::Duration;
use domain::coaching_prompt::{CoachingPrompt, Section};
use serde_json::json;

use super::{TWO_WEEKS, assert_rewritten, broken, deployment, deployment_with};
use harness::{Call, Deployment, record};

#[tokio::test]
async fn the_next_meal_after_a_broken_streak_has_the_prompt_rewritten_with_its_reason() {
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("realtime")));
    let decision = &prompts[0]["decision"];
    let rule = &decision["rules"][0];
    assert_eq!((&rule["rule"], &rule["baseline"]), (&json!("broken_streak"), &json!("ended_streak")));
    assert_eq!((&rule["from"], &rule["to"], &rule["threshold"]), (&json!(14.0), &json!(1.0), &json!(14.0)));
    let summary = decision["summary"].as_str().expect("a sentence");
    assert!(summary.contains("2026-12-01") && summary.contains("the next one has 1 day by now"), "{summary}");
    assert_eq!(prompts[0]["behavioral_data"]["meal_logging_streak_days"], 1);
}

#[tokio::test]
async fn only_the_sections_that_follow_behaviour_are_rewritten() {
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    let [after, before] = [0, 1]
        .map(|at| CoachingPrompt::parse(prompts[at]["prompt"].as_str().expect("a prompt")).expect("nine sections"));
    for section in Section::ALL {
        assert_eq!(after.body(section) != before.body(section), section.follows_behavior(), "{section:?}");
    }
}

#[tokio::test]
async fn it_waits_for_the_person_to_finish_logging() {
    for (minutes, seconds) in [("0", 0), ("10", 600)] {
        let deployment = broken(&[("REALTIME_SETTLE_MINUTES", minutes)]).await;
        deployment.first_meal("ana").await;
        assert_eq!((deployment.take_reasons().len(), deployment.last_delay_seconds()), (1, seconds));
    }
}

#[tokio::test]
async fn the_same_record_twice_queues_one_rewriting() {
    let deployment = broken(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    deployment.first_meal("ana").await;
    let meal = record("ana", "INSERT", deployment.today(), 1);
    deployment.stream(&[meal.clone(), meal.clone()]).await;
    let jobs = deployment.take_jobs();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    for _ in 0..2 {
        assert!(deployment.deliver(&jobs[0]).await.batch_item_failures.is_empty());
    }
    deployment.pass(Duration::hours(1));
    deployment.stream(&[meal]).await;
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn the_days_after_it_tell_nothing_new() {
    let deployment = broken(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    for _ in 0..3 {
        deployment.pass(Duration::days(1));
        deployment.first_meal("ana").await;
    }
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_prompt_that_was_written_since_the_streak_was_broken_is_not_rewritten_for_it() {
    let deployment = broken(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    deployment.pass(Duration::hours(1));
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_streak_whose_days_were_logged_after_the_prompt_is_none_that_it_knows() {
    let deployment = deployment_with(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    deployment.prompted("ana", &[]).await;
    for days_ago in 3..=16 {
        deployment.eat("ana", deployment.now() - Duration::days(days_ago), 2_000).await;
    }
    deployment.pass(Duration::hours(1));
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    assert_rewritten(&deployment).await;
}

#[tokio::test]
async fn what_the_queue_refused_is_queued_by_the_next_look_although_nothing_new_is_noticed_then() {
    let deployment = broken(&[]).await;
    deployment.eat("ana", deployment.now(), 2_000).await;
    deployment.break_queue(true);
    let refused = deployment.watch(json!({"Records": [record("ana", "INSERT", deployment.today(), 1)]})).await;
    assert_eq!(refused, json!({"batchItemFailures": [{"itemIdentifier": "1"}]}));
    deployment.break_queue(false);
    deployment.pass(Duration::days(1));
    deployment.first_meal("ana").await;
    deployment.run_jobs().await;
    assert_rewritten(&deployment).await;
}

#[tokio::test]
async fn a_streak_that_goes_on_or_was_short_is_no_reason() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[]).await;
    deployment.live("ana", &TWO_WEEKS).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty(), "yesterday was logged");
    let deployment = broken(&[("REALTIME_STREAK_DAYS", "15")]).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty(), "14 days are fewer than 15");
}

#[tokio::test]
async fn a_day_that_is_logged_late_before_the_next_meal_mends_the_streak() {
    let deployment = broken(&[]).await;
    let yesterday = deployment.now() - Duration::days(1);
    deployment.eat("ana", yesterday, 2_000).await;
    deployment.stream(&[record("ana", "INSERT", yesterday.date_naive(), 1)]).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_day_that_is_logged_late_while_the_rewriting_waits_leaves_the_prompt_alone() {
    let deployment = broken(&[]).await;
    deployment.first_meal("ana").await;
    deployment.eat("ana", deployment.now() - Duration::days(1), 2_000).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn who_has_no_prompt_or_no_account_is_not_concerned() {
    let deployment = deployment().await;
    deployment.sign_up("ana").await;
    deployment.live("ana", &TWO_WEEKS).await;
    deployment.live("ana", &[0]).await;
    deployment.first_meal("ana").await;
    deployment.stream(&[record("nobody", "INSERT", deployment.today(), 1)]).await;
    assert_eq!(deployment.daily().await, 0, "nobody is watched");
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn whose_prompt_is_new_waits_for_the_weekly_run_and_is_not_rewritten_later_for_the_same_streak() {
    let deployment = deployment_with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.prompted("ana", &[2_000; 14]).await;
    deployment.live("ana", &[2_000, 0]).await;
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty(), "the prompt is two days old");
    deployment.pass(Duration::days(1));
    deployment.live("ana", &[2_000; 4]).await;
    deployment.stream(&[record("ana", "INSERT", deployment.today() - Duration::days(5), 1)]).await;
    assert!(deployment.take_jobs().is_empty(), "it was noticed by then");
    deployment.weekly().await;
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("weekly")));
}

#[tokio::test]
async fn the_spacing_has_the_tolerance_of_the_weekly_run() {
    for (hours, rewritings) in [(11, 1), (13, 0)] {
        let deployment = deployment().await;
        deployment.prompted("ana", &[2_000; 14]).await;
        deployment.live("ana", &[2_000, 2_000, 2_000, 2_000, 2_000, 0]).await;
        deployment.pass(Duration::days(1) - Duration::hours(hours));
        deployment.first_meal("ana").await;
        assert_eq!(deployment.take_reasons().len(), rewritings, "{hours} hours before a week is over");
    }
}

#[tokio::test]
async fn the_spacing_is_the_one_that_is_set() {
    for (min_days, rewritings) in [("0", 1), ("3", 1), ("4", 0), ("7", 0)] {
        let deployment = deployment_with(&[("MIN_DAYS_BETWEEN_UPDATES", min_days)]).await;
        deployment.prompted("ana", &[2_000; 14]).await;
        deployment.live("ana", &[2_000, 2_000, 0]).await;
        deployment.first_meal("ana").await;
        assert_eq!(deployment.take_reasons().len(), rewritings, "{min_days} days, and the prompt is three days old");
    }
}

#[tokio::test]
async fn streaks_are_no_subject_where_the_coach_is_careful_about_eating() {
    let deployment = broken(&[]).await;
    let body = json!({"risk": "no_deficit", "reason": "Told of an eating disorder."});
    deployment.read(Call::to("set-risk").by_admin("boss").path("user", "ana").json(&body)).await;
    deployment.take_jobs();
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn switched_off_nothing_is_read_and_nothing_is_done() {
    for switch in ["ENABLE_REALTIME_UPDATES", "ENABLE_AUTOMATIC_UPDATES"] {
        let mut deployment: Deployment = broken(&[(switch, "false")]).await;
        deployment.eat("ana", deployment.now(), 2_000).await;
        deployment.lose_tables();
        deployment.stream(&[record("ana", "INSERT", deployment.today(), 1)]).await;
        assert_eq!(deployment.watch(json!({})).await, json!({"outcome": "disabled"}));
        assert!(deployment.take_jobs().is_empty(), "{switch}");
    }
}

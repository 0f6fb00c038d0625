//! When somebody is due.

use chrono::{DateTime, Duration, Utc};
use coaching::api::schedules::WeeklyAnswer;
use domain::local_day::TimeZone;
use domain::schedule::{UpdateDays, UpdateSchedule};
use serde_json::json;

use super::{CHANGED, deployment, deployment_with};
use harness::{Call, Deployment, TARGET};

/// Runs as the scheduler does at `at`, with a worker that comes to it seven seconds late; answers with the jobs queued.
async fn run_at(deployment: &Deployment, at: DateTime<Utc>) -> u32 {
    let late = at + Duration::seconds(7);
    deployment.pass(late - deployment.now());
    let WeeklyAnswer::Started { jobs_queued, run_id, as_of, .. } = deployment.schedule(Some(at)).await else {
        panic!("updates are not disabled");
    };
    assert_eq!((run_id, as_of), (at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true), at));
    deployment.run_jobs().await;
    jobs_queued
}

fn sunday(week: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-11-29T03:00:00Z".parse().expect("an instant");
    first + Duration::weeks(week)
}

#[tokio::test]
async fn a_weekly_run_finds_a_user_every_week_although_the_worker_writes_seconds_after_it_began() {
    for mode in ["true", "false"] {
        // With detection off every check writes a version, with it on none does: both must come again next week.
        let deployment = deployment_with(&[("ENABLE_CHANGE_DETECTION", mode)]).await;
        deployment.prompted("ana", &[2_000; 30]).await;
        for week in 0..4 {
            assert_eq!(run_at(&deployment, sunday(week)).await, 1, "week {week}");
            assert_eq!(run_at(&deployment, sunday(week) + Duration::days(1)).await, 0, "a day after week {week}");
        }
    }
}

#[tokio::test]
async fn without_tolerance_a_user_is_due_after_exactly_the_days_that_are_set() {
    let settings = [("UPDATE_DUE_TOLERANCE_HOURS", "0"), ("MIN_DAYS_BETWEEN_UPDATES", "7")];
    let deployment = deployment_with(&settings).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    assert_eq!(run_at(&deployment, sunday(0)).await, 1);
    assert_eq!(run_at(&deployment, sunday(1) - Duration::seconds(1)).await, 0);
    assert_eq!(run_at(&deployment, sunday(1)).await, 1);
}

#[tokio::test]
async fn with_fourteen_days_between_updates_every_second_run_checks() {
    let deployment = deployment_with(&[("MIN_DAYS_BETWEEN_UPDATES", "14")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    let mut found = Vec::new();
    for week in 0..5 {
        found.push(run_at(&deployment, sunday(week)).await);
    }
    assert_eq!(found, [0, 1, 0, 1, 0]);
}

#[tokio::test]
async fn with_daily_runs_and_three_days_between_updates_every_third_run_checks() {
    for tolerance in ["0", "12", "23"] {
        let settings = [("MIN_DAYS_BETWEEN_UPDATES", "3"), ("UPDATE_DUE_TOLERANCE_HOURS", tolerance)];
        let deployment = deployment_with(&settings).await;
        deployment.prompted("ana", &[2_000; 30]).await;
        let mut found = Vec::new();
        let monday = sunday(0) + Duration::days(1);
        for day in 0..7 {
            found.push(run_at(&deployment, monday + Duration::days(day)).await);
        }
        assert_eq!(found, [1, 0, 0, 1, 0, 0, 1], "from Monday to Sunday, with a tolerance of {tolerance} hours");
    }
}

#[tokio::test]
async fn a_change_of_the_clocks_makes_nobody_wait_for_a_day_or_come_a_day_early() {
    let time = chrono::NaiveTime::from_hms_opt(3, 0, 0).expect("a time");
    let timezone = TimeZone::parse("timezone", "Europe/Berlin").expect("a known zone");
    let runs = UpdateSchedule { days: UpdateDays::parse("daily").expect("every day"), time, timezone };
    for before_the_change in ["2027-03-25T12:00:00Z", "2027-10-28T12:00:00Z"] {
        let deployment = deployment_with(&[("MIN_DAYS_BETWEEN_UPDATES", "3")]).await;
        deployment.prompted("ana", &[2_000; 30]).await;
        let mut at: DateTime<Utc> = before_the_change.parse().expect("an instant");
        let mut found = Vec::new();
        for _ in 0..7 {
            at = runs.next_run_after(at);
            found.push(run_at(&deployment, at).await);
        }
        assert_eq!(found, [1, 0, 0, 1, 0, 0, 1], "from the Friday before the clocks change");
    }
}

#[tokio::test]
async fn with_a_list_of_days_a_user_is_checked_on_each_of_them() {
    let deployment = deployment_with(&[("MIN_DAYS_BETWEEN_UPDATES", "3")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    // Mondays and Thursdays: three days from one to the next, and four across the end of the week.
    for days in [1, 4, 8, 11] {
        assert_eq!(
            run_at(&deployment, sunday(0) + Duration::days(days)).await,
            1,
            "{days} days after the first Sunday"
        );
    }
}

#[tokio::test]
async fn a_daily_run_that_is_begun_twice_is_one_run() {
    let deployment = deployment_with(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    assert_eq!((run_at(&deployment, sunday(0)).await, run_at(&deployment, sunday(0)).await), (1, 0));
    let run = deployment.stores.runs.get("2026-11-29T03:00:00Z").await.expect("readable").expect("a run");
    assert_eq!((run.shards_queued, run.counters.checked), (1, 1));
    assert_eq!(run_at(&deployment, sunday(0) + Duration::days(1)).await, 1);
}

#[tokio::test]
async fn the_report_tells_the_next_of_several_runs() {
    let deployment =
        deployment_with(&[("PROMPT_UPDATE_DAY", "Thu, mon"), ("PROMPT_UPDATE_TIMEZONE", "Europe/Berlin")]).await;
    // It is Wednesday the 18th of November.
    let next = async || deployment.read(Call::to("get-report").by_admin("boss")).await["next_run_at"].clone();
    assert_eq!(next().await, "2026-11-19T02:00:00Z");
    deployment.pass(Duration::days(1));
    assert_eq!(next().await, "2026-11-23T02:00:00Z");
}

#[tokio::test]
async fn with_no_days_between_updates_every_run_checks_everybody_once() {
    let deployment = deployment_with(&[("MIN_DAYS_BETWEEN_UPDATES", "0")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    for hour in 1..4 {
        let at = deployment.now() + Duration::hours(hour);
        assert_eq!(run_at(&deployment, at).await, 1);
        assert_eq!(run_at(&deployment, at).await, 0, "not twice in the same run");
    }
}

#[tokio::test]
async fn switched_off_the_run_does_nothing_and_says_so() {
    let deployment = deployment_with(&[("ENABLE_AUTOMATIC_UPDATES", "false")]).await;
    deployment.prompted("ana", &[TARGET; 30]).await;
    deployment.live("ana", &CHANGED).await;
    let answer = deployment.schedule(None).await;
    assert_eq!(answer, WeeklyAnswer::Disabled);
    assert_eq!(serde_json::to_value(answer).expect("an answer"), json!({"outcome": "disabled"}));
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.versions("ana").await, [1]);
}

#[tokio::test]
async fn a_run_by_hand_needs_no_time() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &CHANGED).await;
    let event = serde_json::from_str::<coaching::api::schedules::WeeklyEvent>("{}").expect("an event");
    assert_eq!(event.scheduled_time, None);
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn users_are_found_after_the_number_of_shards_has_changed() {
    let mut deployment = deployment_with(&[("UPDATE_SHARDS", "8")]).await;
    for name in ["ana", "ben", "cleo", "dan", "eve"] {
        deployment.prompted(name, &[]).await;
    }
    deployment.set("UPDATE_SHARDS", "2");
    deployment.pass(Duration::days(7));
    deployment.weekly().await;
    for name in ["ana", "ben", "cleo", "dan", "eve"] {
        assert_eq!(deployment.behavior(name).await["last_behavior_check"], json!(deployment.now()), "{name}");
    }
    deployment.pass(Duration::days(7));
    assert!(deployment.begin_weekly().await <= 2, "by now all have moved to the new shards");
}

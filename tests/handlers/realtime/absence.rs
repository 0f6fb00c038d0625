//! The daily look at people whose streak has ended without another meal.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::jobs::Job;
use serde_json::json;
use test_support::{client_at, endpoint};

use super::{TWO_WEEKS, deployment, deployment_with};
use harness::{Call, Deployment, Log, record};

/// Somebody who logs the last of 14 days today, as the function knows.
async fn logging(deployment: &Deployment, name: &str) {
    deployment.prompted(name, &[]).await;
    deployment.live(name, &TWO_WEEKS[1..]).await;
    deployment.first_meal(name).await;
}

#[tokio::test]
async fn who_stays_away_is_noticed_once_a_whole_day_without_a_meal_is_over() {
    let deployment = deployment().await;
    logging(&deployment, "ana").await;
    for _ in 0..2 {
        assert_eq!(deployment.daily().await, 0);
        deployment.pass(Duration::days(1));
    }
    assert_eq!(deployment.daily().await, 1);
    deployment.run_jobs().await;
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("realtime")));
    let rule = &prompts[0]["decision"]["rules"][0];
    assert_eq!((&rule["from"], &rule["to"]), (&json!(14.0), &json!(0.0)));
    assert_eq!(deployment.daily().await, 0, "it is not watched any more");
    deployment.pass(Duration::days(14));
    deployment.first_meal("ana").await;
    assert!(deployment.take_jobs().is_empty(), "the meal after it tells nothing new");
}

#[tokio::test]
async fn a_streak_that_goes_on_is_moved_on_every_day() {
    let deployment = deployment().await;
    logging(&deployment, "ana").await;
    for _ in 0..5 {
        deployment.pass(Duration::days(1));
        deployment.first_meal("ana").await;
        assert_eq!(deployment.daily().await, 0);
    }
    deployment.pass(Duration::days(2));
    assert_eq!(deployment.daily().await, 1);
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn a_streak_whose_record_was_lost_is_looked_at_before_it_counts_as_broken() {
    let deployment = deployment().await;
    logging(&deployment, "ana").await;
    deployment.pass(Duration::days(1));
    deployment.eat("ana", deployment.now(), 2_000).await;
    deployment.pass(Duration::days(1));
    assert_eq!(deployment.daily().await, 1, "as far as is known it is broken");
    assert!(deployment.take_jobs().is_empty(), "and it is not");
    assert_eq!(deployment.daily().await, 0, "it is watched on");
    deployment.pass(Duration::days(1));
    assert_eq!(deployment.daily().await, 1);
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn the_day_is_the_one_of_the_persons_zone() {
    // At noon in UTC it is one in the morning of the next day in Auckland, and two in Kiritimati.
    for (zone, hours) in [("Pacific/Auckland", 47), ("America/Los_Angeles", 44), ("Pacific/Kiritimati", 46)] {
        let deployment = deployment().await;
        deployment.prompted("ana", &[]).await;
        deployment.read(Call::to("update-profile").by("ana").json(&json!({"timezone": zone}))).await;
        deployment.live("ana", &TWO_WEEKS[1..]).await;
        let meal = deployment.eat("ana", deployment.now(), 2_000).await;
        let day = meal["day"].as_str().expect("a day").parse().expect("a day");
        deployment.stream(&[record("ana", "INSERT", day, 1)]).await;
        // The midnight at which a whole day is over.
        deployment.pass(Duration::hours(hours) - Duration::seconds(1));
        assert_eq!(deployment.daily().await, 0, "{zone}");
        deployment.pass(Duration::seconds(1));
        assert_eq!(deployment.daily().await, 1, "{zone}");
        assert_eq!(deployment.take_reasons(), ["realtime"], "{zone}");
    }
}

#[tokio::test]
async fn days_that_were_all_logged_late_are_noticed_by_the_next_look() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[]).await;
    deployment.pass(Duration::days(20));
    let mut records = Vec::new();
    for days_ago in 3..17 {
        let eaten_at = deployment.now() - Duration::days(days_ago);
        deployment.eat("ana", eaten_at, 2_000).await;
        records.push(record("ana", "INSERT", eaten_at.date_naive(), records.len()));
    }
    deployment.stream(&records).await;
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.daily().await, 1);
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn days_that_were_logged_late_are_noticed_although_today_was_logged_before_them() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[]).await;
    deployment.pass(Duration::days(20));
    deployment.first_meal("ana").await;
    for days_ago in 3..17 {
        let eaten_at = deployment.now() - Duration::days(days_ago);
        deployment.eat("ana", eaten_at, 2_000).await;
        deployment.stream(&[record("ana", "INSERT", eaten_at.date_naive(), 1)]).await;
    }
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.daily().await, 1);
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn an_entry_of_the_index_that_cannot_be_read_hides_nobody_behind_it() {
    let deployment = deployment().await;
    logging(&deployment, "ana").await;
    deployment.pass(-Duration::days(13));
    logging(&deployment, "ben").await;
    let update = client_at(endpoint()).update_item().table_name(&deployment.tables.streaks);
    let update = update.key("user_id", AttributeValue::S("ana".to_owned()));
    let update = update.update_expression("SET broken_at = :nonsense");
    let nonsense = AttributeValue::S("2026-11-01 in the evening".to_owned());
    update.expression_attribute_values(":nonsense", nonsense).send().await.expect("the table takes it");
    deployment.pass(Duration::days(2));
    let log = Log::capture();
    assert_eq!(deployment.daily().await, 1);
    assert_eq!(deployment.take_reasons(), ["realtime"]);
    assert!(!log.of("item_unreadable").is_empty());
}

#[tokio::test]
async fn one_who_cannot_be_read_keeps_nobody_from_being_noticed() {
    let deployment = deployment().await;
    logging(&deployment, "ana").await;
    deployment.pass(-Duration::days(13));
    logging(&deployment, "ben").await;
    deployment.move_to_nowhere("ana").await;
    deployment.pass(Duration::days(2));
    assert_eq!(deployment.daily().await, 1);
    let jobs = deployment.take_jobs();
    let [Job::Generate { user_id, .. }] = jobs.as_slice() else { panic!("{jobs:?}") };
    assert_eq!(user_id.as_str(), "ben");
    assert_eq!(deployment.daily().await, 1, "ana stays for the next look");
}

#[tokio::test]
async fn when_the_time_is_up_the_rest_is_handed_on() {
    let deployment = deployment_with(&[("UPDATE_SHARDS", "4")]).await;
    logging(&deployment, "ana").await;
    deployment.pass(Duration::days(2));
    deployment.watch(json!({})).await;
    let [job] = <[Job; 1]>::try_from(deployment.take_jobs()).expect("a shard");
    let soon = deployment.now() + Duration::seconds(60);
    let answer = deployment.deliver_ended_at(&deployment.app(), &job, soon).await;
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(deployment.take_jobs(), std::slice::from_ref(&job));
    assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn a_queue_that_refuses_is_asked_again_and_takes_one_rewriting() {
    let deployment = deployment().await;
    logging(&deployment, "ana").await;
    deployment.pass(Duration::days(2));
    deployment.watch(json!({})).await;
    let [job] = <[Job; 1]>::try_from(deployment.take_jobs()).expect("a shard");
    deployment.break_queue(true);
    assert_eq!(deployment.deliver(&job).await.batch_item_failures.len(), 1);
    deployment.break_queue(false);
    for _ in 0..2 {
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
    }
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn a_pause_keeps_a_streak_however_long_it_is_and_from_its_end_on_it_can_be_broken() {
    let deployment = deployment().await;
    logging(&deployment, "ana").await;
    deployment.pass(Duration::days(1));
    let pause = |body| Call::to("pause-tracking").by("ana").json(&body);
    let until = deployment.today() + Duration::days(60);
    deployment.read(pause(json!({"from": deployment.today(), "to": until}))).await;
    for _ in 0..20 {
        deployment.pass(Duration::days(1));
        deployment.daily().await;
    }
    assert!(deployment.take_jobs().is_empty(), "it goes on over the pause");
    // Earlier than it was meant to: from today on the days count again.
    deployment.read(pause(json!({}))).await;
    deployment.daily().await;
    assert!(deployment.take_jobs().is_empty(), "today may be logged still");
    deployment.pass(Duration::days(1));
    deployment.daily().await;
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

//! Records of the stream as they may come: unreadable, of others, of somebody who cannot be looked at.

use coaching::api::streaks::StreakEvent;
use harness::{Deployment, record};
use serde_json::{Value, json};

use super::broken;

/// Ana with a broken streak, and Ben who cannot be read.
async fn ana_and_unreadable_ben() -> Deployment {
    let deployment = broken(&[]).await;
    deployment.sign_up("ben").await;
    deployment.move_to_nowhere("ben").await;
    deployment.eat("ana", deployment.now(), 2_000).await;
    deployment
}

#[tokio::test]
async fn both_sample_events_are_understood() {
    let daily: Value =
        serde_json::from_str(include_str!("../../../events/streak-watcher.daily.json")).expect("the sample event");
    let event: StreakEvent = serde_json::from_value(daily).expect("an event");
    assert!(matches!(event, StreakEvent::Daily { scheduled_time: Some(_) }), "{event:?}");
    let meals: Value =
        serde_json::from_str(include_str!("../../../events/streak-watcher.json")).expect("the sample event");
    let deployment = Deployment::with(&[("ENABLE_REALTIME_UPDATES", "true")]).await;
    assert_eq!(deployment.watch(meals).await, json!({"batchItemFailures": []}));
}

#[tokio::test]
async fn what_cannot_be_read_harms_nobody_else_and_is_not_sent_again() {
    let deployment = ana_and_unreadable_ben().await;
    let today = deployment.today();
    let mut of_another_day = record("ana", "INSERT", today, 3);
    of_another_day["dynamodb"]["Keys"]["item"] = json!({"S": "day#tomorrow"});
    let mut of_a_meal = record("ana", "INSERT", today, 4);
    of_a_meal["dynamodb"]["Keys"]["item"] = json!({"S": format!("meal#{today}#7b0e1f6c")});
    let records = [
        json!({"eventName": "INSERT"}),
        json!(null),
        record("ben", "INSERT", today, 2),
        of_another_day,
        of_a_meal,
        record("ana", "INSERT", today, 5),
    ];
    deployment.stream(&records).await;
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

#[tokio::test]
async fn a_record_that_could_not_be_handled_is_asked_for_again_from_its_first_on() {
    let mut deployment = broken(&[]).await;
    deployment.eat("ana", deployment.now(), 2_000).await;
    let today = deployment.today();
    let event = json!({"Records": [record("nobody", "INSERT", today, 6), record("ana", "INSERT", today, 7),
        record("ana", "MODIFY", today, 8)]});
    deployment.lose_meals(true);
    assert_eq!(deployment.watch(event.clone()).await, json!({"batchItemFailures": [{"itemIdentifier": "7"}]}));
    deployment.lose_meals(false);
    deployment.break_queue(true);
    assert_eq!(deployment.watch(event.clone()).await, json!({"batchItemFailures": [{"itemIdentifier": "7"}]}));
    deployment.break_queue(false);
    for _ in 0..2 {
        assert_eq!(deployment.watch(event.clone()).await, json!({"batchItemFailures": []}));
    }
    assert_eq!(deployment.take_reasons(), ["realtime"]);
}

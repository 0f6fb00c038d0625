//! The watch over logging streaks: from the stream of meals, and by a daily look at those who stay away.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::api::streaks::StreakEvent;
use coaching::jobs::Job;
use domain::profile::UserId;
use serde_json::{Value, json};

use super::looks::versions;
use super::{Again, Begun, Scene, UseCase};
use crate::weekly::exact::{log, read};
use harness::{Deployment, record};

const WATCHED: &[(&str, &str)] = &[
    ("ENABLE_REALTIME_UPDATES", "true"),
    ("UPDATE_SHARDS", "1"),
    ("REALTIME_STREAK_DAYS", "3"),
    ("REALTIME_SETTLE_MINUTES", "0"),
    // A prompt is asked for once more where the answer was lost, as it is in operation.
    ("CLAUDE_MAX_RETRIES", "1"),
];

/// Somebody with a prompt whose streak of four days is broken: yesterday there was no meal.
async fn broken(deployment: &Deployment, name: &str) {
    deployment.sign_up(name).await;
    let first_day = deployment.now().date_naive() - Duration::days(20);
    deployment.edit_profile(name, "first_day", AttributeValue::S(first_day.to_string())).await;
    let profile = read(deployment, &UserId::new(name)).await;
    for days_ago in 2..=5 {
        log(deployment, &profile, days_ago, profile.current_targets().daily_calories).await;
    }
    let mut version = deployment.version(name, 0, Deployment::prompt_text().await);
    version.entry.created_at = deployment.now() - Duration::days(10);
    deployment.write_version(version).await;
}

/// What the stream tells of the first meal of today.
async fn first_meal(deployment: &Deployment, name: &str) -> StreakEvent {
    deployment.eat(name, deployment.now(), 2_000).await;
    let records = json!({"Records": [record(name, "INSERT", deployment.now().date_naive(), 1)]});
    serde_json::from_value(records).expect("an event of the function")
}

/// Watches a broken streak.
async fn watched(deployment: &Deployment, name: &str) {
    broken(deployment, name).await;
    let broken_at = deployment.now() - Duration::hours(1);
    deployment.stores.streaks.watch(&UserId::new(name), "000", broken_at).await.expect("it is watched");
}

fn rewritten_once(_: &str) -> Value {
    json!([[2, "realtime"], [1, "initial"]])
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "meal after a broken streak",
        function: "streak-watcher",
        scene: Scene::Queue,
        variables: WATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                broken(deployment, name).await;
                Begun::Streaks(first_meal(deployment, name).await)
            })
        },
        again: Again::Done,
        look: versions,
        noticed: rewritten_once,
    },
    UseCase {
        name: "daily look at streaks",
        function: "streak-watcher",
        scene: Scene::Queue,
        variables: WATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                watched(deployment, name).await;
                Begun::Streaks(StreakEvent::Daily { scheduled_time: Some(deployment.now()) })
            })
        },
        again: Again::Done,
        look: versions,
        noticed: rewritten_once,
    },
    UseCase {
        name: "look at those who stay away",
        function: "prompt-worker",
        scene: Scene::Queue,
        variables: WATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                watched(deployment, name).await;
                Begun::Job(Job::Absences { shard: "000".to_owned(), as_of: deployment.now(), request_id: None })
            })
        },
        again: Again::Done,
        look: versions,
        noticed: rewritten_once,
    },
    UseCase {
        name: "rewriting in real time",
        function: "prompt-worker",
        scene: Scene::Queue,
        variables: WATCHED,
        begin: |deployment, name| {
            Box::pin(async move {
                broken(deployment, name).await;
                deployment.first_meal(name).await;
                Begun::Job(deployment.take_jobs().pop().expect("a job"))
            })
        },
        again: Again::Done,
        look: versions,
        noticed: rewritten_once,
    },
];

//! Every due user is handled once in a run, whatever is repeated or breaks off, and the counters add up.

mod done;
mod faults;
mod given_up;
mod killed;
mod lag;
mod lost;
mod one_row;
mod poison;
mod requests;
mod resumed;
mod spoilt;
mod switched_off;
mod twice;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::app::FromApp as _;
use coaching::jobs::Job;
use coaching::service::BehavioralTracker;
use coaching::store::{HistoryEntry, NewVersion, RunCounters, RunRecord, RunState, WriteOutcome};
use domain::behavior::BehaviorMetrics;
use domain::meals::{Grams, Macros, Meal, MealId, MealType, NewMeal};
use domain::profile::{Profile, UserId};
use domain::run_part::RunPart;
use uuid::Uuid;

use harness::Deployment;

/// Days that a seeded person has logged: just enough evidence, because it takes most of the time of these tests.
const LOGGED_DAYS: i64 = 5;

/// A deployment with one shard, and with nothing in it that takes the time of many tests.
async fn deployment(mode: &str, others: &[(&str, &str)]) -> Deployment {
    let mut variables = vec![("PROMPT_UPDATE_MODE", mode), ("UPDATE_SHARDS", "1"), ("UPDATE_CONCURRENCY", "2")];
    variables.extend(others);
    Deployment::with(&variables).await
}

/// A person with prompt version 1 who is due, written straight into the stores: in target on every day, or of late over
/// it on every day.
pub async fn seed(deployment: &Deployment, name: &str, changed: bool) {
    seed_in(deployment, "000", name, changed).await;
}

/// The same in another shard.
async fn seed_in(deployment: &Deployment, shard: &str, name: &str, changed: bool) {
    deployment.sign_up(name).await;
    let user_id = UserId::new(name);
    let mut profile = read(deployment, &user_id).await;
    let target = profile.current_targets().daily_calories;
    for days_ago in 1..=LOGGED_DAYS {
        log(deployment, &profile, days_ago, target).await;
    }
    let first_day = profile.timezone.day_of(deployment.now() - Duration::days(LOGGED_DAYS));
    deployment.edit_profile(name, "first_day", AttributeValue::S(first_day.to_string())).await;
    profile = read(deployment, &user_id).await;
    let metrics = measure(deployment, &profile).await;
    if changed {
        for days_ago in 1..=LOGGED_DAYS {
            log(deployment, &profile, days_ago, target).await;
        }
    }
    let version = deployment.version(name, 0, Deployment::prompt_text().await);
    let entry = HistoryEntry { behavioral_data: Some(metrics), ..version.entry };
    let (next_check_at, update_shard) = (deployment.now() - Duration::hours(1), Some(shard.to_owned()));
    deployment.write_version(NewVersion { entry, next_check_at, update_shard, ..version }).await;
}

pub async fn read(deployment: &Deployment, user_id: &UserId) -> Profile {
    deployment.stores.profiles.get(user_id).await.expect("readable").expect("there")
}

async fn measure(deployment: &Deployment, profile: &Profile) -> BehaviorMetrics {
    let tracker = BehavioralTracker::from_app(&deployment.app()).expect("the settings of a test are valid");
    tracker.calculate_metrics(profile, deployment.now()).await.expect("measured").metrics
}

pub async fn log(deployment: &Deployment, profile: &Profile, days_ago: i64, calories: u32) {
    let grams = |value: f64| Grams::from(value);
    let meal = NewMeal {
        name: "Lunch".to_owned(),
        meal_type: MealType::Lunch,
        eaten_at: (deployment.now() - Duration::days(days_ago)).into(),
        calories,
        macros: Macros::known(grams(120.0), grams(200.0), grams(60.0)),
        notes: None,
    };
    let meal = Meal::log(MealId(Uuid::now_v7()), meal, &profile.calendar(), deployment.now());
    let logged = deployment.stores.meals.log(&profile.user_id, &meal).await.expect("an answer");
    assert_eq!(logged, WriteOutcome::Written);
}

/// Begins a run and answers with its identity and its only job.
async fn begin(deployment: &Deployment) -> (String, Job) {
    assert_eq!(deployment.begin_weekly().await, 1, "one shard has due users");
    let job = deployment.take_jobs().remove(0);
    let Job::Part(RunPart { run_id, .. }) = &job else { panic!("a shard's job: {job:?}") };
    (run_id.clone(), job)
}

/// Lets Claude finish its batches and the collector apply them until none is left.
pub async fn settle(deployment: &Deployment) {
    for _ in 0..10 {
        deployment.claude.finish_batches();
        deployment.collect().await.expect("a collection");
        assert_eq!(deployment.run_queue().await, [], "nothing is given up");
        let open = deployment.stores.batches.open().await.expect("a list");
        if open.batches.is_empty() && open.submissions.is_empty() {
            return;
        }
    }
    panic!("there is always another batch");
}

async fn run_record(deployment: &Deployment, run_id: &str) -> RunRecord {
    deployment.stores.runs.get(run_id).await.expect("readable").expect("there")
}

/// Asserts that a run is done, that it counted `people` people, and that its counters add up.
async fn assert_done(deployment: &Deployment, run_id: &str, people: u64) -> RunCounters {
    let RunRecord { state, shards_queued, shards_done, counters, .. } = run_record(deployment, run_id).await;
    assert_eq!((state, shards_done), (RunState::Done, shards_queued), "{counters:?}");
    assert_eq!(counters.checked, people, "{counters:?}");
    let RunCounters { unchanged, updated, failed, overtaken, .. } = counters;
    assert_eq!(counters.checked, unchanged + updated + failed + overtaken, "{counters:?}");
    counters
}

/// How often Claude was paid for a rewriting of each person, at once or in a batch.
pub fn bills(deployment: &Deployment) -> BTreeMap<String, usize> {
    let mut bills = BTreeMap::new();
    for request in deployment.claude.requests() {
        for item in request.body["requests"].as_array().into_iter().flatten() {
            let id = item["custom_id"].as_str().expect("an id").split('_').next().expect("a user").to_owned();
            *bills.entry(id).or_default() += 1;
        }
    }
    bills
}

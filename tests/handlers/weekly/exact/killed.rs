//! A worker, the updater or the collector vanishes before or after any step that reaches the outside.

use claude_simulator::Task;
use coaching::api::schedules::CollectorAnswer;
use coaching::api::schedules::WeeklyEvent;
use coaching::app::FromApp as _;
use coaching::service::{BatchCollector, WeeklyUpdater};
use domain::money::Usd;

use super::{assert_done, begin, bills, deployment, seed, settle};
use crate::harness::{Deployment, Interruption, Moment, VISIBILITY};

/// More steps than any of them takes.
const MOST_STEPS: usize = 200;

/// Ana, who is steady, and the others, who have changed.
async fn people(mode: &str, others: &[&str]) -> Deployment {
    let deployment = deployment(mode, &[]).await;
    for (name, changed) in [("ana", false)].into_iter().chain(others.iter().map(|name| (*name, true))) {
        seed(&deployment, name, changed).await;
    }
    deployment.claude.clear();
    deployment
}

/// Tries every moment in turn, two at a time, until the work is done before the moment comes.
async fn at_every_moment<F: Future<Output = bool>>(kill: impl Fn(Moment) -> F) {
    for step in 0..MOST_STEPS {
        let (before, after) = tokio::join!(Box::pin(kill(Moment::Before(step))), Box::pin(kill(Moment::After(step))));
        assert_eq!(before, after, "step {step} is there or not");
        if !before {
            assert!(step > 2, "only {step} steps were tried");
            return;
        }
    }
    panic!("it takes more than {MOST_STEPS} steps");
}

/// What the newest versions of these people have cost.
async fn cost_of_updates(deployment: &Deployment, names: &[&str]) -> Usd {
    let mut sum = Usd::ZERO;
    for name in names {
        sum += Usd::from(deployment.prompts(name).await[0]["cost_usd"].as_f64().expect("a cost"));
    }
    sum
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_at_any_point_of_a_batched_run_loses_nobody_and_pays_once() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.deliver_through(&app, &job)).await.is_none();
        deployment.pass(VISIBILITY);
        if vanished {
            deployment
                .app()
                .queue()
                .expect("a queue")
                .send(&job)
                .await
                .expect("the queue delivers again what was not carried out");
        }
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!((counters.unchanged, counters.updated, counters.batched), (1, 1, 1), "{moment:?}");
        assert_eq!(deployment.versions("ana").await, [1], "{moment:?}");
        assert_eq!(deployment.versions("ben").await, [2, 1], "{moment:?}");
        assert_eq!(bills(&deployment)["ben"], 1, "{moment:?}");
        assert!(deployment.asked(Task::Update).is_empty(), "{moment:?}: nothing outside the batch");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_at_any_point_of_an_immediate_run_pays_nothing_twice() {
    at_every_moment(|moment| async move {
        let deployment = people("immediate", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.deliver_through(&app, &job)).await.is_none();
        deployment.pass(VISIBILITY);
        if vanished {
            deployment
                .app()
                .queue()
                .expect("a queue")
                .send(&job)
                .await
                .expect("the queue delivers again what was not carried out");
        }
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!(counters.unchanged, 1, "{moment:?}");
        let versions = deployment.versions("ben").await;
        assert!(versions == [2, 1] || versions == [1], "{moment:?}: {versions:?}");
        let updated = u64::from(versions == [2, 1]);
        assert_eq!((counters.updated, counters.failed), (updated, 1 - updated), "{moment:?}");
        assert!(deployment.asked(Task::Update).len() <= 1, "{moment:?}: one bill");
        assert!(counters.failed == 0 || vanished, "{moment:?}");

        // Whose rewriting was cut off is looked at again by the next run.
        deployment.pass(chrono::Duration::days(7));
        deployment.weekly().await;
        assert!(deployment.versions("ben").await.contains(&2), "{moment:?}");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_vanishes_at_any_point_writes_and_counts_every_result_once() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben", "cleo"]).await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        // One answer, and one request that the batch leaves unanswered.
        deployment.claude.inject(claude_simulator::FaultKind::BatchErrored, 1);
        deployment.claude.finish_batches();
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let service = BatchCollector::from_app(&app).expect("the settings of a test are valid");
        let answer = interruption.run(coaching::api::schedules::collect_batches(&service)).await;
        let vanished = answer.is_none();
        if let Some(answer) = answer {
            let CollectorAnswer { prompts_updated, .. } = answer.expect("a collection");
            assert_eq!(prompts_updated, 1);
        }
        deployment.pass(VISIBILITY);
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 3).await;
        assert_eq!((counters.updated, counters.failed, counters.overtaken), (2, 0, 0), "{moment:?}");
        for name in ["ben", "cleo"] {
            assert_eq!(deployment.versions(name).await, [2, 1], "{moment:?}");
        }
        let submitted: usize = bills(&deployment).values().sum();
        assert_eq!(submitted, 3, "{moment:?}: two, and the one that was left unanswered again");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_vanishes_at_any_point_of_the_last_batch_does_not_leave_the_run_open() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        deployment.claude.finish_batches();
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let service = BatchCollector::from_app(&app).expect("the settings of a test are valid");
        let vanished = interruption.run(coaching::api::schedules::collect_batches(&service)).await.is_none();
        deployment.pass(VISIBILITY);
        settle(&deployment).await;
        assert_eq!(assert_done(&deployment, &run_id, 2).await.updated, 1, "{moment:?}");
        assert!(deployment.spent_today().await >= cost_of_updates(&deployment, &["ben"]).await, "{moment:?}");
        vanished
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_updater_that_vanishes_at_any_point_is_invoked_again_and_begins_one_run() {
    at_every_moment(|moment| async move {
        let deployment = people("batch", &["ben"]).await;
        let at = deployment.now();
        let event = || WeeklyEvent { scheduled_time: Some(at) };
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let service = WeeklyUpdater::from_app(&app).expect("the settings of a test are valid");
        let vanished = interruption.run(coaching::api::schedules::begin_weekly_run(&service, event())).await.is_none();
        deployment.schedule(Some(at)).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        let run_id = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!(counters.updated, 1, "{moment:?}");
        assert_eq!(bills(&deployment).values().sum::<usize>(), 1, "{moment:?}");
        vanished
    })
    .await;
}

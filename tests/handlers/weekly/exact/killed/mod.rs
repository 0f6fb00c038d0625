//! A worker, the updater or the collector vanishes before or after any step that reaches the outside.

mod collector;
mod updater;
mod worker;

use chrono::{DateTime, Duration, Utc};
use coaching::api::schedules::{CollectorAnswer, collect_batches};
use coaching::app::FromApp as _;
use coaching::jobs::Job;
use coaching::service::BatchCollector;

use super::{deployment, seed};
use harness::{Deployment, Interruption, Moment, VISIBILITY, at_every_moment};

/// Ana, who is steady, and the others, who have changed.
async fn people(mode: &str, others: &[&str]) -> Deployment {
    let deployment = deployment(mode, &[]).await;
    for (name, changed) in [("ana", false)].into_iter().chain(others.iter().map(|name| (*name, true))) {
        seed(&deployment, name, changed).await;
    }
    deployment.claude.clear();
    deployment
}

/// Delivers a job to a worker that vanishes at `moment`; answers with whether it did. If so, the queue delivers it again.
async fn deliver(deployment: &Deployment, job: &Job, moment: Moment) -> bool {
    deliver_ended_at(deployment, job, moment, deployment.now() + Duration::minutes(15)).await
}

/// The same with a worker that is ended at `ended_at` if it does not vanish before.
async fn deliver_ended_at(deployment: &Deployment, job: &Job, moment: Moment, ended_at: DateTime<Utc>) -> bool {
    let (interruption, app) = Interruption::of(deployment, moment).await;
    let delivered = interruption.run(deployment.deliver_ended_at(&app, job, ended_at)).await;
    deployment.pass(VISIBILITY);
    if let Some(response) = &delivered {
        assert!(response.batch_item_failures.is_empty(), "{moment:?}");
    } else {
        deployment.app().queue().expect("a queue").send(job).await.expect("what was not carried out comes back");
    }
    delivered.is_none()
}

/// Runs a collector that vanishes at `moment`; `None` if it did.
async fn collect(deployment: &Deployment, moment: Moment) -> Option<CollectorAnswer> {
    let (interruption, app) = Interruption::of(deployment, moment).await;
    let service = BatchCollector::from_app(&app).expect("the settings of a test are valid");
    let answer = interruption.run(collect_batches(&service, deployment.now() + Duration::minutes(5), "killed")).await;
    deployment.pass(VISIBILITY);
    answer.map(|answer| answer.expect("a collection"))
}

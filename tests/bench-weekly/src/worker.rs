//! The weekly run as it is deployed: updater, worker and collector over the real stores. Only the queue, the clock and the
//! model are stand-ins.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use chrono::{DateTime, Duration, Utc};
use coaching::app::{App, FromApp as _};
use coaching::config::{model, writing};
use coaching::jobs::{Job, JobQueue, QueueError};
use coaching::service::{BatchCollector, PlannedRun, PromptWorker, WeeklyUpdater};
use coaching::store::RunCounters;
use coaching::system::Clock;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use test_support::app;

use crate::child::Progress;
use crate::counting::Counting;
use crate::measure::{Figures, Stopwatch};
use crate::model::InstantModel;
use crate::pacing::{self, PutForward};
use crate::scene::{CONCURRENCY, Failure, as_of, variables};

/// What a check writes, by which the users who are done are counted.
const CHECKS: &str = "UpdateItem profiles";
/// What the log would call the run.
const RUN: &str = "bench";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        as_of()
    }
}

#[derive(Default)]
struct Queue(Mutex<Vec<Job>>);

impl Queue {
    fn take(&self) -> Vec<Job> {
        std::mem::take(&mut *self.0.lock().expect("nothing panics while it holds the queue"))
    }
}

#[async_trait]
impl JobQueue for Queue {
    async fn send_after(&self, job: &Job, _delay: std::time::Duration) -> Result<(), QueueError> {
        self.0.lock().expect("nothing panics while it holds the queue").push(job.clone());
        Ok(())
    }
}

/// Takes all due users of the database that `client` reaches through a whole run.
pub async fn run(client: &Client, users: u64) -> Result<(Figures, RunCounters), Failure> {
    let (client, counting) = Counting::of(client);
    let app = app(&client, variables());
    let (prices, prompt_model) = (model::prices(app.env())?, writing::prompt_model(app.env())?);
    let model = Arc::new(InstantModel::new(prices, prompt_model));
    let queue = Arc::new(Queue::default());
    let app = app.with_model(model.clone()).with_queue(queue.clone()).with_clock(Arc::new(FixedClock));
    let app = app.with_timer(Arc::new(PutForward));
    let updater = WeeklyUpdater::from_app(&app)?;
    let worker = PromptWorker::from_app(&app)?;
    let collector = BatchCollector::from_app(&app)?;
    let progress = Progress::begin("weekly run", users);

    let stopwatch = Stopwatch::start()?;
    let PlannedRun::Started { run_id, .. } = updater.run_weekly_prompt_updates(Some(as_of()), RUN).await? else {
        return Err("automatic updates are disabled".into());
    };
    let watched = watch(&counting, &progress);
    tokio::select! {
        done = work(&worker, &queue) => done?,
        () = watched => {}
    }
    collector.collect(as_of() + Duration::minutes(5)).await?;
    work(&worker, &queue).await?;
    let usage = stopwatch.stop()?;
    progress.end();

    let counters = counters(&app, &run_id).await?;
    let (batches, changed) = model.submitted();
    let cost_usd = counters.cost.dollars();
    let (requests, busiest) = (counting.requests(), counting.busiest());
    Ok((Figures { usage, users: counters.checked, changed, requests, busiest, batches, cost_usd }, counters))
}

/// Carries out jobs until none is left, as many at a time as the queue hands out.
async fn work(worker: &PromptWorker, queue: &Queue) -> Result<(), Failure> {
    let ended_at = as_of() + Duration::minutes(15);
    loop {
        let jobs = queue.take();
        if jobs.is_empty() {
            return Ok(());
        }
        let jobs = jobs.into_iter().map(|job| pacing::job(worker.carry_out(job, ended_at)));
        stream::iter(jobs).buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
    }
}

async fn watch(counting: &Counting, progress: &Progress) {
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        progress.done_so_far(counting.count(CHECKS));
    }
}

async fn counters(app: &App, run_id: &str) -> Result<RunCounters, Failure> {
    Ok(app.runs()?.get(run_id).await?.ok_or("the run has left no record")?.counters)
}

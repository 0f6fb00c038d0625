//! A small deployment in the middle of a weekly run, which can be put back to where it was.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use coaching::jobs::Job;
use coaching::store::schema::TABLES;
use coaching::store::{OpenBatch, RunCounters, RunRecord, RunState, StopCause, StoppedPart, WriteOutcome};
use domain::lease::Lease;
use domain::money::Usd;
use domain::run_part::{PartKind, RunPart};
use serde_json::json;
use test_support::{client_at, endpoint};

use super::super::seed_in;
use super::tables::items_of;
use harness::{Call, Deployment, Item};

/// Everybody: three whose prompt is to be rewritten, one who has not changed, one in a consultation, one who waits for it.
pub(super) const EVERYBODY: [&str; 6] = ["ana", "ben", "cleo", "dora", "emil", "fay"];
/// Whose prompt is to be rewritten.
pub(super) const CHANGED: [&str; 3] = ["ana", "ben", "cleo"];

/// Where the weekly run finds somebody.
pub(super) fn shard_of(name: &str) -> &'static str {
    if ["ana", "dora"].contains(&name) { "000" } else { "001" }
}

pub(super) struct Scene {
    pub(super) deployment: Deployment,
    /// The jobs of the run.
    pub(super) jobs: Vec<Job>,
    tables: BTreeMap<String, Vec<Item>>,
    keys: BTreeMap<String, Vec<&'static str>>,
    now: DateTime<Utc>,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let variables = [("PROMPT_UPDATE_MODE", "batch"), ("UPDATE_SHARDS", "2"), ("UPDATE_CONCURRENCY", "2")];
        let deployment = Deployment::with(&variables).await;
        for name in ["ana", "ben", "cleo", "dora"] {
            seed_in(&deployment, shard_of(name), name, CHANGED.contains(&name)).await;
        }
        deployment.sign_up_admitted("emil").await;
        let session_id = deployment.start("emil").await;
        assert_eq!(deployment.say("emil", &session_id, harness::CONSULTATION[0]).await.status, 200);
        deployment.sign_up("fay").await;
        for open in [true, false] {
            deployment.set_access("fay", open).await;
        }
        for name in ["ana", "ben"] {
            assert_eq!(deployment.tell(name, "Good morning").await.status, 200);
        }
        for label in ["Spring", "Summer"] {
            let terms = json!({"uses": 1, "expires_at": "2026-12-31T00:00:00Z", "label": label});
            assert_eq!(
                deployment.send(Call::to("issue-consultation-key").by_admin("boss").json(&terms)).await.status,
                201
            );
        }
        earlier_run(&deployment).await;
        deployment.follow_profiles().await;
        assert_eq!(deployment.begin_weekly().await, 2);
        let jobs = deployment.take_jobs();
        let (mut tables, mut keys) = (BTreeMap::new(), BTreeMap::new());
        for definition in TABLES {
            let table = deployment.tables.variables()[definition.variable].clone();
            tables.insert(table.clone(), items_of(&table).await);
            keys.insert(table, definition.key.iter().map(|key| key.name).collect());
        }
        let now = deployment.now();
        Self { deployment, jobs, tables, keys, now }
    }

    /// Puts tables, clock, queue and Claude back to where the run has begun.
    pub(super) async fn restore(&self) {
        let client = client_at(endpoint());
        for (table, items) in &self.tables {
            let keys = &self.keys[table];
            let key_of =
                |item: &Item| -> Item { keys.iter().map(|key| ((*key).to_owned(), item[*key].clone())).collect() };
            let there = items_of(table).await;
            for item in there.iter().filter(|item| !items.contains(item)) {
                let gone = client.delete_item().table_name(table).set_key(Some(key_of(item))).send().await;
                gone.expect("the table takes it");
            }
            for item in items.iter().filter(|item| !there.contains(item)) {
                let put = client.put_item().table_name(table).set_item(Some(item.clone())).send().await;
                put.expect("the table takes it");
            }
        }
        let _: Vec<Job> = self.deployment.take_jobs();
        self.deployment.claude.clear();
        self.deployment.claude.forget_batches();
        self.deployment.pass(self.now - self.deployment.now());
    }
}

/// A run of the week before, with a part that the budget has stopped today and a batch that is under way.
async fn earlier_run(deployment: &Deployment) {
    let runs = &deployment.stores.runs;
    let as_of = deployment.now() - Duration::days(7);
    let run_id = as_of.to_rfc3339_opts(SecondsFormat::Secs, true);
    let run = RunRecord {
        run_id: run_id.clone(),
        as_of,
        state: RunState::Running,
        change_detection: Some(true),
        shards_queued: 2,
        shards_done: 1,
        counters: RunCounters::default(),
    };
    assert_eq!(runs.start(&run).await.expect("an answer"), WriteOutcome::Written);
    let kind = PartKind::Shard { shard: "001".to_owned() };
    let part = RunPart { run_id: run_id.clone(), as_of, request_id: None, kind };
    let lease = Lease { until: deployment.now() + Duration::minutes(15) };
    assert_eq!(runs.lease_part(&part, lease, deployment.now()).await.expect("an answer"), WriteOutcome::Written);
    let stopped = StoppedPart { part, day: deployment.now().date_naive(), cause: StopCause::Budget };
    runs.stop_part(&stopped, lease).await.expect("noted");
    let batch = OpenBatch {
        batch_id: "msgbatch_earlier".to_owned(),
        run_id: run_id.clone(),
        as_of,
        attempt: 1,
        estimate: Usd::ZERO,
        request_id: None,
        submitted_at: deployment.now(),
        requests: 1,
        draft: None,
    };
    let noted = runs.submit_pages(&run_id, &[], None, Some(&batch), &RunCounters::default()).await;
    noted.expect("noted");
}

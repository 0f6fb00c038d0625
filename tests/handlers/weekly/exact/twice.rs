//! Everything is delivered twice, one after the other and at once, and two runs meet.

use claude_simulator::Task;
use coaching::jobs::Job;
use domain::money::Usd;
use domain::profile::UserId;
use domain::run_part::RunPart;

use super::{assert_done, bills, deployment, run_record, seed, settle};
use harness::{Call, Deployment, Log, VISIBILITY};

const PEOPLE: [(&str, bool); 4] = [("ana", false), ("ben", true), ("cleo", true), ("dan", false)];

async fn people(mode: &str) -> Deployment {
    let deployment = deployment(mode, &[]).await;
    for (name, changed) in PEOPLE {
        seed(&deployment, name, changed).await;
    }
    deployment.claude.clear();
    deployment
}

/// Delivers every job twice, at once or one after the other; what is refused comes back.
async fn deliver_twice(deployment: &Deployment, at_once: bool) {
    for _ in 0..10 {
        let jobs = deployment.take_jobs();
        if jobs.is_empty() {
            return;
        }
        for job in jobs {
            let mut refused = if at_once {
                let (one, other) = tokio::join!(deployment.deliver(&job), deployment.deliver(&job));
                one.batch_item_failures.len() + other.batch_item_failures.len()
            } else {
                let one = deployment.deliver(&job).await;
                one.batch_item_failures.len() + deployment.deliver(&job).await.batch_item_failures.len()
            };
            while refused > 0 {
                deployment.pass(VISIBILITY);
                assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
                refused -= 1;
            }
        }
    }
    panic!("there is always another job");
}

async fn assert_handled_once(deployment: &Deployment, context: &str) {
    for (name, changed) in PEOPLE {
        let versions = deployment.versions(name).await;
        assert_eq!(versions, if changed { vec![2, 1] } else { vec![1] }, "{context}: {name}");
    }
    let bills = bills(deployment).values().sum::<usize>() + deployment.asked(Task::Update).len();
    assert_eq!(bills, 2, "{context}: one bill for each who changed");
}

#[tokio::test]
async fn jobs_and_collections_that_come_twice_change_nothing() {
    for mode in ["batch", "immediate"] {
        for at_once in [false, true] {
            let context = format!("{mode}, at once: {at_once}");
            let deployment = people(mode).await;
            let at = deployment.now();
            deployment.schedule(Some(at)).await;
            deployment.schedule(Some(at)).await;
            deliver_twice(&deployment, at_once).await;
            deployment.claude.finish_batches();
            if at_once {
                let (one, other) = tokio::join!(deployment.collect(), deployment.collect());
                one.and(other).expect("collections");
            }
            settle(&deployment).await;
            settle(&deployment).await;
            let run_id = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let counters = assert_done(&deployment, &run_id, 4).await;
            assert_eq!((counters.unchanged, counters.updated), (2, 2), "{context}");
            assert_handled_once(&deployment, &context).await;
        }
    }
}

#[tokio::test]
async fn two_runs_at_once_share_the_users_between_them() {
    for mode in ["batch", "immediate"] {
        let deployment = people(mode).await;
        let mut jobs: Vec<Job> = Vec::new();
        for _ in 0..2 {
            deployment.begin_weekly().await;
            jobs.extend(deployment.take_jobs());
            deployment.pass(chrono::Duration::seconds(1));
        }
        let (one, other) = tokio::join!(deployment.deliver(&jobs[0]), deployment.deliver(&jobs[1]));
        assert!(one.batch_item_failures.is_empty() && other.batch_item_failures.is_empty(), "{mode}");
        settle(&deployment).await;
        assert_handled_once(&deployment, mode).await;
        let mut checked = 0;
        for job in &jobs {
            let Job::Part(RunPart { run_id, .. }) = job else { panic!("a shard's job: {job:?}") };
            checked += run_record(&deployment, run_id).await.counters.checked;
        }
        assert_eq!(checked, 4, "{mode}: nobody is counted in both");
    }
}

#[tokio::test]
async fn what_a_user_does_while_the_batch_is_under_way_is_respected() {
    let deployment = people("batch").await;
    let at = deployment.now();
    deployment.schedule(Some(at)).await;
    assert_eq!(deployment.run_queue().await, []);
    deployment.eat("ben", deployment.now() - chrono::Duration::days(3), 2_500).await;
    deployment.send(Call::to("regenerate-prompt").by("cleo")).await;
    assert_eq!(deployment.run_queue().await, []);
    let cleo = deployment.profile("cleo").await;
    settle(&deployment).await;
    let run_id = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let counters = assert_done(&deployment, &run_id, 4).await;
    assert_eq!((counters.updated, counters.overtaken), (1, 1));
    assert_eq!(deployment.profile("cleo").await, cleo, "the prompt that was asked for stays");
    assert_eq!(deployment.prompts("cleo").await[0]["reason"], "manual");
    assert_eq!(deployment.versions("ben").await, [2, 1], "new meals do not cost a paid answer");
}

#[tokio::test]
async fn two_collectors_at_once_count_what_a_batch_has_cost_once() {
    let deployment = people("batch").await;
    deployment.begin_weekly().await;
    assert_eq!(deployment.run_queue().await, []);
    deployment.claude.finish_batches();
    let (one, other) = tokio::join!(deployment.collect(), deployment.collect());
    let (one, other) = (one.expect("a collection"), other.expect("a collection"));
    assert_eq!(one.batches_collected + other.batches_collected, 1);
    let mut cost = Usd::ZERO;
    for name in ["ben", "cleo"] {
        cost += Usd::from(deployment.prompts(name).await[0]["cost_usd"].as_f64().expect("a cost"));
    }
    assert_eq!(deployment.spent_today().await, cost);
}

#[tokio::test]
async fn a_job_whose_work_is_done_ends_quietly() {
    let deployment = people("batch").await;
    deployment.sign_up_admitted("eve").await;
    let session_id = deployment.start("eve").await;
    for message in harness::CONSULTATION {
        assert_eq!(deployment.say("eve", &session_id, message).await.status, 200);
    }
    assert_eq!(deployment.complete("eve", &session_id).await.status, 202);
    deployment.begin_weekly().await;
    let mut jobs = deployment.take_jobs();
    let Some(Job::Part(shard)) = jobs.iter().find(|job| job.kind() == "shard").cloned() else {
        panic!("a shard's job: {jobs:?}")
    };
    jobs.push(Job::Part(shard.of_user(UserId::new("ben"))));
    assert_eq!(jobs.len(), 3);
    for job in &jobs {
        assert!(deployment.deliver(job).await.batch_item_failures.is_empty(), "{job:?}");
    }
    settle(&deployment).await;
    let asked = deployment.claude.requests().len();
    for job in &jobs {
        let log = Log::capture();
        assert!(deployment.deliver(job).await.batch_item_failures.is_empty(), "{job:?}");
        let loud: Vec<_> = log.lines().into_iter().filter(|line| line["level"] != "INFO").collect();
        assert!(loud.is_empty(), "{job:?}: {loud:?}");
    }
    assert_eq!(deployment.claude.requests().len(), asked, "nothing is asked again");
}

//! Weekly runs as admins look at them.

use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment, items};

fn list() -> Call {
    Call::to("list-runs").by_admin("boss")
}

fn one(run_id: &str) -> Call {
    Call::to("get-run").by_admin("boss").path("run_id", run_id)
}

async fn latest(deployment: &Deployment) -> Value {
    items(&deployment.read(list()).await).remove(0)
}

/// A week in which somebody who was in target eats too much on most days.
const CHANGED: [u32; 7] = [3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000];

/// Ana, whose behaviour has changed within a week, and Ben, whose has not.
async fn two_people(mode: &str) -> Deployment {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1"), ("PROMPT_UPDATE_MODE", mode)]).await;
    for name in ["ana", "ben"] {
        deployment.prompted(name, &[2_000; 30]).await;
    }
    for calories in CHANGED {
        deployment.eat("ben", deployment.now(), 2_000).await;
        deployment.live("ana", &[calories]).await;
    }
    deployment
}

#[tokio::test]
async fn a_run_tells_how_many_were_skipped_and_rewritten_and_what_it_cost() {
    let deployment = two_people("immediate").await;
    deployment.weekly().await;
    let run = latest(&deployment).await;
    assert_eq!(
        (&run["state"], &run["checked"], &run["unchanged"], &run["updated"], &run["failed"]),
        (&json!("done"), &json!(2), &json!(1), &json!(1), &json!(0)),
        "{run}"
    );
    assert!(run["cost_usd"].as_f64().is_some_and(|cost| cost > 0.0) && run["stopped_by_budget"] == false, "{run}");
    let run_id = run["run_id"].as_str().expect("an id");
    let details = deployment.read(one(run_id)).await;
    assert_eq!(details["parts"], json!([{"part": "shard#000", "state": "done"}]));
    assert_eq!(
        (&details["updated"], &details["more_parts"], &details["open_batches"]),
        (&json!(1), &json!(false), &json!([]))
    );
}

#[tokio::test]
async fn a_run_that_waits_for_a_batch_names_it() {
    let deployment = two_people("batch").await;
    deployment.weekly().await;
    let run = latest(&deployment).await;
    assert_eq!((&run["state"], &run["batched"]), (&json!("waiting_for_batch"), &json!(1)), "{run}");
    let details = deployment.read(one(run["run_id"].as_str().expect("an id"))).await;
    let batches = details["open_batches"].as_array().expect("batches");
    assert_eq!((batches.len(), &batches[0]["attempt"]), (1, &json!(1)), "{details}");
    deployment.pass(Duration::hours(2));
    deployment.claude.finish_batches();
    deployment.collect().await.expect("a collection");
    let run = latest(&deployment).await;
    assert_eq!((&run["state"], &run["updated"]), (&json!("done"), &json!(1)), "{run}");
}

#[tokio::test]
async fn a_run_that_the_budget_has_stopped_says_so_and_so_does_its_part() {
    let mut deployment = two_people("immediate").await;
    deployment.tell("ben", "Good morning").await;
    deployment.set("DAILY_BUDGET_USD", "0.000000001");
    deployment.weekly().await;
    let run = latest(&deployment).await;
    assert_eq!((&run["state"], &run["stopped_by_budget"]), (&json!("stopped_by_budget"), &json!(true)), "{run}");
    let details = deployment.read(one(run["run_id"].as_str().expect("an id"))).await;
    assert_eq!(details["parts"], json!([{"part": "shard#000", "state": "stopped_by_budget"}]));
}

#[tokio::test]
async fn runs_are_listed_the_latest_first_a_page_at_a_time() {
    let deployment = Deployment::new().await;
    let mut begun = Vec::new();
    for _ in 0..5 {
        deployment.weekly().await;
        begun.push(json!(deployment.now()));
        deployment.pass(Duration::days(7));
    }
    begun.reverse();
    let (mut call, mut all) = (list().query("limit", "2"), Vec::new());
    for _ in 0..3 {
        let page = deployment.read(call.clone()).await;
        all.extend(items(&page).into_iter().map(|run| run["as_of"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        call = call.query("cursor", cursor);
    }
    assert_eq!(all, begun);
}

#[tokio::test]
async fn runs_are_for_admins_and_one_that_is_not_there_is_not_found() {
    let mut deployment = Deployment::new().await;
    deployment.send(Call::to("list-runs").by("ana")).await.assert_problem(403, "admins_only");
    deployment.send(Call::to("get-run").by("ana").path("run_id", "x")).await.assert_problem(403, "admins_only");
    assert_eq!(deployment.read(list()).await, json!({"items": [], "next_cursor": null}));
    for run_id in ["2026-11-22T03:00:00Z", "all", "batches", "", &"x".repeat(3_000)] {
        deployment.send(one(run_id)).await.assert_problem(404, "run_not_found");
    }
    deployment.send(list().query("cursor", "7b7d")).await.assert_problem(422, "invalid_cursor");
    deployment.send(list().query("limit", "0")).await.assert_invalid(&["limit"]);
    deployment.lose_tables();
    deployment.send(list()).await.assert_retry(503, "temporarily_unavailable");
    deployment.send(one("2026-11-22T03:00:00Z")).await.assert_retry(503, "temporarily_unavailable");
}

//! Real-time updates: a long logging streak that ends, and a danger that appears, between two weekly runs.

mod absence;
mod danger;
mod meals;
mod records;
mod rewriting;

use harness::{Call, Deployment};
use serde_json::json;

/// Days on which somebody has logged all that was in target.
const TWO_WEEKS: [u32; 14] = [2_000; 14];

/// A deployment with real-time updates, in a single shard.
async fn deployment() -> Deployment {
    deployment_with(&[]).await
}

async fn deployment_with(more: &[(&str, &str)]) -> Deployment {
    let mut variables = vec![("ENABLE_REALTIME_UPDATES", "true"), ("UPDATE_SHARDS", "1")];
    variables.extend(more);
    Deployment::with(&variables).await
}

/// Somebody who got their prompt, then logged meals on 14 days, and has missed the whole day after: it is noon of the
/// next.
async fn broken(more: &[(&str, &str)]) -> Deployment {
    let deployment = deployment_with(more).await;
    deployment.prompted("ana", &[]).await;
    deployment.live("ana", &TWO_WEEKS).await;
    deployment.live("ana", &[0]).await;
    deployment
}

/// Asserts that Ana's first prompt was rewritten once, in real time.
async fn assert_rewritten(deployment: &Deployment) {
    let prompts = deployment.prompts("ana").await;
    assert_eq!((prompts.len(), &prompts[0]["reason"]), (2, &json!("realtime")));
}

/// Takes Ana's prompt out of use or gives it back, as an admin does.
async fn withdraw(deployment: &Deployment, withdrawn: bool) {
    let body = json!({"withdrawn": withdrawn, "reason": "It took a joke of hers for a goal."});
    deployment.read(Call::to("withdraw-prompt").by_admin("boss").path("user", "ana").json(&body)).await;
}

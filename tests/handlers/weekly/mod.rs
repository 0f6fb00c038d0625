//! The weekly run: who is due, whose behaviour changed, and what is rewritten.

mod danger;
mod decision;
pub mod exact;
mod failure;
mod once;
mod schedule;

use harness::Deployment;

/// A deployment that rewrites prompts at once, in a single shard.
async fn deployment() -> Deployment {
    deployment_with(&[]).await
}

async fn deployment_with(more: &[(&str, &str)]) -> Deployment {
    let mut variables = vec![("PROMPT_UPDATE_MODE", "immediate"), ("UPDATE_SHARDS", "1")];
    variables.extend(more);
    Deployment::with(&variables).await
}

/// A week in which somebody who was in target eats too much on most days.
const CHANGED: [u32; 7] = [3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000];

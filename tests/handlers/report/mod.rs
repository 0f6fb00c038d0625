//! The admin's report.

mod costs;
mod counted;
mod outcomes;

use serde_json::Value;

use harness::{Call, Deployment};

/// The report, with all changes of profiles followed.
async fn report(deployment: &Deployment) -> Value {
    deployment.follow_profiles().await;
    deployment.read(Call::to("get-report").by_admin("boss")).await
}

//! What people and admins notice, whatever it is that was done.

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use harness::{Call, Deployment, items};

/// A look at what a person, or somebody else, notices.
pub(super) type Look<'a> = LocalBoxFuture<'a, Value>;

/// Where a person's account stands, and what was said in their consultation.
pub(super) fn standing<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let profile = deployment.profile(name).await;
        let fields = ["goal", "age", "consultation_enabled", "system_prompt_version", "risk"];
        let said = match profile["consultation_session_id"].as_str() {
            Some(session) => roles(&deployment.transcript(name, session).await),
            None => Vec::new(),
        };
        json!([fields.map(|field| profile[field].clone()), said])
    })
}

/// Who said something, without the words: an answer is another one each time.
pub(super) fn roles(said: &[String]) -> Vec<String> {
    said.iter().filter_map(|line| line.split(": ").next()).map(str::to_owned).collect()
}

/// Whether the consultation is open to a person, and what the audit says of them.
pub(super) fn access<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let profile = deployment.profile(name).await;
        json!([profile["consultation_enabled"], deployment.audited(name).await])
    })
}

/// A person's versions, newest first, each with its reason, once what was queued is done.
pub(super) fn versions<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        deployment.run_jobs().await;
        let prompts = deployment.prompts(name).await;
        json!(prompts.iter().map(|prompt| json!([prompt["version"], prompt["reason"]])).collect::<Vec<_>>())
    })
}

/// Where an admin sees a user stand.
pub(super) async fn user(deployment: &Deployment, name: &str) -> Value {
    deployment.read(Call::to("get-user").by_admin("boss").path("user", name)).await
}

/// The items of a list of admins.
pub(super) async fn listed(deployment: &Deployment, call: Call) -> Vec<Value> {
    items(&deployment.read(call.by_admin("boss").query("limit", "100")).await)
}

//! While the worker writes a profile and a prompt: after a consultation, and on request.

use claude_simulator::{FaultKind, Task};
use serde_json::{Value, json};

use super::{code_of, strikes_prompts};
use harness::{Call, Deployment};

async fn deployment() -> Deployment {
    Deployment::with(&[("CLAUDE_TIMEOUT_SECONDS", "1"), ("USER_DAILY_BUDGET_USD", "0")]).await
}

/// Asks for the completion, and lets the worker do it; answers with the session's status.
async fn complete(deployment: &Deployment, name: &str, session_id: &str) -> Value {
    assert_eq!(deployment.complete(name, session_id).await.status, 202);
    deployment.run_jobs().await;
    deployment.session(name, session_id).await["status"].clone()
}

async fn assert_nothing_written(deployment: &Deployment, name: &str, fault: FaultKind) {
    let profile = deployment.profile(name).await;
    for field in ["conversational_profile", "system_prompt_version", "last_prompt_update"] {
        assert!(profile[field].is_null(), "{fault:?}: {field} of {profile}");
    }
    assert!(deployment.versions(name).await.is_empty(), "{fault:?}");
    let coached = deployment.tell(name, "Hello?").await.body;
    assert_eq!(coached["personalized"], false, "{fault:?}");
}

#[tokio::test]
async fn whatever_strikes_a_completion_nothing_is_written_and_a_second_try_pays_only_for_what_is_missing() {
    let deployment = deployment().await;
    for (number, fault) in FaultKind::ALL.into_iter().enumerate() {
        let name = &format!("person-{number}");
        let session_id = deployment.talked(name).await;
        let (status, struck) = deployment.struck_by(fault, Box::pin(complete(&deployment, name, &session_id))).await;
        let strikes_profiles =
            code_of(fault).is_some() || matches!(fault, FaultKind::ShortProfile | FaultKind::LongProfile);
        assert_eq!(struck, strikes_profiles || strikes_prompts(fault), "{fault:?}");
        if !struck {
            assert_eq!(status, "complete", "{fault:?}");
            continue;
        }
        assert_eq!(status, "failed", "{fault:?}");
        assert_nothing_written(&deployment, name, fault).await;

        deployment.claude.clear();
        assert_eq!(complete(&deployment, name, &session_id).await, "complete", "{fault:?}");
        assert_eq!(deployment.versions(name).await, [1], "{fault:?}");
        let paid = (deployment.asked(Task::Profile).len(), deployment.asked(Task::Prompt).len());
        assert_eq!(paid, (usize::from(strikes_profiles), 1), "{fault:?}");
    }
}

#[tokio::test]
async fn whatever_strikes_the_prompt_after_its_profile_the_profile_is_not_paid_for_again() {
    let deployment = deployment().await;
    for (number, fault) in FaultKind::ALL.into_iter().filter(|fault| strikes_prompts(*fault)).enumerate() {
        let name = &format!("person-{number}");
        let session_id = deployment.talked(name).await;
        // Leaves the profile, which the next try goes on from.
        let (status, _) =
            deployment.struck_by(FaultKind::ShortPrompt, Box::pin(complete(&deployment, name, &session_id))).await;
        assert_eq!(status, "failed");
        let (status, struck) = deployment.struck_by(fault, Box::pin(complete(&deployment, name, &session_id))).await;
        assert_eq!((status, struck), (json!("failed"), true), "{fault:?}");
        assert_nothing_written(&deployment, name, fault).await;

        deployment.claude.clear();
        assert_eq!(complete(&deployment, name, &session_id).await, "complete", "{fault:?}");
        assert_eq!((deployment.asked(Task::Profile).len(), deployment.asked(Task::Prompt).len()), (0, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn whatever_strikes_a_regeneration_the_old_prompt_stays_and_a_second_try_writes_one_version() {
    let deployment = deployment().await;
    deployment.prompted("ana", &[]).await;
    let regenerate = || async {
        let reply = deployment.send(Call::to("regenerate-prompt").by("ana")).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        deployment.run_jobs().await;
    };
    for fault in FaultKind::ALL {
        deployment.pass(chrono::Duration::days(2));
        let (profile, history) = (deployment.profile("ana").await, deployment.prompts("ana").await);
        let ((), struck) = deployment.struck_by(fault, Box::pin(regenerate())).await;
        assert_eq!(struck, strikes_prompts(fault), "{fault:?}");
        if !struck {
            assert_eq!(deployment.prompts("ana").await.len(), history.len() + 1, "{fault:?}");
            continue;
        }
        assert_eq!(deployment.profile("ana").await, profile, "{fault:?}");
        assert_eq!(deployment.prompts("ana").await, history, "{fault:?}");

        deployment.pass(chrono::Duration::minutes(1));
        regenerate().await;
        assert_eq!(deployment.prompts("ana").await.len(), history.len() + 1, "{fault:?}");
        assert_eq!(deployment.asked(Task::Prompt).len(), 1, "{fault:?}");
    }
}

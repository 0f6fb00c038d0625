//! The writing of prompts, and versions that come back.

use chrono::Duration;
use serde_json::{Value, json};

use super::looks::{Look, standing, versions};
use super::{Again, Begun, Scene, UseCase, keyed};
use harness::{CONSULTATION, Call, Deployment, TARGET};

/// One message is enough to complete a consultation.
const SHORT: &[(&str, &str)] = &[("CONSULTATION_MIN_CATEGORIES", "1"), ("CONSULTATION_MIN_MESSAGES", "1")];

/// Signs somebody up who has a prompt.
pub(super) async fn with_one_version(deployment: &Deployment, name: &str) {
    deployment.sign_up(name).await;
    deployment.write_version(deployment.version(name, 0, Deployment::prompt_text().await)).await;
}

/// Signs somebody up who has two versions, of which the second names other calories.
pub(super) async fn with_two_versions(deployment: &Deployment, name: &str) {
    with_one_version(deployment, name).await;
    let first = Deployment::prompt_text().await;
    let second = first.replace(&TARGET.to_string(), "1850");
    assert_ne!(first, second, "the text names the target");
    deployment.write_version(deployment.version(name, 1, &second)).await;
}

/// A person's consultation and versions once what was queued is done, and completed again where it could not be.
fn completed<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        deployment.run_jobs().await;
        let profile = deployment.profile(name).await;
        let session_id = profile["consultation_session_id"].as_str().expect("a session").to_owned();
        // As its person is told to.
        if deployment.session(name, &session_id).await["status"] == "failed" {
            assert_eq!(deployment.complete(name, &session_id).await.status, 202, "{name}");
        }
        json!([
            versions(deployment, name).await,
            deployment.session(name, &session_id).await["status"],
            standing(deployment, name).await[0]
        ])
    })
}

fn noticed_of_completed(_: &str) -> Value {
    json!([[[1, "initial"]], "complete", ["lose_weight", 34, true, 1, "none"]])
}

/// A person's versions with the one that each was restored from, and what the audit says of it.
fn restored<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let prompts = deployment.prompts(name).await;
        let versions: Vec<_> = prompts.iter().map(|prompt| [&prompt["version"], &prompt["restored_from"]]).collect();
        let same_text = prompts[0]["prompt"] == prompts[2]["prompt"];
        json!([versions, same_text, deployment.audited(name).await])
    })
}

/// Signs somebody up who says enough in a consultation; answers with its id.
async fn talked(deployment: &Deployment, name: &str) -> String {
    deployment.sign_up_admitted(name).await;
    let session_id = deployment.start(name).await;
    assert_eq!(deployment.say(name, &session_id, CONSULTATION[0]).await.status, 200);
    session_id
}

/// Signs somebody up who has a prompt, and asks for a fresh one.
async fn asking(deployment: &Deployment, name: &str) -> Call {
    with_one_version(deployment, name).await;
    deployment.pass(Duration::minutes(1));
    Call::to("regenerate-prompt").by(name)
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "completion of a consultation",
        function: "complete-consultation",
        scene: Scene::Queue,
        variables: SHORT,
        begin: |deployment, name| {
            Box::pin(async move {
                let session_id = talked(deployment, name).await;
                Begun::Call(Call::to("complete-consultation").by(name).path("session_id", &session_id))
            })
        },
        again: Again::Same(&[]),
        look: completed,
        noticed: noticed_of_completed,
    },
    UseCase {
        name: "writing of a first prompt",
        function: "first-prompt-worker",
        scene: Scene::Queue,
        variables: SHORT,
        begin: |deployment, name| {
            Box::pin(async move {
                let session_id = talked(deployment, name).await;
                assert_eq!(deployment.complete(name, &session_id).await.status, 202);
                Begun::Job(deployment.take_jobs().pop().expect("a job"))
            })
        },
        again: Again::Done,
        look: completed,
        noticed: noticed_of_completed,
    },
    UseCase {
        name: "request for a fresh prompt",
        function: "regenerate-prompt",
        scene: Scene::Queue,
        variables: &[],
        begin: |deployment, name| Box::pin(async move { keyed(asking(deployment, name).await) }),
        again: Again::Same(&[]),
        look: versions,
        noticed: |_| json!([[2, "manual"], [1, "initial"]]),
    },
    UseCase {
        name: "writing of a fresh prompt",
        function: "prompt-worker",
        scene: Scene::Queue,
        // Claude is asked once more where the answer was lost, as it is in operation; without one the old prompt stays.
        variables: &[("CLAUDE_MAX_RETRIES", "1")],
        begin: |deployment, name| {
            Box::pin(async move {
                assert_eq!(deployment.send(asking(deployment, name).await).await.status, 202);
                // A version is known to serve a request by being later.
                deployment.pass(Duration::minutes(1));
                Begun::Job(deployment.take_jobs().pop().expect("a job"))
            })
        },
        again: Again::Done,
        look: versions,
        noticed: |_| json!([[2, "manual"], [1, "initial"]]),
    },
    UseCase {
        name: "restoration by the person",
        function: "restore-prompt",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                with_two_versions(deployment, name).await;
                keyed(Call::to("restore-prompt").by(name).path("version", "1"))
            })
        },
        again: Again::Same(&[]),
        look: restored,
        noticed: |_| json!([[[3, 1], [2, null], [1, null]], true, []]),
    },
    UseCase {
        name: "restoration by an admin",
        function: "admin-restore-prompt",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                with_two_versions(deployment, name).await;
                let call = Call::to("admin-restore-prompt").by_admin("boss").path("user", name).path("version", "1");
                // Keys are the admin's.
                let call = call.header("idempotency-key", &format!("key-of-{name}"));
                Begun::Call(call.json(&json!({"reason": "Version 2 took a joke for a goal."})))
            })
        },
        again: Again::Same(&[]),
        look: restored,
        noticed: |_| {
            let restored = json!({"actor": "boss", "action": "prompt_restored", "restored_from": 1, "version": 3,
                "reason": "Version 2 took a joke for a goal."});
            json!([[[3, 1], [2, null], [1, null]], true, [restored]])
        },
    },
];

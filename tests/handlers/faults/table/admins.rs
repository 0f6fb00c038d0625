//! What admins decide: each decision stands once, and the audit says so once.

use domain::profile::UserId;
use domain::recipe::RecipeOverride;
use serde_json::{Value, json};

use super::looks::{Look, user, versions};
use super::prompts::with_one_version;
use super::{Again, Begun, Scene, UseCase};
use harness::{Call, Deployment};

const REASON: &str = "Spoke with them.";

fn decide(function: &'static str, name: &str, mut decision: Value) -> Begun {
    decision["reason"] = json!(REASON);
    Begun::Call(Call::to(function).by_admin("boss").path("user", name).json(&decision))
}

/// How the coach treats a person, and what the audit says of it.
fn risk<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let profile = deployment.profile(name).await;
        json!([profile["risk"], user(deployment, name).await["risk"], deployment.audited(name).await])
    })
}

/// What is decided of the recipe of a person's prompt, and what the audit says of it.
fn recipe<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let profile = deployment.stores.profiles.get(&UserId::new(name)).await.expect("readable").expect("there");
        let RecipeOverride { user_type, variant } = profile.recipe_override;
        let decided = [user_type.map(|of| json!(of)), variant.map(|of| json!(of.as_str()))];
        json!([decided, deployment.audited(name).await])
    })
}

/// Whether a person's prompt is in use, and what the audit says of it.
fn in_use<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let user = user(deployment, name).await;
        let personalized = deployment.tell(name, "What is for lunch?").await.body["personalized"].clone();
        json!([user["prompt_withdrawn"].is_null(), personalized, deployment.audited(name).await])
    })
}

/// Tries to sign somebody up; answers with the status.
async fn sign_up(deployment: &Deployment, name: &str, age: u32) -> u16 {
    let body =
        json!({"name": "Kim", "email": format!("{name}@example.com"), "age": age, "weight_kg": 60, "goal": "maintain"});
    deployment.send(Call::to("sign-up").by(name).json(&body)).await.status
}

fn withdrawal(withdrawn: bool) -> Value {
    json!({"actor": "boss", "action": "prompt_withdrawal_set", "withdrawn": withdrawn, "reason": REASON})
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "decision on a risk state",
        function: "set-risk",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                decide("set-risk", name, json!({"risk": "caution"}))
            })
        },
        again: Again::Same(&[]),
        look: risk,
        noticed: |_| {
            let set = json!({"actor": "boss", "action": "risk_set", "risk_before": "none", "risk": "caution", "reason": REASON});
            json!(["caution", "caution", [set]])
        },
    },
    UseCase {
        name: "decision that lets somebody sign up",
        function: "set-risk",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                assert_eq!(sign_up(deployment, name, 16).await, 422);
                decide("set-risk", name, json!({"risk": "none"}))
            })
        },
        again: Again::Same(&[]),
        look: |deployment, name| {
            Box::pin(async move {
                let audited = deployment.audited(name).await;
                json!([sign_up(deployment, name, 61).await, audited.len(), audited[0]["risk"]])
            })
        },
        noticed: |_| json!([201, 1, "none"]),
    },
    UseCase {
        name: "decision on a risk state that a prompt contradicts",
        function: "set-risk",
        scene: Scene::Queue,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                with_one_version(deployment, name).await;
                deployment.pass(chrono::Duration::minutes(1));
                decide("set-risk", name, json!({"risk": "no_deficit"}))
            })
        },
        again: Again::Same(&[]),
        look: |deployment, name| {
            Box::pin(async move {
                let versions = versions(deployment, name).await;
                let decided = risk(deployment, name).await;
                json!([versions, decided[0], decided[2].as_array().map(Vec::len)])
            })
        },
        noticed: |_| json!([[[2, "safety"], [1, "initial"]], "no_deficit", 1]),
    },
    UseCase {
        name: "decision on a recipe",
        function: "set-recipe",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                decide("set-recipe", name, json!({"user_type": "athlete", "variant": "direct"}))
            })
        },
        again: Again::Same(&[]),
        look: recipe,
        noticed: |_| {
            let set = json!({"actor": "boss", "action": "recipe_set", "user_type": "athlete", "variant": "direct", "reason": REASON});
            json!([["athlete", "direct"], [set]])
        },
    },
    UseCase {
        name: "withdrawal of a prompt",
        function: "withdraw-prompt",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                with_one_version(deployment, name).await;
                decide("withdraw-prompt", name, json!({"withdrawn": true}))
            })
        },
        again: Again::Same(&[]),
        look: in_use,
        noticed: |_| json!([false, false, [withdrawal(true)]]),
    },
    UseCase {
        name: "return of a prompt",
        function: "withdraw-prompt",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                with_one_version(deployment, name).await;
                let Begun::Call(call) = decide("withdraw-prompt", name, json!({"withdrawn": true})) else {
                    unreachable!("a decision is a call")
                };
                deployment.read(call).await;
                deployment.pass(chrono::Duration::minutes(1));
                decide("withdraw-prompt", name, json!({"withdrawn": false}))
            })
        },
        again: Again::Same(&[]),
        look: in_use,
        noticed: |_| json!([true, true, [withdrawal(true), withdrawal(false)]]),
    },
];

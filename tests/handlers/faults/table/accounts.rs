//! A person's account.

use serde_json::{Value, json};

use super::looks::standing;
use super::{Again, Begun, Scene, UseCase, keyed};
use harness::Call;

fn registered(name: &str) -> Value {
    json!({"name": "Ana Okonkwo", "email": format!("{name}@example.com"), "age": 34, "weight_kg": 82.5, "goal": "lose_weight"})
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "sign-up",
        function: "sign-up",
        scene: Scene::Shared,
        variables: &[],
        begin: |_, name| Box::pin(async move { keyed(Call::to("sign-up").by(name).json(&registered(name))) }),
        again: Again::SameOrTold("profile_exists"),
        look: standing,
        noticed: |_| json!([["lose_weight", 34, false, null, "none"], []]),
    },
    UseCase {
        name: "sign-up without a key",
        function: "sign-up",
        scene: Scene::Shared,
        variables: &[],
        begin: |_, name| Box::pin(async move { Begun::Call(Call::to("sign-up").by(name).json(&registered(name))) }),
        again: Again::Told("profile_exists"),
        look: standing,
        noticed: |_| json!([["lose_weight", 34, false, null, "none"], []]),
    },
    UseCase {
        name: "change of a profile",
        function: "update-profile",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                Begun::Call(Call::to("update-profile").by(name).json(&json!({"age": 35, "goal": "build_muscle"})))
            })
        },
        again: Again::Same(&[]),
        look: standing,
        noticed: |_| json!([["build_muscle", 35, false, null, "none"], []]),
    },
];

//! Who is let into the consultation: by an admin, with others, or by a key.

use serde_json::{Value, json};

use super::looks::{Look, access, listed, standing};
use super::{Again, Begun, Scene, UseCase, keyed};
use harness::{Call, Deployment};

/// Opens or closes the consultation.
fn set(name: &str, enabled: bool) -> Begun {
    let call = Call::to("set-consultation-access").by_admin("boss").path("user", name);
    Begun::Call(call.json(&json!({"enabled": enabled})))
}

/// Somebody who is let in together with a person.
fn friend(name: &str) -> String {
    format!("{name}-friend")
}

fn issue(admin: &str) -> Call {
    let body = json!({"uses": 3, "expires_at": "2027-01-31T23:59:59Z", "label": format!("For {admin}")});
    Call::to("issue-consultation-key").by_admin(admin).json(&body)
}

/// The keys that an admin has issued.
async fn keys_of(deployment: &Deployment, admin: &str) -> Vec<Value> {
    let mut keys = listed(deployment, Call::to("list-consultation-keys")).await;
    keys.retain(|key| key["label"] == format!("For {admin}"));
    keys
}

/// The keys that an admin has issued with their uses left, and what the audit says of it.
fn issued<'a>(deployment: &'a Deployment, admin: &'a str) -> Look<'a> {
    Box::pin(async move {
        let uses: Vec<_> = keys_of(deployment, admin).await.iter().map(|key| key["uses_left"].clone()).collect();
        let audited = deployment.audited(admin).await;
        json!([uses, audited.iter().map(|entry| [&entry["action"], &entry["uses"]]).collect::<Vec<_>>()])
    })
}

/// A person who was let in by a key: their session, the uses that are left of the key, and the audit.
fn redeemed<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let uses: Vec<_> = keys_of(deployment, name).await.iter().map(|key| key["uses_left"].clone()).collect();
        let audited = deployment.audited(name).await;
        let actions: Vec<_> = audited.iter().map(|entry| entry["action"].clone()).collect();
        json!([standing(deployment, name).await, uses, actions])
    })
}

/// Two people who were let in together, with what the audit says of each.
fn both<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let friend = friend(name);
        json!([access(deployment, name).await, access(deployment, &friend).await])
    })
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "opening of the gate",
        function: "set-consultation-access",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                set(name, true)
            })
        },
        again: Again::Same(&[]),
        look: access,
        noticed: |_| json!([true, [{"actor": "boss", "action": "consultation_access_set", "enabled": true}]]),
    },
    UseCase {
        name: "closing of the gate",
        function: "set-consultation-access",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up_admitted(name).await;
                set(name, false)
            })
        },
        again: Again::Same(&[]),
        look: access,
        noticed: |_| {
            let [opened, closed] = [("the_admin", true), ("boss", false)].map(
                |(admin, enabled)| json!({"actor": admin, "action": "consultation_access_set", "enabled": enabled}),
            );
            json!([false, [opened, closed]])
        },
    },
    UseCase {
        name: "cohort",
        function: "set-cohort-access",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                let friend = friend(name);
                deployment.sign_up(name).await;
                deployment.sign_up(&friend).await;
                let body = json!({"users": [name, format!("{friend}@example.com")], "enabled": true});
                Begun::Call(Call::to("set-cohort-access").by_admin("boss").json(&body))
            })
        },
        // Who is let in already is `unchanged`.
        again: Again::Done,
        look: both,
        noticed: |_| {
            let opened = json!([true, [{"actor": "boss", "action": "consultation_access_set", "enabled": true}]]);
            json!([opened, opened])
        },
    },
    UseCase {
        name: "issue of a key",
        function: "issue-consultation-key",
        scene: Scene::Shared,
        variables: &[],
        begin: |_, name| Box::pin(async move { keyed(issue(name)) }),
        // The key itself is shown once.
        again: Again::Same(&["key_id", "label", "uses_left", "expires_at"]),
        look: issued,
        noticed: |_| json!([[3], [["consultation_key_issued", 3]]]),
    },
    UseCase {
        name: "redemption of a key",
        function: "start-consultation",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let reply = deployment.send(issue(name).by_admin("boss")).await;
                assert_eq!(reply.status, 201, "{reply:?}");
                keyed(Call::to("start-consultation").by(name).json(&json!({"key": reply.body["key"]})))
            })
        },
        again: Again::Same(&[]),
        look: redeemed,
        noticed: |_| {
            json!([[["lose_weight", 34, true, null, "none"], ["assistant"]], [2], ["consultation_key_redeemed"]])
        },
    },
    UseCase {
        name: "redemption of a key without an idempotency key",
        function: "start-consultation",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let reply = deployment.send(issue(name).by_admin("boss")).await;
                assert_eq!(reply.status, 201, "{reply:?}");
                Begun::Call(Call::to("start-consultation").by(name).json(&json!({"key": reply.body["key"]})))
            })
        },
        again: Again::Same(&["session_id"]),
        look: redeemed,
        noticed: |_| {
            json!([[["lose_weight", 34, true, null, "none"], ["assistant"]], [2], ["consultation_key_redeemed"]])
        },
    },
];

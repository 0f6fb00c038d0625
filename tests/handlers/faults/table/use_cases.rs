//! What people, admins and the queue do, and what is there afterwards.

use chrono::Duration;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::{Begun, UseCase};
use crate::harness::{CONSULTATION, Call, Deployment, items};

fn keyed(call: Call) -> Begun {
    Begun::Call(call.header("idempotency-key", "k-1"))
}

fn meal(deployment: &Deployment, calories: u32) -> Value {
    json!({
        "name": "Lentils", "meal_type": "lunch", "eaten_at": (deployment.now() - Duration::days(1)).to_rfc3339(),
        "calories": calories, "protein_g": 20, "carbs_g": 40, "fat_g": 12,
    })
}

/// A person's meals with the sums of their days.
fn meals<'a>(deployment: &'a Deployment, name: &'a str) -> LocalBoxFuture<'a, Value> {
    Box::pin(async move {
        let meals = items(&deployment.read(Call::to("list-meals").by(name)).await);
        let eaten: Vec<_> = meals.iter().map(|meal| (meal["name"].clone(), meal["calories"].clone())).collect();
        let behavior = deployment.behavior(name).await;
        json!([eaten, behavior["metrics"]["days_logged"], behavior["metrics"]["average_calories"]])
    })
}

/// What was said to the coach, without which answer it was: each is another.
fn coached<'a>(deployment: &'a Deployment, name: &'a str) -> LocalBoxFuture<'a, Value> {
    Box::pin(async move {
        let said = deployment.coach_transcript(name).await;
        json!(said.iter().map(|line| line.split(": ").next()).collect::<Vec<_>>())
    })
}

/// Where a person's account and consultation stand.
fn standing<'a>(deployment: &'a Deployment, name: &'a str) -> LocalBoxFuture<'a, Value> {
    Box::pin(async move {
        let profile = deployment.profile(name).await;
        let user = deployment.read(Call::to("get-user").by_admin("boss").path("user", name)).await;
        let session = profile["consultation_session_id"].as_str().map(str::to_owned);
        let said = match session {
            Some(session) => deployment.transcript(name, &session).await,
            None => Vec::new(),
        };
        let said: Vec<_> = said.iter().map(|line| line.split(": ").next()).collect();
        let fields = ["goal", "age", "consultation_enabled", "system_prompt_version", "risk"];
        let fields = fields.map(|field| profile[field].clone());
        json!([fields, said, user["prompt_withdrawn"].is_null(), deployment.versions(name).await])
    })
}

/// A person's versions, once what was queued is done.
fn rewritten<'a>(deployment: &'a Deployment, name: &'a str) -> LocalBoxFuture<'a, Value> {
    Box::pin(async move {
        deployment.run_jobs().await;
        json!(deployment.versions(name).await)
    })
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "sign-up",
        prepare: |_, name| {
            Box::pin(async move {
                let body = json!({"name": "Ana Okonkwo", "email": format!("{name}@example.com"), "age": 34,
                    "weight_kg": 82.5, "goal": "lose_weight"});
                keyed(Call::to("sign-up").by(name).json(&body))
            })
        },
        look: standing,
    },
    UseCase {
        name: "update-profile",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                Begun::Call(Call::to("update-profile").by(name).json(&json!({"age": 35})))
            })
        },
        look: standing,
    },
    UseCase {
        name: "open-the-gate",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let call = Call::to("set-consultation-access").by_admin("boss").path("user", name);
                Begun::Call(call.json(&json!({"enabled": true})))
            })
        },
        look: standing,
    },
    UseCase {
        name: "start-consultation",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up_admitted(name).await;
                Begun::Call(Call::to("start-consultation").by(name))
            })
        },
        look: standing,
    },
    UseCase {
        name: "consultation-message",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up_admitted(name).await;
                let session_id = deployment.start(name).await;
                let message = json!({"session_id": session_id, "message": CONSULTATION[0]});
                keyed(Call::to("send-consultation-message").by(name).json(&message))
            })
        },
        look: standing,
    },
    UseCase {
        name: "first-prompt",
        prepare: |deployment, name| {
            Box::pin(async move {
                let session_id = deployment.talked(name).await;
                assert_eq!(deployment.complete(name, &session_id).await.status, 202);
                Begun::Job(deployment.take_jobs().pop().expect("a job"))
            })
        },
        look: standing,
    },
    UseCase {
        name: "coach-message",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                keyed(Call::to("send-coach-message").by(name).json(&json!({"message": "What is for lunch?"})))
            })
        },
        look: coached,
    },
    UseCase {
        name: "log-meal",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                keyed(Call::to("log-meal").by(name).json(&meal(deployment, 600)))
            })
        },
        look: meals,
    },
    UseCase {
        name: "update-meal",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let logged = deployment.send(Call::to("log-meal").by(name).json(&meal(deployment, 600))).await.body;
                let id = logged["meal_id"].as_str().expect("an id");
                Begun::Call(Call::to("update-meal").by(name).path("meal_id", id).json(&json!({"calories": 700})))
            })
        },
        look: meals,
    },
    UseCase {
        name: "delete-meal",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let logged = deployment.send(Call::to("log-meal").by(name).json(&meal(deployment, 600))).await.body;
                let id = logged["meal_id"].as_str().expect("an id");
                Begun::Call(Call::to("delete-meal").by(name).path("meal_id", id))
            })
        },
        look: meals,
    },
    UseCase {
        name: "regenerate-prompt",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.consulted(name).await;
                deployment.pass(Duration::minutes(1));
                keyed(Call::to("regenerate-prompt").by(name))
            })
        },
        look: rewritten,
    },
    UseCase {
        name: "set-risk",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let body = json!({"risk": "caution", "reason": "Spoke with them."});
                Begun::Call(Call::to("set-risk").by_admin("boss").path("user", name).json(&body))
            })
        },
        look: standing,
    },
    UseCase {
        name: "withdraw-prompt",
        prepare: |deployment, name| {
            Box::pin(async move {
                deployment.consulted(name).await;
                let body = json!({"withdrawn": true, "reason": "Spoke with them."});
                Begun::Call(Call::to("withdraw-prompt").by_admin("boss").path("user", name).json(&body))
            })
        },
        look: standing,
    },
];

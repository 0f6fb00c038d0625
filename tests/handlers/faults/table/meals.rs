//! What a person has eaten.

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use super::looks::Look;
use super::{Again, Begun, Scene, UseCase, keyed};
use harness::{Call, Deployment, items};

fn meal(deployment: &Deployment, calories: u32) -> Value {
    json!({
        "name": "Lentils", "meal_type": "lunch", "eaten_at": (deployment.now() - Duration::days(1)).to_rfc3339(),
        "calories": calories, "protein_g": 20, "carbs_g": 40, "fat_g": 12,
    })
}

/// Signs somebody up who has logged a meal; answers with its id.
async fn fed(deployment: &Deployment, name: &str) -> String {
    deployment.sign_up(name).await;
    let logged = deployment.send(Call::to("log-meal").by(name).json(&meal(deployment, 600))).await.body;
    logged["meal_id"].as_str().expect("an id").to_owned()
}

/// A person's meals with the sums of their days.
fn eaten<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let meals = items(&deployment.read(Call::to("list-meals").by(name)).await);
        let eaten: Vec<_> = meals.iter().map(|meal| json!([meal["name"], meal["calories"]])).collect();
        let behavior = deployment.behavior(name).await;
        json!([eaten, behavior["days_logged"], behavior["daily"].as_array().map(|days| calories(days))])
    })
}

/// The calories of the days on which there are some.
fn calories(days: &[Value]) -> Vec<&Value> {
    days.iter()
        .map(|day| &day["calories"])
        .filter(|calories| calories.as_f64().is_some_and(|some| some > 0.0))
        .collect()
}

/// A person's weigh-ins with the weight that follows from them.
fn weighed<'a>(deployment: &'a Deployment, name: &'a str) -> Look<'a> {
    Box::pin(async move {
        let weights = items(&deployment.read(Call::to("list-weights").by(name)).await);
        let kg: Vec<_> = weights.iter().map(|weigh_in| &weigh_in["weight_kg"]).collect();
        json!([kg, deployment.profile(name).await["weight_kg"]])
    })
}

pub(super) const USE_CASES: &[UseCase] = &[
    UseCase {
        name: "meal",
        function: "log-meal",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                keyed(Call::to("log-meal").by(name).json(&meal(deployment, 600)))
            })
        },
        again: Again::Same(&[]),
        look: eaten,
        noticed: |_| json!([[["Lentils", 600]], 1, [600]]),
    },
    UseCase {
        name: "change of a meal",
        function: "update-meal",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                let id = fed(deployment, name).await;
                Begun::Call(Call::to("update-meal").by(name).path("meal_id", &id).json(&json!({"calories": 700})))
            })
        },
        again: Again::Same(&[]),
        look: eaten,
        noticed: |_| json!([[["Lentils", 700]], 1, [700]]),
    },
    UseCase {
        name: "move of a meal to another day",
        function: "update-meal",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                let id = fed(deployment, name).await;
                let days_ago = (deployment.now() - Duration::days(3)).to_rfc3339();
                Begun::Call(Call::to("update-meal").by(name).path("meal_id", &id).json(&json!({"eaten_at": days_ago})))
            })
        },
        again: Again::Same(&[]),
        look: |deployment, name| {
            Box::pin(async move {
                let list = deployment.read(Call::to("list-meals").by(name)).await;
                let days = list["days"].as_array().into_iter().flatten();
                let today = deployment.today();
                let days_ago = |day: &Value| {
                    let day: NaiveDate = day.as_str().and_then(|day| day.parse().ok()).expect("a day");
                    (today - day).num_days()
                };
                let days: Vec<_> =
                    days.map(|day| json!([days_ago(&day["day"]), day["meals"], day["calories"]])).collect();
                json!([days, deployment.behavior(name).await["days_analyzed"]])
            })
        },
        noticed: |_| json!([[[3, 1, 600]], 3]),
    },
    UseCase {
        name: "mark of a day",
        function: "mark-day",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                fed(deployment, name).await;
                let yesterday = (deployment.now() - Duration::days(1)).date_naive().to_string();
                Begun::Call(Call::to("mark-day").by(name).path("day", &yesterday).json(&json!({"complete": true})))
            })
        },
        again: Again::Same(&[]),
        look: |deployment, name| {
            Box::pin(async move {
                let list = deployment.read(Call::to("list-meals").by(name)).await;
                json!([list["days"][0]["complete"], list["days"][0]["calories"]])
            })
        },
        noticed: |_| json!([true, 600]),
    },
    UseCase {
        name: "weigh-in",
        function: "log-weight",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let body = json!({"weight_kg": 81.0, "measured_at": deployment.now().to_rfc3339()});
                Begun::Call(Call::to("log-weight").by(name).json(&body))
            })
        },
        again: Again::Same(&[]),
        look: weighed,
        noticed: |_| json!([[81.0], 81.0]),
    },
    UseCase {
        name: "deletion of a weigh-in",
        function: "delete-weight",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                for (kg, days_ago) in [(80.0, 1), (90.0, 0)] {
                    let measured_at = (deployment.now() - Duration::days(days_ago)).to_rfc3339();
                    let body = json!({"weight_kg": kg, "measured_at": measured_at});
                    deployment.send(Call::to("log-weight").by(name).json(&body)).await;
                }
                let today = deployment.now().date_naive().to_string();
                Begun::Call(Call::to("delete-weight").by(name).path("day", &today))
            })
        },
        again: Again::Told("weigh_in_not_found"),
        look: weighed,
        noticed: |_| json!([[80.0], 80.0]),
    },
    UseCase {
        name: "pause",
        function: "pause-tracking",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                deployment.sign_up(name).await;
                let pause = json!({"from": "2026-11-20", "to": "2026-11-29"});
                Begun::Call(Call::to("pause-tracking").by(name).json(&pause))
            })
        },
        again: Again::Same(&[]),
        look: |deployment, name| Box::pin(async move { deployment.profile(name).await["pause"].clone() }),
        noticed: |_| json!({"from": "2026-11-20", "to": "2026-11-29"}),
    },
    UseCase {
        name: "deletion of a meal",
        function: "delete-meal",
        scene: Scene::Shared,
        variables: &[],
        begin: |deployment, name| {
            Box::pin(async move {
                let id = fed(deployment, name).await;
                Begun::Call(Call::to("delete-meal").by(name).path("meal_id", &id))
            })
        },
        again: Again::Told("meal_not_found"),
        look: eaten,
        noticed: |_| json!([[], 0, []]),
    },
];

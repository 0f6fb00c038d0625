//! What is wrong with a request is told plainly, and leaves nothing behind.

use coaching::api::{ROUTES, Route};
use serde_json::{Value, json};

use harness::{Call, Deployment, api_functions};

const WITH_BODY: [&str; 12] = [
    "sign-up",
    "update-profile",
    "send-consultation-message",
    "send-coach-message",
    "log-meal",
    "update-meal",
    "set-consultation-access",
    "set-cohort-access",
    "issue-consultation-key",
    "set-risk",
    "set-recipe",
    "withdraw-prompt",
];

/// Ana, who has signed up and may consult; the function for her, or for an admin where it needs one.
async fn ana() -> Deployment {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    deployment
}

fn call(function: &'static str) -> Call {
    match function {
        "admin-restore-prompt" => Call::to(function).by_admin("boss").path("user", "ana").path("version", "1"),
        "list-users" => Call::to(function).by_admin("boss").query("state", "at_risk"),
        "sign-up" => Call::to(function).by("newcomer"),
        "update-meal" | "delete-meal" => {
            let meal_id = "2026-11-18.0190a000-0000-7000-8000-000000000000";
            Call::to(function).by("ana").path("meal_id", meal_id)
        }
        _ if is_for_admins(function) => {
            let call = Call::to(function).by_admin("boss");
            if route(function).path.contains("{user}") { call.path("user", "ana") } else { call }
        }
        _ => Call::to(function).by("ana"),
    }
}

fn route(function: &str) -> &'static Route {
    ROUTES.iter().find(|route| route.function == function).expect("a function of the route table")
}

fn is_for_admins(function: &str) -> bool {
    route(function).admin
}

async fn assert_untouched(deployment: &Deployment, profile: &Value) {
    assert_eq!(&deployment.profile("ana").await, profile);
    deployment.send(Call::to("get-profile").by("newcomer")).await.assert_problem(404, "profile_not_found");
    assert_eq!(deployment.read(Call::to("list-meals").by("ana")).await["days"], json!([]));
    assert!(deployment.coach_transcript("ana").await.is_empty());
    assert!(deployment.claude.requests().is_empty());
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_400() {
    let deployment = ana().await;
    let profile = deployment.profile("ana").await;
    let deep = "[".repeat(50_000);
    let texts = ["", "{", "nonsense", "7", "null", "true", "\"text\"", "[]", "{'a': 1}", &deep];
    for function in WITH_BODY {
        for text in texts {
            let reply = deployment.send(call(function).text(text)).await;
            assert_eq!(reply.status, 400, "{function} {text:.20}: {reply:?}");
            reply.assert_problem(400, "malformed_body");
        }
        // Bytes that are no text: FF FE.
        deployment.send(call(function).base64("//4=")).await.assert_problem(400, "malformed_body");
    }
    // {"message": "FF"}, half a surrogate, and a number that no machine holds.
    let message = call("send-coach-message");
    deployment.send(message.base64("eyJtZXNzYWdlIjogIv8ifQ==")).await.assert_problem(400, "malformed_body");
    let half = call("send-coach-message").text("{\"message\": \"\\ud800\"}");
    deployment.send(half).await.assert_problem(400, "malformed_body");
    let huge = call("update-profile").text("{\"weight_kg\": 1e999}");
    deployment.send(huge).await.assert_problem(400, "malformed_body");
    assert_untouched(&deployment, &profile).await;
}

#[tokio::test]
async fn an_array_is_no_object_even_if_its_values_would_fit() {
    let deployment = ana().await;
    let profile = deployment.profile("ana").await;
    let none = Value::Null;
    let arrays = [
        ("sign-up", json!(["Eve", "newcomer@example.com", 40, 70, "maintain", none, none, none, none])),
        ("update-profile", json!(["Eve", 40, none, none, none, none, none, none, none, none])),
        ("send-consultation-message", json!(["0190a000-0000-7000-8000-000000000000", "Hello there"])),
        ("send-coach-message", json!(["Hello there", none])),
        ("log-meal", json!(["Soup", "lunch", "2026-11-18T11:00:00Z", 1, 1, 1, 1, none])),
        ("update-meal", json!(["Soup", "lunch", "2026-11-18T11:00:00Z", 1, 1, 1, 1, none])),
        ("set-consultation-access", json!([false])),
        ("set-cohort-access", json!([["ana"], false])),
        ("issue-consultation-key", json!([1, "2026-12-31T00:00:00Z", "Spring"])),
        ("set-risk", json!(["none", "Spoke with them."])),
        ("set-recipe", json!(["athlete", "direct", "She rows."])),
        ("withdraw-prompt", json!([true, "Spoke with them."])),
    ];
    for (function, array) in arrays {
        deployment.send(call(function).json(&array)).await.assert_problem(400, "malformed_body");
    }
    assert_untouched(&deployment, &profile).await;
}

#[tokio::test]
async fn wrong_types_are_named_all_at_once() {
    let deployment = ana().await;
    let profile = deployment.profile("ana").await;
    let cases: [(&'static str, Value, &[&str]); 24] = [
        (
            "sign-up",
            json!({"name": 7, "email": [], "age": "34", "weight_kg": true, "goal": [], "timezone": 1, "sex": "x",
                "height_cm": "tall", "activity_level": {}}),
            &["name", "email", "age", "weight_kg", "goal", "timezone", "sex", "height_cm", "activity_level"],
        ),
        ("sign-up", json!({}), &["name", "email", "age", "weight_kg", "goal"]),
        (
            "update-profile",
            json!({"name": {}, "age": 34.5, "weight_kg": "heavy", "goal": 7, "timezone": "Mars", "height_cm": 9000}),
            &["name", "age", "weight_kg", "goal", "timezone", "height_cm"],
        ),
        ("update-profile", json!({"targets": {"daily_calories": 100}}), &["targets"]),
        ("send-consultation-message", json!({"session_id": "7", "message": 7}), &["session_id", "message"]),
        ("send-coach-message", json!({"message": {}, "conversation_id": "7"}), &["message", "conversation_id"]),
        (
            "log-meal",
            json!({"name": 7, "meal_type": "brunch", "eaten_at": "yesterday", "calories": "many", "protein_g": -1,
                "carbs_g": "some", "fat_g": 99_999, "notes": 7}),
            &["name", "meal_type", "eaten_at", "calories", "protein_g", "carbs_g", "fat_g", "notes"],
        ),
        (
            "update-meal",
            json!({"name": 7, "meal_type": "brunch", "eaten_at": "yesterday", "calories": "many", "protein_g": -1,
                "carbs_g": "some", "fat_g": 99_999, "notes": 7}),
            &["name", "meal_type", "eaten_at", "calories", "protein_g", "carbs_g", "fat_g", "notes"],
        ),
        ("update-meal", json!({}), &["body"]),
        ("set-consultation-access", json!({"enabled": "yes"}), &["enabled"]),
        ("set-consultation-access", json!({}), &["enabled"]),
        ("set-cohort-access", json!({"users": "ana", "enabled": 1}), &["users", "enabled"]),
        ("set-cohort-access", json!({"users": [7]}), &["users", "enabled"]),
        (
            "issue-consultation-key",
            json!({"uses": "7", "expires_at": 7, "label": []}),
            &["uses", "expires_at", "label"],
        ),
        ("issue-consultation-key", json!({}), &["uses", "expires_at", "label"]),
        ("set-risk", json!({"risk": "severe", "reason": 7}), &["risk", "reason"]),
        ("set-risk", json!({}), &["risk", "reason"]),
        ("set-recipe", json!({"user_type": "elite", "variant": 7}), &["user_type", "variant", "reason"]),
        ("withdraw-prompt", json!({"withdrawn": 1, "reason": 7}), &["withdrawn", "reason"]),
        ("mark-day", json!({"complete": "yes"}), &["complete"]),
        ("log-weight", json!({"weight_kg": "heavy", "measured_at": 7}), &["weight_kg", "measured_at"]),
        ("pause-tracking", json!({"from": "soon", "to": 7}), &["from", "to"]),
        ("withdraw-prompt", json!({}), &["withdrawn", "reason"]),
        ("admin-restore-prompt", json!({"reason": 7}), &["reason"]),
    ];
    for (function, body, fields) in cases {
        let reply = deployment.send(call(function).json(&body)).await;
        let mut named: Vec<_> =
            reply.body["errors"].as_array().into_iter().flatten().map(|error| &error["field"]).collect();
        named.sort_by_key(ToString::to_string);
        let mut fields = fields.to_vec();
        fields.sort_unstable();
        assert_eq!(
            (reply.status, named),
            (422, fields.iter().map(|field| json!(field)).collect::<Vec<_>>().iter().collect())
        );
        reply.assert_problem(422, "invalid_fields");
    }
    assert_untouched(&deployment, &profile).await;
}

#[tokio::test]
async fn unknown_and_repeated_fields_are_named() {
    let deployment = ana().await;
    let profile = deployment.profile("ana").await;
    for function in WITH_BODY {
        deployment.send(call(function).json(&json!({"wheight": 3}))).await.assert_invalid(&["wheight"]);
    }
    for (function, field) in [
        ("sign-up", "name"),
        ("update-profile", "age"),
        ("send-consultation-message", "message"),
        ("send-coach-message", "message"),
        ("log-meal", "calories"),
        ("update-meal", "calories"),
        ("set-consultation-access", "enabled"),
        ("set-cohort-access", "enabled"),
        ("issue-consultation-key", "label"),
        ("set-risk", "reason"),
        ("set-recipe", "variant"),
        ("withdraw-prompt", "reason"),
    ] {
        let body = format!("{{\"{field}\": 1, \"{field}\": 2}}");
        deployment.send(call(function).text(&body)).await.assert_invalid(&[field]);
    }
    assert_untouched(&deployment, &profile).await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_413_for_every_function() {
    let deployment = ana().await;
    let profile = deployment.profile("ana").await;
    let fits = format!("{{\"message\": \"{}\"}}", "x".repeat(65_536 - 15));
    assert_eq!(fits.len(), 65_536);
    for function in api_functions() {
        let reply = deployment.send(call(function).text(&format!("{fits} "))).await;
        reply.assert_problem(413, "body_too_large");
    }
    assert_untouched(&deployment, &profile).await;
    deployment.send(call("send-coach-message").text(&fits)).await.assert_invalid(&["message"]);
    let small = Deployment::with(&[("MAX_BODY_BYTES", "1024")]).await;
    small.sign_up("ana").await;
    small.send(call("send-coach-message").text(&"x".repeat(1_025))).await.assert_problem(413, "body_too_large");
}

#[tokio::test]
async fn an_answer_never_repeats_what_was_wrong() {
    let deployment = ana().await;
    for body in [
        json!({"name": ["SECRET"], "goal": "SECRET", "timezone": "SECRET", "sex": "SECRET"}),
        json!({"targets": "SECRET", "age": "SECRET", "diet": {"a": "SECRET"}}),
    ] {
        let reply = deployment.send(call("update-profile").json(&body)).await;
        assert_eq!(reply.status, 422);
        assert!(!reply.body.to_string().contains("SECRET"), "{reply:?}");
    }
}

#[tokio::test]
async fn names_of_users_that_cannot_exist_are_404() {
    let deployment = ana().await;
    let long = "x".repeat(3_000);
    for user in ["", " ", "%", "ana/..", "ünïcödé", &long] {
        let reply =
            deployment.send(call("set-consultation-access").path("user", user).json(&json!({"enabled": true}))).await;
        assert_eq!(reply.status, 404, "{user:.20}: {reply:?}");
        reply.assert_problem(404, "user_not_found");
    }
}

#[tokio::test]
async fn when_no_store_can_be_reached_every_function_says_so_and_when_to_come_back() {
    let mut deployment = ana().await;
    let session_id = deployment.start("ana").await;
    deployment.lose_tables();
    let meal = json!({"name": "Soup", "meal_type": "lunch", "eaten_at": "2026-11-18T11:00:00Z", "calories": 1,
        "protein_g": 1, "carbs_g": 1, "fat_g": 1});
    for function in api_functions() {
        let body = match function {
            "sign-up" => json!({"name": "Eve", "email": "newcomer@example.com", "age": 40, "weight_kg": 70,
                "goal": "maintain"}),
            "update-profile" => json!({"age": 40}),
            "start-consultation" => json!({}),
            "send-consultation-message" => json!({"session_id": session_id, "message": "Hello there"}),
            "send-coach-message" => json!({"message": "Hello there"}),
            "log-meal" => meal.clone(),
            "update-meal" => json!({"calories": 1}),
            "mark-day" => json!({"complete": true}),
            "log-weight" => json!({"weight_kg": 80, "measured_at": "2026-11-18T11:00:00Z"}),
            "pause-tracking" => json!({"from": "2026-11-18", "to": "2026-11-19"}),
            "set-consultation-access" => json!({"enabled": true}),
            "set-cohort-access" => json!({"users": ["ana"], "enabled": true}),
            "issue-consultation-key" => json!({"uses": 1, "expires_at": "2026-12-31T00:00:00Z", "label": "Spring"}),
            "set-risk" => json!({"risk": "none", "reason": "Spoke with them."}),
            "set-recipe" => json!({"variant": "direct", "reason": "Spoke with them."}),
            "withdraw-prompt" => json!({"withdrawn": true, "reason": "Spoke with them."}),
            "admin-restore-prompt" => json!({"reason": "Spoke with them."}),
            _ => Value::Null,
        };
        let reply = deployment.send(call(function).json(&body)).await;
        assert_eq!(reply.status, 503, "{function}: {reply:?}");
        reply.assert_retry(503, "temporarily_unavailable");
        let told = reply.body.to_string().to_lowercase();
        for inner in ["dynamo", "127.0.0.1", "unreachable", "connect"] {
            assert!(!told.contains(inner), "{inner} in {told}");
        }
    }
    assert!(deployment.claude.requests().is_empty());
}

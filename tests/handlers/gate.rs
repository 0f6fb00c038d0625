//! The consultation is open only to those whom an admin has let in.

use serde_json::{Value, json};

use harness::{Call, Deployment};

fn access(user: &str) -> Call {
    Call::to("set-consultation-access").path("user", user).json(&json!({"enabled": true}))
}

async fn assert_closed(deployment: &Deployment, name: &str) {
    assert_eq!(deployment.profile(name).await["consultation_enabled"], false);
    let reply = deployment.send(Call::to("start-consultation").by(name)).await;
    reply.assert_problem(403, "consultation_access_denied");
    assert!(deployment.claude.requests().is_empty());
}

#[tokio::test]
async fn the_consultation_stays_closed_until_an_admin_opens_it() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    assert_closed(&deployment, "ana").await;
    let reply = deployment.send(access("ana").by_admin("boss")).await;
    assert_eq!((reply.status, &reply.body), (200, &json!({"user_id": "ana", "consultation_enabled": true})));
    assert_eq!(deployment.profile("ana").await["consultation_enabled"], true);
    deployment.start("ana").await;
}

#[tokio::test]
async fn an_admin_finds_a_person_by_address_however_it_is_typed() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.sign_up("ben").await;
    let reply = deployment.send(access("Ana@Example.com").by_admin("boss")).await;
    assert_eq!((reply.status, &reply.body["user_id"]), (200, &json!("ana")));
    assert_closed(&deployment, "ben").await;
}

#[tokio::test]
async fn there_is_nobody_to_open_it_for_but_users() {
    let deployment = Deployment::new().await;
    for user in ["ana", "ana@example.com"] {
        deployment.send(access(user).by_admin("boss")).await.assert_problem(404, "user_not_found");
    }
    deployment.send(Call::to("get-profile").by("ana")).await.assert_problem(404, "profile_not_found");
    deployment.send(access("not@an address").by_admin("boss")).await.assert_invalid(&["user"]);
}

#[tokio::test]
async fn who_is_no_admin_opens_it_for_nobody() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.send(access("ana").by("ana")).await.assert_problem(403, "admins_only");
    for groups in [json!("administrators"), json!("not-admin"), json!(["users"]), json!(null), json!({"admin": true})] {
        let claims = json!({"sub": "ana", "cognito:groups": groups, "admin": true, "custom:role": "admin"});
        deployment.send(access("ana").claims(&claims)).await.assert_problem(403, "admins_only");
    }
    assert_closed(&deployment, "ana").await;
}

#[tokio::test]
async fn headers_and_queries_make_no_admin() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let call = access("ana")
        .by("ana")
        .header("x-amzn-oidc-data", "admin")
        .header("x-cognito-groups", "admin")
        .header("authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEiLCJjb2duaXRvOmdyb3VwcyI6ImFkbWluIn0.")
        .query("cognito:groups", "admin");
    deployment.send(call).await.assert_problem(403, "admins_only");
    assert_closed(&deployment, "ana").await;
}

#[tokio::test]
async fn no_body_opens_the_consultation_for_its_sender() {
    let deployment = Deployment::new().await;
    let five = json!({"name": "Ana", "email": "ana@example.com", "age": 34, "weight_kg": 60, "goal": "maintain"});
    let with = |mut body: Value, field: &str, value: &Value| {
        body[field] = value.clone();
        body
    };
    let fields = [
        ("consultation_enabled", json!(true)),
        ("cognito:groups", json!(["admin"])),
        ("is_admin", json!(true)),
        ("user_id", json!("someone_else")),
        ("conversational_profile", json!("A saint.")),
        ("coaching_system_prompt", json!("You are a pirate.")),
        ("system_prompt_version", json!(7)),
    ];
    for (field, value) in &fields {
        let reply = deployment.send(Call::to("sign-up").by("ana").json(&with(five.clone(), field, value))).await;
        reply.assert_invalid(&[*field]);
    }
    deployment.sign_up("ana").await;
    for (field, value) in &fields {
        let reply = deployment.send(Call::to("update-profile").by("ana").json(&with(json!({}), field, value))).await;
        reply.assert_invalid(&[*field]);
    }
    let claims = json!({"enabled": true, "cognito:groups": "admin"});
    let reply = deployment.send(access("ana").by("ana").json(&claims)).await;
    reply.assert_problem(403, "admins_only");
    assert_closed(&deployment, "ana").await;
}

#[tokio::test]
async fn changing_the_profile_does_not_touch_access() {
    let deployment = Deployment::new().await;
    deployment.sign_up_admitted("ana").await;
    let change = deployment.send(Call::to("update-profile").by("ana").json(&json!({"age": 40}))).await;
    assert_eq!(change.body["consultation_enabled"], true);
    deployment.set_access("ana", false).await;
    deployment.send(Call::to("update-profile").by("ana").json(&json!({"age": 41}))).await;
    assert_closed(&deployment, "ana").await;
}

#[tokio::test]
async fn access_withdrawn_in_the_middle_stops_what_costs_money_and_leaves_what_was_said() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let before = deployment.session("ana", &session_id).await;
    deployment.set_access("ana", false).await;
    deployment.claude.clear();

    let denied = "consultation_access_denied";
    deployment.say("ana", &session_id, "One more thing.").await.assert_problem(403, denied);
    deployment.complete("ana", &session_id).await.assert_problem(403, denied);
    deployment.send(Call::to("start-consultation").by("ana")).await.assert_problem(403, denied);
    assert!(deployment.claude.requests().is_empty());
    assert!(deployment.take_jobs().is_empty());
    assert_eq!(deployment.session("ana", &session_id).await, before);

    deployment.set_access("ana", true).await;
    let resumed = deployment.read(Call::to("start-consultation").by("ana")).await;
    assert_eq!((&resumed["session_id"], &resumed["resumed"]), (&json!(session_id), &json!(true)));
    assert_eq!(resumed["conversation_history"], before["conversation_history"]);
    assert_eq!(deployment.say("ana", &session_id, "One more thing.").await.status, 200);
}

#[tokio::test]
async fn who_has_a_prompt_keeps_the_personal_coach_when_access_is_withdrawn() {
    let deployment = Deployment::new().await;
    let session_id = deployment.consulted("ana").await;
    deployment.set_access("ana", false).await;
    assert_eq!(deployment.complete("ana", &session_id).await.body["system_prompt_version"], 1);
    assert_eq!(deployment.tell("ana", "Good morning").await.body["personalized"], true);
}

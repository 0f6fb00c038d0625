//! Behind API Gateway's authorizer: its claims are believed, and nothing else.

use coaching::api::ROUTES;
use serde_json::{Value, json};

use harness::{Call, Deployment, Issuer, api_functions};

#[tokio::test]
async fn without_a_caller_every_function_answers_401_and_does_nothing() {
    let deployment = Deployment::new().await;
    for function in api_functions() {
        let body = json!({"message": "Hello there"});
        deployment.send(Call::to(function).json(&body)).await.assert_problem(401, "unauthorized");
        for claims in [json!({}), json!({"sub": ""}), json!({"sub": 7}), Value::Null, json!("ana")] {
            let reply = deployment.send(Call::to(function).json(&body).claims(&claims)).await;
            reply.assert_problem(401, "unauthorized");
        }
    }
    assert!(deployment.claude.requests().is_empty());
    assert!(deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn every_route_for_admins_is_closed_to_everybody_else() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let for_admins: Vec<_> = ROUTES.iter().filter(|route| route.path.contains("/admin/")).collect();
    assert!(for_admins.len() > 15);
    for route in for_admins {
        let variables = route.variables.iter().map(|variable| variable.name).zip(route.sample.path);
        let call = variables.fold(Call::to(route.function).by("ana"), |call, (name, value)| call.path(name, value));
        let call = route.sample.body.map_or(call.clone(), |body| call.text(body));
        deployment.send(call).await.assert_problem(403, "admins_only");
    }
    assert!(deployment.audited("ana").await.is_empty() && deployment.take_jobs().is_empty());
}

#[tokio::test]
async fn a_token_of_another_pool_or_application_or_for_another_use_is_nobody() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let wrong = [
        ("iss", json!("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_OTHER")),
        ("iss", Value::Null),
        ("aud", json!("another-app")),
        ("aud", json!(["sharpened-app"])),
        ("token_use", json!("access")),
        ("token_use", json!("")),
    ];
    for (claim, value) in wrong {
        let claims = json!({"sub": "ana", claim: value});
        let reply = deployment.send(Call::to("get-profile").claims(&claims)).await;
        reply.assert_problem(401, "unauthorized");
    }
    assert_eq!(deployment.send(Call::to("get-profile").claims(&json!({"sub": "ana"}))).await.status, 200);
}

#[tokio::test]
async fn a_token_in_a_header_is_not_believed_without_the_authorizer() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let issuer = Issuer::start().await;
    let token = Issuer::sign(&issuer.claims("ana"));
    for function in api_functions() {
        let call = Call::to(function).header("authorization", &format!("Bearer {token}")).header("x-user-id", "ana");
        deployment.send(call).await.assert_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn the_caller_comes_first_before_anything_that_is_wrong_with_the_request() {
    let deployment = Deployment::new().await;
    for body in ["{", "[]", &"x".repeat(70_000)] {
        let reply = deployment.send(Call::to("log-meal").text(body).header("idempotency-key", "")).await;
        reply.assert_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn every_answer_names_its_request_and_is_not_cached() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let good = deployment.send(Call::to("get-profile").by("ana")).await;
    let bad = deployment.send(Call::to("get-profile").by("nobody")).await;
    for reply in [&good, &bad] {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.header("x-request-id").is_some_and(|id| !id.is_empty()));
    }
    assert_eq!(good.header("content-type"), Some("application/json"));
    assert_eq!(bad.header("x-request-id"), bad.body["request_id"].as_str());
}

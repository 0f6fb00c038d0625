//! Without an authorizer, the function verifies the bearer token itself.

use serde_json::{Value, json};

use harness::{Call, Deployment, Issuer, api_functions};

/// `{"alg":"none","typ":"JWT","kid":"test-key"}`
const UNSIGNED: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoidGVzdC1rZXkifQ";

fn with_token(call: Call, token: &str) -> Call {
    call.header("authorization", &format!("Bearer {token}")).through_watch()
}

fn sign_up(name: &str) -> Call {
    let email = format!("{name}@example.com");
    let body = json!({"name": "Ana", "email": email, "age": 34, "weight_kg": 60, "goal": "maintain"});
    Call::to("sign-up").json(&body)
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn a_valid_token_is_the_caller_in_both_event_shapes() {
    let issuer = Issuer::start().await;
    let deployment = Deployment::with(&issuer.variables()).await;
    let token = Issuer::sign(&issuer.claims("ana"));
    let made = deployment.send(with_token(sign_up("ana"), &token)).await;
    assert_eq!((made.status, &made.body["user_id"]), (201, &json!("ana")), "{made:?}");
    let rest = Call::to("get-profile").header("authorization", &format!("Bearer {token}"));
    assert_eq!(deployment.read(rest).await, made.body);
    let lower = Call::to("get-profile").header("authorization", &format!("bearer {token}")).through_watch();
    assert_eq!(deployment.read(lower).await, made.body);
}

#[tokio::test]
async fn the_hot_reload_events_carry_paths_queries_bodies_and_admins() {
    let issuer = Issuer::start().await;
    let deployment = Deployment::with(&issuer.variables()).await;
    let token = Issuer::sign(&issuer.claims("ana"));
    let admin = Issuer::sign(&with(issuer.claims("boss"), "cognito:groups", json!(["admin"])));
    deployment.send(with_token(sign_up("ana"), &token)).await;
    let open = || Call::to("set-consultation-access").path("user", "ana").json(&json!({"enabled": true}));
    deployment.send(with_token(open(), &token)).await.assert_problem(403, "admins_only");
    assert_eq!(deployment.send(with_token(open(), &admin)).await.status, 200);
    let started = deployment.send(with_token(Call::to("start-consultation"), &token)).await;
    let session_id = started.body["session_id"].as_str().expect("an id").to_owned();
    let look = Call::to("get-consultation").path("session_id", &session_id);
    assert_eq!(deployment.send(with_token(look, &token)).await.status, 200);
    let list = Call::to("list-meals").query("limit", "0");
    deployment.send(with_token(list, &token)).await.assert_invalid(&["limit"]);
}

#[tokio::test]
async fn a_token_that_is_not_ours_or_not_valid_any_more_is_401() {
    let issuer = Issuer::start().await;
    let deployment = Deployment::with(&issuer.variables()).await;
    let good = issuer.claims("ana");
    let now = chrono::Utc::now().timestamp();
    let wrong = [
        ("iss", json!("https://cognito-idp.eu-central-1.amazonaws.com/other")),
        ("iss", json!(null)),
        ("aud", json!("another-app")),
        ("aud", json!(null)),
        ("exp", json!(now - 3_600)),
        ("exp", json!(null)),
        ("exp", json!("never")),
        ("sub", json!(null)),
        ("sub", json!("")),
        ("token_use", json!("access")),
        ("token_use", json!(null)),
    ];
    for (claim, value) in wrong {
        let token = Issuer::sign(&with(good.clone(), claim, value.clone()));
        let reply = deployment.send(with_token(sign_up("ana"), &token)).await;
        assert_eq!(reply.status, 401, "{claim} = {value}: {reply:?}");
        reply.assert_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_token_whose_signature_does_not_hold_is_401() {
    let issuer = Issuer::start().await;
    let deployment = Deployment::with(&issuer.variables()).await;
    let token = Issuer::sign(&issuer.claims("ana"));
    let parts: Vec<&str> = token.split('.').collect();
    let other = Issuer::sign(&issuer.claims("eve"));
    let others: Vec<&str> = other.split('.').collect();
    let forged = [
        format!("{UNSIGNED}.{}.", parts[1]),
        format!("{UNSIGNED}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], others[1], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        Issuer::sign_with_published_key(&issuer.claims("ana")),
        String::new(),
        "gibberish".to_owned(),
        "..".to_owned(),
    ];
    for token in &forged {
        deployment.send(with_token(sign_up("ana"), token)).await.assert_problem(401, "unauthorized");
    }
    for header in [token.as_str(), "Basic YW5hOmFuYQ==", "Bearer"] {
        let call = sign_up("ana").header("authorization", header).through_watch();
        deployment.send(call).await.assert_problem(401, "unauthorized");
    }
    let good = deployment.send(with_token(sign_up("ana"), &token)).await;
    assert_eq!(good.status, 201, "the token itself is valid");
}

#[tokio::test]
async fn without_a_token_every_function_is_closed() {
    let issuer = Issuer::start().await;
    let deployment = Deployment::with(&issuer.variables()).await;
    for function in api_functions() {
        deployment.send(Call::to(function).through_watch()).await.assert_problem(401, "unauthorized");
        // Claims in the event are not believed either: nobody has verified them.
        deployment.send(Call::to(function).by_admin("boss")).await.assert_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn when_the_keys_cannot_be_read_the_caller_is_asked_to_come_back() {
    let issuer = Issuer::start().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let url = format!("http://{address}/keys");
    let mut variables = issuer.variables();
    variables[3] = ("COGNITO_JWKS_URL", &url);
    let deployment = Deployment::with(&variables).await;
    let token = Issuer::sign(&issuer.claims("ana"));
    let reply = deployment.send(with_token(sign_up("ana"), &token)).await;
    reply.assert_retry(503, "sign_in_unavailable");
    assert!(!reply.body.to_string().contains(&address.to_string()));
}

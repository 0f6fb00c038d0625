//! The key in Secrets Manager, read over HTTP as the service answers.

use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use claude::{ApiKey as _, KeyError};
use coaching::SecretsManagerKey;

/// Reads the secret from a Secrets Manager that gives this answer: the key, and what was asked.
async fn read_secret(status: u16, body: &'static str) -> (Result<String, KeyError>, String) {
    let asked = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&asked);
    let status = StatusCode::from_u16(status).expect("a status");
    let answer = move |headers: HeaderMap, request: String| async move {
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        *seen.lock().expect("nobody panics while holding it") = format!("{target} {request}");
        (status, [(CONTENT_TYPE, "application/x-amz-json-1.1")], body)
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
    let address = listener.local_addr().expect("a bound listener has an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    let aws = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .retry_config(RetryConfig::disabled())
        .load()
        .await;
    let key = SecretsManagerKey::new(aws, "claude-key").read().await;
    let asked = asked.lock().expect("nobody panics while holding it").clone();
    (key, asked)
}

#[tokio::test]
async fn the_key_comes_from_secrets_manager() {
    let (key, asked) =
        read_secret(200, r#"{"Name": "claude-key", "SecretString": "{\"api_key\": \"sk-ant-1\"}"}"#).await;
    assert_eq!(key, Ok("sk-ant-1".to_owned()));
    assert!(asked.contains("secretsmanager.GetSecretValue") && asked.contains(r#""SecretId":"claude-key""#), "{asked}");
}

#[tokio::test]
async fn a_secret_that_is_missing_is_told_from_a_service_that_is_down() {
    let (missing, _) = read_secret(400, r#"{"__type": "ResourceNotFoundException", "Message": "m"}"#).await;
    assert_eq!(missing, Err(KeyError::Unusable("Secrets Manager answered ResourceNotFoundException".to_owned())));
    let (binary, _) = read_secret(200, r#"{"Name": "claude-key", "SecretBinary": "AAAA"}"#).await;
    assert!(matches!(binary, Err(KeyError::Unusable(_))), "{binary:?}");
    let (down, _) = read_secret(500, r#"{"__type": "InternalServiceError", "Message": "m"}"#).await;
    assert!(matches!(down, Err(KeyError::Unreachable(_))), "{down:?}");
}

//! A user pool that publishes its keys, for the mode in which a function verifies tokens by itself.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// A key pair that signs nothing but the tokens of these tests.
const SIGNING_KEY: &[u8] = include_bytes!("test_signing_key.der");
/// Its public half, as a pool publishes it.
const JWKS: &str = include_str!("test_jwks.json");

/// A user pool with its published keys.
pub struct Issuer {
    /// What tokens name as their issuer.
    pub name: String,
    /// Where the keys are published.
    pub jwks_url: String,
    server: tokio::task::JoinHandle<()>,
}

impl Issuer {
    /// The application that its tokens are for.
    pub const AUDIENCE: &str = "sharpened-app";

    /// Publishes the keys on loopback.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound listener has an address");
        let keys = get(|| async { ([(CONTENT_TYPE, "application/json")], JWKS) });
        let router = Router::new().route("/.well-known/jwks.json", keys);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("the keys are served") });
        let name = format!("http://{address}");
        Self { jwks_url: format!("{name}/.well-known/jwks.json"), name, server }
    }

    /// The variables of a deployment that trusts this pool.
    pub fn variables(&self) -> [(&str, &str); 4] {
        [
            ("AUTH_MODE", "jwt"),
            ("COGNITO_ISSUER", &self.name),
            ("COGNITO_CLIENT_ID", Self::AUDIENCE),
            ("COGNITO_JWKS_URL", &self.jwks_url),
        ]
    }

    /// Claims of a valid ID token for `name`.
    pub fn claims(&self, name: &str) -> Value {
        let now = chrono::Utc::now().timestamp();
        json!({"sub": name, "email": format!("{name}@example.com"), "email_verified": true, "iss": self.name, "aud": Self::AUDIENCE,
            "iat": now, "exp": now + 3_600, "token_use": "id"})
    }

    /// A token with these claims, signed with the pool's key.
    pub fn sign(claims: &Value) -> String {
        let header = Header { kid: Some("test-key".to_owned()), ..Header::new(Algorithm::RS256) };
        encode(&header, claims, &EncodingKey::from_rsa_der(SIGNING_KEY)).expect("claims can be signed")
    }

    /// A token with these claims, signed with a secret instead: the published key itself, as a forger would try.
    pub fn sign_with_published_key(claims: &Value) -> String {
        let header = Header { kid: Some("test-key".to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, claims, &EncodingKey::from_secret(JWKS.as_bytes())).expect("claims can be signed")
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

//! Verifies an ID token against the user pool's published keys.
//!
//! Signature (RS256), issuer, audience, expiry and the token's use are checked, as Cognito's guide "Verifying a JSON Web
//! Token" lists them. Keys are fetched once and again when a token names a key that is not known yet.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;
use tokio::sync::RwLock;

use super::problem::{ApiError, RequestError};

const NOT_VALID: RequestError = RequestError::NoCaller("The token is not valid.");

/// Verifies tokens of one issuer for one audience.
pub struct TokenVerifier {
    http: reqwest::Client,
    issuer: String,
    audience: String,
    jwks_url: String,
    keys: RwLock<Option<JwkSet>>,
}

impl TokenVerifier {
    /// A verifier that has not fetched any key yet.
    #[must_use]
    pub fn new(http: reqwest::Client, issuer: String, audience: String, jwks_url: String) -> Self {
        Self { http, issuer, audience, jwks_url, keys: RwLock::new(None) }
    }

    /// The claims of a valid ID token.
    pub async fn verify(&self, token: &str) -> Result<Value, ApiError> {
        let header = decode_header(token).map_err(|_| NOT_VALID)?;
        let key_id = header.kid.ok_or(NOT_VALID)?;
        let key = self.key(&key_id).await?;
        let key = DecodingKey::from_jwk(&key).map_err(|_| NOT_VALID)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let claims = decode::<Value>(token, &key, &validation).map_err(|_| NOT_VALID)?.claims;
        if claims.get("token_use").and_then(Value::as_str) == Some("id") { Ok(claims) } else { Err(NOT_VALID.into()) }
    }

    async fn key(&self, key_id: &str) -> Result<Jwk, ApiError> {
        if let Some(key) = self.keys.read().await.as_ref().and_then(|keys| keys.find(key_id)) {
            return Ok(key.clone());
        }
        let fetched =
            self.fetch().await.map_err(|error| RequestError::IssuerUnreachable(error.without_url().to_string()))?;
        let key = fetched.find(key_id).cloned();
        *self.keys.write().await = Some(fetched);
        key.ok_or_else(|| NOT_VALID.into())
    }

    async fn fetch(&self) -> Result<JwkSet, reqwest::Error> {
        self.http.get(&self.jwks_url).send().await?.error_for_status()?.json().await
    }
}

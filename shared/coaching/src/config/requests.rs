//! Requests: who is believed, and what is taken.

use chrono::Duration;

use super::Origins;
use super::environment::{ConfigError, Environment};
use super::setting::{Choice, Number, Text};

pub(super) static MAX_BODY_BYTES: Number<usize> = Number {
    name: "MAX_BODY_BYTES",
    default: 65_536,
    min: 1_024,
    max: 6_000_000,
    meaning: "Bytes a request body may have",
};
pub(super) static IDEMPOTENCY_HOURS: Number<i64> = Number {
    name: "IDEMPOTENCY_HOURS",
    default: 24,
    min: 1,
    max: 720,
    meaning: "Hours for which an Idempotency-Key is remembered",
};
pub(super) static AUTH_MODE: Choice<bool> = Choice {
    name: "AUTH_MODE",
    default: "authorizer",
    options: &[("authorizer", false), ("jwt", true)],
    meaning: "authorizer trusts API Gateway's claims, jwt verifies the token again in the function",
};
pub(super) static FRONTEND_ORIGIN: Text<Origins> = Text {
    name: "FRONTEND_ORIGIN",
    default: "*",
    takes: "`*` or origins with commas between",
    parse: Origins::parse,
    meaning: "Origins whose pages may read the answers, such as `https://app.example.com,capacitor://localhost`",
};

/// How a caller is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthMode {
    /// By the claims that API Gateway's authorizer passes on.
    Authorizer {
        /// Who must have issued the token.
        issuer: String,
        /// For whom it must have been issued.
        audience: String,
    },
    /// By a bearer token that the function verifies itself.
    Jwt {
        /// Who must have issued it.
        issuer: String,
        /// For whom it must have been issued.
        audience: String,
        /// Where the issuer publishes its keys.
        jwks_url: String,
    },
}

/// Requests.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// How a caller is known.
    pub auth: AuthMode,
    /// Largest body, in bytes.
    pub max_body_bytes: usize,
    /// Whose pages may read the answers.
    pub frontends: Origins,
}

impl HttpSettings {
    /// Reads them.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        let issuer = env.required("COGNITO_ISSUER")?.trim_end_matches('/').to_owned();
        let audience = env.required("COGNITO_CLIENT_ID")?;
        let auth = if env.get(&AUTH_MODE)? {
            let jwks_url = env.optional("COGNITO_JWKS_URL");
            let jwks_url = jwks_url.unwrap_or_else(|| format!("{issuer}/.well-known/jwks.json"));
            AuthMode::Jwt { issuer, audience, jwks_url }
        } else {
            AuthMode::Authorizer { issuer, audience }
        };
        Ok(Self { auth, max_body_bytes: env.get(&MAX_BODY_BYTES)?, frontends: env.get(&FRONTEND_ORIGIN)? })
    }
}

/// How long an answer is kept for repetitions of its request.
pub fn idempotency(env: &Environment) -> Result<Duration, ConfigError> {
    env.get(&IDEMPOTENCY_HOURS).map(Duration::hours)
}

//! Who sends a request.
//!
//! Behind API Gateway the Cognito authorizer has verified the token and passes its claims on; nothing else of the request
//! is believed. What the authorizer lets through is more than ID tokens of this application: it takes tokens of every client
//! of the pool, and does not look at what a token is for. So issuer, audience and use are compared here. Without an authorizer (`AUTH_MODE=jwt`, the local hot-reload server) the function verifies the bearer token
//! itself. There is no mode without verification.

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use serde_json::Value;

use super::jwt::TokenVerifier;
use super::problem::{ApiError, RequestError};
use crate::app::StartError;
use crate::config::requests::AuthMode;
use crate::service::ServiceError;
use domain::profile::{Email, UserId};

/// The group whose members are admins.
const ADMIN_GROUP: &str = "admin";

/// A caller whose token has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token's `sub`.
    pub user_id: UserId,
    /// The token's address, if it carries one that its person has verified.
    pub email: Option<Email>,
    is_admin: bool,
}

impl Caller {
    /// Reads the claims of a verified token.
    pub(super) fn from_claims(claims: &Value) -> Result<Self, ApiError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let sub = text("sub").ok_or(RequestError::NoCaller("The token names nobody."))?;
        Ok(Self {
            user_id: UserId::new(sub),
            email: text("email")
                .filter(|_| is_true(claims.get("email_verified")))
                .and_then(|email| Email::parse("email", email).ok()),
            is_admin: groups(claims.get("cognito:groups")).iter().any(|group| group == ADMIN_GROUP),
        })
    }

    /// Refuses everyone who is not an admin.
    pub fn require_admin(&self) -> Result<(), ServiceError> {
        if self.is_admin { Ok(()) } else { Err(ServiceError::AdminsOnly) }
    }
}

/// Whether a claim says yes. A token carries a boolean; API Gateway passes it on as text.
fn is_true(claim: Option<&Value>) -> bool {
    match claim {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// The names in a groups claim. A token carries an array; API Gateway passes it on as text, `a,b` or `[a b]`.
fn groups(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => text
            .split(|c: char| c == ',' || c == '[' || c == ']' || c == '"' || c.is_whitespace())
            .filter(|group| !group.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Recognises callers.
pub enum Identity {
    /// By the claims of API Gateway's authorizer.
    Authorizer {
        /// Who must have issued the token.
        issuer: String,
        /// For whom it must have been issued.
        audience: String,
    },
    /// By verifying the bearer token.
    Jwt(TokenVerifier),
}

impl Identity {
    /// The way of recognising callers that `mode` asks for.
    ///
    /// # Errors
    ///
    /// If the HTTP client that reads the issuer's keys cannot be built.
    pub fn new(mode: &AuthMode) -> Result<Self, StartError> {
        Ok(match mode {
            AuthMode::Authorizer { issuer, audience } => {
                Self::Authorizer { issuer: issuer.clone(), audience: audience.clone() }
            }
            AuthMode::Jwt { issuer, audience, jwks_url } => {
                let http = reqwest::Client::builder().build()?;
                Self::Jwt(TokenVerifier::new(http, issuer.clone(), audience.clone(), jwks_url.clone()))
            }
        })
    }

    /// The caller of `event`.
    pub async fn caller(&self, event: &Request) -> Result<Caller, ApiError> {
        match self {
            Self::Authorizer { issuer, audience } => {
                let claims = authorizer_claims(event)?;
                let expected = [("iss", issuer.as_str()), ("aud", audience.as_str()), ("token_use", "id")];
                if expected.iter().any(|(name, value)| claims.get(name).and_then(Value::as_str) != Some(value)) {
                    return Err(RequestError::NoCaller("The token is not an ID token of this application.").into());
                }
                Caller::from_claims(&claims)
            }
            Self::Jwt(verifier) => {
                let header = event.headers().get("authorization").and_then(|value| value.to_str().ok());
                let token = header
                    .and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")))
                    .ok_or(RequestError::NoCaller("The request carries no bearer token."))?;
                Caller::from_claims(&verifier.verify(token.trim()).await?)
            }
        }
    }
}

/// The claims that the REST API's Cognito authorizer (`authorizer.claims`) or an HTTP API's JWT authorizer
/// (`authorizer.jwt.claims`) passes on.
fn authorizer_claims(event: &Request) -> Result<Value, ApiError> {
    let nobody = RequestError::NoCaller("The request was not authorised.");
    match event.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => {
            context.authorizer.fields.get("claims").cloned().ok_or_else(|| nobody.into())
        }
        Some(RequestContext::ApiGatewayV2(context)) => {
            let claims =
                context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref()).map(|jwt| &jwt.claims);
            claims.and_then(|claims| serde_json::to_value(claims).ok()).ok_or_else(|| nobody.into())
        }
        _ => Err(nobody.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_admin_is_recognised_in_every_spelling_of_the_groups_claim() {
        for groups in [json!(["users", "admin"]), json!("admin"), json!("users,admin"), json!("[users admin]")] {
            let caller = Caller::from_claims(&json!({"sub": "u-1", "cognito:groups": groups})).expect("a caller");
            assert!(caller.require_admin().is_ok(), "{groups}");
        }
    }

    #[test]
    fn nobody_becomes_an_admin_by_a_group_that_only_sounds_like_it() {
        for groups in [json!(null), json!([]), json!("administrators"), json!("not-admin"), json!({"admin": true})] {
            let caller = Caller::from_claims(&json!({"sub": "u-1", "cognito:groups": groups})).expect("a caller");
            assert!(caller.require_admin().is_err(), "{groups}");
        }
    }

    #[test]
    fn an_address_counts_once_it_is_verified() {
        let email = |verified: Value| {
            let claims = json!({"sub": "u-1", "email": "ana@example.com", "email_verified": verified});
            Caller::from_claims(&claims).expect("a caller").email
        };
        for verified in [json!(true), json!("true"), json!("True")] {
            assert!(email(verified.clone()).is_some(), "{verified}");
        }
        for verified in [json!(false), json!("false"), json!(null), json!("yes"), json!(1)] {
            assert!(email(verified.clone()).is_none(), "{verified}");
        }
    }

    #[test]
    fn claims_without_a_subject_are_nobody() {
        for claims in [json!({}), json!({"sub": ""}), json!({"sub": 7})] {
            assert!(Caller::from_claims(&claims).is_err(), "{claims}");
        }
    }
}

//! The API key of Claude in AWS Secrets Manager.

use std::sync::OnceLock;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use claude::{ApiKey, KeyError};
use serde::Deserialize;

/// A secret of AWS Secrets Manager: the key itself, or `{"api_key": "..."}`.
#[derive(Debug, Clone)]
pub struct SecretsManagerKey {
    aws: SdkConfig,
    /// Built when the key is first read: a function should not start the slower for it.
    client: OnceLock<aws_sdk_secretsmanager::Client>,
    secret_id: String,
}

impl SecretsManagerKey {
    /// The secret with this name or ARN.
    #[must_use]
    pub fn new(aws: SdkConfig, secret_id: impl Into<String>) -> Self {
        Self { aws, client: OnceLock::new(), secret_id: secret_id.into() }
    }
}

#[async_trait]
impl ApiKey for SecretsManagerKey {
    async fn read(&self) -> Result<String, KeyError> {
        let client = self.client.get_or_init(|| aws_sdk_secretsmanager::Client::new(&self.aws));
        let secret =
            client.get_secret_value().secret_id(&self.secret_id).send().await.map_err(|error| explain(&error))?;
        let text = secret.secret_string().ok_or_else(|| KeyError::Unusable("the secret is not a text".to_owned()))?;
        key_in(text)
    }
}

/// Codes of Secrets Manager's refusals that asking again cannot change.
const PERMANENT: [&str; 5] = [
    "AccessDeniedException",
    "DecryptionFailure",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceNotFoundException",
];

fn explain<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> KeyError {
    match error {
        SdkError::ServiceError(refusal) => {
            let code = refusal.err().code().unwrap_or("an unnamed error");
            let detail = format!("Secrets Manager answered {code}");
            if PERMANENT.contains(&code) { KeyError::Unusable(detail) } else { KeyError::Unreachable(detail) }
        }
        SdkError::TimeoutError(_) => KeyError::Unreachable("Secrets Manager did not answer in time".to_owned()),
        _ => KeyError::Unreachable("Secrets Manager cannot be reached".to_owned()),
    }
}

#[derive(Deserialize)]
struct Wrapped {
    api_key: String,
}

fn key_in(secret: &str) -> Result<String, KeyError> {
    let secret = secret.trim();
    let key = if secret.starts_with('{') {
        // The parser's own words could quote the secret.
        serde_json::from_str::<Wrapped>(secret)
            .map_err(|_| KeyError::Unusable("the secret is JSON without an api_key".to_owned()))?
            .api_key
    } else {
        secret.to_owned()
    };
    if key.is_empty() { Err(KeyError::Unusable("the secret is empty".to_owned())) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_key_itself_or_json_with_the_key() {
        assert_eq!(key_in("sk-ant-1\n"), Ok("sk-ant-1".to_owned()));
        assert_eq!(key_in(r#" {"api_key": "sk-ant-2", "note": "rotated"} "#), Ok("sk-ant-2".to_owned()));
    }

    #[test]
    fn a_secret_without_a_key_is_refused_without_quoting_it() {
        for secret in ["", "  ", r#"{"password": "hunter2"}"#, "{hunter2", r#"{"api_key": ""}"#] {
            let error = key_in(secret).expect_err("no key");
            assert!(matches!(error, KeyError::Unusable(_)), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}

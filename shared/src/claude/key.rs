//! The API key: read when it is first needed, kept as long as Claude accepts it, never printed.

use async_trait::async_trait;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use reqwest::header::HeaderValue;
use serde::Deserialize;
use tokio::sync::Mutex;

/// Where the API key comes from.
#[async_trait]
pub trait ApiKey: Send + Sync {
    /// Reads the key as it is now.
    async fn read(&self) -> Result<String, KeyError>;
}

/// Why there is no API key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key could not be asked for; asking later can help.
    #[error("the API key could not be read ({0})")]
    Unreachable(String),
    /// The key is missing, may not be read, or is not a key.
    #[error("there is no usable API key ({0}); store the key as the secret's text, or as {{\"api_key\": \"...\"}}")]
    Unusable(String),
}

/// A secret of AWS Secrets Manager: the key itself, or `{"api_key": "..."}`.
#[derive(Debug, Clone)]
pub struct SecretsManagerKey {
    client: aws_sdk_secretsmanager::Client,
    secret_id: String,
}

impl SecretsManagerKey {
    /// The secret with this name or ARN.
    #[must_use]
    pub fn new(client: aws_sdk_secretsmanager::Client, secret_id: impl Into<String>) -> Self {
        Self { client, secret_id: secret_id.into() }
    }
}

#[async_trait]
impl ApiKey for SecretsManagerKey {
    async fn read(&self) -> Result<String, KeyError> {
        let secret =
            self.client.get_secret_value().secret_id(&self.secret_id).send().await.map_err(|error| explain(&error))?;
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

/// The key as an `authorization` header that is never printed, kept until Claude refuses it.
pub(super) struct KeptKey {
    source: Box<dyn ApiKey>,
    kept: Mutex<Option<HeaderValue>>,
}

impl KeptKey {
    pub(super) fn new(source: impl ApiKey + 'static) -> Self {
        Self { source: Box::new(source), kept: Mutex::new(None) }
    }

    /// The key. Callers that come while it is read wait for the same reading.
    pub(super) async fn get(&self) -> Result<HeaderValue, KeyError> {
        let mut kept = self.kept.lock().await;
        if let Some(key) = &*kept {
            return Ok(key.clone());
        }
        let key = self.read().await?;
        *kept = Some(key.clone());
        Ok(key)
    }

    /// Reads the key again after Claude has refused `refused`; `None` if there is no other key than that.
    pub(super) async fn renew(&self, refused: &HeaderValue) -> Result<Option<HeaderValue>, KeyError> {
        let mut kept = self.kept.lock().await;
        // Somebody else may have renewed it in the meantime.
        if kept.as_ref() == Some(refused) {
            *kept = Some(self.read().await?);
        }
        Ok(kept.clone().filter(|key| key != refused))
    }

    async fn read(&self) -> Result<HeaderValue, KeyError> {
        let mut key = HeaderValue::from_str(&format!("Bearer {}", self.source.read().await?))
            .map_err(|_| KeyError::Unusable("it has characters that no key has".to_owned()))?;
        key.set_sensitive(true);
        Ok(key)
    }
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

    #[tokio::test]
    async fn a_kept_key_is_never_printed() {
        struct Fixed;
        #[async_trait]
        impl ApiKey for Fixed {
            async fn read(&self) -> Result<String, KeyError> {
                Ok("sk-ant-secret".to_owned())
            }
        }
        let key = KeptKey::new(Fixed).get().await.expect("a key");
        assert_eq!(key, "Bearer sk-ant-secret");
        assert!(!format!("{key:?}").contains("secret"));
    }
}

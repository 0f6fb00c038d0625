//! The API key: read when it is first needed, kept as long as Claude accepts it, never printed.

use async_trait::async_trait;
use reqwest::header::HeaderValue;
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

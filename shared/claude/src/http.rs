//! The HTTP client, built when the first call is made: reading the machine's certificates takes longer than all the rest of
//! a function's start, and most functions that could ask the model are started for a request that comes a moment later.

use std::sync::OnceLock;
use std::time::Duration;

use crate::ModelError;

/// How long a connection may take to come about: short, so that the try after it still falls within a call's deadline.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// An HTTP client that is built when it is first used.
#[derive(Default)]
pub(super) struct Http(OnceLock<reqwest::Client>);

impl Http {
    /// A client that is built already.
    pub(super) fn built(client: reqwest::Client) -> Self {
        Self(client.into())
    }

    pub(super) fn client(&self) -> Result<&reqwest::Client, ModelError> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .user_agent(concat!("sharpened/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| ModelError::Rejected { detail: format!("the HTTP client cannot be built: {error}") })?;
        Ok(self.0.get_or_init(|| client))
    }
}

//! What stands for AWS: it refuses every request, so that each program sends its first one and then answers.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Failure;

/// An error that the SDK does not retry.
const REFUSAL: &str =
    r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"Nobody may do anything."}"#;

/// A server on the loopback interface; it ends with this value.
pub struct Aws {
    /// Its address, as `AWS_ENDPOINT_URL` takes it.
    pub url: String,
    asked: Arc<AtomicU64>,
    server: JoinHandle<()>,
}

impl Aws {
    /// Starts it.
    pub async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&asked);
        let refuse = Router::new().fallback(async move || {
            counter.fetch_add(1, Ordering::Relaxed);
            (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/x-amz-json-1.0")], REFUSAL)
        });
        let server = tokio::spawn(async move {
            // It ends when it is aborted, and an error shows in the answers.
            let _ = axum::serve(listener, refuse).await;
        });
        Ok(Self { url, asked, server })
    }

    /// How many requests it has refused.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.server.abort();
    }
}

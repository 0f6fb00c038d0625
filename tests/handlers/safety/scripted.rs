//! A model that says what a test wants it to.

use std::collections::VecDeque;
use std::future::ready;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use claude::{
    BatchEntry, BatchProgress, BatchResults, ListedBatch, Model, ModelError, ModelReply, ModelRequest, Purpose,
};
use domain::money::{TokenUsage, Usd};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

/// What one answer costs.
pub const COST: Usd = Usd::from_nanos(1_000_000);

/// The text of an answer, or how it fails.
pub type Said = Result<String, ModelError>;

/// A model that answers as its function says.
struct Scripted<F>(F);

/// A model that answers each purpose as `say` does.
pub fn scripted(say: impl Fn(Purpose) -> BoxFuture<'static, Said> + Send + Sync + 'static) -> Arc<dyn Model> {
    Arc::new(Scripted(say))
}

/// A model that answers in turn as `said` says, and then is not there.
pub fn in_turn(said: Vec<Said>) -> Arc<dyn Model> {
    let said = Mutex::new(VecDeque::from(said));
    scripted(move |_| {
        let next = said.lock().expect("nobody panics while holding it").pop_front();
        ready(next.unwrap_or_else(|| Err(unavailable()))).boxed()
    })
}

/// How a model fails that is not there.
pub fn unavailable() -> ModelError {
    ModelError::Unavailable { detail: "the test says so".to_owned(), retry_after: None }
}

#[async_trait]
impl<F: Fn(Purpose) -> BoxFuture<'static, Said> + Send + Sync> Model for Scripted<F> {
    async fn ask(&self, request: &ModelRequest) -> Result<ModelReply, ModelError> {
        let text = (self.0)(request.purpose).await?;
        Ok(ModelReply { text, model: request.model.clone(), usage: TokenUsage::default(), cost: COST })
    }

    async fn submit_batch(&self, _: &[BatchEntry]) -> Result<String, ModelError> {
        unreachable!("talking takes no batch")
    }

    async fn batches_since(&self, _: DateTime<Utc>) -> Result<Vec<ListedBatch>, ModelError> {
        unreachable!("talking takes no batch")
    }

    async fn batch_progress(&self, _: &str) -> Result<BatchProgress, ModelError> {
        unreachable!("talking takes no batch")
    }

    async fn batch_results(&self, _: &str) -> Result<BatchResults, ModelError> {
        unreachable!("talking takes no batch")
    }
}

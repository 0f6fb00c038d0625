//! A model that declines whatever has certain words in it, wherever they stand in a request, and answers all else as the
//! simulator does.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use claude::{BatchEntry, BatchProgress, BatchResults, ListedBatch, Model, ModelError, ModelReply, ModelRequest};
use coaching::app::App;
use domain::money::Usd;

use harness::Deployment;

/// What it costs to be declined.
const COST: Usd = Usd::from_nanos(1_000_000);

struct Declining {
    model: Arc<dyn Model>,
    words: &'static str,
}

/// Functions whose model declines every request that has `words` in it.
pub fn declining(deployment: &Deployment, words: &'static str) -> App {
    let model = deployment.app().model().expect("the model of a test");
    deployment.app().with_model(Arc::new(Declining { model, words }))
}

#[async_trait]
impl Model for Declining {
    async fn ask(&self, request: &ModelRequest) -> Result<ModelReply, ModelError> {
        let system = request.system.iter().map(|block| &block.text);
        let mut texts = system.chain(request.turns.iter().flat_map(|turn| &turn.blocks));
        if texts.any(|text| text.contains(self.words)) {
            return Err(ModelError::Refused { cost: COST });
        }
        self.model.ask(request).await
    }

    async fn submit_batch(&self, entries: &[BatchEntry]) -> Result<String, ModelError> {
        self.model.submit_batch(entries).await
    }

    async fn batches_since(&self, since: DateTime<Utc>) -> Result<Vec<ListedBatch>, ModelError> {
        self.model.batches_since(since).await
    }

    async fn batch_progress(&self, batch_id: &str) -> Result<BatchProgress, ModelError> {
        self.model.batch_progress(batch_id).await
    }

    async fn batch_results(&self, batch_id: &str) -> Result<BatchResults, ModelError> {
        self.model.batch_results(batch_id).await
    }
}

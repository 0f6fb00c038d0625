//! EventBridge Scheduler: applies finished message batches.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    coaching::api::schedules::run_batch_collector().await
}

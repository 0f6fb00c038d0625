//! EventBridge Scheduler: applies finished message batches.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::schedules::run_batch_collector()
}

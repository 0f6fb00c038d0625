//! EventBridge Scheduler: begins a weekly run.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    coaching::api::schedules::run_weekly_updater().await
}

//! EventBridge Scheduler: begins a weekly run.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::schedules::run_weekly_updater()
}

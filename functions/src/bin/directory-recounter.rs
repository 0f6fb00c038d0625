//! EventBridge Scheduler: recounts all users, and mends what lists and counters have missed.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::schedules::run_directory_recounter()
}

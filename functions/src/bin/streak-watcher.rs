//! The stream of the `meals` table, and a daily schedule: real-time updates.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::streaks::run_streak_watcher()
}

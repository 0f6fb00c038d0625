//! EventBridge Scheduler: settles what calls to the model have cost, and compares the day's sums with the ledger.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::schedules::run_spending_reconciler()
}

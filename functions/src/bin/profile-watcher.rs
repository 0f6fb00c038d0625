//! DynamoDB stream of `profiles`: the directory of users and its counters follow.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::streams::run_profile_watcher()
}

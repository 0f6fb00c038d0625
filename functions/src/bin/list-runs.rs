//! `GET /v1/admin/runs`

use coaching::api::{self, runs};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&runs::LIST_RUNS).await
}

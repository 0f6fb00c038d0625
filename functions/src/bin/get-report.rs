//! `GET /v1/admin/report`

use coaching::api::{self, report};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&report::GET_REPORT).await
}

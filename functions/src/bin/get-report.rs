//! `GET /v1/admin/report`

use coaching::api::{self, admin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&admin::GET_REPORT).await
}

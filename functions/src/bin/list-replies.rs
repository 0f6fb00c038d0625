//! `GET /v1/admin/replies`

use coaching::api::{self, replies};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&replies::LIST_REPLIES).await
}

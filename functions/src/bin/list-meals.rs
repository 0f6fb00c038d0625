//! `GET /v1/meals`

use coaching::api::{self, meals};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&meals::LIST_MEALS).await
}

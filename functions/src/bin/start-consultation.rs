//! `POST /v1/consultation/start`

use coaching::api::{self, consultation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation::START_CONSULTATION).await
}

//! `POST /v1/consultation/{session_id}/complete`

use coaching::api::{self, consultation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation::COMPLETE_CONSULTATION).await
}

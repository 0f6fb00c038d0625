//! `GET /v1/consultation/{session_id}`

use coaching::api::{self, consultation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation::GET_CONSULTATION).await
}

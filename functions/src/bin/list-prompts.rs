//! `GET /v1/users/me/prompts`

use coaching::api::{self, prompts};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&prompts::LIST_PROMPTS).await
}

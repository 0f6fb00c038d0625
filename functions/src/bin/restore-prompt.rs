//! `POST /v1/users/me/prompts/{version}/restore`

use coaching::api::{self, restoration};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&restoration::RESTORE_PROMPT).await
}

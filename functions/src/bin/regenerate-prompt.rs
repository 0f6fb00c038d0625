//! `POST /v1/users/me/regenerate-prompt`

use coaching::api::{self, prompts};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&prompts::REGENERATE_PROMPT).await
}

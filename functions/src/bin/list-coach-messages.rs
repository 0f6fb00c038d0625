//! `GET /v1/coach/messages`

use coaching::api::{self, coach};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&coach::LIST_COACH_MESSAGES).await
}

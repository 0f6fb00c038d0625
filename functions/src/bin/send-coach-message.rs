//! `POST /v1/coach/message`

use coaching::api::{self, coach};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&coach::SEND_COACH_MESSAGE).await
}

//! `GET /v1/coach/conversations`

use coaching::api::{self, coach};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&coach::LIST_CONVERSATIONS).await
}

//! `GET /v1/users/me/behavior`

use coaching::api::{self, behavior};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&behavior::GET_BEHAVIOR).await
}

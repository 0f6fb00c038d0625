//! `PATCH /v1/users/me`

use coaching::api::{self, accounts};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&accounts::UPDATE_PROFILE).await
}

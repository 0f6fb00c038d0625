//! `POST /v1/users`

use coaching::api::{self, accounts};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&accounts::SIGN_UP).await
}

//! `GET /v1/admin/users`

use coaching::api::{self, users};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&users::LIST_USERS).await
}

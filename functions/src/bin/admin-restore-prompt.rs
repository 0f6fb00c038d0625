//! `PUT /v1/admin/users/{user}/risk`

use coaching::api::{self, risk};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&restoration::ADMIN_RESTORE_PROMPT).await
}

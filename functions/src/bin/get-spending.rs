//! `GET /v1/admin/spending`

use coaching::api::{self, spending};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&spending::GET_SPENDING).await
}

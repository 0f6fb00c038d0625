//! `GET /v1/admin/audit`

use coaching::api::{self, audit};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&audit::LIST_AUDIT).await
}

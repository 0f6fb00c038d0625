//! `PUT /v1/admin/users/{user}/recipe`

use coaching::api::{self, recipe};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&recipe::SET_RECIPE).await
}

//! `GET /v1/admin/users/{user}`

use coaching::api::{self, user};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&user::GET_USER).await
}

//! `GET /v1/admin/users`

use coaching::api::{self, users};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&users::LIST_USERS)
}

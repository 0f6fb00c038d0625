//! `GET /v1/admin/users/{user}`

use coaching::api::{self, user};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&user::GET_USER)
}

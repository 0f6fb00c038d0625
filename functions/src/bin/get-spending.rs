//! `GET /v1/admin/spending`

use coaching::api::{self, spending};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&spending::GET_SPENDING)
}

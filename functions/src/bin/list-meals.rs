//! `GET /v1/meals`

use coaching::api::{self, meals};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&meals::LIST_MEALS)
}

//! `GET /v1/weights`

use coaching::api::{self, weights};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&weights::LIST_WEIGHTS)
}

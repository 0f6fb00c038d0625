//! `DELETE /v1/weights/{day}`

use coaching::api::{self, weights};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&weights::DELETE_WEIGHT)
}

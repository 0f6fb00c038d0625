//! `POST /v1/meals`

use coaching::api::{self, meals};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&meals::LOG_MEAL)
}

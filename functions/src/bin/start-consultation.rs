//! `POST /v1/consultation/start`

use coaching::api::{self, consultation};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation::START_CONSULTATION)
}

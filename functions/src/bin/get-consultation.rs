//! `GET /v1/consultation/{session_id}`

use coaching::api::{self, consultation};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation::GET_CONSULTATION)
}

//! `POST /v1/consultation/{session_id}/complete`

use coaching::api::{self, consultation};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation::COMPLETE_CONSULTATION)
}

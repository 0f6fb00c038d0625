//! `POST /v1/consultation/message`

use coaching::api::{self, consultation};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation::SEND_CONSULTATION_MESSAGE)
}

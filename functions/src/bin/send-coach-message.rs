//! `POST /v1/coach/message`

use coaching::api::{self, coach};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&coach::SEND_COACH_MESSAGE)
}

//! `GET /v1/coach/messages`

use coaching::api::{self, coach};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&coach::LIST_COACH_MESSAGES)
}

//! `GET /v1/coach/conversations`

use coaching::api::{self, coach};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&coach::LIST_CONVERSATIONS)
}

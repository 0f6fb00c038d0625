//! `GET /v1/users/me/prompts`

use coaching::api::{self, prompts};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&prompts::LIST_PROMPTS)
}

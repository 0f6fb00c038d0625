//! `POST /v1/users/me/regenerate-prompt`

use coaching::api::{self, prompts};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&prompts::REGENERATE_PROMPT)
}

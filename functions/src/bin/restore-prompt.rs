//! `POST /v1/users/me/prompts/{version}/restore`

use coaching::api::{self, restoration};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&restoration::RESTORE_PROMPT)
}

//! `POST /v1/admin/users/{user}/prompts/{version}/restore`

use coaching::api::{self, restoration};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&restoration::ADMIN_RESTORE_PROMPT)
}

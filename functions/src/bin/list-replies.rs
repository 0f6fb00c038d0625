//! `GET /v1/admin/replies`

use coaching::api::{self, replies};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&replies::LIST_REPLIES)
}

//! `GET /v1/admin/consultation-keys`

use coaching::api::{self, consultation_keys};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&consultation_keys::LIST_CONSULTATION_KEYS)
}

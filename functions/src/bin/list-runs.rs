//! `GET /v1/admin/runs`

use coaching::api::{self, runs};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&runs::LIST_RUNS)
}

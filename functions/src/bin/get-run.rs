//! `GET /v1/admin/runs/{run_id}`

use coaching::api::{self, runs};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&runs::GET_RUN)
}

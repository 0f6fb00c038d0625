//! `GET /v1/admin/report`

use coaching::api::{self, report};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&report::GET_REPORT)
}

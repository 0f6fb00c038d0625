//! `GET /v1/admin/audit`

use coaching::api::{self, audit};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&audit::LIST_AUDIT)
}

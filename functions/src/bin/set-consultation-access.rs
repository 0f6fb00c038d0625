//! `PUT /v1/admin/users/{user}/consultation-access`

use coaching::api::{self, admin};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&admin::SET_CONSULTATION_ACCESS)
}

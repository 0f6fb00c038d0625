//! `PUT /v1/admin/consultation-access`

use coaching::api::{self, cohorts};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&cohorts::SET_COHORT_ACCESS)
}

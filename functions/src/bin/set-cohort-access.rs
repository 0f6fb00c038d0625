//! `PUT /v1/admin/consultation-access`

use coaching::api::{self, cohorts};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run(&cohorts::SET_COHORT_ACCESS).await
}

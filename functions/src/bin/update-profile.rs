//! `PATCH /v1/users/me`

use coaching::api::{self, accounts};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&accounts::UPDATE_PROFILE)
}

//! `GET /v1/users/me/behavior`

use coaching::api::{self, behavior};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&behavior::GET_BEHAVIOR)
}

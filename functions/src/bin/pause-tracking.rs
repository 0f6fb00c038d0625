//! `PUT /v1/users/me/pause`

use coaching::api::{self, days};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&days::PAUSE_TRACKING)
}

//! `PUT /v1/days/{day}`

use coaching::api::{self, days};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&days::MARK_DAY)
}

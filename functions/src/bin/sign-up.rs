//! `POST /v1/users`

use coaching::api::{self, accounts};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&accounts::SIGN_UP)
}

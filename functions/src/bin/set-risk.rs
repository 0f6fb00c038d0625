//! `PUT /v1/admin/users/{user}/risk`

use coaching::api::{self, risk};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&risk::SET_RISK)
}

//! `PUT /v1/admin/users/{user}/recipe`

use coaching::api::{self, recipe};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&recipe::SET_RECIPE)
}

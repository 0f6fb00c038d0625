//! `PATCH /v1/meals/{meal_id}`

use coaching::api::{self, meals};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&meals::UPDATE_MEAL)
}

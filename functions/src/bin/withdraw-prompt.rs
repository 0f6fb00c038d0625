//! `PUT /v1/admin/users/{user}/prompt-withdrawal`

use coaching::api::{self, withdrawals};

fn main() -> Result<(), lambda_http::Error> {
    api::run(&withdrawals::WITHDRAW_PROMPT)
}

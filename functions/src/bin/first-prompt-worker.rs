//! SQS `first-prompt-jobs`: somebody's profile and first prompt.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::jobs::run_first_prompt_worker()
}

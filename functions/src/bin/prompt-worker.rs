//! SQS `prompt-jobs`: a part of a weekly run, or one user's generation.

fn main() -> Result<(), lambda_http::Error> {
    coaching::api::jobs::run_prompt_worker()
}

//! SQS `prompt-jobs`: a part of a weekly run, or one user's generation.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    coaching::api::jobs::run_prompt_worker().await
}

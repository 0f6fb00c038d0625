//! `POST /v1/users/me/regenerate-prompt`

use coaching::app::App;
use coaching::service::PromptHistory;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = PromptHistory::new(&app.ports, &app.config);
    http::run(app.api(), |request| regenerate_prompt::handle(&service, request)).await
}

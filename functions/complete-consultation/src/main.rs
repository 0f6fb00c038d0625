//! `POST /v1/consultation/{session_id}/complete`

use coaching::app::App;
use coaching::service::ConsultationAiService;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = ConsultationAiService::new(&app.ports, &app.config);
    http::run(app.api(), |request| complete_consultation::handle(&service, request)).await
}

//! `POST /v1/consultation/start`

use coaching::app::App;
use coaching::service::ConsultationAiService;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = ConsultationAiService::new(&app.ports, &app.config);
    http::run(app.api(), |request| start_consultation::handle(&service, request)).await
}

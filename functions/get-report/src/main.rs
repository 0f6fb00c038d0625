//! `GET /v1/admin/report`

use coaching::app::App;
use coaching::service::ReportService;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = ReportService::new(&app.ports, &app.config);
    http::run(app.api(), |request| get_report::handle(&service, request)).await
}

//! `GET /v1/users/me/behavior`

use coaching::app::App;
use coaching::service::BehaviorService;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = BehaviorService::new(&app.ports, &app.config);
    http::run(app.api(), |request| get_behavior::handle(&service, request)).await
}

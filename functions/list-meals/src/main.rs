//! `GET /v1/meals`

use coaching::app::App;
use coaching::service::MealService;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = MealService::new(&app.ports);
    http::run(app.api(), |request| list_meals::handle(&service, request)).await
}

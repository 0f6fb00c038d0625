//! `PATCH /v1/meals/{meal_id}`

use coaching::app::App;
use coaching::service::MealService;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = MealService::new(&app.ports);
    http::run(app.api(), |request| update_meal::handle(&service, request)).await
}

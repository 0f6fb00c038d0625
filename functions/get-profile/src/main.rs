//! `GET /v1/users/me`

use coaching::app::App;
use coaching::service::Accounts;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = Accounts::new(&app.ports);
    http::run(app.api(), |request| get_profile::handle(&service, request)).await
}

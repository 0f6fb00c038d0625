//! `PUT /v1/admin/users/{user}/consultation-access`

use coaching::app::App;
use coaching::service::Accounts;
use coaching::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = Accounts::new(&app.ports);
    http::run(app.api(), |request| set_consultation_access::handle(&service, request)).await
}

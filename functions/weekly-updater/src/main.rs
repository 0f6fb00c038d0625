//! EventBridge Scheduler, weekly.

use coaching::app::App;
use coaching::service::WeeklyUpdater;
use coaching::telemetry;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use weekly_updater::WeeklyEvent;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = WeeklyUpdater::new(&app.ports, &app.config);
    run(service_fn(async |event: LambdaEvent<WeeklyEvent>| {
        Ok::<_, Error>(weekly_updater::handle(&service, event.payload).await?)
    }))
    .await
}

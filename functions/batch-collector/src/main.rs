//! EventBridge Scheduler, every few minutes.

use coaching::app::App;
use coaching::service::BatchCollector;
use coaching::telemetry;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = BatchCollector::new(&app.ports, &app.config);
    run(service_fn(async |_: LambdaEvent<IgnoredAny>| Ok::<_, Error>(batch_collector::handle(&service).await?))).await
}

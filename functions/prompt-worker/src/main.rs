//! SQS `prompt-jobs`

use std::convert::Infallible;

use aws_lambda_events::sqs::SqsEvent;
use coaching::app::App;
use coaching::service::PromptWorker;
use coaching::telemetry;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let app = App::from_env().await?;
    let service = PromptWorker::new(&app.ports, &app.config);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        let ended_at = event.context.deadline().into();
        Ok::<_, Infallible>(prompt_worker::handle(&service, event.payload, ended_at).await)
    }))
    .await
}

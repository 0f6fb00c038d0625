//! The one policy for requests to AWS: how long a try may take, and what is tried again.
//!
//! A request of a person takes at most two rounds before a model is asked and one after it; a try that hangs must not use up
//! the function's own time, and the next try of the SDK usually finds a server that answers.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(1);
/// How long one try may take.
const TRY: Duration = Duration::from_secs(2);
/// How long all tries of a request may take together.
const TOGETHER: Duration = Duration::from_secs(8);
/// Tries in all, the first one included.
const TRIES: u32 = 9;
/// Longest wait after the first try; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(20);
/// Longest wait after any try.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// The same configuration under the policy.
pub fn under_policy(aws: SdkConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(TRY)
        .operation_timeout(TOGETHER)
        .build();
    aws.into_builder().timeout_config(timeouts).retry_config(retries()).build()
}

/// The same client, which tries again under the policy.
pub fn dynamodb(client: &Client) -> Client {
    let config = client.config().to_builder().retry_config(retries()).retry_classifier(Contention);
    Client::from_conf(config.build())
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(TRIES).with_initial_backoff(FIRST_WAIT).with_max_backoff(LONGEST_WAIT)
}

/// Has a write tried again that was turned away only because another transaction holds the item, or because of the table's
/// load; the SDK knows such an answer to a single request, but not within a transaction.
#[derive(Debug)]
struct Contention;

impl ClassifyRetry for Contention {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else { return RetryAction::NoActionIndicated };
        let Some(error) = error.as_operation_error() else { return RetryAction::NoActionIndicated };
        let met = match error.downcast_ref::<TransactWriteItemsError>() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let mut codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
                // Where a condition does not hold, another try would find the same.
                !codes.clone().any(|code| code == "ConditionalCheckFailed") && codes.any(is_contention)
            }
            Some(error) => error.code().is_some_and(is_contention),
            None => {
                let code = error.downcast_ref::<PutItemError>().map(PutItemError::code);
                let code = code.or_else(|| error.downcast_ref::<UpdateItemError>().map(UpdateItemError::code));
                let code = code.or_else(|| error.downcast_ref::<DeleteItemError>().map(DeleteItemError::code));
                code.flatten().is_some_and(is_contention)
            }
        };
        if met { RetryAction::throttling_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "Contention"
    }
}

/// Whether a code says that an item was held by another transaction, or a table's load was too high. The codes are those of
/// "Error handling with DynamoDB" and of the cancellation reasons of `TransactWriteItems` in its API reference.
fn is_contention(code: &str) -> bool {
    matches!(
        code,
        "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
            | "ThrottlingError"
            | "ThrottlingException"
            | "ProvisionedThroughputExceeded"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
    )
}

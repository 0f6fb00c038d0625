//! What the SDK's errors become: the operation, the service's code and its sentence, and never an item's contents.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::store::StoreError;

/// The error of a request that DynamoDB did not answer or refused.
pub(super) fn unavailable<E, R>(operation: &'static str, error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata,
{
    let detail = match error {
        SdkError::ConstructionFailure(_) => "the request could not be built".to_owned(),
        SdkError::TimeoutError(_) => "DynamoDB did not answer in time".to_owned(),
        SdkError::DispatchFailure(_) => "DynamoDB could not be reached".to_owned(),
        SdkError::ResponseError(_) => "DynamoDB's answer could not be read".to_owned(),
        _ => match (error.code(), error.message()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            (None, _) => "DynamoDB refused the request without a code".to_owned(),
        },
    };
    StoreError::Unavailable { operation, detail }
}

/// The error of a read of `table`, told apart if the table is an earlier version's: DynamoDB cannot change a table's key
/// in place, so such a table answers every read in this way, and nothing of it is ever misread.
pub(super) fn unreadable<E, R>(operation: &'static str, table: &str, error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata,
{
    let old = error.code() == Some("ValidationException") && error.message().is_some_and(is_of_another_schema);
    if old { StoreError::OldSchema { table: table.to_owned() } } else { unavailable(operation, error) }
}

/// Whether DynamoDB's sentence says that the table has another key, or lacks the index.
fn is_of_another_schema(message: &str) -> bool {
    const SENTENCES: [&str; 4] = [
        "does not match the schema",
        "missed key schema element",
        "does not have the specified index",
        // Only local indexes are read consistently, so there is no local index of that name.
        "Consistent reads are not supported on global secondary indexes",
    ];
    // A key that a cursor has brought along says nothing about the table.
    !message.contains("starting key") && SENTENCES.iter().any(|sentence| message.contains(sentence))
}

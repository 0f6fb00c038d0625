//! DynamoDB streams: changes of profiles, which the directory of users follows.

use std::collections::BTreeMap;
use std::slice;

use lambda_runtime::{Context, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{Instrument as _, error};

use super::serving;
use crate::service::UserDirectory;
use crate::store::LISTED_ATTRIBUTES;
use crate::telemetry::{self, events};
use domain::profile::UserId;

/// The function.
const PROFILE_WATCHER: &str = "profile-watcher";
/// After so many failures it is not the users but the tables.
const MOST_FAILURES: u32 = 3;

/// Changes as a stream delivers them.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct StreamEvent {
    /// The changes, of each item in their order.
    #[serde(rename = "Records", default)]
    pub records: Vec<StreamRecord>,
}

/// One change.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct StreamRecord {
    /// What has changed.
    #[serde(default)]
    pub dynamodb: StreamChange,
}

/// An item before and after.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamChange {
    /// Its key.
    #[serde(default)]
    pub keys: Image,
    /// The item after the change; none if it was deleted.
    #[serde(default)]
    pub new_image: Image,
    /// The item before it; none if it was new.
    #[serde(default)]
    pub old_image: Image,
    /// Its place in the stream.
    #[serde(default)]
    pub sequence_number: String,
}

/// Attributes in DynamoDB's JSON. They are compared and never read: what is listed is read from the table.
pub type Image = BTreeMap<String, Value>;

impl StreamChange {
    /// Whose profile it is, if the directory says or counts anything that the change may have touched.
    fn listed_user(&self) -> Option<UserId> {
        let touched = |attribute: &&str| self.old_image.get(*attribute) != self.new_image.get(*attribute);
        let touched = LISTED_ATTRIBUTES.iter().any(touched);
        let user_id = self.keys.get("user_id")?.get("S")?.as_str()?;
        touched.then(|| UserId::new(user_id))
    }
}

/// What is delivered again: everything from the first change on that is named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StreamAnswer {
    /// The first change that was not followed, if there is one.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<StreamFailure>,
}

/// A change that was not followed, and is sent again with everything behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamFailure {
    /// Its place in the stream.
    #[serde(rename = "itemIdentifier")]
    pub sequence_number: String,
}

/// Runs `profile-watcher`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub fn run_profile_watcher() -> Result<(), Error> {
    serving::serve(PROFILE_WATCHER, async |directory: &UserDirectory, event: StreamEvent, context: Context| {
        Ok(Box::pin(follow_profiles(directory, event, &context.request_id)).await)
    })
}

/// Lets the directory follow changes of profiles. If some could not be followed, the stream is asked to deliver everything
/// again from the first of them on; nothing is done twice by it.
pub async fn follow_profiles(directory: &UserDirectory, event: StreamEvent, invocation_id: &str) -> StreamAnswer {
    let changes = event.records.iter().map(|record| &record.dynamodb);
    let listed: Vec<(UserId, &str)> =
        changes.filter_map(|change| Some((change.listed_user()?, change.sequence_number.as_str()))).collect();
    let followed = follow(directory, &listed);
    let failed = followed.instrument(telemetry::span(PROFILE_WATCHER, invocation_id, Some(invocation_id))).await;
    let failures = failed.map(|sequence_number| StreamFailure { sequence_number: sequence_number.to_owned() });
    StreamAnswer { failures: failures.into_iter().collect() }
}

/// Follows all together, or else each alone, so that one who cannot be followed keeps nobody from the others. Answers with the
/// place of the first change that could not be followed.
async fn follow<'a>(directory: &UserDirectory, listed: &[(UserId, &'a str)]) -> Option<&'a str> {
    let users: Vec<UserId> = listed.iter().map(|(user_id, _)| user_id.clone()).collect();
    if directory.follow(&users).await.is_ok() {
        return None;
    }
    let (mut first, mut failures) = (None, 0);
    for (user_id, sequence_number) in listed {
        if let Err(cause) = directory.follow(slice::from_ref(user_id)).await {
            error!(%user_id, %cause, "{}", events::DIRECTORY_NOT_FOLLOWED);
            first = first.or(Some(*sequence_number));
            failures += 1;
            if failures == MOST_FAILURES {
                break;
            }
        }
    }
    first
}

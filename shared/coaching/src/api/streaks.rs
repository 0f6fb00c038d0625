//! The stream of the `meals` table, and the daily look at streaks: `streak-watcher`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{StreamExt as _, stream};
use lambda_runtime::{Context, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{Instrument as _, error, info};

use super::schedules::follow;
use super::serving;
use super::streams::StreamFailure;
use crate::service::{AbsenceCheck, LoggedDays, PlannedCheck, ServiceError, StreakWatcher};
use crate::telemetry::{self, events, user_span};
use domain::profile::UserId;

/// The function.
const STREAK_WATCHER: &str = "streak-watcher";

/// What the function is invoked with.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum StreakEvent {
    /// Records of the stream of the `meals` table.
    Meals {
        /// Each is read by itself, so that one that cannot be read does not hide the others.
        #[serde(rename = "Records")]
        records: Vec<Value>,
    },
    /// The daily schedule.
    Daily {
        /// When the look was due; now if it is left out, as in an invocation by hand.
        #[serde(default)]
        scheduled_time: Option<DateTime<Utc>>,
    },
}

/// What the function answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum StreakAnswer {
    /// To the stream: from where on it has to send records again.
    Meals {
        /// The first record of each person who could not be looked at.
        #[serde(rename = "batchItemFailures")]
        failures: Vec<StreamFailure>,
    },
    /// To the schedule.
    Daily(PlannedCheck),
}

/// A record of the stream, as far as it is read: the key of the item and what happened to it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: EventName,
    dynamodb: Change,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    keys: Keys,
    sequence_number: String,
}

#[derive(Debug, Deserialize)]
struct Keys {
    user_id: Text,
    item: Text,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    s: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EventName {
    Insert,
    Modify,
    Remove,
}

/// What the records of a batch tell of one person.
#[derive(Debug, Default)]
struct Told {
    days: LoggedDays,
    /// The sequence number of the first of them.
    first_record: String,
}

/// Runs `streak-watcher`.
///
/// # Errors
///
/// If the function cannot start; the log says why in one line.
pub fn run_streak_watcher() -> Result<(), Error> {
    serving::serve(STREAK_WATCHER, async |check: &AbsenceCheck, event: StreakEvent, context: Context| {
        watch(check, event, &context.request_id).await
    })
}

/// Carries an event out in the invocation of that id.
pub async fn watch(
    check: &AbsenceCheck,
    event: StreakEvent,
    invocation_id: &str,
) -> Result<StreakAnswer, ServiceError> {
    match event {
        StreakEvent::Meals { records } => {
            let span = telemetry::span(STREAK_WATCHER, invocation_id, Some(invocation_id));
            let failures = look_at_meals(check, records, invocation_id).instrument(span).await;
            Ok(StreakAnswer::Meals { failures })
        }
        StreakEvent::Daily { scheduled_time } => {
            let begun = Box::pin(check.begin(scheduled_time, invocation_id));
            Ok(StreakAnswer::Daily(follow(STREAK_WATCHER, invocation_id, begun).await?))
        }
    }
}

/// Looks at everybody whom the records are about, each once. What a repetition can mend is sent again by the stream.
async fn look_at_meals(check: &AbsenceCheck, records: Vec<Value>, invocation_id: &str) -> Vec<StreamFailure> {
    let watcher = check.watcher();
    if !watcher.is_enabled() {
        info!("{}", events::REALTIME_UPDATES_DISABLED);
        return Vec::new();
    }
    let looks = stream::iter(by_person(records)).map(|(user_id, told)| {
        let span = user_span(&user_id);
        let looking = async move {
            let Err(cause) = watcher.after_meals(&user_id, &told.days, invocation_id).await else { return None };
            StreakWatcher::is_tried_again(&cause).then_some(StreamFailure { sequence_number: told.first_record })
        };
        looking.instrument(span)
    });
    let outcomes: Vec<Option<StreamFailure>> = looks.buffer_unordered(check.concurrency()).collect().await;
    outcomes.into_iter().flatten().collect()
}

/// The days that the records tell of, by person. Records of other items are passed over.
fn by_person(records: Vec<Value>) -> BTreeMap<UserId, Told> {
    let mut people: BTreeMap<UserId, Told> = BTreeMap::new();
    for record in records {
        let Ok(Record { event_name, dynamodb }) = Record::deserialize(&record) else {
            let sequence_number = record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str);
            error!(sequence_number, "{}", events::STREAM_RECORD_UNREADABLE);
            continue;
        };
        let Some(day) = dynamodb.keys.item.s.strip_prefix("day#") else { continue };
        let Ok(day) = day.parse::<NaiveDate>() else {
            error!(sequence_number = dynamodb.sequence_number, "{}", events::STREAM_RECORD_UNREADABLE);
            continue;
        };
        let told = people
            .entry(UserId::new(dynamodb.keys.user_id.s))
            .or_insert_with(|| Told { first_record: dynamodb.sequence_number, ..Told::default() });
        match event_name {
            EventName::Insert => told.days.first_meals.insert(day),
            EventName::Modify | EventName::Remove => told.days.changed.insert(day),
        };
    }
    people
}

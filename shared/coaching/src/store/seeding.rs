//! Items as the stores would have written them one request at a time, for filling tables with many people at once.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::store::NewVersion;
use crate::store::profiles::with_version;
use crate::store::write::shaped;
use crate::store::{conversations, meals, profiles};
use domain::conversation::{CoachMessage, Conversation};
use domain::meals::DayTotals;
use domain::profile::{Profile, UserId};

/// The profile of somebody who has got a first prompt version.
#[must_use]
pub fn prompted_profile(profile: &Profile, version: &NewVersion) -> HashMap<String, AttributeValue> {
    shaped(with_version(profiles::of_profile(profile), version))
}

/// A day on which somebody has logged.
#[must_use]
pub fn logged_day(user_id: &UserId, totals: &DayTotals) -> HashMap<String, AttributeValue> {
    shaped(meals::of_day(user_id, totals))
}

/// A message to or from the coach.
#[must_use]
pub fn coach_message(message: &CoachMessage) -> HashMap<String, AttributeValue> {
    shaped(conversations::of_message(message))
}

/// The header of a conversation.
#[must_use]
pub fn conversation(conversation: &Conversation) -> HashMap<String, AttributeValue> {
    shaped(conversations::of_header(conversation))
}

//! Items as the stores would have written them one request at a time, for filling tables with many people at once.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::store::NewVersion;
use crate::store::profiles::with_version;
use crate::store::{meals, profiles};
use domain::meals::DayTotals;
use domain::profile::{Profile, UserId};

/// The profile of somebody who has got a first prompt version.
#[must_use]
pub fn prompted_profile(profile: &Profile, version: &NewVersion) -> HashMap<String, AttributeValue> {
    with_version(profiles::of_profile(profile), version)
}

/// A day on which somebody has logged.
#[must_use]
pub fn logged_day(user_id: &UserId, totals: &DayTotals) -> HashMap<String, AttributeValue> {
    meals::of_day(user_id, totals)
}

//! When a person has stated what is known of them: of two words the later one counts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::person::{BodyData, Weight};

/// Instants at which details were stated. A detail without one was stated when the person signed up, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DetailsStated {
    /// Of the sex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<DateTime<Utc>>,
    /// Of the height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<DateTime<Utc>>,
    /// Of the activity level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_level: Option<DateTime<Utc>>,
    /// Of the diet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diet: Option<DateTime<Utc>>,
    /// Of the weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<DateTime<Utc>>,
    /// Of the goal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<DateTime<Utc>>,
}

impl DetailsStated {
    /// Whether nothing has been stated since the sign-up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Notes that weight and body were stated at `now`, as far as they were.
    pub fn note(&mut self, weight: Option<Weight>, body: &BodyData, now: DateTime<Utc>) {
        let BodyData { sex, height, activity_level, diet } = body;
        let places = [
            (&mut self.weight, weight.is_some()),
            (&mut self.sex, sex.is_some()),
            (&mut self.height, height.is_some()),
            (&mut self.activity_level, activity_level.is_some()),
            (&mut self.diet, diet.is_some()),
        ];
        for (place, _) in places.into_iter().filter(|(_, is_stated)| *is_stated) {
            *place = Some(now);
        }
    }
}

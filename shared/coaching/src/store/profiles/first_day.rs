//! The first day on which behaviour is measured, as meals from before the sign-up move it.
//!
//! Every such meal counts a change in the profile, in the transaction that logs or deletes it. Who deletes one looks for
//! the first day of the meals that are left, and writes it only if no other was logged or deleted since.

use chrono::NaiveDate;

use super::{ProfileTable, profile_key};
use crate::store::StoreError;
use crate::store::item::{day, number, read_number};
use crate::store::write::Update;
use domain::profile::UserId;

/// The attribute that counts the changes.
const CHANGES: &str = "early_meal_changes";

/// The first day as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstDay {
    /// The day.
    pub day: NaiveDate,
    /// Meals from before the sign-up that were logged or deleted.
    changes: u64,
}

/// What becomes of the first day, as a part of the transaction that logs or deletes a meal.
#[derive(Debug, Clone)]
pub struct FirstDayWrite(pub(in crate::store) Update);

impl ProfileTable {
    /// The first day, read consistently; `None` if there is no such user.
    pub async fn first_day(&self, user_id: &UserId) -> Result<Option<FirstDay>, StoreError> {
        let Some(stored) = self.profiles.get("reading a person's first day", profile_key(user_id)).await? else {
            return Ok(None);
        };
        let changes = stored.optional(CHANGES, read_number)?.unwrap_or_default();
        Ok(Some(FirstDay { day: stored.day("first_day")?, changes }))
    }

    /// With a meal of `meal_day`, the first day is that one at the latest. Refused if `read` is no longer true in that.
    #[must_use]
    pub fn first_day_with(&self, user_id: &UserId, read: FirstDay, meal_day: NaiveDate) -> FirstDayWrite {
        let update = self.profiles.update(profile_key(user_id)).add(CHANGES, 1);
        let meal = [(":meal_day", day(meal_day))];
        FirstDayWrite(if meal_day < read.day {
            update.set("first_day", day(meal_day)).when("#first_day > :meal_day", meal)
        } else {
            update.when("#first_day <= :meal_day", meal)
        })
    }

    /// Without a meal, the first day is `first`. Refused if a meal from before the sign-up was logged or deleted since
    /// `read`.
    #[must_use]
    pub fn first_day_without(&self, user_id: &UserId, read: FirstDay, first: NaiveDate) -> FirstDayWrite {
        let update = self.profiles.update(profile_key(user_id)).add(CHANGES, 1).set("first_day", day(first));
        FirstDayWrite(match read.changes {
            0 => update.when("attribute_exists(#user_id) AND attribute_not_exists(#early_meal_changes)", []),
            changes => update.when("#early_meal_changes = :read_changes", [(":read_changes", number(changes))]),
        })
    }
}

//! Logging meals, and correcting what was logged.

use std::sync::Arc;

use chrono::{Duration, FixedOffset, NaiveDate};
use uuid::Uuid;

use super::dates::{ListedDays, check_logged};
use super::error::{Conflict, Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{EarlyMeal, FirstDayWrite, MealTable, Page, PageRequest, ProfileTable, WriteOutcome};
use crate::system::Clock;
use domain::field::FieldError;
use domain::local_day::TimeZone;
use domain::meals::{DayTotals, Meal, MealChange, MealId, NewMeal};
use domain::profile::{Profile, UserId};

/// How long ago a meal tells of the clock that its person lives by now.
const RECENT: Duration = Duration::hours(48);
/// How often a change is made again when another one came in between.
const ATTEMPTS: usize = 5;
/// Days that a list shows.
const DAYS: ListedDays = ListedDays { default: 7, most: 92 };

/// A page of meals with the totals of all days in the range.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedMeals {
    /// First local day of the range.
    pub from: NaiveDate,
    /// Last local day of the range.
    pub to: NaiveDate,
    /// The meals, newest day first.
    pub meals: Page<Meal>,
    /// Totals of the logged days of the range, oldest first.
    pub days: Vec<DayTotals>,
}

/// Meals.
#[derive(Clone)]
pub struct MealService {
    profiles: ProfileTable,
    meals: MealTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for MealService {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { profiles: app.profiles()?, meals: app.meals()?, clock: app.clock() })
    }
}

impl MealService {
    /// Logs a meal on the local day on which it was eaten. The same `id` on the same day is the same meal. A request that is
    /// `repeated` answers with what its first try has logged, wherever that is by now: it may have been moved since, or its
    /// person may live by another clock.
    pub async fn log(&self, user_id: &UserId, id: Uuid, repeated: bool, entry: NewMeal) -> Result<Meal> {
        let now = self.clock.now();
        check_logged("eaten_at", entry.eaten_at.instant, now)?;
        let mut profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        // A meal of another time was perhaps eaten elsewhere, or by another clock of the year.
        if let Some(offset) = entry.eaten_at.offset.filter(|_| (now - entry.eaten_at.instant).abs() <= RECENT) {
            profile = self.live_by(profile, offset).await?;
        }
        let meal = Meal::log(MealId(id), entry, &profile.calendar(), now);
        if repeated && let Some(logged) = self.logged_before(user_id, &meal).await? {
            return Ok(logged);
        }
        if self.log_once(user_id, &profile, &meal).await? == WriteOutcome::Conflict {
            // A repetition of a request whose answer was lost: the meal is there and counted.
            return Ok(self.meals.get(user_id, meal.day, meal.meal_id).await?.ok_or(Missing::Meal)?);
        }
        Ok(meal)
    }

    /// The meal as an earlier try of the same request has logged it: on the same day, or by another clock on one beside it.
    async fn logged_before(&self, user_id: &UserId, meal: &Meal) -> Result<Option<Meal>> {
        if let Some(logged) = self.meals.find(user_id, meal.day, meal.meal_id).await? {
            return Ok(Some(logged));
        }
        for day in [meal.day.pred_opt(), meal.day.succ_opt()].into_iter().flatten() {
            if let Some(logged) = self.meals.get(user_id, day, meal.meal_id).await? {
                return Ok(Some(logged));
            }
        }
        Ok(None)
    }

    /// Takes the offset of somebody's clock over for their time zone, as long as they have not named one.
    async fn live_by(&self, mut profile: Profile, offset: FixedOffset) -> Result<Profile> {
        let Some(zone) = TimeZone::of_offset(offset) else { return Ok(profile) };
        for _ in 0..ATTEMPTS {
            if !profile.timezone_learned || profile.timezone == zone {
                return Ok(profile);
            }
            profile.timezone = zone;
            if self.profiles.save_details(&profile).await? == WriteOutcome::Written {
                profile.revision += 1;
                return Ok(profile);
            }
            profile = self.profiles.get(&profile.user_id).await?.ok_or(Missing::Profile)?;
        }
        // The next meal tells it again; this one has its day by its own clock.
        Ok(profile)
    }

    /// Logs a meal unless it is there, and with it that the first day is not later.
    async fn log_once(&self, user_id: &UserId, profile: &Profile, meal: &Meal) -> Result<WriteOutcome> {
        if meal.day >= profile.account_day().max(profile.first_day) {
            return Ok(self.meals.log(user_id, meal).await?);
        }
        for _ in 0..ATTEMPTS {
            let read = self.profiles.first_day(user_id).await?.ok_or(Missing::Profile)?;
            let first_day = self.profiles.first_day_with(user_id, read, meal.day);
            match self.meals.log_early(user_id, meal, first_day).await? {
                EarlyMeal::Done => return Ok(WriteOutcome::Written),
                EarlyMeal::Conflict => return Ok(WriteOutcome::Conflict),
                EarlyMeal::Overtaken => {}
            }
        }
        Err(Conflict::Busy.into())
    }

    /// Meals of a range of local days, the last seven by default.
    pub async fn list(
        &self,
        user_id: &UserId,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        page: &PageRequest,
    ) -> Result<LoggedMeals> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        let (from, to) = DAYS.asked(from, to, profile.day_of(self.clock.now()))?;
        let meals = self.meals.list(user_id, from, to, page).await?;
        let days = self.meals.day_totals(user_id, from, to).await?;
        Ok(LoggedMeals { from, to, meals, days })
    }

    /// Changes a meal, and the totals of its day with it; one that was eaten on another day moves there.
    pub async fn update(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId, change: &MealChange) -> Result<Meal> {
        if let Some(eaten_at) = change.eaten_at {
            check_logged("eaten_at", eaten_at.instant, self.clock.now())?;
        }
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        for _ in 0..ATTEMPTS {
            let meal = self.meals.find(user_id, day, meal_id).await?.ok_or(Missing::Meal)?;
            let changed = meal.changed(change, &profile.calendar());
            let written = if changed.day == meal.day {
                self.meals.update(user_id, &meal, &changed).await?
            } else {
                let first_day = self.first_day_after_move(&profile, &meal, &changed).await?;
                self.meals.move_to_day(user_id, &meal, &changed, first_day).await?
            };
            if written == WriteOutcome::Written {
                return Ok(changed);
            }
        }
        Err(Conflict::Busy.into())
    }

    /// What becomes of the first day with a meal on another day; `None` if it is not touched.
    async fn first_day_after_move(
        &self,
        profile: &Profile,
        before: &Meal,
        after: &Meal,
    ) -> Result<Option<FirstDayWrite>> {
        if before.day.min(after.day) >= profile.account_day().max(profile.first_day) {
            return Ok(None);
        }
        Ok(Some(self.first_day_without(profile, (before.day, before.meal_id), Some(after.day)).await?))
    }

    /// The first day once a meal is off its day, and on another one if it was moved.
    async fn first_day_without(
        &self,
        profile: &Profile,
        (day, meal_id): (NaiveDate, MealId),
        moved_to: Option<NaiveDate>,
    ) -> Result<FirstDayWrite> {
        let user_id = &profile.user_id;
        // Read before the meals: what is logged behind this is noticed by it.
        let read = self.profiles.first_day(user_id).await?.ok_or(Missing::Meal)?;
        let other = self.meals.first_day_beside(user_id, day, meal_id).await?;
        let first = [other, moved_to].into_iter().flatten().fold(profile.account_day(), NaiveDate::min);
        Ok(self.profiles.first_day_without(user_id, read, first))
    }

    /// Notes whether all that somebody ate on a day is logged. Not ahead of time, and not before their first day.
    pub async fn mark(&self, user_id: &UserId, day: NaiveDate, complete: bool) -> Result<DayTotals> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        if day > profile.day_of(self.clock.now()) {
            return Err(FieldError::new("day", "must not be in the future").into());
        }
        if day < profile.first_day {
            let message = format!("must not be before {}, your first day", profile.first_day);
            return Err(FieldError::new("day", message).into());
        }
        Ok(self.meals.mark(user_id, day, complete).await?)
    }

    /// Deletes a meal and takes it off its day. With the first meal of all, the first day moves to the next one, or to
    /// the day of sign-up.
    pub async fn delete(&self, user_id: &UserId, day: NaiveDate, meal_id: MealId) -> Result<()> {
        // Who has no profile has no meal.
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Meal)?;
        if self.delete_of_day(&profile, day, meal_id).await? {
            return Ok(());
        }
        match self.meals.moved_to(user_id, meal_id).await? {
            Some(to) if to != day && self.delete_of_day(&profile, to, meal_id).await? => Ok(()),
            _ => Err(Missing::Meal.into()),
        }
    }

    /// Whether the meal was there, on that day.
    async fn delete_of_day(&self, profile: &Profile, day: NaiveDate, meal_id: MealId) -> Result<bool> {
        let user_id = &profile.user_id;
        if day >= profile.account_day() {
            return Ok(self.meals.delete(user_id, day, meal_id).await?);
        }
        for _ in 0..ATTEMPTS {
            let first_day = self.first_day_without(profile, (day, meal_id), None).await?;
            match self.meals.delete_early(user_id, day, meal_id, first_day).await? {
                EarlyMeal::Done => return Ok(true),
                EarlyMeal::Conflict => return Ok(false),
                EarlyMeal::Overtaken => {}
            }
        }
        Err(Conflict::Busy.into())
    }
}

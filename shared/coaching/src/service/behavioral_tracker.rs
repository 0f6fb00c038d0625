//! Measures what people really do.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::error::Result;
use crate::app::{App, FromApp, StartError};
use crate::config::behavior::measuring;
use crate::store::{DueUser, MealTable};
use domain::behavior::{self, BehaviorMetrics, DayPoint, MeasureSettings, Streaks, Window};
use domain::local_day::Calendar;
use domain::meals::DayTotals;
use domain::profile::{Profile, UserId};

/// How many days are read at a time to find where a streak began.
const STREAK_STEP: Days = Days::new(180);

/// Behaviour with the days that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Behavior {
    /// The person's local day.
    pub today: NaiveDate,
    /// What was measured.
    pub metrics: BehaviorMetrics,
    /// One point for each day of the window, and today.
    pub daily: Vec<DayPoint>,
    /// What has been eaten today.
    pub eaten_today: DayTotals,
}

/// The requirement's `BehavioralTracker`.
#[derive(Clone)]
pub struct BehavioralTracker {
    meals: MealTable,
    settings: MeasureSettings,
}

/// Whose days are read.
struct Subject<'a> {
    user_id: &'a UserId,
    calendar: Calendar,
    first_day: NaiveDate,
}

impl<'a> From<&'a Profile> for Subject<'a> {
    fn from(profile: &'a Profile) -> Self {
        Self { user_id: &profile.user_id, calendar: profile.calendar(), first_day: profile.first_day }
    }
}

impl<'a> From<&'a DueUser> for Subject<'a> {
    fn from(user: &'a DueUser) -> Self {
        let DueUser { user_id, calendar, first_day, .. } = user;
        Self { user_id, calendar: *calendar, first_day: *first_day }
    }
}

impl FromApp for BehavioralTracker {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { meals: app.meals()?, settings: measuring(app.env())? })
    }
}

impl BehavioralTracker {
    /// Metrics and daily series of a person as of `now`.
    pub async fn calculate_metrics(&self, profile: &Profile, now: DateTime<Utc>) -> Result<Behavior> {
        let (today, window, days) = self.read(&profile.into(), now).await?;
        Ok(self.behavior(profile, today, window, &days))
    }

    /// Every logged day that somebody's behaviour as of `now` can rest on, whatever their zone: for those who do not wait
    /// for the profile.
    pub async fn days_before_profile(&self, user_id: &UserId, now: DateTime<Utc>) -> Result<Vec<DayTotals>> {
        self.days_at_least(user_id, now, 0).await
    }

    /// The same, and no fewer than the `least` days before today.
    pub async fn days_at_least(&self, user_id: &UserId, now: DateTime<Utc>, least: u32) -> Result<Vec<DayTotals>> {
        // No zone is a whole day away from UTC, and no day begins a whole day late.
        let before = Days::new(2 + u64::from(self.settings.analysis_days.max(least)));
        let utc_day = now.date_naive();
        let from = utc_day.checked_sub_days(before);
        let to = utc_day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        Ok(self.meals.day_totals(user_id, from.unwrap_or(NaiveDate::MIN), to).await?)
    }

    /// Metrics and daily series of a person as of `now`, from [`Self::days_before_profile`] of that instant, or more.
    #[must_use]
    pub fn measure(&self, profile: &Profile, now: DateTime<Utc>, days: &[DayTotals]) -> Behavior {
        let today = profile.day_of(now);
        let window = Window::before(today, profile.first_day, self.settings.analysis_days);
        let days: Vec<DayTotals> =
            days.iter().filter(|totals| (window.read_from()..=today).contains(&totals.day)).copied().collect();
        self.behavior(profile, today, window, &days)
    }

    fn behavior(&self, profile: &Profile, today: NaiveDate, window: Window, days: &[DayTotals]) -> Behavior {
        let metrics = behavior::measure(days, today, &window, profile.circumstances(), &self.settings);
        let daily = behavior::daily_series(days, today, &window, profile.circumstances(), &self.settings);
        let eaten_today = days.last().filter(|last| last.day == today).copied();
        Behavior { today, metrics, daily, eaten_today: eaten_today.unwrap_or(DayTotals::empty(today)) }
    }

    /// Metrics of a due user as of `as_of`: one read.
    pub async fn check(&self, user: &DueUser, as_of: DateTime<Utc>) -> Result<BehaviorMetrics> {
        let (today, window, days) = self.read(&user.into(), as_of).await?;
        Ok(behavior::measure(&days, today, &window, user.circumstances(), &self.settings))
    }

    /// The logging streak of `behavior` in full: one that fills the window began before it, and its days are read back to
    /// where it began.
    pub async fn whole_streak(&self, profile: &Profile, behavior: &Behavior) -> Result<u32> {
        let BehaviorMetrics { meal_logging_streak_days: counted, window, .. } = behavior.metrics;
        if !behavior.metrics.streak_may_be_longer() || window.first <= profile.first_day {
            return Ok(counted);
        }
        let mut days: Vec<DayTotals> = Vec::new();
        let mut to = behavior.today;
        loop {
            let from = to.checked_sub_days(STREAK_STEP).unwrap_or(NaiveDate::MIN);
            let mut earlier = self.meals.day_totals(&profile.user_id, from, to).await?;
            earlier.append(&mut days);
            days = earlier;
            let Some(streak) = Streaks::of(&days, behavior.today, &profile.pauses).current else { return Ok(0) };
            let next = profile.pauses.counting_before(streak.first);
            match from.pred_opt() {
                // The day that it would go on with has not been read.
                Some(before) if next.is_some_and(|next| next < from) => to = before,
                _ => return Ok(streak.days),
            }
        }
    }

    async fn read(&self, subject: &Subject<'_>, now: DateTime<Utc>) -> Result<(NaiveDate, Window, Vec<DayTotals>)> {
        let today = subject.calendar.day_of(now);
        let window = Window::before(today, subject.first_day, self.settings.analysis_days);
        let days = self.meals.day_totals(subject.user_id, window.first, today).await?;
        Ok((today, window, days))
    }
}

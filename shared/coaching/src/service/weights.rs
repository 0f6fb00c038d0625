//! Weigh-ins, and what follows from them.

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::dates::{ListedDays, check_logged};
use super::error::{Conflict, Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{ProfileTable, WeightTable, WriteOutcome};
use crate::system::Clock;
use domain::local_day::SentTime;
use domain::profile::{Profile, UserId, Weight};
use domain::weight_trend::{REMEMBERED, TrendPoint, WeighIn, WeightTrend, trend};

/// How often a change is made again when another one came in between.
const ATTEMPTS: usize = 5;
/// Days that a list shows.
const DAYS: ListedDays = ListedDays { default: 90, most: 366 };

/// Weigh-ins of a range of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighed {
    /// First local day of the range.
    pub from: NaiveDate,
    /// Last local day of the range.
    pub to: NaiveDate,
    /// The weigh-ins with their trend, oldest first.
    pub points: Vec<TrendPoint>,
    /// Where the weight stands by all of them.
    pub trend: Option<WeightTrend>,
}

/// Weigh-ins.
#[derive(Clone)]
pub struct WeightService {
    profiles: ProfileTable,
    weights: WeightTable,
    clock: Arc<dyn Clock>,
}

impl FromApp for WeightService {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self { profiles: app.profiles()?, weights: app.weights()?, clock: app.clock() })
    }
}

impl WeightService {
    /// Keeps a weigh-in, the last one of its day; the weight, the targets and the floor follow the trend. Answers with the
    /// weigh-in of that day and with the profile as it is then.
    pub async fn log(&self, user_id: &UserId, weight: Weight, measured_at: SentTime) -> Result<(WeighIn, Profile)> {
        let now = self.clock.now();
        check_logged("measured_at", measured_at.instant, now)?;
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        let day = profile.calendar().local(measured_at).day;
        self.weights.log(user_id, WeighIn { day, weight }, measured_at.instant).await?;
        let profile = self.follow(user_id).await?;
        let kept = self.weights.get(user_id, day).await?;
        Ok((kept.unwrap_or(WeighIn { day, weight }), profile))
    }

    /// Deletes the weigh-in of a day, and lets the rest follow; tells whether it was there. One that was not may have been
    /// deleted by a request whose function vanished before the rest could follow.
    pub async fn delete(&self, user_id: &UserId, day: NaiveDate) -> Result<(Profile, bool)> {
        self.profiles.get(user_id).await?.ok_or(Missing::WeighIn)?;
        let was_there = self.weights.get(user_id, day).await?.is_some();
        if was_there {
            self.weights.delete(user_id, day).await?;
        }
        Ok((self.follow(user_id).await?, was_there))
    }

    /// The weigh-ins of a range of days, the last three months by default.
    pub async fn list(&self, user_id: &UserId, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Weighed> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        let (from, to) = DAYS.asked(from, to, profile.day_of(self.clock.now()))?;
        let mut points = trend(&self.weights.list(user_id, remembered(from), to).await?);
        points.retain(|point| point.day >= from);
        Ok(Weighed { from, to, points, trend: profile.weight_trend })
    }

    /// Lets weight, targets and floor follow the weigh-ins as they are, whoever else changes either at the same time: the profile
    /// is read first and the weigh-ins after it, and both again if it was written since.
    async fn follow(&self, user_id: &UserId) -> Result<Profile> {
        for _ in 0..ATTEMPTS {
            let mut profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
            let trend = self.stands(user_id).await?;
            if trend == profile.weight_trend {
                return Ok(profile);
            }
            profile.weigh(trend, self.clock.now());
            if self.profiles.save_details(&profile).await? == WriteOutcome::Written {
                profile.revision += 1;
                return Ok(profile);
            }
        }
        Err(Conflict::Busy.into())
    }

    /// Where the weight stands by all weigh-ins.
    async fn stands(&self, user_id: &UserId) -> Result<Option<WeightTrend>> {
        let Some(latest) = self.weights.latest_day(user_id).await? else { return Ok(None) };
        let weigh_ins = self.weights.list(user_id, remembered(latest), latest).await?;
        Ok(WeightTrend::of(&trend(&weigh_ins)))
    }
}

/// The first day whose weigh-in can still be seen in the trend of `day`.
fn remembered(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(REMEMBERED).and_then(|first| first.checked_sub_days(Days::new(28))).unwrap_or(NaiveDate::MIN)
}

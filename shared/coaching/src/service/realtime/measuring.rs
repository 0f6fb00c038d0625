//! Measuring a person for a real-time update: what the weekly run measures, and the streaks.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::{App, FromApp, StartError};
use crate::config::weekly::RealtimeSettings;
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::Result;
use domain::behavior::{BehaviorMetrics, Streaks};
use domain::profile::Profile;

/// The longest gap after a streak that its days are read beyond. A longer one is noticed by the daily look, on its
/// second day.
const LONGEST_GAP_DAYS: u32 = 14;

/// A person as measured.
pub(super) struct Measured {
    /// The person's local day.
    pub(super) today: NaiveDate,
    /// Behaviour, as the weekly run would measure it now.
    pub(super) metrics: BehaviorMetrics,
    /// Streaks.
    pub(super) streaks: Streaks,
}

/// Measures people.
#[derive(Clone)]
pub(super) struct Measuring {
    tracker: BehavioralTracker,
    /// Days that are read at least.
    days: u32,
}

impl FromApp for Measuring {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let days = RealtimeSettings::read(app.env())?.streak_days + LONGEST_GAP_DAYS;
        Ok(Self { tracker: BehavioralTracker::from_app(app)?, days })
    }
}

impl Measuring {
    /// Measures a person at `now`: one read.
    pub(super) async fn measure(&self, profile: &Profile, now: DateTime<Utc>) -> Result<Measured> {
        let today = profile.day_of(now);
        // A streak goes on over a pause, however long that is.
        let days = profile.pauses.days_before(today, self.days);
        let days = self.tracker.days_at_least(&profile.user_id, now, days).await?;
        let streaks = Streaks::of(&days, today, &profile.pauses);
        let metrics = self.tracker.measure(profile, now, &days).metrics;
        Ok(Measured { today, metrics, streaks })
    }
}

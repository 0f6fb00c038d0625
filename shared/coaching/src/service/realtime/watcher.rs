//! Watching logging streaks: what follows from the meals that a person logs, and from those that stay out.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use tracing::{error, info};

use super::measuring::{Measured, Measuring};
use crate::app::{App, FromApp, StartError};
use crate::config::safety;
use crate::config::weekly::{DueSettings, RealtimeSettings};
use crate::jobs::{Job, JobQueue};
use crate::service::error::{Result, ServiceError};
use crate::store::{ProfileTable, StoreError, StreakTable, WatchedStreak, WriteOutcome};
use crate::system::Clock;
use crate::telemetry::events;
use domain::behavior::{NO_PAUSES, Streak};
use domain::due;
use domain::local_day;
use domain::profile::{Profile, UserId};
use domain::realtime::{self, Cause, Request};

/// Days of one person that meals were logged on, changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoggedDays {
    /// Days whose first meal was logged.
    pub first_meals: BTreeSet<NaiveDate>,
    /// Days that had meals before.
    pub changed: BTreeSet<NaiveDate>,
}

impl LoggedDays {
    /// Whether there is something to look at on the person's day `today`: a first meal, or a change of a day that is
    /// over.
    fn concern(&self, today: NaiveDate) -> bool {
        !self.first_meals.is_empty() || self.changed.iter().any(|day| *day < today)
    }
}

/// Watches the streaks of people who have a prompt.
#[derive(Clone)]
pub struct StreakWatcher {
    profiles: ProfileTable,
    pub(super) streaks: StreakTable,
    measuring: Measuring,
    pub(super) queue: Arc<dyn JobQueue>,
    pub(super) clock: Arc<dyn Clock>,
    settings: RealtimeSettings,
    pub(super) due: DueSettings,
    /// Whether prompts are rewritten for safety.
    safety: bool,
}

impl FromApp for StreakWatcher {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            streaks: app.streaks()?,
            measuring: Measuring::from_app(app)?,
            queue: app.queue()?,
            clock: app.clock(),
            settings: RealtimeSettings::read(app.env())?,
            due: DueSettings::read(app.env())?,
            safety: safety::updates(app.env())?,
        })
    }
}

impl StreakWatcher {
    /// Whether anything is to be done at all.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.settings.enabled
    }

    /// Logs why somebody could not be looked at. Whether another look may go better: what cannot be read, no repetition
    /// mends.
    pub fn is_tried_again(cause: &ServiceError) -> bool {
        let tried_again = !matches!(cause, ServiceError::Store(StoreError::Corrupt { .. }));
        error!(%cause, tried_again, "{}", events::STREAK_NOT_WATCHED);
        tried_again
    }

    /// Looks at a person who has logged, changed or deleted meals. The same once more changes nothing. `request_id`
    /// names the invocation, by which the work that follows is found in the log.
    pub async fn after_meals(&self, user_id: &UserId, days: &LoggedDays, request_id: &str) -> Result<()> {
        let now = self.clock.now();
        // Without a look at the profile: a change of a day that is over nowhere yet.
        if !days.concern(local_day::latest_day(now)) {
            return Ok(());
        }
        let Some(profile) = self.with_prompt(user_id).await? else { return Ok(()) };
        if !days.concern(profile.day_of(now)) {
            return Ok(());
        }
        let measured = self.measuring.measure(&profile, now).await?;
        let broken = measured.streaks.broken_before_meal(&days.first_meals, self.settings.streak_days);
        self.follow(&profile, &measured, broken, now, request_id).await?;
        match measured.streaks.to_watch(&days.first_meals, self.settings.streak_days) {
            Some(streak) if !days.first_meals.is_empty() => self.watch(&profile, streak).await,
            None if broken.is_some() => Ok(self.streaks.unwatch(user_id, None).await?),
            _ => Ok(()),
        }
    }

    /// Looks at a person whose watched streak was to be broken by now.
    pub async fn after_absence(&self, watched: &WatchedStreak, request_id: &str) -> Result<()> {
        let now = self.clock.now();
        let WatchedStreak { user_id, broken_at } = watched;
        if let Some(profile) = self.with_prompt(user_id).await? {
            let measured = self.measuring.measure(&profile, now).await?;
            let at_least = self.settings.streak_days;
            let broken = measured.streaks.broken_while_watched(at_least);
            self.follow(&profile, &measured, broken, now, request_id).await?;
            if let Some(current) = measured.streaks.current.filter(|current| current.days >= at_least) {
                return self.watch(&profile, current).await;
            }
        }
        Ok(self.streaks.unwatch(user_id, Some(*broken_at)).await?)
    }

    /// A person who has a prompt.
    async fn with_prompt(&self, user_id: &UserId) -> Result<Option<Profile>> {
        Ok(self.profiles.get(user_id).await?.filter(|profile| profile.prompt.is_some()))
    }

    async fn watch(&self, profile: &Profile, streak: Streak) -> Result<()> {
        // A pause keeps a streak from being broken, but may end earlier than it was meant to: it is looked at every day.
        let tomorrow = profile.day_of(self.clock.now()).succ_opt().unwrap_or(NaiveDate::MAX);
        let unpaused = streak.broken_on(&NO_PAUSES).max(tomorrow);
        let broken_at = profile.calendar().begins(streak.broken_on(&profile.pauses).min(unpaused));
        let shard = due::shard_of(&profile.user_id, self.due.shards);
        Ok(self.streaks.watch(&profile.user_id, &shard, broken_at).await?)
    }

    /// Has the prompt rewritten because of a danger, or else because of a broken streak, unless that was followed
    /// already. What was claimed before and not queued is queued, whatever is noticed now.
    async fn follow(
        &self,
        profile: &Profile,
        measured: &Measured,
        broken: Option<Streak>,
        now: DateTime<Utc>,
        request_id: &str,
    ) -> Result<()> {
        let known = profile.prompt.as_ref().and_then(|prompt| prompt.prompt_behavioral_data.as_ref());
        let danger = (self.safety && measured.metrics.has_new_danger(known))
            .then_some(Cause::NewDanger { noticed_on: measured.today });
        let broken = broken.map(|streak| Cause::BrokenStreak { last_day: streak.last });
        let followed = self.streaks.followed(&profile.user_id).await?;
        let last = followed.request.as_ref();
        let known = |request: &&Request| !request.queued && request.cause != Cause::Unknown;
        if let Some(interrupted) = last.filter(known) {
            self.queue(&profile.user_id, interrupted, request_id).await?;
        }
        let is_new = |cause: &Cause| match *cause {
            Cause::BrokenStreak { last_day } => followed.noticed != Some(last_day),
            Cause::NewDanger { .. } => last.is_none_or(|request| request.cause != *cause),
            Cause::Unknown => false,
        };
        let mut noticed = None;
        for cause in danger.into_iter().chain(broken).filter(is_new) {
            if let Cause::BrokenStreak { last_day } = cause {
                noticed = Some(last_day);
            }
            if realtime::may_rewrite(profile, cause, last, now, &self.due.interval) {
                let request = Request { requested_at: now, cause, queued: false };
                // Who meets this person at the same moment has claimed it: one of the two is enough.
                if self.streaks.claim(&profile.user_id, &request, noticed, last).await? == WriteOutcome::Conflict {
                    return Ok(());
                }
                return self.queue(&profile.user_id, &request, request_id).await;
            }
        }
        match noticed {
            Some(last_day) => Ok(self.streaks.notice(&profile.user_id, last_day).await?),
            None => Ok(()),
        }
    }

    /// Queues what was claimed. If that fails, the next look at the same person queues it.
    async fn queue(&self, user_id: &UserId, request: &Request, request_id: &str) -> Result<()> {
        let job = Job::Generate {
            user_id: user_id.clone(),
            reason: request.cause.reason(),
            session_id: None,
            requested_at: request.requested_at,
            request_id: Some(request_id.to_owned()),
        };
        self.queue.send_after(&job, self.settings.settle).await?;
        self.streaks.queued(user_id, request.requested_at).await?;
        info!(cause = request.cause.name(), "{}", events::REALTIME_UPDATE_QUEUED);
        Ok(())
    }
}

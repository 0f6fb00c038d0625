//! A person's own view of their behaviour.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::behavioral_tracker::{Behavior, BehavioralTracker};
use super::error::{Missing, Result};
use crate::app::{App, FromApp, StartError};
use crate::store::{ProfileTable, PromptHistoryTable};
use crate::system::Clock;
use domain::behavior::Decision;
use domain::profile::UserId;
use domain::safety::Risk;

/// Behaviour as it is now, with what was last decided from it.
#[derive(Debug, Clone, PartialEq)]
pub struct BehaviorView {
    /// Behaviour as measured now.
    pub behavior: Behavior,
    /// The logging streak, however long it is.
    pub streak_days: u32,
    /// The decision that led to the prompt in force; `None` if none did.
    pub last_decision: Option<Decision>,
    /// When the weekly run last measured.
    pub last_behavior_check: Option<DateTime<Utc>>,
    /// Whether the person is one whom numbers can harm.
    pub without_judgement: bool,
}

/// Shows people their behaviour.
#[derive(Clone)]
pub struct BehaviorService {
    profiles: ProfileTable,
    history: PromptHistoryTable,
    clock: Arc<dyn Clock>,
    tracker: BehavioralTracker,
}

impl FromApp for BehaviorService {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            history: app.prompt_history()?,
            clock: app.clock(),
            tracker: BehavioralTracker::from_app(app)?,
        })
    }
}

impl BehaviorService {
    /// Measures now.
    pub async fn view(&self, user_id: &UserId) -> Result<BehaviorView> {
        let profile = self.profiles.get(user_id).await?.ok_or(Missing::Profile)?;
        let now = self.clock.now();
        let behavior = self.tracker.calculate_metrics(&profile, now).await?;
        let without_judgement = profile.risk.at(now) >= Risk::NoDeficit;
        let last_decision = match &profile.prompt {
            Some(prompt) => self.history.get(user_id, prompt.version).await?.and_then(|entry| entry.decision),
            None => None,
        };
        let streak_days = self.tracker.whole_streak(&profile, &behavior).await?;
        let last_behavior_check = profile.last_behavior_check;
        Ok(BehaviorView { behavior, streak_days, last_decision, last_behavior_check, without_judgement })
    }
}

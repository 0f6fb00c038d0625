//! A person's whole record.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::identity::{Email, UserId};
use super::person::{Age, BodyData, Goal, Name, Weight};
use super::targets::{TargetBasis, Targets};
use super::targets_history::TargetsHistory;
use crate::behavior::{BehaviorMetrics, Decision};
use crate::local_day::TimeZone;

/// Everything that is kept of one person, apart from their messages and meals.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Identity of the account.
    pub user_id: UserId,
    /// Address that the identity provider vouches for.
    pub email: Email,
    /// What the coach calls the person.
    pub name: Name,
    /// Age at sign-up or as last corrected.
    pub age: Age,
    /// Body weight.
    pub weight: Weight,
    /// What the person wants.
    pub goal: Goal,
    /// The person's time zone.
    pub timezone: TimeZone,
    /// What is optional or learned later.
    pub body: BodyData,
    /// Daily targets, with the days from which they held.
    pub targets: TargetsHistory,
    /// The earlier of the day of sign-up and the day of the first logged meal; behaviour is not measured before it.
    pub first_day: NaiveDate,
    /// Whether an admin has let the person into the consultation.
    pub consultation_enabled: bool,
    /// The person's consultation, once it was started.
    pub consultation_session_id: Option<Uuid>,
    /// The 200-word psychological profile, once the consultation is complete.
    pub conversational_profile: Option<String>,
    /// The personal prompt in force, once the consultation is complete.
    pub prompt: Option<PersonalPrompt>,
    /// Behaviour as last measured by the weekly run or when the prompt was written.
    pub behavioral_data: Option<BehaviorMetrics>,
    /// When the behaviour was last measured.
    pub last_behavior_check: Option<DateTime<Utc>>,
    /// The rewriting that the weekly run has decided on, until it is written or has failed.
    pub pending_update: Option<PendingUpdate>,
    /// The last prompt that the person asked for.
    pub manual_regeneration: Option<ManualRegeneration>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// Counts the changes of the person's own details; a change is written only over the revision it was made from.
    pub revision: u64,
}

impl Profile {
    /// The targets in force now.
    #[must_use]
    pub fn current_targets(&self) -> &Targets {
        self.targets.current()
    }

    /// Works the targets out anew after a change of body, age, weight or goal, unless the person chose them.
    pub fn recalculate_targets(&mut self, today: NaiveDate) {
        if self.current_targets().basis == TargetBasis::Custom {
            return;
        }
        let targets = Targets::calculate(self.age, self.weight, self.goal, &self.body);
        if targets != *self.current_targets() {
            self.targets.change(today, targets);
        }
    }
}

/// A rewriting of the prompt that was decided on and is not written yet. The behaviour of the last check stays beside it,
/// so that the change is seen again should the rewriting fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingUpdate {
    /// Why.
    pub decision: Decision,
    /// The behaviour that it is to be written from.
    pub metrics: BehaviorMetrics,
}

/// The personal prompt in force.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalPrompt {
    /// The system prompt as it is sent to the model.
    pub text: String,
    /// Counts the prompts of this person from 1.
    pub version: u32,
    /// When this version was written.
    pub last_prompt_update: DateTime<Utc>,
    /// The behaviour that this version was written from.
    pub prompt_behavioral_data: Option<BehaviorMetrics>,
    /// When the weekly run looks at this person next.
    pub next_check_at: DateTime<Utc>,
}

/// A prompt that the person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManualRegeneration {
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
}

//! Where a person stands on the way to a coach of their own.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// The consultation is closed to them, and they have no prompt.
    Waiting,
    /// The consultation is open to them, and nothing is being written yet.
    Consulting,
    /// Their first prompt is being written.
    Generating,
    /// Their first prompt could not be written; they can complete the consultation again.
    Failed,
    /// They have a prompt of their own.
    Coached,
    /// They are kept out of the service for now.
    Suspended,
}

impl UserState {
    /// Every one, in the order of a person's way.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Consulting, Self::Generating, Self::Failed, Self::Coached, Self::Suspended];

    /// The word that it is stored and answered as.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Consulting => "consulting",
            Self::Generating => "generating",
            Self::Failed => "failed",
            Self::Coached => "coached",
            Self::Suspended => "suspended",
        }
    }

    /// The state that a word stands for.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// What a person's state follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Whether they are kept out of the service.
    pub suspended: bool,
    /// Whether they have a prompt of their own.
    pub has_prompt: bool,
    /// What becomes of their first prompt.
    pub generation: Option<&'a FirstPrompt>,
    /// Whether the consultation is open to them.
    pub consultation_enabled: bool,
}

impl Standing<'_> {
    /// The state. Whoever is suspended is that alone; a prompt ends every state before it; what is being written, or has
    /// failed, counts also after the consultation was closed again.
    #[must_use]
    pub const fn state(self) -> UserState {
        match self {
            Self { suspended: true, .. } => UserState::Suspended,
            Self { has_prompt: true, .. } => UserState::Coached,
            Self { generation: Some(FirstPrompt::Generating { .. }), .. } => UserState::Generating,
            Self { generation: Some(FirstPrompt::Failed { .. }), .. } => UserState::Failed,
            Self { consultation_enabled: true, .. } => UserState::Consulting,
            Self { .. } => UserState::Waiting,
        }
    }
}

/// What becomes of a person's first prompt from the completion of the consultation until it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FirstPrompt {
    /// It is being written.
    Generating {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It could not be written.
    Failed {
        /// Since when.
        failed_at: DateTime<Utc>,
        /// Why, in a sentence for the person.
        reason: String,
        /// When the writing goes on by itself, if it failed for want of a budget.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<DateTime<Utc>>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-18T12:00:00Z".parse().expect("an instant")
    }

    const NEW: Standing<'_> =
        Standing { suspended: false, has_prompt: false, generation: None, consultation_enabled: false };

    #[test]
    fn a_person_waits_consults_and_is_coached() {
        let open = Standing { consultation_enabled: true, ..NEW };
        let coached = Standing { has_prompt: true, ..open };
        let closed_again = Standing { consultation_enabled: false, ..coached };
        assert_eq!(
            [NEW, open, coached, closed_again].map(Standing::state),
            [UserState::Waiting, UserState::Consulting, UserState::Coached, UserState::Coached]
        );
    }

    #[test]
    fn a_first_prompt_that_is_written_or_has_failed_is_seen_whether_the_consultation_is_open_or_not() {
        let generating = FirstPrompt::Generating { since: at() };
        let failed = FirstPrompt::Failed { failed_at: at(), reason: "Try again.".to_owned(), retry_at: None };
        for consultation_enabled in [true, false] {
            let state = |generation| Standing { generation: Some(generation), consultation_enabled, ..NEW }.state();
            assert_eq!([state(&generating), state(&failed)], [UserState::Generating, UserState::Failed]);
        }
        let coached = Standing { generation: Some(&failed), has_prompt: true, ..NEW };
        assert_eq!(coached.state(), UserState::Coached);
    }

    #[test]
    fn who_is_suspended_is_nothing_else() {
        let suspended = Standing { suspended: true, has_prompt: true, consultation_enabled: true, ..NEW };
        assert_eq!(suspended.state(), UserState::Suspended);
    }

    #[test]
    fn a_state_has_one_name() {
        for state in UserState::ALL {
            assert_eq!(serde_json::to_value(state).expect("a word"), state.name());
            assert_eq!(UserState::named(state.name()), Some(state));
        }
        assert_eq!(UserState::named("at_risk"), None);
    }
}

//! A consultation session and the states it goes through.
//!
//! ```text
//! in_progress --complete--> generating --prompt stored--> complete
//!                              |  ^
//!                      failure v  | complete again
//!                            failed
//! ```
//!
//! `complete` is written in the same transaction as prompt version 1, so it never stands without a prompt.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::heard::Heard;
use super::section::Progress;
use crate::conversation::{Role, Utterance};
use crate::lease::Lease;
use crate::money::Usd;
use crate::profile::{BodyData, LearnedGoal, UserId};
use crate::safety::Health;

/// Identifies a session.
pub type SessionId = Uuid;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The person is talking.
    InProgress,
    /// Profile and prompt are being written.
    Generating,
    /// Profile and prompt exist.
    Complete,
    /// Writing them failed; completing again tries again.
    Failed,
    /// A state that this release does not know: another one has written it. Nothing goes on in it here.
    #[serde(other)]
    Unknown,
}

/// A budget that is used up, and keeps profile and prompt from being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetWait {
    /// Whether it is the person's own, and not that of all.
    pub own: bool,
    /// When there is a new one.
    pub until: DateTime<Utc>,
}

/// Limits of a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsultationSettings {
    /// Most messages that a person can send.
    pub max_messages: u32,
    /// Fewest messages from which a profile can honestly be written.
    pub min_messages: u32,
    /// Fewest of the categories of substance that have to be talked about, what the person wants among them.
    pub min_categories: usize,
    /// Messages after which a section is left behind even if it taught nothing.
    pub section_max_messages: u32,
}

/// A consultation session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Identity.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Where it stands.
    pub status: Status,
    /// How far it has come.
    pub progress: Progress,
    /// Messages that the person sent in the current section.
    pub section_messages: u32,
    /// Messages that the person sent in all.
    pub user_messages: u32,
    /// How many of them a model has declined: they count against the most, which each of them has cost, and not towards the
    /// fewest, because nothing is known from them.
    pub declined_messages: u32,
    /// Messages that a fixed text of safety has answered since a model read one: what they teach is still to be learned.
    pub unread_messages: u32,
    /// Number of stored messages of both sides; the next one gets this sequence number.
    pub message_count: u32,
    /// Body data learned so far.
    pub body: BodyData,
    /// Which goal the person wants, as far as they have told.
    pub goal: Option<LearnedGoal>,
    /// Conditions that the person has told of so far.
    pub health: Health,
    /// What was heard besides.
    pub heard: Heard,
    /// Holds while one message is being answered.
    pub answering: Option<Lease>,
    /// Holds while a worker writes profile and prompt.
    pub generation: Option<Lease>,
    /// The finished profile, kept so that a retry does not pay for it again.
    pub conversational_profile: Option<String>,
    /// What the session's model calls have cost so far.
    pub cost: Usd,
    /// A plain sentence on why the last attempt to complete failed.
    pub failure: Option<String>,
    /// The budget that the last attempt to complete waits for, if it failed for want of one.
    pub budget_wait: Option<BudgetWait>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// One stored message of a consultation.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsultationMessage {
    /// Position in the transcript, from 0.
    pub sequence: u32,
    /// Who wrote it.
    pub role: Role,
    /// What was said.
    pub text: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Whether a model has declined to answer it, or it stands for the answer that was declined.
    pub declined: bool,
}

impl Utterance for ConsultationMessage {
    fn role(&self) -> Role {
        self.role
    }

    fn is_declined(&self) -> bool {
        self.declined
    }
}

impl Session {
    /// A session that has just been opened.
    #[must_use]
    pub fn start(session_id: SessionId, user_id: UserId, now: DateTime<Utc>) -> Self {
        Self {
            session_id,
            user_id,
            status: Status::InProgress,
            progress: Progress::default(),
            section_messages: 0,
            user_messages: 0,
            declined_messages: 0,
            unread_messages: 0,
            message_count: 0,
            body: BodyData::default(),
            goal: None,
            health: Health::default(),
            heard: Heard::default(),
            answering: None,
            generation: None,
            conversational_profile: None,
            cost: Usd::ZERO,
            failure: None,
            budget_wait: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether the person can send another message. At the limit the session can still be completed.
    #[must_use]
    pub const fn takes_messages(&self, settings: &ConsultationSettings) -> bool {
        self.user_messages < settings.max_messages
    }
}

//! The `audit` table: what was decided or heard about a person's safety, each entry written once. No message text.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::item::{Item, item, ordered, text};
use super::table::Table;
use super::write::Put;
use crate::store::StoreError;
use domain::profile::UserId;
use domain::safety::{Reason, Risk, Signal};

/// How a signal is named among the actions.
const SIGNAL: &str = "safety_signal";

/// Who has done something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An admin, by their id.
    Admin(UserId),
    /// The service by itself.
    System,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditAction {
    /// An admin has decided on a risk state.
    RiskSet {
        /// The state before.
        before: Risk,
        /// The state that was decided on.
        risk: Risk,
        /// Why, in the admin's words.
        reason: Reason,
    },
    /// A model has read in a message what the rules had found in it.
    SafetyConfirmed {
        /// The state after it.
        risk: Risk,
    },
    /// A signal was heard in a message.
    SafetySignal {
        /// The gravest signal of the message.
        signal: Signal,
        /// The state after it.
        risk: Risk,
    },
}

/// One entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Whom it is about.
    pub user_id: UserId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Tells entries of one instant apart.
    pub id: Uuid,
    /// Who has done it.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
}

/// The audit, in DynamoDB.
#[derive(Debug, Clone)]
pub struct AuditTable {
    entries: Table,
}

impl AuditTable {
    pub(crate) const fn new(entries: Table) -> Self {
        Self { entries }
    }

    /// Adds an entry. The key is its own, so that a repetition writes the same item again.
    pub async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.entries.write("recording an audit entry", self.entry(entry)).await.map(drop)
    }

    /// The signals that were heard of somebody within a time, oldest first.
    pub async fn signals(
        &self,
        user_id: &UserId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Signal>, StoreError> {
        let query = self.entries.query("reading earlier signals", ("user_id", user_id.as_str()));
        // `$` follows `#`.
        let stored = query.between("at", ordered(from), format!("{}$", ordered(to))).all().await?;
        let heard = stored.iter().filter(|entry| entry.text("action").is_ok_and(|action| action == SIGNAL));
        heard.map(|entry| entry.native("signal")).collect()
    }

    /// An entry as a write, for the transaction that does what it tells of.
    pub(super) fn entry(&self, entry: &AuditEntry) -> Put {
        self.entries.put(of_entry(entry))
    }
}

fn of_entry(entry: &AuditEntry) -> Item {
    let actor = match &entry.actor {
        Actor::Admin(admin) => admin.as_str(),
        Actor::System => "system",
    };
    let mut attributes = item([
        ("user_id", text(entry.user_id.as_str())),
        ("at", text(format!("{}#{}", ordered(entry.at), entry.id))),
        ("actor", text(actor)),
    ]);
    attributes.extend(match &entry.action {
        AuditAction::RiskSet { before, risk, reason } => item([
            ("action", text("risk_set")),
            ("risk_before", text(before.name())),
            ("risk", text(risk.name())),
            ("reason", text(reason.as_str())),
        ]),
        AuditAction::SafetyConfirmed { risk } => {
            item([("action", text("safety_confirmed")), ("risk", text(risk.name()))])
        }
        AuditAction::SafetySignal { signal, risk } => {
            item([("action", text(SIGNAL)), ("signal", text(signal.name())), ("risk", text(risk.name()))])
        }
    });
    attributes
}

//! The `audit` table: who did what to whom, and what was heard about a person's safety, each entry written once. No message
//! text. What is read back of it is in `audit_records.rs`.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::item::{Item, item, ordered, text};
use super::page::readable;
use super::table::Table;
use super::write::{Put, SCHEMA};
use crate::store::StoreError;
use domain::profile::UserId;
use domain::recipe::{UserType, VariantName};
use domain::safety::{Reason, Risk, Signal};

/// How a signal is named among the actions.
const SIGNAL: &str = "safety_signal";
/// The attributes of every entry; all others are the details of its action.
pub(super) const OF_EVERY_ENTRY: [&str; 6] = ["user_id", "at", "actor", "action", "month", SCHEMA];

/// Who has done something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An admin, by their id.
    Admin(UserId),
    /// The person whom it is about, by their id.
    User(UserId),
    /// The service by itself.
    System,
}

impl Actor {
    /// The id of the admin or of the person, or `system`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Admin(id) | Self::User(id) => id.as_str(),
            Self::System => "system",
        }
    }
}

/// What was done. A variant and its fields are the stored attributes, the answer of `list-audit` and its published shape:
/// adding one adds it to all three. A field must not be named like an attribute of every entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", content = "details", rename_all = "snake_case")]
pub enum AuditAction {
    /// An admin has opened or closed the consultation for a user.
    ConsultationAccessSet {
        /// Whether it is open since then.
        enabled: bool,
    },
    /// An admin has issued a key that opens the consultation. The entry is about that admin.
    ConsultationKeyIssued {
        /// Identity of the key.
        key_id: Uuid,
        /// What admins tell it by.
        label: String,
        /// How many people it lets in.
        uses: u32,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// Somebody has opened the consultation for themselves by a key.
    ConsultationKeyRedeemed {
        /// Identity of the key.
        key_id: Uuid,
    },
    /// An admin has decided on a risk state.
    RiskSet {
        /// The state before.
        #[serde(rename = "risk_before")]
        before: Risk,
        /// The state that was decided on.
        risk: Risk,
        /// Why, in the admin's words.
        #[schemars(with = "String")]
        reason: Reason,
    },
    /// An admin has decided on a recipe.
    RecipeSet {
        /// The type that holds from the next version on, unless it is left to what was learned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_type: Option<UserType>,
        /// The variant, unless it is left to the weights.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        variant: Option<VariantName>,
        /// Why, in the admin's words.
        #[schemars(with = "String")]
        reason: Reason,
    },
    /// An admin has put an earlier version of a prompt back in force.
    PromptRestored {
        /// The earlier version.
        restored_from: u32,
        /// The new version, which has its text.
        version: u32,
        /// Why, in the admin's words, if they say so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        reason: Option<Reason>,
    },
    /// An admin has taken a prompt out of use, or given it back.
    PromptWithdrawalSet {
        /// Whether it is out of use since then.
        withdrawn: bool,
        /// Why, in the admin's words.
        #[schemars(with = "String")]
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
    pub(super) entries: Table,
}

impl AuditTable {
    pub(crate) const fn new(entries: Table) -> Self {
        Self { entries }
    }

    /// Adds an entry. The key is its own, so that a repetition writes the same item again.
    pub async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.entries.write("recording an audit entry", self.entry(entry)).await.map(drop)
    }

    /// The signals that were heard of somebody within a time, oldest first. An entry that cannot be read is told of in the log
    /// and left out.
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
        Ok(readable(heard, |entry| entry.native("signal")).collect())
    }

    /// An entry as a write, for the transaction that does what it tells of.
    pub(super) fn entry(&self, entry: &AuditEntry) -> Put {
        self.entries.put(of_entry(entry))
    }
}

/// The month in which an entry is listed by time, such as `2026-11`.
pub(super) fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

fn of_entry(entry: &AuditEntry) -> Item {
    let mut attributes = item([
        ("user_id", text(entry.user_id.as_str())),
        ("at", text(format!("{}#{}", ordered(entry.at), entry.id))),
        ("actor", text(entry.actor.name())),
        ("month", text(month(entry.at.date_naive()))),
    ]);
    let mut what: Item = serde_dynamo::to_item(&entry.action).expect("an action has text keys and serialises");
    if let Some(AttributeValue::M(details)) = what.remove("details") {
        debug_assert!(OF_EVERY_ENTRY.iter().all(|name| !details.contains_key(*name)), "a detail hides an attribute");
        what.extend(details);
    }
    attributes.extend(what);
    attributes
}

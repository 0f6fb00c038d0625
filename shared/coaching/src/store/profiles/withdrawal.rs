//! A prompt that an admin has taken out of use. No other write touches the attribute, and what is decided or written
//! meanwhile without an admin is refused: a withdrawal at the same moment wins.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{ProfileTable, profile_key};
use crate::store::item::{Stored, instant, item, number, read_instant, text};
use crate::store::{AuditEntry, AuditTable, StoreError, WriteOutcome};
use domain::profile::{PromptWithdrawal, UserId};
use domain::safety::Reason;

/// The attribute.
const WITHDRAWN: &str = "prompt_withdrawn";

/// The condition that the prompt is in use.
pub(super) const IN_USE: &str = "attribute_not_exists(#prompt_withdrawn)";

impl ProfileTable {
    /// Takes the prompt of a user out of use, or with `None` gives it back, together with an entry of the audit: both
    /// or neither. What was decided on to rewrite it is forgotten. `Conflict` if there is no such user, no prompt to
    /// withdraw, or nothing to change: the first withdrawal stands until the prompt is given back.
    pub async fn set_prompt_withdrawal(
        &self,
        user_id: &UserId,
        withdrawal: Option<&PromptWithdrawal>,
        audit: &AuditTable,
        entry: &AuditEntry,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self.profiles.update(profile_key(user_id));
        let update = match withdrawal {
            Some(withdrawal) => update
                .set(WITHDRAWN, of_withdrawal(withdrawal))
                .remove("pending_update")
                .when("#system_prompt_version > :none", [(":none", number(0))])
                .when(IN_USE, []),
            None => update.remove(WITHDRAWN).when("attribute_exists(#prompt_withdrawn)", []),
        };
        let transaction = self.profiles.transaction().with(update).with(audit.entry(entry));
        transaction.commit("withdrawing a prompt").await.map(WriteOutcome::from)
    }
}

/// The attribute's value.
pub(super) fn of_withdrawal(withdrawal: &PromptWithdrawal) -> AttributeValue {
    let PromptWithdrawal { at, reason } = withdrawal;
    AttributeValue::M(item([("at", instant(*at)), ("reason", text(reason.as_str()))]))
}

/// Reads it back.
pub(super) fn read_withdrawal(stored: &Stored) -> Result<Option<PromptWithdrawal>, StoreError> {
    stored.optional(WITHDRAWN, |value| {
        let map = value.as_m().ok()?;
        let at = read_instant(map.get("at")?)?;
        let reason = Reason::parse("reason", map.get("reason")?.as_s().ok()?).ok()?;
        Some(PromptWithdrawal { at, reason })
    })
}

//! What an admin has decided of a person's recipe.

use super::attributes::recipe_override;
use super::{ProfileTable, profile_key};
use crate::store::{AuditEntry, AuditTable, StoreError, WriteOutcome};
use domain::recipe::RecipeOverride;

impl ProfileTable {
    /// Replaces what was decided for the user of the audit's `entry`, together with that entry; `Conflict` if there is no such
    /// user. An empty decision takes the one before back.
    pub async fn set_recipe_override(
        &self,
        decided: &RecipeOverride,
        audit: &AuditTable,
        entry: &AuditEntry,
    ) -> Result<WriteOutcome, StoreError> {
        let update = self
            .profiles
            .update(profile_key(&entry.user_id))
            .set_or_remove("recipe_override", recipe_override(decided))
            .when("attribute_exists(#user_id)", []);
        let transaction = self.profiles.transaction().with(update).with(audit.entry(entry));
        transaction.commit("deciding on a person's recipe").await.map(WriteOutcome::from)
    }
}

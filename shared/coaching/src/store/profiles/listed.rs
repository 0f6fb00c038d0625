//! What the directory of users takes from a profile.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::attributes::{read_email, read_profile};
use super::withdrawal::read_withdrawal;
use super::{ProfileTable, profile_key};
use crate::store::item::{Item, Stored, read_native, read_number};
use crate::store::schema::EMAIL_INDEX;
use crate::store::{Page, PageRequest, StoreError};
use domain::directory::{ListedUser, Measured, Outcome, RiskCourse};
use domain::profile::{Name, Profile, UserId};
use domain::recipe::{Assignment, Recipe};
use domain::safety::RiskRecord;

/// All that the directory says or counts follows from these attributes; a change of any other changes nothing there.
pub const LISTED_ATTRIBUTES: &[&str] = &[
    "user_id",
    "email",
    "name",
    "created_at",
    "consultation_enabled",
    "suspended",
    "prompt_generation",
    "system_prompt_version",
    "last_prompt_update",
    "next_check_at",
    "risk",
    "recipe",
    "behavioral_data",
    "prompt_behavioral_data",
    "prompt_withdrawn",
];

impl ProfileTable {
    /// What the directory says of these users, read consistently; whoever has no profile is left out. A profile that cannot be
    /// read says so, and hides nobody else.
    pub async fn for_directory(
        &self,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Result<ListedUser, StoreError>>, StoreError> {
        let keys: Vec<Item> = users.iter().map(profile_key).collect();
        let stored = self.profiles.get_many("reading profiles for the directory", keys, LISTED_ATTRIBUTES).await?;
        stored.iter().map(|stored| Ok((UserId::new(stored.text("user_id")?), read(stored)))).collect()
    }

    /// A profile with what the directory says of it, of one read.
    pub async fn get_with_listed(&self, user_id: &UserId) -> Result<Option<(Profile, ListedUser)>, StoreError> {
        let stored = self.profiles.get("reading a profile for an operator", profile_key(user_id)).await?;
        stored.map(|stored| Ok((read_profile(&stored)?, read(&stored)?))).transpose()
    }

    /// A page of all users, for work in the background: it reads everybody, though only from the index by address.
    pub async fn everybody(&self, page: &PageRequest) -> Result<Page<UserId>, StoreError> {
        let keys = ["email", "user_id"];
        self.profiles
            .scan("walking all users", Some(EMAIL_INDEX), page, &keys, &keys)
            .await?
            .read(|stored| stored.text("user_id").map(UserId::new))
    }
}

fn read(stored: &Stored) -> Result<ListedUser, StoreError> {
    // Version 0 is no prompt.
    let version = stored.optional("system_prompt_version", read_number)?.filter(|version| *version > 0);
    let prompted = |attribute| match version {
        Some(_) => stored.instant(attribute).map(Some),
        None => Ok(None),
    };
    let last_prompt_update = prompted("last_prompt_update")?;
    let prompt_withdrawn_at = read_withdrawal(stored)?.map(|withdrawal| withdrawal.at).filter(|_| version.is_some());
    let in_use = last_prompt_update.filter(|_| prompt_withdrawn_at.is_none());
    Ok(ListedUser {
        user_id: UserId::new(stored.text("user_id")?),
        email: read_email(stored)?,
        name: stored.required("name", |value| Name::stored(value.as_s().ok()?))?,
        created_at: stored.instant("created_at")?,
        consultation_enabled: stored.flag("consultation_enabled")?,
        suspended: stored.optional("suspended", |value| value.as_bool().ok().copied())?.unwrap_or_default(),
        generation: stored.or_missing("prompt_generation", read_native),
        version,
        prompt_withdrawn_at,
        last_prompt_update,
        next_check_at: prompted("next_check_at")?,
        risk: RiskCourse::of(&stored.optional::<RiskRecord>("risk", read_native)?.unwrap_or_default()),
        outcome: in_use.map(|written_at| read_outcome(stored, written_at)),
    })
}

/// Prompts from before there were recipes count as of the default, which nobody was given by chance. Where a recipe does not say
/// since when the person has had its variant, that is since the prompt was written.
fn read_outcome(stored: &Stored, written_at: DateTime<Utc>) -> Outcome {
    let recipe = stored.or_missing::<Recipe>("recipe", read_native).unwrap_or_default();
    let latest = stored.or_missing("behavioral_data", read_native);
    let behind = stored.or_missing("prompt_behavioral_data", read_native);
    Outcome {
        at_random: recipe.assigned == Assignment::Random,
        variant: recipe.variant.as_str().to_owned(),
        measured: Measured::of(latest.as_ref(), behind.as_ref(), recipe.since.unwrap_or(written_at.date_naive())),
        experiment: recipe.experiment,
    }
}

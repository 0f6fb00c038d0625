//! Where a rewriting stands that a run has decided on: between check, batch and answer anything may have happened to
//! its person.

use crate::service::error::Result;
use crate::store::{CheckedAs, ProfileTable};
use domain::profile::{PendingUpdate, PersonalPrompt, Profile};

/// Where a rewriting stands.
pub(super) enum Standing<'a> {
    /// It is wanted still: the prompt that it follows, and what was decided.
    Wanted(&'a PersonalPrompt, &'a PendingUpdate),
    /// It has failed before.
    Failed,
    /// There is a newer version, or none in use, or another run has decided since.
    Overtaken,
}

impl<'a> Standing<'a> {
    /// Of the rewriting that `run_id` has decided on, which follows `version`.
    pub(super) async fn of(
        profiles: &ProfileTable,
        profile: &'a Profile,
        run_id: &str,
        version: u32,
    ) -> Result<Standing<'a>> {
        let Some(prompt) = profile.usable_prompt().filter(|prompt| prompt.version == version) else {
            return Ok(Self::Overtaken);
        };
        if let Some(pending) = &profile.pending_update {
            return Ok(if pending.other_run(run_id).is_none() {
                Self::Wanted(prompt, pending)
            } else {
                Self::Overtaken
            });
        }
        // A withdrawal, or a check that found nothing, has ended it as well.
        let mark = profiles.check_mark(&profile.user_id).await?;
        let failed = mark.is_some_and(|(mark, _)| mark.outcome == CheckedAs::Failed);
        Ok(if failed { Self::Failed } else { Self::Overtaken })
    }
}

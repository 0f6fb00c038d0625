//! One user of a weekly run: day totals, metrics, decision, and what follows from it.
//!
//! The check is noted in the profile before anything is paid, and only for a user who is still due at the version that
//! was read: of all workers that meet a user, one goes on.

use chrono::TimeDelta;
use tracing::{error, info};

use super::{PartWorker, Result, ServiceError};
use crate::config::weekly::UpdateMode;
use crate::service::error::Conflict;
use crate::service::prompts::Grounds;
use crate::store::{CheckMark, CheckOutcome, CheckResult, CheckedAs, DueUser, RunState, Waiting, WriteOutcome};
use crate::telemetry::{events, json};
use domain::behavior::{ChangedRule, Decision, detect_change};
use domain::coaching_prompt::GenerationReason;
use domain::due;
use domain::money::Usd;
use domain::profile::{PendingUpdate, Profile};
use domain::run_part::RunPart;

/// How long after it has begun a run may still put somebody into a first batch: the queue delivers a job for six hours.
const FIRST_BATCH_WITHIN: TimeDelta = TimeDelta::days(1);

/// What became of one user.
pub(super) enum Checked {
    /// Nothing changed significantly, or the prompt is withdrawn.
    Unchanged,
    /// A new version was written at this cost.
    Updated(Usd),
    /// The prompt is to be rewritten in a message batch.
    Batched(Waiting),
    /// Somebody else has checked the user, or has written a version or is about to.
    Overtaken,
    /// The rewriting failed; the old prompt stays.
    Failed,
}

impl PartWorker {
    pub(super) async fn check(&self, user: &DueUser, part: &RunPart, page_id: &str) -> Result<Checked> {
        let metrics = self.tracker.check(user, part.as_of).await?;
        let decision =
            detect_change(&metrics, user.behavioral_data.as_ref(), user.prompt_behavioral_data.as_ref(), &self.change);
        if !decision.changed {
            let saved_usd = self.expected_cost.dollars();
            info!(saved_usd, "{}", events::SKIPPING_PROMPT_UPDATE_NO_SIGNIFICANT_CHANGE);
            let unchanged = CheckResult::Unchanged(metrics.clone());
            let outcome = self.outcome(user, part, page_id, CheckedAs::Unchanged, unchanged);
            if self.profiles.record_check(&user.user_id, &outcome).await? == WriteOutcome::Conflict {
                return Ok(Checked::Overtaken);
            }
            // What endangers somebody is no matter of the thresholds, and no part of this run.
            let (known, request_id) = (user.prompt_behavioral_data.as_ref(), part.request_id.as_deref());
            self.safety.heed(&user.user_id, &metrics, known, request_id.unwrap_or_default()).await;
            return Ok(Checked::Unchanged);
        }
        // Read before the check is noted: a profile that cannot be read leaves its user due.
        let Some(profile) = self.profiles.get(&user.user_id).await? else { return Ok(Checked::Overtaken) };
        if profile.is_prompt_withdrawn() {
            info!("{}", events::SKIPPING_PROMPT_UPDATE_PROMPT_WITHDRAWN);
            let outcome = self.outcome(user, part, page_id, CheckedAs::Unchanged, CheckResult::Withdrawn);
            let noted = self.profiles.record_check(&user.user_id, &outcome).await?;
            return Ok(if noted == WriteOutcome::Written { Checked::Unchanged } else { Checked::Overtaken });
        }
        if self.is_under_way(&profile, part).await? {
            info!("{}", events::SKIPPING_PROMPT_UPDATE_UNDER_WAY);
            return Ok(Checked::Overtaken);
        }
        let today = profile.day_of(self.clock.now());
        let (recipe, run_id) = (self.recipes.of_update(&profile, today), Some(part.run_id.clone()));
        let pending = PendingUpdate { decision, metrics, recipe, run_id };
        let begun = match self.mode {
            UpdateMode::Batch => CheckedAs::Batched,
            UpdateMode::Immediate => CheckedAs::Begun,
        };
        let outcome = self.outcome(user, part, page_id, begun, CheckResult::Changed(pending.clone()));
        if self.profiles.record_check(&user.user_id, &outcome).await? == WriteOutcome::Conflict {
            return Ok(Checked::Overtaken);
        }
        let (rules, cost_usd) = (figures(&pending.decision), self.expected_cost.dollars());
        info!(rules = rules.as_slice(), cost_usd, "{}", events::SIGNIFICANT_BEHAVIOR_CHANGE_DETECTED);
        match self.mode {
            UpdateMode::Batch => Ok(Checked::Batched(Waiting { user_id: user.user_id.clone(), version: user.version })),
            UpdateMode::Immediate => self.update_now(user, &profile, &pending, part, page_id).await,
        }
    }

    /// Whether the prompt may still be rewritten by what another run has decided: the user stays due, and nobody pays
    /// for the same twice. A run that has decided and submits later than this one is overtaken there.
    async fn is_under_way(&self, profile: &Profile, part: &RunPart) -> Result<bool> {
        let other = profile.pending_update.as_ref().and_then(|pending| pending.other_run(&part.run_id));
        let Some(other) = other else { return Ok(false) };
        let open = self.batches.open().await?;
        let now = self.clock.now();
        let mut submissions = open.submissions.iter().filter(|submission| submission.part.run_id == other);
        // What came of an older one is known as soon as its batch has ended.
        if open.may_be_of(other) || submissions.any(|begun| now - begun.draft.begun_at < FIRST_BATCH_WITHIN) {
            return Ok(true);
        }
        let run = match self.runs.get(other).await {
            // Where it stands is not known: should it come back to them, it finds that another run has decided.
            Err(cause) if cause.is_unreadable() => None,
            run => run?,
        };
        Ok(run.is_some_and(|run| match run.state {
            RunState::Done => false,
            RunState::StoppedByBudget | RunState::SwitchedOff | RunState::Unknown => true,
            RunState::Running | RunState::WaitingForBatch => part.as_of - run.as_of < FIRST_BATCH_WITHIN,
        }))
    }

    async fn update_now(
        &self,
        user: &DueUser,
        profile: &Profile,
        pending: &PendingUpdate,
        part: &RunPart,
        page_id: &str,
    ) -> Result<Checked> {
        let Some(prompt) = profile.prompt.as_ref().filter(|prompt| prompt.version == user.version) else {
            return Ok(Checked::Overtaken);
        };
        let grounds = Grounds::of(pending, part.as_of);
        let mark = CheckMark { page_id: page_id.to_owned(), outcome: CheckedAs::Updated };
        match self.updater.update_prompt_from_behavior(profile, prompt, grounds, Some(mark)).await {
            Ok(version) => Ok(Checked::Updated(version.entry.cost)),
            Err(ServiceError::Conflict(Conflict::Busy)) => Ok(Checked::Overtaken),
            // Should nothing come of it, the next run finds the user.
            Err(ServiceError::Conflict(Conflict::VersionUnderWay)) => {
                let _ = self.profiles.reopen_check(&user.user_id, user.version, user.next_check_at).await?;
                Ok(Checked::Overtaken)
            }
            // Nothing was tried: the user is found again when the run goes on.
            Err(error @ ServiceError::BudgetExhausted { .. }) => {
                let _ = self.profiles.reopen_check(&user.user_id, user.version, user.next_check_at).await?;
                Err(error)
            }
            Err(error) => {
                let (reason, cost_usd) = (GenerationReason::Weekly.name(), error.cost().dollars());
                error!(reason, cause = %error, cost_usd, "{}", events::PERSONALIZED_PROMPT_GENERATION_FAILED);
                let ended = self.profiles.fail_update(&user.user_id, user.version).await?;
                Ok(if ended == WriteOutcome::Written { Checked::Failed } else { Checked::Overtaken })
            }
        }
    }

    fn outcome(
        &self,
        user: &DueUser,
        part: &RunPart,
        page_id: &str,
        outcome: CheckedAs,
        result: CheckResult,
    ) -> CheckOutcome {
        CheckOutcome {
            version: user.version,
            as_of: part.as_of,
            result,
            checked_at: self.clock.now(),
            next_check_at: self.due.interval.next_check_of(&user.user_id, part.as_of),
            update_shard: due::shard_of(&user.user_id, self.due.shards),
            mark: CheckMark { page_id: page_id.to_owned(), outcome },
        }
    }
}

/// The rules that found a change with their figures, for the log; the sentences are for the person.
fn figures(decision: &Decision) -> Vec<u8> {
    let rules = decision.rules.iter().map(|ChangedRule { rule, baseline, from, to, threshold, .. }| {
        serde_json::json!({"rule": rule, "baseline": baseline, "from": from, "to": to, "threshold": threshold})
    });
    json(&rules.collect::<Vec<_>>())
}

//! One shard of a weekly run.

use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream};

use super::{PromptWorker, Result, ServiceError};
use crate::config::UpdateMode;
use crate::domain::behavior::{BehaviorMetrics, Decision};
use crate::domain::due;
use crate::domain::money::Usd;
use crate::domain::profile::{PersonalPrompt, Profile};
use crate::ports::{
    BatchEntry, CheckOutcome, DueUser, GenerationReason, Job, OpenBatch, PageRequest, RunCounters, RunState, Versioned,
};
use crate::service::batch_collector::custom_id;
use crate::service::error::Conflict;
use crate::service::prompt_update::Grounds;
use crate::service::weekly_run;
use crate::telemetry;

/// Users read at a time.
const PAGE: u32 = 100;

/// What became of one user.
enum Checked {
    /// Nothing changed significantly.
    Unchanged,
    /// A new version was written at this cost.
    Updated(Usd),
    /// The prompt is to be rewritten in a message batch.
    Batched(Box<BatchCandidate>),
    /// Somebody else wrote a version meanwhile; the next run looks again.
    Overtaken,
    /// The rewriting failed; the old prompt stays.
    Failed,
}

/// A user whose prompt waits for a message batch.
struct BatchCandidate {
    entry: BatchEntry,
    user: DueUser,
    check: CheckOutcome,
}

impl PromptWorker {
    pub(super) async fn update_shard(
        &self,
        run_id: String,
        shard: String,
        as_of: DateTime<Utc>,
        so_far: RunCounters,
        deadline: DateTime<Utc>,
    ) -> Result<()> {
        let mut counters = so_far;
        let mut page = PageRequest::first(PAGE);
        loop {
            if let Err(stopped) = self.metered.require_budget(None).await {
                return self.stop_for_budget(&run_id, &shard, &counters, stopped).await;
            }
            let due = self.profiles.due_page(&shard, as_of, &page).await?;
            let checks = due.items.into_iter().map(|user| self.check(user, as_of));
            let checked: Vec<Checked> =
                stream::iter(checks).buffer_unordered(self.settings.concurrency).collect().await;
            let mut candidates = Vec::new();
            for checked in checked {
                counters.checked += 1;
                match checked {
                    Checked::Unchanged => counters.unchanged += 1,
                    Checked::Updated(cost) => {
                        counters.updated += 1;
                        counters.cost += cost;
                    }
                    Checked::Batched(candidate) => candidates.push(*candidate),
                    Checked::Overtaken => {}
                    Checked::Failed => counters.failed += 1,
                }
            }
            self.submit(&run_id, as_of, candidates, &mut counters).await;
            match due.next {
                None => break,
                Some(_) if self.clock.now() >= deadline => {
                    // Handled users are not due any more, so the next job begins where this one ends.
                    return Ok(self.queue.send(&Job::Shard { run_id, shard, as_of, so_far: counters }).await?);
                }
                next => page.cursor = next,
            }
        }
        self.runs.finish_shard(&run_id, &shard, &counters).await?;
        telemetry::prompts_updated(&run_id, &shard, &counters);
        weekly_run::settle(&*self.runs, &*self.batches, &run_id).await
    }

    async fn check(&self, user: DueUser, as_of: DateTime<Utc>) -> Checked {
        match self.check_one(&user, as_of).await {
            Ok(checked) => checked,
            Err(error) => {
                telemetry::personalized_prompt_generation_failed(&user.user_id, GenerationReason::Weekly, &error);
                Checked::Failed
            }
        }
    }

    async fn check_one(&self, user: &DueUser, as_of: DateTime<Utc>) -> Result<Checked> {
        let metrics = self.tracker.check(user, as_of).await?;
        let decision =
            self.tracker.decide(&metrics, user.behavioral_data.as_ref(), user.prompt_behavioral_data.as_ref());
        if !decision.changed {
            telemetry::skipping_prompt_update_no_significant_change(&user.user_id);
            let written = self.profiles.record_check(&user.user_id, &self.outcome(user, metrics, as_of)).await?;
            return Ok(if written == Versioned::Written { Checked::Unchanged } else { Checked::Overtaken });
        }
        telemetry::significant_behavior_change_detected(&user.user_id, &decision);
        let profile = self.profiles.get(&user.user_id).await?;
        let Some((profile, prompt)) =
            profile.and_then(|profile| profile.prompt.clone().map(|prompt| (profile, prompt)))
        else {
            return Ok(Checked::Overtaken);
        };
        if prompt.version != user.version {
            return Ok(Checked::Overtaken);
        }
        match self.settings.mode {
            UpdateMode::Immediate => self.update_now(user, &profile, &prompt, &metrics, &decision, as_of).await,
            UpdateMode::Batch => {
                if !self.updater.claim(&user.user_id, prompt.version, "batch").await? {
                    return Ok(Checked::Overtaken);
                }
                let grounds = Grounds { metrics: &metrics, decision: &decision, as_of };
                let request = self.updater.batch_request(&prompt, grounds)?;
                let entry = BatchEntry { custom_id: custom_id(&user.user_id, prompt.version), request };
                let check = CheckOutcome { pending: Some(decision), ..self.outcome(user, metrics, as_of) };
                Ok(Checked::Batched(Box::new(BatchCandidate { entry, user: user.clone(), check })))
            }
        }
    }

    async fn update_now(
        &self,
        user: &DueUser,
        profile: &Profile,
        prompt: &PersonalPrompt,
        metrics: &BehaviorMetrics,
        decision: &Decision,
        as_of: DateTime<Utc>,
    ) -> Result<Checked> {
        let grounds = Grounds { metrics, decision, as_of };
        match self.updater.update_prompt_from_behavior(profile, prompt, grounds).await {
            Ok(version) => Ok(Checked::Updated(version.entry.cost)),
            Err(ServiceError::Conflict(Conflict::Busy)) => Ok(Checked::Overtaken),
            // Nothing was tried: the user stays due and is found by the next run.
            Err(error @ ServiceError::BudgetExhausted { .. }) => Err(error),
            Err(error) => {
                self.postpone(user, as_of, metrics).await?;
                Err(error)
            }
        }
    }

    /// Looks at a user again at the next run after a failure. The behaviour of the last check stays, so that the change is
    /// seen again.
    async fn postpone(&self, user: &DueUser, as_of: DateTime<Utc>, metrics: &BehaviorMetrics) -> Result<()> {
        let last = user.behavioral_data.as_ref().unwrap_or(metrics).clone();
        // A conflict means that there is a newer version, with a next check of its own.
        let _ = self.profiles.record_check(&user.user_id, &self.outcome(user, last, as_of)).await?;
        Ok(())
    }

    fn outcome(&self, user: &DueUser, metrics: BehaviorMetrics, as_of: DateTime<Utc>) -> CheckOutcome {
        CheckOutcome {
            version: user.version,
            metrics,
            checked_at: self.clock.now(),
            next_check_at: due::next_check_at(as_of, self.settings.min_days, self.settings.due_tolerance),
            update_shard: due::shard_of(&user.user_id, self.settings.shards),
            pending: None,
        }
    }

    /// Puts the candidates into one message batch and notes each as waiting. When the batch cannot be submitted, they are
    /// looked at again at the next run.
    async fn submit(
        &self,
        run_id: &str,
        as_of: DateTime<Utc>,
        candidates: Vec<BatchCandidate>,
        counters: &mut RunCounters,
    ) {
        if candidates.is_empty() {
            return;
        }
        let entries: Vec<BatchEntry> = candidates.iter().map(|candidate| candidate.entry.clone()).collect();
        let submitted = self.model.submit_batch(&entries).await.map_err(ServiceError::from);
        let noted = match submitted {
            Ok(batch_id) => {
                let batch = OpenBatch { batch_id, run_id: run_id.to_owned(), as_of };
                self.batches.add(&batch).await.map_err(ServiceError::from)
            }
            Err(error) => Err(error),
        };
        for BatchCandidate { user, check, .. } in candidates {
            let result = match &noted {
                Ok(()) => {
                    self.profiles.record_check(&user.user_id, &check).await.map(|_| ()).map_err(ServiceError::from)
                }
                Err(_) => self.postpone(&user, as_of, &check.metrics).await,
            };
            match (&noted, result) {
                (Ok(()), Ok(())) => counters.batched += 1,
                (Err(error), _) => {
                    counters.failed += 1;
                    telemetry::personalized_prompt_generation_failed(&user.user_id, GenerationReason::Weekly, error);
                }
                (_, Err(error)) => {
                    counters.failed += 1;
                    telemetry::personalized_prompt_generation_failed(&user.user_id, GenerationReason::Weekly, &error);
                }
            }
        }
    }

    /// Ends a shard early: who is left stays due and is found by the next run.
    async fn stop_for_budget(
        &self,
        run_id: &str,
        shard: &str,
        counters: &RunCounters,
        cause: ServiceError,
    ) -> Result<()> {
        if !matches!(cause, ServiceError::BudgetExhausted { .. }) {
            return Err(cause);
        }
        self.runs.finish_shard(run_id, shard, counters).await?;
        self.runs.set_state(run_id, RunState::StoppedByBudget).await?;
        telemetry::prompts_updated(run_id, shard, counters);
        Ok(())
    }
}

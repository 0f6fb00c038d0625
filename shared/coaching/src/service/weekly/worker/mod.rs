//! Works on the parts of weekly runs.

mod check;
mod pace;
mod page;
mod part;

use std::sync::Arc;

use chrono::TimeDelta;
use claude::Timer;

use crate::app::{App, FromApp, StartError};
use crate::config::weekly::{self, DueSettings, UpdateMode};
use crate::config::{self, behavior, model};
use crate::jobs::JobQueue;
use crate::service::behavioral_tracker::BehavioralTracker;
use crate::service::error::{Result, ServiceError};
use crate::service::ledger::Ledger;
use crate::service::prompts::writing;
use crate::service::prompts::{PromptUpdater, TYPICAL_UPDATE};
use crate::service::safety_updates::SafetyUpdates;
use crate::service::weekly::batch_results::BatchResults;
use crate::service::weekly::batch_submission::BatchSubmission;
use crate::store::{BatchTable, ProfileTable, PromptHistoryTable, RunTable};
use crate::system::{Clock, Ids};
use domain::behavior::ChangeSettings;
use domain::money::Usd;
use domain::recipe::Recipes;

/// Works on parts of weekly runs.
#[derive(Clone)]
pub struct PartWorker {
    profiles: ProfileTable,
    history: PromptHistoryTable,
    runs: RunTable,
    batches: BatchTable,
    queue: Arc<dyn JobQueue>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    ids: Ids,
    tracker: BehavioralTracker,
    updater: PromptUpdater,
    recipes: Recipes,
    safety: SafetyUpdates,
    submission: BatchSubmission,
    results: BatchResults,
    ledger: Ledger,
    change: ChangeSettings,
    mode: UpdateMode,
    /// Whether automatic updates are switched on.
    automatic: bool,
    /// What rewriting one prompt costs as a rule.
    expected_cost: Usd,
    due: DueSettings,
    /// Users of a page that are checked at a time.
    concurrency: usize,
    /// How long before its end a worker begins nothing new.
    winding_up: TimeDelta,
}

impl FromApp for PartWorker {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        let mode = UpdateMode::read(app.env())?;
        let (prices, prompt_model) = (model::prices(app.env())?, config::writing::prompt_model(app.env())?);
        Ok(Self {
            profiles: app.profiles()?,
            history: app.prompt_history()?,
            runs: app.runs()?,
            batches: app.batches()?,
            queue: app.queue()?,
            clock: app.clock(),
            timer: app.timer(),
            ids: app.ids(),
            tracker: BehavioralTracker::from_app(app)?,
            updater: PromptUpdater::from_app(app)?,
            recipes: writing::recipes(app)?,
            safety: SafetyUpdates::from_app(app)?,
            submission: BatchSubmission::from_app(app)?,
            results: BatchResults::from_app(app)?,
            ledger: Ledger::of_all(app)?,
            change: behavior::change(app.env())?,
            mode,
            automatic: weekly::automatic_updates(app.env())?,
            expected_cost: prices.cost(&prompt_model, &TYPICAL_UPDATE, mode.call_mode()).unwrap_or_default(),
            due: DueSettings::read(app.env())?,
            concurrency: weekly::update_concurrency(app.env())?,
            winding_up: TimeDelta::from_std(writing::longest(model::background_timeout(app.env())?))
                .unwrap_or_default(),
        })
    }
}

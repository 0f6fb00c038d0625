//! What admins want to know: where people stand, who has prompts, which versions are in use, who is due, what the next runs may
//! cost, and what became of people under each variant.
//!
//! All of it comes from sums, so that a report reads as much of ten people as of a hundred thousand.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::Result;
use super::prompts::TYPICAL_UPDATE;
use super::prompts::writing::recipes;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly::{self, ScheduleSettings, UpdateMode};
use crate::config::{behavior, model, writing};
use crate::store::{
    CounterTable, DirectoryTable, Page, PageRequest, RunCounters, RunState, RunTable, SpendScope, SpendingTable,
};
use crate::system::Clock;
use domain::directory::{Counts, DueHour, ListedUser};
use domain::money::{CallMode, Usd};
use domain::projection::{self, ExpectedShare, RunTotals};
use domain::recipe::Experiment;

/// How many of the last runs say what to expect of the next one.
const LAST_RUNS: u32 = 10;

/// The state of the whole service.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// When it was made.
    pub as_of: DateTime<Utc>,
    /// What is counted of everybody.
    pub counts: Counts,
    /// Users whom a run would check now, to the hour.
    pub due_for_update: u64,
    /// When the next run takes place; `None` while automatic updates are switched off.
    pub next_run_at: Option<DateTime<Utc>>,
    /// Users whom the next run will check, to the hour; nobody while automatic updates are switched off.
    pub due_at_next_run: u64,
    /// The share of checked users who are expected to be rewritten.
    pub expected_share: ExpectedShare,
    /// What one update is taken to cost.
    pub cost_per_update: Usd,
    /// What a run would cost at most now: every due user rewritten.
    pub estimated_cost: Usd,
    /// What the next run is expected to cost.
    pub cost_next_run: Usd,
    /// What the next run would cost if everybody whom it checks were rewritten.
    pub cost_next_run_without_change_detection: Usd,
    /// What the runs of a year are expected to cost with the people of today.
    pub cost_year: Usd,
    /// What was spent on the model today (UTC).
    pub spent_today: Usd,
    /// By which weights chance gives variants now; `None` where there is nothing to choose between.
    pub experiment: Option<Experiment>,
    /// A page of the users with a prompt, the newest first.
    pub users: Page<ListedUser>,
}

/// What the last runs have done.
#[derive(Debug, Default)]
struct LastRuns {
    /// All of them: what an update costs is the same whether changes are detected or not.
    all: RunTotals,
    /// Those that are known to have detected changes: the others rewrite everybody, and say nothing about how many change.
    detecting: RunTotals,
}

/// Makes reports.
#[derive(Clone)]
pub struct ReportService {
    directory: DirectoryTable,
    counters: CounterTable,
    runs: RunTable,
    spending: SpendingTable,
    clock: Arc<dyn Clock>,
    schedule: ScheduleSettings,
    min_days: u32,
    change_detection: bool,
    typical_cost: Usd,
    experiment: Option<Experiment>,
}

impl FromApp for ReportService {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            directory: app.directory()?,
            counters: app.counters()?,
            runs: app.runs()?,
            spending: app.spending()?,
            clock: app.clock(),
            schedule: ScheduleSettings::read(app.env())?,
            min_days: weekly::min_days(app.env())?,
            change_detection: behavior::change_detection(app.env())?,
            typical_cost: typical_cost(app)?,
            experiment: recipes(app)?.weights.experiment(),
        })
    }
}

impl ReportService {
    /// A report with a page of the users who have a prompt; without `page`, with none of them.
    pub async fn report(&self, page: Option<&PageRequest>) -> Result<Report> {
        let now = self.clock.now();
        let counts = self.counters.counts().await?;
        let LastRuns { all, detecting } = self.last_runs().await?;
        let spent_today = self.spending.spent(now.date_naive(), &SpendScope::All).await?;
        let users = match page {
            Some(page) => self.directory.prompted(page).await?,
            None => Page { items: Vec::new(), next: None },
        };
        let next_run_at = self.schedule.automatic.then(|| self.schedule.runs.next_run_after(now));
        let due_for_update = counts.due_within(&DueHour::of(now));
        let due_at_next_run = next_run_at.map_or(0, |at| counts.due_within(&DueHour::of(at)));
        let expected_share = ExpectedShare::after(detecting, self.change_detection);
        let cost_per_update = projection::cost_per_update(all, self.typical_cost);
        let cost = |people: f64, share: f64| projection::cost_of(people, share, cost_per_update);
        let checks_in_a_year = match next_run_at {
            Some(_) => people(counts.prompted()) * projection::checks_in_a_year(self.schedule.runs.days, self.min_days),
            None => 0.0,
        };
        Ok(Report {
            as_of: now,
            due_for_update,
            next_run_at,
            due_at_next_run,
            expected_share,
            cost_per_update,
            estimated_cost: cost(people(due_for_update), 1.0),
            cost_next_run: cost(people(due_at_next_run), expected_share.share),
            cost_next_run_without_change_detection: cost(people(due_at_next_run), 1.0),
            cost_year: cost(checks_in_a_year, expected_share.share),
            spent_today,
            experiment: self.experiment.clone(),
            users,
            counts,
        })
    }

    /// What the last runs that are done have done.
    async fn last_runs(&self) -> Result<LastRuns> {
        let runs = self.runs.page(&PageRequest::first(LAST_RUNS)).await?.items;
        let mut last = LastRuns::default();
        for run in runs.iter().filter(|run| run.state == RunState::Done && run.counters.checked > 0) {
            let RunCounters { checked, updated, cost, .. } = run.counters;
            let totals = RunTotals { runs: 1, checked, updated, cost };
            last.all += totals;
            if run.change_detection == Some(true) {
                last.detecting += totals;
            }
        }
        Ok(last)
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer people than 2^53")]
const fn people(count: u64) -> f64 {
    count as f64
}

/// What one update takes as a rule, in the mode of the weekly run.
fn typical_cost(app: &App) -> std::result::Result<Usd, StartError> {
    let mode = match UpdateMode::read(app.env())? {
        UpdateMode::Batch => CallMode::Batched,
        UpdateMode::Immediate => CallMode::Immediate,
    };
    let prices = model::prices(app.env())?;
    Ok(prices.cost(&writing::prompt_model(app.env())?, &TYPICAL_UPDATE, mode).unwrap_or(Usd::ZERO))
}

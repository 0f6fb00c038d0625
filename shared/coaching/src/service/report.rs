//! What admins want to know: who has prompts, which versions are in use, who is due, and what the next run may cost.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::Result;
use super::prompts::TYPICAL_UPDATE;
use crate::app::{App, FromApp, StartError};
use crate::config::weekly::{self, ScheduleSettings, UpdateMode};
use crate::config::{model, writing};
use crate::store::{DueUser, PageRequest, ProfileTable, RunTable, SpendScope, SpendingTable};
use crate::system::Clock;
use domain::due;
use domain::money::{CallMode, Usd};

/// Users read at a time.
const PAGE: u32 = 500;

/// The state of the whole service.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// When it was made.
    pub as_of: DateTime<Utc>,
    /// Users with a personal prompt.
    pub users_with_prompts: u64,
    /// How many users are on each version.
    pub versions_in_use: BTreeMap<u32, u64>,
    /// Users whom a run would check now.
    pub due_for_update: u64,
    /// When the next run takes place; `None` while automatic updates are switched off.
    pub next_run_at: Option<DateTime<Utc>>,
    /// What a run would cost at most now: every due user rewritten.
    pub estimated_cost: Usd,
    /// What one update is taken to cost.
    pub cost_per_update: Usd,
    /// What was spent on the model today (UTC).
    pub spent_today: Usd,
    /// Users with a prompt, in order of their next check; as many as were asked for.
    pub users: Vec<DueUser>,
}

/// Makes reports.
#[derive(Clone)]
pub struct ReportService {
    profiles: ProfileTable,
    runs: RunTable,
    spending: SpendingTable,
    clock: Arc<dyn Clock>,
    schedule: ScheduleSettings,
    shards: u32,
    cost_per_update: Usd,
}

impl FromApp for ReportService {
    fn from_app(app: &App) -> std::result::Result<Self, StartError> {
        Ok(Self {
            profiles: app.profiles()?,
            runs: app.runs()?,
            spending: app.spending()?,
            clock: app.clock(),
            schedule: ScheduleSettings::read(app.env())?,
            shards: weekly::update_shards(app.env())?,
            cost_per_update: cost_per_update(app)?,
        })
    }
}

impl ReportService {
    /// A report that lists at most `listed` users.
    pub async fn report(&self, listed: usize) -> Result<Report> {
        let now = self.clock.now();
        let mut report = Report {
            as_of: now,
            users_with_prompts: 0,
            versions_in_use: BTreeMap::new(),
            due_for_update: 0,
            next_run_at: self.schedule.automatic.then(|| self.schedule.runs.next_run_after(now)),
            estimated_cost: Usd::ZERO,
            cost_per_update: self.cost_per_update,
            spent_today: self.spending.spent(now.date_naive(), &SpendScope::All).await?,
            users: Vec::new(),
        };
        for shard in 0..self.runs.widest_shards(self.shards).await? {
            self.add_shard(&mut report, &format!("{shard:03}"), listed).await?;
        }
        report.users.sort_by_key(|user| user.next_check_at);
        report.users.truncate(listed);
        report.estimated_cost = Usd::from_nanos(report.cost_per_update.nanos() * report.due_for_update);
        Ok(report)
    }

    async fn add_shard(&self, report: &mut Report, shard: &str, listed: usize) -> Result<()> {
        let mut page = PageRequest::first(PAGE);
        let mut listed_here = 0;
        loop {
            let users = self.profiles.prompted_page(shard, &page).await?;
            for user in users.items {
                report.users_with_prompts += 1;
                *report.versions_in_use.entry(user.version).or_default() += 1;
                report.due_for_update += u64::from(due::is_due(user.next_check_at, report.as_of));
                if listed_here < listed {
                    listed_here += 1;
                    report.users.push(user);
                }
            }
            match users.next {
                None => return Ok(()),
                next => page.cursor = next,
            }
        }
    }
}

/// What one update is taken to cost in the mode of the weekly run.
fn cost_per_update(app: &App) -> std::result::Result<Usd, StartError> {
    let mode = match UpdateMode::read(app.env())? {
        UpdateMode::Batch => CallMode::Batched,
        UpdateMode::Immediate => CallMode::Immediate,
    };
    let prices = model::prices(app.env())?;
    Ok(prices.cost(&writing::prompt_model(app.env())?, &TYPICAL_UPDATE, mode).unwrap_or(Usd::ZERO))
}

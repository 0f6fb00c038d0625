//! What admins want to know: who has prompts, which versions are in use, who is due, and what the next run may cost.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::error::Result;
use super::prompt_update::TYPICAL_UPDATE;
use crate::app::Ports;
use crate::config::{Config, UpdateMode, UpdateSettings};
use crate::store::{DueUser, PageRequest, ProfileTable, RunTable, SpendScope, SpendingTable};
use crate::system::Clock;
use claude::Model;
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
    model: Arc<dyn Model>,
    clock: Arc<dyn Clock>,
    settings: UpdateSettings,
    prompt_model: String,
}

impl ReportService {
    /// Takes what it needs.
    #[must_use]
    pub fn new(ports: &Ports, config: &Config) -> Self {
        Self {
            profiles: ports.profiles.clone(),
            runs: ports.runs.clone(),
            spending: ports.spending.clone(),
            model: ports.model.clone(),
            clock: ports.clock.clone(),
            settings: config.update.clone(),
            prompt_model: config.generation.prompt_model.model.clone(),
        }
    }

    /// A report that lists at most `listed` users.
    pub async fn report(&self, listed: usize) -> Result<Report> {
        let now = self.clock.now();
        let mut report = Report {
            as_of: now,
            users_with_prompts: 0,
            versions_in_use: BTreeMap::new(),
            due_for_update: 0,
            next_run_at: self.settings.automatic.then(|| self.settings.schedule.next_run_after(now)),
            estimated_cost: Usd::ZERO,
            cost_per_update: self.cost_per_update(),
            spent_today: self.spending.spent(now.date_naive(), &SpendScope::All).await?,
            users: Vec::new(),
        };
        for shard in 0..self.runs.widest_shards(self.settings.shards).await? {
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

    fn cost_per_update(&self) -> Usd {
        let mode = match self.settings.mode {
            UpdateMode::Batch => CallMode::Batched,
            UpdateMode::Immediate => CallMode::Immediate,
        };
        self.model.price(&self.prompt_model, &TYPICAL_UPDATE, mode).unwrap_or(Usd::ZERO)
    }
}

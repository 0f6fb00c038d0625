//! Telling operators how much of a pool's share is used: once a day and pool, whoever finds out first.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::NaiveDate;
use tokio::time::timeout;
use tracing::warn;

use super::Ledger;
use crate::store::WriteOutcome;
use crate::telemetry::{events, metrics};
use domain::ledger::Used;
use domain::money::Usd;
use domain::spending::Pool;

/// How long an answer waits for the note that operators are told.
const NOTED_WITHIN: Duration = Duration::from_millis(500);

/// What this execution environment knows to be told.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<BTreeSet<(NaiveDate, Pool, Used)>>>);

impl Told {
    /// Whether it is to be told, as far as is known here; it is known from now on.
    fn is_news(&self, day: NaiveDate, pool: Pool, used: Used) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|(known, ..)| *known == day);
        told.insert((day, pool, used))
    }
}

impl Ledger {
    /// Tells operators that so much of a pool's share is used, unless they were told today.
    pub(super) async fn tell(&self, day: NaiveDate, pool: Pool, used: Used, taken: Usd) {
        if !self.told.is_news(day, pool, used) {
            return;
        }
        // Told twice is better than not at all.
        let noting = timeout(NOTED_WITHIN, self.spending.note_told(day, pool, used));
        if !matches!(noting.await, Ok(Ok(WriteOutcome::Conflict))) {
            let (percent, share_usd) = (used.percent(), self.limit(pool).whole.unwrap_or_default().dollars());
            warn!(pool = pool.name(), percent, share_usd, taken_usd = taken.dollars(), "{}", events::BUDGET_SHARE_USED);
            metrics::budget_used(pool, percent);
        }
    }
}

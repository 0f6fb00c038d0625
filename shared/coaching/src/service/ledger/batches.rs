//! Message batches in the ledger: each is one call, which is reserved with its submission, entered with the note that it is
//! collected, and settled behind that.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Bid, Ledger, Purchase};
use crate::service::error::Result;
use crate::store::{Draft, EntryWrite, Hold, OpenBatch};
use domain::money::Usd;
use domain::spending::{Pool, Spending, SpendingPurpose};

/// Longer than any batch is waited for: it is collected or given up, and never expires by itself.
const OPEN_WITHIN: TimeDelta = TimeDelta::days(100);

/// The reservation of a submission.
fn hold_of(draft: &Draft) -> Hold {
    Hold {
        call_id: draft.draft_id,
        day: draft.begun_at.date_naive(),
        pool: Pool::Weekly,
        number: 0,
        user_id: None,
        purpose: SpendingPurpose::Update,
        amount: draft.most,
        until: draft.begun_at + OPEN_WITHIN,
    }
}

impl Ledger {
    /// A reservation of what a submission may cost.
    ///
    /// # Errors
    ///
    /// The budget that does not hold it.
    pub async fn bid_for_batch(&self, draft: &Draft) -> Result<Bid> {
        let balance = self.balance(None).await?;
        let (pool, purpose, amount) = (Pool::Weekly, SpendingPurpose::Update, draft.most);
        let bid = self.bid(&balance, Purchase { user_id: None, purpose, pool, amount, lasts: OPEN_WITHIN }).await?;
        Ok(Bid { hold: hold_of(draft), ..bid })
    }

    /// Gives back what is reserved for a submission that was not made, or not taken.
    pub async fn release_batch(&self, draft: &Draft) -> Result<()> {
        // A conflict means that it was given back before, or that an earlier release has begun it.
        let _ = self.spending.settle(&hold_of(draft), &Spending::default(), None).await?;
        Ok(())
    }

    /// What the answers of a batch have cost, to be written with the note that it is collected.
    #[must_use]
    pub fn batch_entry(&self, batch: &OpenBatch, cost: Usd) -> EntryWrite {
        let spending = Spending::on(SpendingPurpose::Update, true, cost);
        let entry = self.spending.entry_in_any_case(&hold_of_batch(batch), &spending, self.clock.now());
        entry.of_batch(&batch.batch_id)
    }

    /// Lets the sums follow what the ledger says of a batch that is collected or given up.
    pub async fn settle_batch(&self, batch: &OpenBatch) -> Result<()> {
        let hold = hold_of_batch(batch);
        let Some(spending) = self.spending.entered(&hold).await? else { return Ok(()) };
        // A conflict means that it was settled before.
        let _ = if hold.amount == Usd::ZERO {
            // Nothing was reserved by an earlier release.
            let entry = self.spending.entry_in_any_case(&hold, &spending, self.clock.now()).of_batch(&batch.batch_id);
            self.spending.count_once(&hold, &spending, entry).await?
        } else {
            self.spending.settle(&hold, &spending, None).await?
        };
        Ok(())
    }
}

fn hold_of_batch(batch: &OpenBatch) -> Hold {
    match &batch.draft {
        Some(draft) => hold_of(draft),
        None => hold_of(&Draft {
            draft_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, batch.batch_id.as_bytes()),
            begun_at: batch.submitted_at,
            requests: batch.requests,
            most: Usd::ZERO,
        }),
    }
}

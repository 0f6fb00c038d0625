//! The tables `user_directory` and `counters`: what admins see of everybody in lists, and the sums of what is counted.
//!
//! Both follow the profiles by way of their stream and never take part in a person's own writes. A row keeps what was counted
//! of its person, and is changed in one transaction with the sums, on the condition that nobody has changed it since it was
//! read. So every sum is that of all rows at any time, whatever is done twice, at once or in the wrong order.
//!
//! Sums belong to an epoch. A recount begins a new one: no number is added to those of the epoch before any more, every row is
//! moved over, and what the old sums have left then is by how much they were wrong.

mod counters;
mod lists;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::item::Item;
use super::many::MOST_AT_ONCE;
use super::table::Table;
use crate::store::{StoreError, WriteOutcome};
use domain::directory::{Counts, ListedUser};
use domain::profile::UserId;

pub use counters::{CounterTable, Epoch, Recount, RecountStep};

/// Most rows that are changed in one transaction, which may have 100 items: the others are sums.
const MOST_ROWS: usize = MOST_AT_ONCE - 10;
/// Most numbers that one transaction adds to: an expression may have 4 KB and 300 operands.
const MOST_NUMBERS: usize = 200;

/// The directory of users, in DynamoDB.
#[derive(Debug, Clone)]
pub struct DirectoryTable {
    rows: Table,
}

/// A row as it was read.
#[derive(Debug, Clone)]
pub struct DirectoryRow {
    /// What it says; `None` if that cannot be read any more.
    pub user: Option<ListedUser>,
    /// What was counted of the person.
    pub counted: Counts,
    /// The epoch in whose sums it was counted.
    pub epoch: Epoch,
    /// Identity of the write that the row comes from, as it is stored; `None` if the row was spoilt so far.
    mark: Option<AttributeValue>,
}

/// A row that cannot be read: somebody has changed it by hand, or a later version has written it.
#[derive(Debug)]
pub struct SpoiltRow {
    /// What is wrong with it.
    pub cause: StoreError,
    /// The row, as one of which nothing was counted. That is true where everybody is counted anew, and nowhere else.
    pub uncounted: Box<DirectoryRow>,
}

/// What is to become of a row.
#[derive(Debug, Clone)]
pub struct RowChange {
    /// Whose row.
    pub user_id: UserId,
    /// The row as it was read; `None` if there was none.
    pub before: Option<DirectoryRow>,
    /// What it is to say; `None` to take it away.
    pub after: Option<ListedUser>,
    /// Identity of this write.
    pub mark: Uuid,
}

impl RowChange {
    fn counted_before(&self) -> Option<&Counts> {
        self.before.as_ref().map(|row| &row.counted)
    }
}

impl DirectoryTable {
    pub(crate) const fn new(rows: Table) -> Self {
        Self { rows }
    }

    /// The rows of these users, read consistently; whoever has none is left out. A row that cannot be read says so.
    pub async fn rows(
        &self,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Result<DirectoryRow, SpoiltRow>>, StoreError> {
        let keys: Vec<Item> = users.iter().map(rows::key).collect();
        let stored = self.rows.get_many("reading rows of the directory", keys, &[]).await?;
        stored.iter().map(|stored| Ok((UserId::new(stored.text("user_id")?), rows::read(stored)))).collect()
    }

    /// Makes changes of rows with what they do to the sums of `epoch`, in as few transactions as they need. Answers with the
    /// users whose rows were not changed: somebody else has changed them, or the epoch is over. Read again and decide again.
    pub async fn change(
        &self,
        counters: &CounterTable,
        changes: &[RowChange],
        epoch: Epoch,
    ) -> Result<Vec<UserId>, StoreError> {
        let mut refused = Vec::new();
        let mut rest = changes;
        while !rest.is_empty() {
            let (together, behind) = rest.split_at(fitting(rest));
            if self.change_together(counters, together, epoch).await? == WriteOutcome::Conflict {
                refused.extend(together.iter().map(|change| change.user_id.clone()));
            }
            rest = behind;
        }
        Ok(refused)
    }

    async fn change_together(
        &self,
        counters: &CounterTable,
        changes: &[RowChange],
        epoch: Epoch,
    ) -> Result<WriteOutcome, StoreError> {
        let mut sums: BTreeMap<Epoch, Counts> = BTreeMap::new();
        let mut transaction = self.rows.transaction();
        for change in changes {
            if let Some(before) = &change.before {
                *sums.entry(before.epoch).or_default() += &before.counted.negated();
            }
            transaction = match &change.after {
                Some(user) => {
                    let counted = Counts::of(user);
                    *sums.entry(epoch).or_default() += &counted;
                    let row = DirectoryRow { user: None, counted, epoch, mark: Some(rows::mark(change.mark)) };
                    transaction.with(rows::unchanged(self.rows.put(rows::of_user(user, &row)), change))
                }
                None => transaction.with(rows::gone(self.rows.delete(rows::key(&change.user_id)), change)),
            };
        }
        // Any shard will do; that of the first user spreads the writes.
        let shard = changes.first().map_or(0, |change| counters::shard_of(&change.user_id));
        let transaction =
            sums.iter().fold(transaction, |transaction, (of, counts)| match (counts.is_empty(), *of == epoch) {
                (false, open) => transaction.with(counters.addition(*of, shard, counts, open)),
                // What one person adds another takes away. Their rows belong to the epoch all the same: once it is over nobody
                // would move a new one into the next.
                (true, true) => transaction.with(counters.is_open(epoch, shard)),
                (true, false) => transaction,
            });
        transaction.commit("changing rows of the directory").await.map(WriteOutcome::from)
    }
}

/// How many of `changes`, at least one, fit into one transaction.
fn fitting(changes: &[RowChange]) -> usize {
    let mut numbers = BTreeSet::new();
    let fits = |change: &RowChange| {
        let after = change.after.as_ref().map(Counts::of);
        let both = [change.counted_before(), after.as_ref()].into_iter().flatten();
        numbers.extend(both.flat_map(Counts::iter).map(|(name, _)| name.to_owned()));
        numbers.len() <= MOST_NUMBERS
    };
    changes.iter().take(MOST_ROWS).map(fits).take_while(|fits| *fits).count().max(1)
}

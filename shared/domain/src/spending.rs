//! What calls to the model were paid for: by purpose, and by the pool that each draws from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::Usd;

/// What a call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SpendingPurpose")]
pub enum SpendingPurpose {
    /// Answers of the coach.
    Coach,
    /// Answers of the consultation.
    Consultation,
    /// Psychological profiles.
    Profile,
    /// Whole coaching prompts.
    Prompt,
    /// The sections of prompts that follow behaviour.
    Update,
    /// Reading messages for danger.
    Safety,
}

impl SpendingPurpose {
    /// Every purpose.
    pub const ALL: [Self; 6] =
        [Self::Coach, Self::Consultation, Self::Profile, Self::Prompt, Self::Update, Self::Safety];

    /// Its name in the API and in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Coach => "coach",
            Self::Consultation => "consultation",
            Self::Profile => "profile",
            Self::Prompt => "prompt",
            Self::Update => "update",
            Self::Safety => "safety",
        }
    }
}

/// Out of which share of the money a call is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SpendingPool")]
pub enum Pool {
    /// Coaching of people whom an admin has let in.
    Live,
    /// Consultations and what is written from them.
    Consultation,
    /// Weekly updates.
    Weekly,
    /// Coaching of people to whom the consultation is closed.
    Trial,
}

impl Pool {
    /// Every pool.
    pub const ALL: [Self; 4] = [Self::Live, Self::Consultation, Self::Weekly, Self::Trial];

    /// Its name in the API and in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Consultation => "consultation",
            Self::Weekly => "weekly",
            Self::Trial => "trial",
        }
    }

    /// The pool of a call: of what is said with the coach it depends on whether the consultation is open to the person.
    #[must_use]
    pub const fn of(purpose: SpendingPurpose, consultation_open: bool) -> Self {
        match purpose {
            SpendingPurpose::Consultation | SpendingPurpose::Profile | SpendingPurpose::Prompt => Self::Consultation,
            SpendingPurpose::Update => Self::Weekly,
            SpendingPurpose::Coach | SpendingPurpose::Safety if consultation_open => Self::Live,
            SpendingPurpose::Coach | SpendingPurpose::Safety => Self::Trial,
        }
    }
}

/// Amounts by purpose and pool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spending(BTreeMap<(SpendingPurpose, Pool), Usd>);

impl Spending {
    /// What one call has cost; `consultation_open` is whether the consultation is open to the person it was for.
    #[must_use]
    pub fn on(purpose: SpendingPurpose, consultation_open: bool, amount: Usd) -> Self {
        let mut spending = Self::default();
        spending.add(purpose, Pool::of(purpose, consultation_open), amount);
        spending
    }

    /// Adds an amount; nothing leaves no trace.
    pub fn add(&mut self, purpose: SpendingPurpose, pool: Pool, amount: Usd) {
        if amount != Usd::ZERO {
            *self.0.entry((purpose, pool)).or_default() += amount;
        }
    }

    /// With what another call has cost.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for ((purpose, pool), amount) in other.amounts() {
            self.add(purpose, pool, amount);
        }
        self
    }

    /// The amounts above nothing.
    pub fn amounts(&self) -> impl Iterator<Item = ((SpendingPurpose, Pool), Usd)> {
        self.0.iter().map(|(of, amount)| (*of, *amount))
    }

    /// The sum.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.0.values().copied().sum()
    }

    /// The sums by purpose.
    #[must_use]
    pub fn by_purpose(&self) -> BTreeMap<SpendingPurpose, Usd> {
        sums(self.amounts().map(|((purpose, _), amount)| (purpose, amount)))
    }

    /// The sums by pool.
    #[must_use]
    pub fn by_pool(&self) -> BTreeMap<Pool, Usd> {
        sums(self.amounts().map(|((_, pool), amount)| (pool, amount)))
    }
}

fn sums<K: Ord>(amounts: impl Iterator<Item = (K, Usd)>) -> BTreeMap<K, Usd> {
    amounts.fold(BTreeMap::new(), |mut sums, (key, amount)| {
        *sums.entry(key).or_default() += amount;
        sums
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn coaching_is_paid_as_live_or_as_trial_and_everything_else_from_its_own_pool() {
        use SpendingPurpose as P;
        for (purpose, open, closed) in [
            (P::Coach, Pool::Live, Pool::Trial),
            (P::Safety, Pool::Live, Pool::Trial),
            (P::Consultation, Pool::Consultation, Pool::Consultation),
            (P::Profile, Pool::Consultation, Pool::Consultation),
            (P::Prompt, Pool::Consultation, Pool::Consultation),
            (P::Update, Pool::Weekly, Pool::Weekly),
        ] {
            assert_eq!((Pool::of(purpose, true), Pool::of(purpose, false)), (open, closed), "{purpose:?}");
        }
    }

    #[test]
    fn names_are_those_on_the_wire() {
        for purpose in SpendingPurpose::ALL {
            assert_eq!(serde_json::to_value(purpose).expect("a purpose serialises"), purpose.name());
        }
        for pool in Pool::ALL {
            assert_eq!(serde_json::to_value(pool).expect("a pool serialises"), pool.name());
        }
    }

    proptest! {
        #[test]
        fn purposes_and_pools_each_add_up_to_the_total(calls in prop::collection::vec((0..6_usize, any::<bool>(), 0..u64::from(u32::MAX)), 0..40)) {
            let spending = calls.iter().fold(Spending::default(), |spending, (purpose, open, nanos)| {
                spending.and(&Spending::on(SpendingPurpose::ALL[*purpose], *open, Usd::from_nanos(*nanos)))
            });
            let total: u64 = calls.iter().map(|(_, _, nanos)| nanos).sum();
            prop_assert_eq!(spending.total(), Usd::from_nanos(total));
            prop_assert_eq!(spending.by_purpose().into_values().sum::<Usd>(), spending.total());
            prop_assert_eq!(spending.by_pool().into_values().sum::<Usd>(), spending.total());
        }
    }
}

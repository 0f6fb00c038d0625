//! What is paid, reserved, and summed up: never above a limit, never twice, and never lost.

mod killed;
mod rush;
mod sums;

use std::collections::BTreeMap;

use coaching::store::{Sum, SumOfCalls, UserSum};
use domain::money::Usd;
use domain::profile::UserId;

use harness::Deployment;

/// Every sum of today by its ledger: what was spent, and what is taken with all reservations.
pub async fn by_the_ledger(deployment: &Deployment) -> BTreeMap<String, UserSum> {
    let spending = deployment.app().spending().expect("the settings of a test are valid");
    let today = deployment.now().date_naive();
    let mut sums: BTreeMap<String, UserSum> = BTreeMap::new();
    for sum in spending.pool_sums(today).await.expect("sums") {
        let SumOfCalls { entries, holds, .. } = spending.calls_of(today, sum.pool, sum.number).await.expect("a ledger");
        let name = format!("{:?}", Sum::Pool(sum.pool, sum.number));
        let mut add = |user_id: Option<&UserId>, spent: Usd, held: Usd| {
            let names = [Some(name.clone()), user_id.map(|user_id| format!("{:?}", Sum::User(user_id.clone())))];
            for name in names.into_iter().flatten() {
                let sum = sums.entry(name).or_default();
                sum.spent += spent;
                sum.taken += spent;
                sum.taken += held;
            }
        };
        add(None, Usd::ZERO, Usd::ZERO);
        for (_, user_id, spending) in &entries {
            add(user_id.as_ref(), spending.total(), Usd::ZERO);
        }
        for (user_id, amount) in &holds {
            add(user_id.as_ref(), Usd::ZERO, *amount);
        }
    }
    sums
}

/// Every sum of today as it stands.
pub async fn as_they_stand(deployment: &Deployment) -> BTreeMap<String, UserSum> {
    let spending = deployment.app().spending().expect("the settings of a test are valid");
    let today = deployment.now().date_naive();
    let pools =
        spending.pool_sums(today).await.expect("sums").into_iter().map(|sum| {
            (format!("{:?}", Sum::Pool(sum.pool, sum.number)), UserSum { spent: sum.spent, taken: sum.taken })
        });
    let people = spending.user_sums(today).await.expect("sums").into_iter();
    pools.chain(people.map(|(user_id, sum)| (format!("{:?}", Sum::User(user_id)), sum))).collect()
}

/// Every call is settled: the sums are those of the ledger, and nothing is reserved.
pub async fn assert_settled(deployment: &Deployment, situation: &str) {
    let (ledger, sums) = (by_the_ledger(deployment).await, as_they_stand(deployment).await);
    // A person whose calls have cost nothing has a sum of nothing and no entry.
    let something = |sums: BTreeMap<String, UserSum>| -> BTreeMap<String, UserSum> {
        sums.into_iter().filter(|(_, sum)| *sum != UserSum::default()).collect()
    };
    let (ledger, sums) = (something(ledger), something(sums));
    assert_eq!(ledger, sums, "{situation}");
    assert!(sums.values().all(|sum| sum.taken == sum.spent), "{situation}: something is reserved still: {sums:?}");
}

//! The directory of users and its counters, which follow the profiles.

mod any_order;
mod followed;
mod recount;
mod states;

use std::collections::BTreeSet;

use coaching::store::PageRequest;
use domain::directory::{Counts, ListedUser};
use domain::profile::UserId;

use harness::Deployment;

/// Everybody with a profile, as the directory ought to say them.
async fn profiles(deployment: &Deployment) -> Vec<ListedUser> {
    let ids: Vec<UserId> = deployment.stored_profiles().await.into_keys().map(UserId::new).collect();
    let read = deployment.stores.profiles.for_directory(&ids).await.expect("the profiles can be read");
    read.into_values().collect::<Result<_, _>>().expect("every profile can be read")
}

/// Checks that the directory says of everybody what their profile says, that it says nobody else, and that every sum is that of
/// all of them.
async fn assert_exact(deployment: &Deployment, ever: &[&str]) {
    let profiles = profiles(deployment).await;
    let mut ids: BTreeSet<UserId> = profiles.iter().map(|user| user.user_id.clone()).collect();
    ids.extend(ever.iter().map(|name| UserId::new(*name)));
    let ids: Vec<UserId> = ids.into_iter().collect();
    let rows = deployment.stores.directory.rows(&ids).await.expect("the rows can be read");
    let rows: Vec<ListedUser> = rows.into_values().map(|row| row.expect("a whole row").user.expect("a user")).collect();
    let mut expected = profiles.clone();
    expected.sort_by(|one, other| one.user_id.cmp(&other.user_id));
    assert_eq!(rows, expected);
    let mut sums = Counts::default();
    for user in &profiles {
        sums += &Counts::of(user);
    }
    assert_eq!(deployment.stores.counters.counts().await.expect("the sums can be read"), sums);
}

/// Checks that every sum is that of what was counted of all rows, whatever the profiles say.
async fn assert_sums_are_those_of_the_rows(deployment: &Deployment, ever: &[&str], after: &str) {
    let ids: Vec<UserId> = ever.iter().map(|name| UserId::new(*name)).collect();
    let rows = deployment.stores.directory.rows(&ids).await.expect("the rows can be read");
    let mut sums = Counts::default();
    for row in rows.into_values() {
        sums += &row.expect("a whole row").counted;
    }
    assert_eq!(deployment.stores.counters.counts().await.expect("the sums can be read"), sums, "{after}");
}

/// Everybody with a prompt, as the first page lists them, by name.
async fn prompted(deployment: &Deployment) -> Vec<String> {
    let page = deployment.stores.directory.prompted(&PageRequest::first(100)).await.expect("the list can be read");
    let mut names: Vec<String> = page.items.into_iter().map(|user| user.user_id.to_string()).collect();
    names.sort_unstable();
    names
}

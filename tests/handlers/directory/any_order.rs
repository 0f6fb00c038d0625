//! Whatever happens to profiles, and however their changes are delivered: in any order, again and again, at once, by watchers
//! that vanish, beside a recount. Every sum is that of all rows at any time, and once everything was delivered every row says
//! what its profile says.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::app::FromApp as _;
use coaching::service::UserDirectory;
use domain::profile::UserId;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use super::{assert_exact, assert_sums_are_those_of_the_rows};
use crate::harness::{Deployment, Interruption, Item, Moment};

const PEOPLE: [&str; 5] = ["ana", "ben", "cleo", "dan", "eve"];
const STEPS: usize = 40;
/// More requests than any delivery makes.
const MOST_REQUESTS: usize = 12;

/// Does something to somebody's profile.
async fn change(deployment: &Deployment, chance: &mut SmallRng, template: &Item) {
    let name = *PEOPLE.choose(chance).expect("people");
    if !deployment.stored_profiles().await.contains_key(name) {
        let mut item = template.clone();
        item.insert("user_id".to_owned(), AttributeValue::S(name.to_owned()));
        item.insert("email".to_owned(), AttributeValue::S(format!("{name}@example.com")));
        deployment.put_profile(item).await;
        return;
    }
    match chance.random_range(0..5) {
        0 => deployment.remove_profile(name).await,
        1 => {
            let open = AttributeValue::Bool(chance.random());
            deployment.edit_profile(name, "consultation_enabled", open).await;
        }
        2 => deployment.edit_profile(name, "suspended", AttributeValue::Bool(chance.random())).await,
        3 => {
            let version = AttributeValue::N(chance.random_range(1..4).to_string());
            deployment.edit_profile(name, "system_prompt_version", version).await;
        }
        _ => {
            let hour = format!("2026-12-0{}T15:00:00Z", chance.random_range(1..5));
            deployment.edit_profile(name, "next_check_at", AttributeValue::S(hour)).await;
        }
    }
}

/// Some of the people, in some order, some of them twice.
fn some(chance: &mut SmallRng) -> Vec<UserId> {
    (0..chance.random_range(1..7)).map(|_| UserId::new(*PEOPLE.choose(chance).expect("people"))).collect()
}

async fn follow(deployment: &Deployment, users: &[UserId]) {
    let directory = UserDirectory::from_app(&deployment.app()).expect("the settings of a test are valid");
    directory.follow(users).await.expect("followed");
}

/// Follows some, by a watcher that vanishes before or after one of its requests.
async fn vanish(deployment: &Deployment, chance: &mut SmallRng) {
    let step = chance.random_range(0..MOST_REQUESTS);
    let moment = if chance.random() { Moment::Before(step) } else { Moment::After(step) };
    let (interruption, app) = Interruption::of(deployment, moment).await;
    let users = some(chance);
    let directory = UserDirectory::from_app(&app).expect("the settings of a test are valid");
    interruption.run(directory.follow(&users)).await;
}

/// Recounts, by a recounter that may vanish.
async fn recount(deployment: &Deployment, chance: &mut SmallRng) {
    let moment = Moment::Before(chance.random_range(0..4 * MOST_REQUESTS));
    let (interruption, app) = Interruption::of(deployment, moment).await;
    interruption.run(deployment.recount_through(&app)).await;
    deployment.pass(Duration::days(7));
}

#[tokio::test]
async fn every_sum_is_that_of_all_rows_whatever_order_changes_come_in() {
    for seed in 0..8 {
        let mut chance = SmallRng::seed_from_u64(seed);
        let deployment = Deployment::new().await;
        deployment.prompted("ana", &[2_000; 6]).await;
        let template = deployment.stored_profiles().await.remove("ana").expect("ana");
        for _ in 0..STEPS {
            match chance.random_range(0..8) {
                0..4 => change(&deployment, &mut chance, &template).await,
                4 => follow(&deployment, &some(&mut chance)).await,
                5 => {
                    let (one, other) = (some(&mut chance), some(&mut chance));
                    tokio::join!(follow(&deployment, &one), follow(&deployment, &other));
                }
                6 => vanish(&deployment, &mut chance).await,
                _ => recount(&deployment, &mut chance).await,
            }
            assert_sums_are_those_of_the_rows(&deployment, &PEOPLE).await;
        }
        follow(&deployment, &PEOPLE.map(UserId::new)).await;
        println!("seed {seed}");
        assert_exact(&deployment, &PEOPLE).await;
    }
}

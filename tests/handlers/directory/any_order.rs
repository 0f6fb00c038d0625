//! Whatever happens to profiles, and however their changes are delivered: in any order, again and again, at once, by watchers
//! that vanish, beside a recount. Every sum is that of all rows at any time, and once everything was delivered every row says
//! what its profile says.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::app::FromApp as _;
use coaching::service::UserDirectory;
use domain::profile::UserId;

use super::{assert_exact, assert_sums_are_those_of_the_rows};
use harness::{Deployment, Interruption, Item, Moment};

const PEOPLE: [&str; 5] = ["ana", "ben", "cleo", "dan", "eve"];
const STEPS: usize = 40;
/// More requests than any delivery makes.
const MOST_REQUESTS: usize = 12;

/// Chance that is the same in every run: `SplitMix64`.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default() % end
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    fn person(&mut self) -> &'static str {
        PEOPLE[self.below(PEOPLE.len())]
    }
}

/// Does something to somebody's profile.
async fn change(deployment: &Deployment, chance: &mut Chance, template: &Item) -> String {
    let name = chance.person();
    if !deployment.stored_profiles().await.contains_key(name) {
        let mut item = template.clone();
        item.insert("user_id".to_owned(), AttributeValue::S(name.to_owned()));
        item.insert("email".to_owned(), AttributeValue::S(format!("{name}@example.com")));
        deployment.put_profile(item).await;
        return format!("{name} is made");
    }
    match chance.below(5) {
        0 => deployment.remove_profile(name).await,
        1 => {
            let open = AttributeValue::Bool(chance.flip());
            deployment.edit_profile(name, "consultation_enabled", open).await;
        }
        2 => deployment.edit_profile(name, "suspended", AttributeValue::Bool(chance.flip())).await,
        3 => {
            let version = AttributeValue::N((chance.below(3) + 1).to_string());
            deployment.edit_profile(name, "system_prompt_version", version).await;
        }
        _ => {
            let hour = format!("2026-12-0{}T15:00:00Z", chance.below(4) + 1);
            deployment.edit_profile(name, "next_check_at", AttributeValue::S(hour)).await;
        }
    }
    format!("{name} is changed")
}

/// Some of the people, in some order, some of them twice.
fn some(chance: &mut Chance) -> Vec<UserId> {
    (0..=chance.below(6)).map(|_| UserId::new(chance.person())).collect()
}

async fn follow(deployment: &Deployment, users: &[UserId]) -> String {
    let directory = UserDirectory::from_app(&deployment.app()).expect("the settings of a test are valid");
    directory.follow(users).await.expect("followed");
    format!("{users:?} followed")
}

/// Follows some, by a watcher that vanishes before or after one of its requests.
async fn vanish(deployment: &Deployment, chance: &mut Chance) -> String {
    let step = chance.below(MOST_REQUESTS);
    let moment = if chance.flip() { Moment::Before(step) } else { Moment::After(step) };
    let (interruption, app) = Interruption::of(deployment, moment).await;
    let users = some(chance);
    let directory = UserDirectory::from_app(&app).expect("the settings of a test are valid");
    let done = interruption.run(directory.follow(&users)).await;
    format!("{users:?} followed until {moment:?}: {done:?}")
}

/// Recounts, by a recounter that may vanish.
async fn recount(deployment: &Deployment, chance: &mut Chance) -> String {
    let moment = Moment::Before(chance.below(4 * MOST_REQUESTS));
    let (interruption, app) = Interruption::of(deployment, moment).await;
    let done = interruption.run(deployment.recount_through(&app)).await;
    deployment.pass(Duration::days(7));
    format!("recounted until {moment:?}: {done:?}")
}

#[tokio::test]
async fn every_sum_is_that_of_all_rows_whatever_order_changes_come_in() {
    for seed in 0..8 {
        let mut chance = Chance(seed);
        let deployment = Deployment::new().await;
        deployment.prompted("ana", &[2_000; 6]).await;
        let template = deployment.stored_profiles().await.remove("ana").expect("ana");
        for step in 0..STEPS {
            let done = match chance.below(8) {
                0..4 => change(&deployment, &mut chance, &template).await,
                4 => follow(&deployment, &some(&mut chance)).await,
                5 => {
                    let (one, other) = (some(&mut chance), some(&mut chance));
                    let done = tokio::join!(follow(&deployment, &one), follow(&deployment, &other));
                    format!("{done:?} at once")
                }
                6 => vanish(&deployment, &mut chance).await,
                _ => recount(&deployment, &mut chance).await,
            };
            assert_sums_are_those_of_the_rows(&deployment, &PEOPLE, &format!("seed {seed}, step {step}: {done}")).await;
        }
        follow(&deployment, &PEOPLE.map(UserId::new)).await;
        assert_exact(&deployment, &PEOPLE).await;
    }
}

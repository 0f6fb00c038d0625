//! The index of users with whom the coach is careful.

use super::samples::{at, profile};
use super::{TestDatabase, pages};
use coaching::store::{PageRequest, ProfileTable, WriteOutcome};
use domain::profile::Profile;
use domain::safety::{Risk, RiskRecord};

async fn create(profiles: &ProfileTable, name: &str, decided: Option<(Risk, &str)>) -> Profile {
    let mut person = Profile { risk: RiskRecord::default(), ..profile(name) };
    if let Some((risk, since)) = decided {
        person.risk.decide(risk, at(since));
    }
    assert_eq!(profiles.create_unclaimed(&person).await.expect("stored"), WriteOutcome::Written);
    person
}

async fn listed(profiles: &ProfileTable, limit: u32) -> Vec<String> {
    let list = |page: PageRequest| async move { profiles.at_risk_page(&page).await.expect("readable") };
    let pages = pages(limit, list).await;
    pages.concat().into_iter().map(|user| user.user_id.to_string()).collect()
}

#[tokio::test]
async fn who_has_a_state_is_listed_the_latest_first_and_who_has_none_is_not() {
    let profiles = TestDatabase::create().await.stores().profiles;
    create(&profiles, "ana", Some((Risk::Caution, "2026-11-22T03:00:00Z"))).await;
    create(&profiles, "ben", None).await;
    let mut cleo = create(&profiles, "cleo", Some((Risk::Referred, "2026-11-22T03:00:00.1Z"))).await;
    create(&profiles, "dora", Some((Risk::NoDeficit, "2026-11-22T03:00:00.11Z"))).await;
    for limit in [1, 2, 100] {
        assert_eq!(listed(&profiles, limit).await, ["dora", "cleo", "ana"], "{limit}");
    }
    cleo.risk.decide(Risk::None, at("2026-11-23T03:00:00Z"));
    assert_eq!(profiles.save_details(&cleo).await.expect("written"), WriteOutcome::Written);
    assert_eq!(listed(&profiles, 100).await, ["dora", "ana"]);
}

#[tokio::test]
async fn a_listed_user_is_read_back_as_they_were_written() {
    let profiles = TestDatabase::create().await.stores().profiles;
    let ana = create(&profiles, "ana", Some((Risk::Caution, "2026-11-22T03:00:00Z"))).await;
    let page = profiles.at_risk_page(&PageRequest::first(10)).await.expect("readable");
    let [user] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((&user.user_id, &user.email, &user.name, &user.risk), (&ana.user_id, &ana.email, &ana.name, &ana.risk));
    assert_eq!((user.created_at, user.version, user.last_prompt_update), (ana.created_at, None, None));
}

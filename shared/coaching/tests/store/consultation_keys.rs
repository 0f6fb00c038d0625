//! Consultation keys: who gets in by one, and who does not.

use chrono::Duration;
use futures_util::future::join_all;
use uuid::Uuid;

use super::TestDatabase;
use super::behind::Behind;
use super::samples::{at, plain_profile, user};
use coaching::store::{
    Actor, AuditAction, AuditEntry, Begun, ConsultationKeyRecord, PageRequest, Redeemed, WriteOutcome,
};
use domain::consultation::{ConsultationKey, KeyTerms};
use test_support::{Fate, Stores};

const NOW: &str = "2026-11-22T12:00:00Z";

fn key() -> ConsultationKey {
    ConsultationKey::from_random([7; ConsultationKey::LENGTH])
}

fn entry(name: &str, action: AuditAction) -> AuditEntry {
    AuditEntry { user_id: user(name), at: at(NOW), id: Uuid::new_v4(), actor: Actor::User(user(name)), action }
}

async fn issue(stores: &Stores, uses: u32) -> ConsultationKeyRecord {
    let terms = KeyTerms { uses, expires_at: at("2026-12-31T00:00:00Z"), label: "Spring".to_owned() };
    let record = ConsultationKeyRecord::new(Uuid::new_v4(), terms, at(NOW));
    let (label, expires_at) = (record.label.clone(), record.state.expires_at);
    let issued = AuditAction::ConsultationKeyIssued { key_id: record.key_id, label, uses, expires_at };
    let issued = entry("boss", issued);
    let begun = stores.consultation_keys.issue(&key(), &record, None, &stores.audit, &issued).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);
    record
}

async fn people(stores: &Stores, names: &[&str]) {
    for name in names {
        let created = stores.profiles.create_unclaimed(&plain_profile(name)).await;
        assert_eq!(created.expect("stored"), WriteOutcome::Written);
    }
}

/// Redeems the key for a person who has sent no wrong one.
async fn redeem(stores: &Stores, name: &str) -> Redeemed {
    let wrong = stores.redemptions.wrong_keys(&user(name)).await.expect("readable");
    let redeemed = entry(name, AuditAction::ConsultationKeyRedeemed { key_id: Uuid::nil() });
    stores.redemptions.redeem(&key(), &wrong, &stores.audit, &redeemed).await.expect("an answer")
}

async fn uses_left(stores: &Stores) -> u32 {
    stores.redemptions.find(&key()).await.expect("readable").expect("the key is there").state.uses_left
}

async fn is_open(stores: &Stores, name: &str) -> bool {
    stores.profiles.get(&user(name)).await.expect("readable").expect("there").consultation_enabled
}

#[tokio::test]
async fn a_key_is_read_back_as_it_was_issued_and_another_one_is_not_there() {
    let stores = TestDatabase::create().await.stores();
    let record = issue(&stores, 3).await;
    assert_eq!(stores.redemptions.find(&key()).await.expect("readable"), Some(record.clone()));
    let other = ConsultationKey::from_random([8; ConsultationKey::LENGTH]);
    assert_eq!(stores.redemptions.find(&other).await.expect("an answer"), None);
    let page = stores.consultation_keys.page(&PageRequest::first(10)).await.expect("readable");
    assert_eq!(page.items, [record]);
}

#[tokio::test]
async fn of_many_people_at_once_as_many_get_in_as_there_are_uses() {
    let stores = TestDatabase::create().await.stores();
    let names = ["ana", "ben", "cleo", "dan", "eve"];
    people(&stores, &names).await;
    issue(&stores, 2).await;
    let tries = names.map(|name| {
        let stores = stores.clone();
        async move { (name, redeem(&stores, name).await) }
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|(_, outcome)| *outcome == Redeemed::Written).count(), 2, "{outcomes:?}");
    for (name, outcome) in outcomes {
        assert_eq!(is_open(&stores, name).await, outcome == Redeemed::Written, "{name}");
    }
    assert_eq!(uses_left(&stores).await, 0);
}

#[tokio::test]
async fn a_redemption_whose_answer_was_lost_is_made_once_and_reported_as_made() {
    let database = TestDatabase::create().await;
    people(&database.stores(), &["ana"]).await;
    issue(&database.stores(), 5).await;
    let behind = Behind::proxy(&database, [Fate::LoseAnswer]).await;
    assert_eq!(redeem(&behind.stores, "ana").await, Redeemed::Written);
    assert_eq!(behind.writes().len(), 2, "the SDK asked again");
    assert_eq!(uses_left(&database.stores()).await, 4);
}

#[tokio::test]
async fn nobody_redeems_a_key_twice_or_for_nobody_or_beside_a_wrong_one_that_was_not_seen() {
    let stores = TestDatabase::create().await.stores();
    people(&stores, &["ana", "ben"]).await;
    issue(&stores, 5).await;
    assert_eq!(redeem(&stores, "ana").await, Redeemed::Written);
    assert_eq!(redeem(&stores, "ana").await, Redeemed::Conflict, "the consultation is open to them");
    assert_eq!(redeem(&stores, "nobody").await, Redeemed::Conflict);

    let (ben, seen) = (user("ben"), stores.redemptions.wrong_keys(&user("ben")).await.expect("readable"));
    let counted = stores.redemptions.count_wrong(&ben, &seen, at(NOW)).await;
    assert_eq!(counted.expect("an answer"), WriteOutcome::Written);
    let redeemed = entry("ben", AuditAction::ConsultationKeyRedeemed { key_id: Uuid::nil() });
    let outcome = stores.redemptions.redeem(&key(), &seen, &stores.audit, &redeemed).await;
    assert_eq!(outcome.expect("an answer"), Redeemed::Conflict);
    assert_eq!(uses_left(&stores).await, 4);
}

#[tokio::test]
async fn wrong_keys_are_counted_one_by_one_and_forgotten_with_a_right_one() {
    let stores = TestDatabase::create().await.stores();
    people(&stores, &["ana"]).await;
    issue(&stores, 1).await;
    let (ana, redemptions) = (user("ana"), &stores.redemptions);
    let nothing = redemptions.wrong_keys(&ana).await.expect("readable");
    let both = tokio::join!(
        redemptions.count_wrong(&ana, &nothing, at(NOW)),
        redemptions.count_wrong(&ana, &nothing, at(NOW) + Duration::seconds(1)),
    );
    let outcomes = [both.0.expect("an answer"), both.1.expect("an answer")];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == WriteOutcome::Written).count(), 1);
    let one = redemptions.wrong_keys(&ana).await.expect("readable");
    assert!(one.wrong.limited_until(1, at(NOW)).is_some());
    assert_eq!(redeem(&stores, "ana").await, Redeemed::Written);
    assert_eq!(redemptions.wrong_keys(&ana).await.expect("readable").wrong, nothing.wrong);
}

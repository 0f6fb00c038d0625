//! Idempotency keys that are claimed and answered with what their requests store.

use super::*;
use coaching::store::{Attempt, IdempotencyTable, KeyClaim, Looked, StoredResponse};
use test_support::Stores;

fn answer() -> StoredResponse {
    StoredResponse { status: 200, body: "{}".to_owned() }
}

/// What is known of ana's request, whose body has `fingerprint`, at `now`.
async fn look_as(keys: &IdempotencyTable, fingerprint: &str, resource_id: Uuid, now: DateTime<Utc>) -> Looked {
    let attempt = Attempt {
        user_id: &user("ana"),
        request: "POST /v1/coach/message#key-1",
        fingerprint,
        resource_id,
        now,
        keep_for: Duration::hours(24),
    };
    keys.look(attempt).await.expect("an answer")
}

async fn free(keys: &IdempotencyTable, resource_id: Uuid, now: DateTime<Utc>) -> KeyClaim {
    match look_as(keys, "print", resource_id, now).await {
        Looked::Free(claim) => claim,
        other => panic!("the key is not free: {other:?}"),
    }
}

/// Ana's first question, stored with the claim of its key.
async fn claimed() -> (Stores, CoachMessage, Conversation, KeyClaim) {
    let stores = TestDatabase::create().await.stores();
    let first = question(talk_id(1), 0, 0);
    let claim = free(&stores.idempotency, first.message_id, noon()).await;
    assert!(!claim.is_repetition() && claim.resource_id() == first.message_id);
    let asked = begun(&first);
    let opened = stores.conversations.open(&asked, &first, None, Some(claim.claimed(lease(noon()), noon()))).await;
    assert_eq!(opened.expect("an answer"), Begun::Written);
    (stores, first, asked, claim)
}

#[tokio::test]
async fn looking_at_a_key_claims_nothing() {
    let keys = TestDatabase::create().await.stores().idempotency;
    for number in [1, 2] {
        assert!(!free(&keys, id(number), noon()).await.is_repetition());
    }
}

#[tokio::test]
async fn a_key_is_under_way_with_its_question_and_answered_with_its_reply() {
    let (stores, first, asked, claim) = claimed().await;
    let keys = &stores.idempotency;
    let during = noon() + Duration::seconds(29);
    assert!(matches!(look_as(keys, "print", id(7), during).await, Looked::UnderWay));
    assert!(matches!(look_as(keys, "other", id(7), during).await, Looked::OtherRequest));
    let reply = reply_to(&first, None);
    let kept = Some(claim.answered(&answer(), lease(noon())));
    let conversation = answered(&asked, &reply);
    let finished = stores.conversations.finish_turn(&conversation, &first, &reply, None, lease(noon()), kept).await;
    assert_eq!(finished.expect("an answer"), WriteOutcome::Written);
    let later = noon() + Duration::hours(1);
    match look_as(keys, "print", id(7), later).await {
        Looked::Answered(kept) => assert_eq!(kept, answer()),
        other => panic!("the answer is not kept: {other:?}"),
    }
    assert!(matches!(look_as(keys, "other", id(7), later).await, Looked::OtherRequest));
    assert!(!free(keys, id(7), noon() + Duration::hours(24)).await.is_repetition(), "forgotten");
}

#[tokio::test]
async fn an_answer_that_is_too_large_to_be_kept_is_stored_as_a_reply_and_gives_its_key_back() {
    for length in [390_001, 500_000] {
        let (stores, first, asked, claim) = claimed().await;
        let reply = reply_to(&first, None);
        let large = StoredResponse { status: 200, body: "x".repeat(length) };
        let kept = Some(claim.answered(&large, lease(noon())));
        let conversation = answered(&asked, &reply);
        let finished = stores.conversations.finish_turn(&conversation, &first, &reply, None, lease(noon()), kept).await;
        assert_eq!(finished.expect("an answer"), WriteOutcome::Written);
        let again = free(&stores.idempotency, id(7), noon()).await;
        assert_eq!((again.resource_id(), again.is_repetition()), (first.message_id, true));
        again.keep(&large).await.expect("left out");
    }
    let (stores, first, asked, claim) = claimed().await;
    let largest = StoredResponse { status: 200, body: "x".repeat(390_000) };
    let kept = Some(claim.answered(&largest, lease(noon())));
    let reply = reply_to(&first, None);
    let conversation = answered(&asked, &reply);
    let finished = stores.conversations.finish_turn(&conversation, &first, &reply, None, lease(noon()), kept).await;
    assert_eq!(finished.expect("it fits"), WriteOutcome::Written);
}

#[tokio::test]
async fn a_reply_that_comes_too_late_keeps_no_answer() {
    let (stores, first, asked, claim) = claimed().await;
    let lapsed = noon() + Duration::seconds(30);
    let again = Conversation { answering: Some(lease(lapsed)), ..asked.clone() };
    let taken = stores.conversations.begin_turn(&again, None, lapsed, None).await;
    assert_eq!(taken.expect("an answer"), Begun::Written);
    let reply = reply_to(&first, None);
    let kept = Some(claim.answered(&answer(), lease(noon())));
    let conversation = answered(&asked, &reply);
    let finished = stores.conversations.finish_turn(&conversation, &first, &reply, None, lease(noon()), kept).await;
    assert_eq!(finished.expect("an answer"), WriteOutcome::Conflict);
    assert!(free(&stores.idempotency, id(7), lapsed).await.is_repetition());
}

#[tokio::test]
async fn a_key_that_was_given_back_or_whose_try_vanished_is_free_with_the_identity_of_the_first() {
    let (stores, first, asked, claim) = claimed().await;
    let keys = &stores.idempotency;
    let vanished = free(keys, id(7), noon() + Duration::seconds(30)).await;
    assert_eq!((vanished.resource_id(), vanished.is_repetition()), (first.message_id, true));
    let released = Some(claim.released(lease(noon())));
    stores.conversations.abandon_turn(&asked, lease(noon()), released).await.expect("given back");
    let again = free(keys, id(7), noon()).await;
    assert_eq!((again.resource_id(), again.is_repetition()), (first.message_id, true));
}

#[tokio::test]
async fn of_two_tries_with_one_key_one_stores_its_question() {
    let (stores, first, asked, claim) = claimed().await;
    stores
        .conversations
        .abandon_turn(&asked, lease(noon()), Some(claim.released(lease(noon()))))
        .await
        .expect("given back");
    let (one, other) = (free(&stores.idempotency, id(7), noon()).await, free(&stores.idempotency, id(8), noon()).await);
    let again = stores.conversations.begin_turn(&asked, None, noon(), Some(one.claimed(lease(noon()), noon()))).await;
    assert_eq!(again.expect("an answer"), Begun::Written);
    let elsewhere = question(talk_id(2), 0, 5);
    let taken = stores
        .conversations
        .open(&begun(&elsewhere), &elsewhere, None, Some(other.claimed(lease(noon()), noon())))
        .await;
    assert_eq!(taken.expect("an answer"), Begun::KeyTaken);
    assert_eq!(stores.conversations.header(&user("ana"), talk_id(2)).await.expect("an answer"), None);
    let messages = stores.conversations.recent(&user("ana"), talk_id(1), 10).await.expect("readable");
    assert_eq!(messages, [first]);
}

#[tokio::test]
async fn a_question_that_is_only_stored_leaves_its_identity_and_an_answer_that_was_found_is_kept_once() {
    let stores = TestDatabase::create().await.stores();
    let keys = &stores.idempotency;
    let first = question(talk_id(1), 0, 0);
    let claim = free(keys, first.message_id, noon()).await;
    let waiting = Conversation { answering: None, ..begun(&first) };
    let opened = stores.conversations.open(&waiting, &first, None, Some(claim.noted(noon()))).await;
    assert_eq!(opened.expect("an answer"), Begun::Written);
    let again = free(keys, id(7), noon()).await;
    assert_eq!((again.resource_id(), again.is_repetition()), (first.message_id, true));
    again.keep(&answer()).await.expect("kept");
    claim.keep(&StoredResponse { status: 200, body: "second".to_owned() }).await.expect("an answer");
    match look_as(keys, "print", id(7), noon()).await {
        Looked::Answered(kept) => assert_eq!(kept, answer(), "the first answer stands"),
        other => panic!("the answer is not kept: {other:?}"),
    }
}

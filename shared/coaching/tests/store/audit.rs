//! The audit of what was decided and heard about people.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use uuid::Uuid;

use super::samples::{at, user};
use super::{TestDatabase, pages};
use coaching::store::{
    Actor, AuditAction, AuditEntry, AuditRecord, AuditTable, Cursor, PageRequest, Recorded, StoreError,
};
use domain::safety::{Reason, Risk, Signal};

fn entry(action: AuditAction, actor: Actor) -> AuditEntry {
    AuditEntry { user_id: user("ana"), at: at("2026-11-22T03:00:00.5Z"), id: Uuid::new_v4(), actor, action }
}

fn texts(item: &HashMap<String, AttributeValue>) -> HashMap<&str, &str> {
    let texts = item.iter().filter(|(name, _)| *name != "schema");
    texts.map(|(name, value)| (name.as_str(), value.as_s().expect("text").as_str())).collect()
}

#[tokio::test]
async fn entries_of_one_instant_stand_side_by_side_and_one_that_is_repeated_is_there_once() {
    let database = TestDatabase::create().await;
    let audit = database.stores().audit;
    let reason = Reason::parse("reason", "Spoke with them.").expect("a reason");
    let decided = AuditAction::RiskSet { before: Risk::Referred, risk: Risk::None, reason };
    let decided = entry(decided, Actor::Admin(user("boss")));
    let heard = AuditAction::SafetySignal { signal: Signal::SelfHarm, risk: Risk::Referred };
    for entry in [&decided, &decided, &entry(heard, Actor::System)] {
        audit.record(entry).await.expect("recorded");
    }
    let stored = database.client.scan().table_name(&database.tables.audit).send().await.expect("readable");
    let mut entries: Vec<_> = stored.items().iter().map(texts).collect();
    entries.sort_by_key(|entry| entry["action"]);
    let [decision, signal] = entries.as_slice() else { panic!("{entries:?}") };
    let sort_key = format!("2026-11-22T03:00:00.500000000Z#{}", decided.id);
    assert_eq!(
        *decision,
        HashMap::from([
            ("user_id", "ana"),
            ("at", sort_key.as_str()),
            ("actor", "boss"),
            ("action", "risk_set"),
            ("risk_before", "referred"),
            ("risk", "none"),
            ("reason", "Spoke with them."),
            ("month", "2026-11"),
        ])
    );
    assert_eq!((signal["actor"], signal["action"], signal["signal"]), ("system", "safety_signal", "self_harm"));
    assert_eq!(signal["risk"], "referred");
}

const NOW: &str = "2026-11-22T03:00:00Z";

/// Notes that access was given to a person at an instant.
async fn note(audit: &AuditTable, name: &str, instant: &str) {
    let action = AuditAction::ConsultationAccessSet { enabled: true };
    let actor = Actor::Admin(user("boss"));
    let entry = AuditEntry { user_id: user(name), at: at(instant), id: Uuid::new_v4(), actor, action };
    audit.record(&entry).await.expect("recorded");
}

fn names(records: &[AuditRecord]) -> Vec<&str> {
    records.iter().map(|record| record.user_id.as_str()).collect()
}

#[tokio::test]
async fn everybodys_entries_are_listed_the_latest_first_across_the_turn_of_a_month() {
    let audit = TestDatabase::create().await.stores().audit;
    for (name, instant) in [
        ("ana", "2026-08-31T23:59:59.9Z"),
        ("ben", "2026-10-31T23:59:59Z"),
        ("cleo", "2026-11-01T00:00:00Z"),
        ("dan", "2026-11-22T02:59:00Z"),
        ("ana", "2026-11-22T02:59:00.5Z"),
    ] {
        note(&audit, name, instant).await;
    }
    for limit in [1, 2, 3, 100] {
        let list = |page: PageRequest| {
            let audit = audit.clone();
            async move { audit.by_time(&page, at(NOW)).await.expect("readable") }
        };
        let pages = pages(limit, list).await;
        assert!(pages.iter().all(|page| page.len() <= limit as usize), "{limit}");
        assert_eq!(names(&pages.concat()), ["ana", "dan", "cleo", "ben", "ana"], "{limit}");
    }
}

#[tokio::test]
async fn a_page_passes_over_a_bounded_number_of_months_and_says_where_it_stopped() {
    let audit = TestDatabase::create().await.stores().audit;
    note(&audit, "ana", "2026-03-01T12:00:00Z").await;
    let later = at("2029-06-15T12:00:00Z");
    let (mut page, mut read) = (PageRequest::first(10), 0);
    let found = loop {
        let answer = audit.by_time(&page, later).await.expect("readable");
        read += 1;
        page.cursor = answer.next;
        if !answer.items.is_empty() || page.cursor.is_none() {
            break answer.items;
        }
    };
    assert_eq!((names(&found), read), (vec!["ana"], 4), "40 months, 12 at a time");
    assert_eq!(page.cursor, None, "nothing is older than the first month");
}

#[tokio::test]
async fn a_persons_entries_are_theirs_alone_and_the_latest_first() {
    let audit = TestDatabase::create().await.stores().audit;
    for (name, instant) in [("ana", "2025-11-01T12:00:00Z"), ("ben", NOW), ("ana", NOW)] {
        note(&audit, name, instant).await;
    }
    let list = |page: PageRequest| {
        let audit = audit.clone();
        async move { audit.of_user(&user("ana"), &page).await.expect("readable") }
    };
    let found = pages(1, list).await.concat();
    assert_eq!(found.iter().map(|record| record.at).collect::<Vec<_>>(), [at(NOW), at("2025-11-01T12:00:00Z")]);
    assert_eq!((names(&found), found[0].actor.as_str()), (vec!["ana", "ana"], "boss"));
}

#[tokio::test]
async fn a_cursor_that_this_list_has_not_handed_out_is_refused() {
    let audit = TestDatabase::create().await.stores().audit;
    let hex = |text: &str| text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    for forged in [
        "{}",
        r#"{"month":"2026-12"}"#,
        r#"{"month":"2025-12"}"#,
        r#"{"month":"2026-1"}"#,
        r#"{"month":"soon"}"#,
        r#"{"month":7}"#,
        r#"{"month":"2026-11","at":"x"}"#,
        r#"{"user_id":"ana","at":"x"}"#,
        r#"{"day":"2026-11"}"#,
    ] {
        let page = PageRequest { limit: 10, cursor: Some(Cursor(hex(forged))) };
        let refused = audit.by_time(&page, at(NOW)).await;
        assert!(matches!(refused, Err(StoreError::ForeignCursor)), "{forged}: {refused:?}");
    }
}

#[tokio::test]
async fn an_entry_of_another_release_is_read_as_it_is() {
    let database = TestDatabase::create().await;
    let audit = database.stores().audit;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = async |attributes: &[(&str, AttributeValue)]| {
        let mut request = database.client.put_item().table_name(&database.tables.audit);
        request = request.item("user_id", text("ana")).item("actor", text("boss")).item("month", text("2026-11"));
        for (name, value) in attributes {
            request = request.item(*name, value.clone());
        }
        request.send().await.expect("stored");
    };
    let places = AttributeValue::N("3".to_owned());
    put(&[("at", text("2026-11-03T00:00:00Z#3")), ("action", text("teleported")), ("places", places)]).await;
    put(&[("at", text("2026-11-02T00:00:00Z#2")), ("action", text("risk_set")), ("risk", text("unheard_of"))]).await;
    let more = AttributeValue::Bool(true);
    let known = [("at", text("2026-11-01T00:00:00Z#1")), ("action", text("consultation_access_set"))];
    put(&[known.as_slice(), &[("enabled", more.clone()), ("by_file", more)]].concat()).await;
    let page = audit.by_time(&PageRequest::first(10), at(NOW)).await.expect("readable");
    let what: Vec<Value> = page.items.iter().map(|record| json!(record.what)).collect();
    assert_eq!(
        what,
        [
            json!({"action": "teleported", "details": {"places": 3}}),
            json!({"action": "risk_set", "details": {"risk": "unheard_of"}}),
            json!({"action": "consultation_access_set", "details": {"enabled": true}}),
        ]
    );
    let known = AuditAction::ConsultationAccessSet { enabled: true };
    assert_eq!(page.items[2].what, Recorded::Known(known));
}

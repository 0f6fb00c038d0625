//! The audit of what was decided and heard about people.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::TestDatabase;
use super::samples::{at, user};
use coaching::store::{Actor, AuditAction, AuditEntry};
use domain::safety::{Reason, Risk, Signal};

fn entry(action: AuditAction, actor: Actor) -> AuditEntry {
    AuditEntry { user_id: user("ana"), at: at("2026-11-22T03:00:00.5Z"), id: Uuid::new_v4(), actor, action }
}

fn texts(item: &HashMap<String, AttributeValue>) -> HashMap<&str, &str> {
    item.iter().map(|(name, value)| (name.as_str(), value.as_s().expect("text").as_str())).collect()
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
        ])
    );
    assert_eq!((signal["actor"], signal["action"], signal["signal"]), ("system", "safety_signal", "self_harm"));
    assert_eq!(signal["risk"], "referred");
}

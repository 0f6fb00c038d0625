//! Sessions, messages and facts as items, and back.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{message_key, session_key};
use crate::store::StoreError;
use crate::store::item::{
    Item, Stored, flag, instant, item, native, number, ordered_instant, read_flag, read_health, read_instant,
    read_native, read_text, text,
};
use domain::consultation::{Category, ConsultationMessage, ConsultationSection, Fact, Progress, Session, SessionId};
use domain::lease::Lease;
use domain::money::Usd;
use domain::profile::UserId;

/// Longest key of a fact that is kept as it is, in bytes; DynamoDB's sort keys end at 1,024.
const LONGEST_FACT_KEY: usize = 400;

/// The item of a session.
pub(super) fn of_session(session: &Session) -> Item {
    let mut attributes = session_key(session.session_id);
    attributes.extend(item([
        ("user_id", text(session.user_id.as_str())),
        ("status", native(&session.status)),
        ("sections_completed", number(session.progress.sections_completed() as u64)),
        ("sections_covered", covered(&session.progress)),
        ("section_messages", number(session.section_messages)),
        ("user_messages", number(session.user_messages)),
        ("declined_messages", number(session.declined_messages)),
        ("unread_messages", number(session.unread_messages)),
        ("message_count", number(session.message_count)),
        ("body", native(&session.body)),
        ("health", native(&session.health)),
        ("heard", native(&session.heard)),
        ("cost_nano_usd", number(session.cost.nanos())),
        ("created_at", instant(session.created_at)),
        ("updated_at", instant(session.updated_at)),
    ]));
    let optional = [
        ("answering_until", session.answering.map(|lease| ordered_instant(lease.until))),
        ("generation_until", session.generation.map(|lease| ordered_instant(lease.until))),
        ("learned_goal", session.goal.as_ref().map(native)),
        ("conversational_profile", session.conversational_profile.as_ref().map(text)),
        ("failure", session.failure.as_ref().map(text)),
        ("budget_wait", session.budget_wait.as_ref().map(native)),
    ];
    attributes.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    attributes
}

/// The sections that are behind a person; a release before the one that writes them knows their number alone.
pub(super) fn covered(progress: &Progress) -> AttributeValue {
    native(&progress.covered().collect::<Vec<_>>())
}

/// Reads a session.
pub(super) fn read_session(stored: &Stored) -> Result<Session, StoreError> {
    let lease = |attribute| stored.optional(attribute, read_instant).map(|until| until.map(|until| Lease { until }));
    Ok(Session {
        session_id: stored.native("session_id")?,
        user_id: UserId::new(stored.text("user_id")?),
        status: stored.native("status")?,
        progress: Progress::stored(
            stored.or_missing("sections_covered", read_native::<Vec<ConsultationSection>>).unwrap_or_default(),
            stored.number("sections_completed")?,
        ),
        section_messages: stored.number("section_messages")?,
        user_messages: stored.number("user_messages")?,
        declined_messages: stored.count("declined_messages")?,
        unread_messages: stored.count("unread_messages")?,
        message_count: stored.number("message_count")?,
        body: stored.native("body")?,
        goal: stored.or_missing("learned_goal", read_native),
        health: stored.optional("health", read_health)?.unwrap_or_default(),
        heard: stored.or_missing("heard", read_native).unwrap_or_default(),
        answering: lease("answering_until")?,
        generation: lease("generation_until")?,
        conversational_profile: stored.optional("conversational_profile", read_text)?,
        cost: Usd::from_nanos(stored.number("cost_nano_usd")?),
        failure: stored.optional("failure", read_text)?,
        budget_wait: stored.optional("budget_wait", read_native)?,
        created_at: stored.instant("created_at")?,
        updated_at: stored.instant("updated_at")?,
    })
}

/// The item of a message.
pub(super) fn of_message(session_id: SessionId, message: &ConsultationMessage) -> Item {
    let mut attributes = message_key(session_id, message.sequence);
    attributes.extend(item([
        ("sequence", number(message.sequence)),
        ("role", native(&message.role)),
        ("text", text(&message.text)),
        ("created_at", instant(message.created_at)),
    ]));
    attributes.extend(message.declined.then(|| ("declined".to_owned(), flag(true))));
    attributes
}

/// Reads a message.
pub(super) fn read_message(stored: &Stored) -> Result<ConsultationMessage, StoreError> {
    Ok(ConsultationMessage {
        sequence: stored.number("sequence")?,
        role: stored.native("role")?,
        text: stored.text("text")?,
        created_at: stored.instant("created_at")?,
        declined: stored.or_missing("declined", read_flag).unwrap_or_default(),
    })
}

/// The key of a fact.
pub(super) fn fact_key(session_id: SessionId, fact: &Fact) -> Item {
    item([("session_id", text(session_id.to_string())), ("item", text(format!("fact#{}", short(fact.key()))))])
}

/// A fact as it is stored. The release before this one reads none without the field of its category that says what it is
/// about; this one reads the subject instead.
#[derive(Serialize)]
struct StoredFact<'a> {
    #[serde(flatten)]
    fact: &'a Fact,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    habit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    objective: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacle: Option<&'a str>,
}

/// The item of a fact.
pub(super) fn of_fact(session_id: SessionId, fact: &Fact) -> Item {
    let about = |category| (fact.category == category).then_some(fact.subject.as_str());
    let stored = StoredFact {
        fact,
        activity: about(Category::Training),
        habit: about(Category::Meals),
        objective: about(Category::Goals),
        obstacle: about(Category::Challenges),
    };
    let mut attributes = fact_key(session_id, fact);
    attributes.extend(item([("fact", native(&stored))]));
    attributes
}

/// A key that is too long is cut, and told apart from others that begin the same by its hash.
fn short(mut key: String) -> String {
    if key.len() > LONGEST_FACT_KEY {
        let hash = Sha256::digest(&key);
        key.truncate(key.floor_char_boundary(LONGEST_FACT_KEY));
        key.push('#');
        for byte in &hash[..16] {
            write!(key, "{byte:02x}").expect("writing to a string cannot fail");
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_of_any_length_fits_the_sort_key_and_stays_itself() {
        let long = "ü".repeat(2_000);
        let longer = "ü".repeat(2_001);
        assert!(short(long.clone()).len() < 1_024 - "fact#".len());
        assert_eq!(short(long.clone()), short(long.clone()));
        assert_ne!(short(long), short(longer));
        assert_eq!(short("goals#weight".to_owned()), "goals#weight");
    }
}

//! The `consultation_sessions` table: of each session the item `session`, one item a message (`message#000001`) and one a
//! fact (`fact#<category>#<subject>`).
//!
//! A lease is an instant of nine decimals: its holder shows that it still holds it by naming that instant.

mod attributes;
mod generation;
mod turns;

use super::item::{Item, item, text};
use super::page::readable;
use super::profiles::profile_key;
use super::table::Table;
use crate::store::{StoreError, WriteOutcome};
use domain::consultation::{ConsultationMessage, Fact, Session, SessionId, numbered};

pub(super) use generation::completion;

/// Sort key of the session itself.
const SESSION: &str = "session";

/// A consultation answer that is written in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered<'a> {
    /// The session as it is after the turn.
    pub session: &'a Session,
    /// The reply.
    pub reply: &'a ConsultationMessage,
    /// Facts that are new or replace one with the same key.
    pub facts: &'a [Fact],
    /// Facts that are known no longer; none of them has the key of one that is stored.
    pub removed: &'a [Fact],
    /// The number of the message that it answers, if a model has declined to.
    pub declined: Option<u32>,
}

/// Consultations, in DynamoDB.
#[derive(Debug, Clone)]
pub struct ConsultationTable {
    sessions: Table,
    profiles: Table,
}

impl ConsultationTable {
    /// The table of consultations, and that of people, who are told which session is theirs.
    pub(crate) const fn new(sessions: Table, profiles: Table) -> Self {
        Self { sessions, profiles }
    }
}

/// The key of a message.
fn message_key(session_id: SessionId, sequence: u32) -> Item {
    item([("session_id", text(session_id.to_string())), ("item", text(format!("message#{sequence:06}")))])
}

/// The key of the session itself.
fn session_key(session_id: SessionId) -> Item {
    item([("session_id", text(session_id.to_string())), ("item", text(SESSION))])
}

impl ConsultationTable {
    /// Adds a session with its opening message and notes it in its user's profile; `Conflict` if the profile already
    /// names a session.
    pub async fn open(&self, session: &Session, opening: &ConsultationMessage) -> Result<WriteOutcome, StoreError> {
        let note = self
            .profiles
            .update(profile_key(&session.user_id))
            .set("consultation_session_id", text(session.session_id.to_string()))
            .when("attribute_exists(#user_id) AND attribute_not_exists(#consultation_session_id)", []);
        let transaction = self
            .sessions
            .transaction()
            .with(note)
            .with(self.sessions.put(attributes::of_session(session)).only_new("session_id"))
            .with(self.sessions.put(attributes::of_message(session.session_id, opening)).only_new("session_id"));
        transaction.commit("opening a consultation").await.map(WriteOutcome::from)
    }

    /// The session, read consistently.
    pub async fn get(&self, session_id: SessionId) -> Result<Option<Session>, StoreError> {
        let stored = self.sessions.get("reading a consultation", session_key(session_id)).await?;
        stored.as_ref().map(attributes::read_session).transpose()
    }

    /// Its messages in order. One that cannot be read is told of in the log and left out.
    pub async fn transcript(&self, session_id: SessionId) -> Result<Vec<ConsultationMessage>, StoreError> {
        let id = session_id.to_string();
        let query = self.sessions.query("reading a transcript", ("session_id", &id));
        // `$` follows `#`.
        let stored = query.between("item", "message#".to_owned(), "message$".to_owned()).all().await?;
        Ok(readable(&stored, attributes::read_message).collect())
    }

    /// Its facts, by category and subject, each with its id. One that cannot be read is told of in the log and left out.
    pub async fn facts(&self, session_id: SessionId) -> Result<Vec<Fact>, StoreError> {
        let id = session_id.to_string();
        let query = self.sessions.query("reading the facts of a consultation", ("session_id", &id));
        let stored = query.between("item", "fact#".to_owned(), "fact$".to_owned()).all().await?;
        let mut facts: Vec<Fact> = readable(&stored, |stored| stored.native("fact")).collect();
        // The items come by subject already, but their categories in the order of the alphabet.
        facts.sort_by_key(|fact| fact.category);
        Ok(numbered(facts))
    }
}

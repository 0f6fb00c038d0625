//! From a finished talk to profile and prompt: claiming, failing, completing.

use chrono::{DateTime, Utc};

use super::{ConsultationTable, session_key};
use crate::store::item::{instant, ordered_instant, text};
use crate::store::table::Table;
use crate::store::transaction::Committed;
use crate::store::write::Update;
use crate::store::{StoreError, Versioned};
use domain::consultation::SessionId;
use domain::lease::Lease;
use domain::money::Usd;

/// Marks a session that is being generated as complete, in the transaction that writes its prompt.
pub(in crate::store) fn completion(sessions: &Table, session_id: SessionId, at: DateTime<Utc>) -> Update {
    while_generating(sessions, session_id)
        .set("status", text("complete"))
        .set("updated_at", instant(at))
        .remove("generation_until")
        .remove("failure")
}

fn while_generating(sessions: &Table, session_id: SessionId) -> Update {
    let update = sessions.update(session_key(session_id));
    update.when("#status = :generating", [(":generating", text("generating"))])
}

impl ConsultationTable {
    /// Moves the session from `in_progress` or `failed` to `generating`; `Conflict` if it is neither, or a message is
    /// being answered at `now`.
    pub async fn begin_generation(&self, session_id: SessionId, now: DateTime<Utc>) -> Result<Versioned, StoreError> {
        let update = self
            .sessions
            .update(session_key(session_id))
            .set("status", text("generating"))
            .set("updated_at", instant(now))
            .remove("failure")
            .remove("answering_until")
            .remove("generation_until")
            .when(
                "#status = :in_progress OR #status = :failed",
                [(":in_progress", text("in_progress")), (":failed", text("failed"))],
            )
            .when(
                "attribute_not_exists(#answering_until) OR #answering_until <= :now",
                [(":now", ordered_instant(now))],
            );
        self.sessions.transaction().with(update).commit("starting to generate a prompt").await.map(Versioned::from)
    }

    /// Takes the lease to write profile and prompt; `Conflict` unless the session is `generating` and free at `now`.
    pub async fn lease_generation(
        &self,
        session_id: SessionId,
        lease: Lease,
        now: DateTime<Utc>,
    ) -> Result<Versioned, StoreError> {
        let update =
            while_generating(&self.sessions, session_id).set("generation_until", ordered_instant(lease.until)).when(
                "attribute_not_exists(#generation_until) OR #generation_until <= :now",
                [(":now", ordered_instant(now))],
            );
        self.sessions
            .transaction()
            .with(update)
            .commit("claiming the generation of a prompt")
            .await
            .map(Versioned::from)
    }

    /// Keeps the finished profile and what it cost, so that a retry does not pay again.
    pub async fn save_profile_text(&self, session_id: SessionId, profile: &str, cost: Usd) -> Result<(), StoreError> {
        const OPERATION: &str = "keeping a conversational profile";
        let update = while_generating(&self.sessions, session_id)
            .set("conversational_profile", text(profile))
            .add("cost_nano_usd", cost.nanos());
        match self.sessions.transaction().with(update).commit(OPERATION).await? {
            Committed::Written => Ok(()),
            Committed::Refused(_) => self.add_cost(OPERATION, session_id, cost).await,
        }
    }

    /// Moves the session from `generating` to `failed` with a plain sentence, and gives the lease back. Without effect on
    /// a session that is not `generating`.
    pub async fn fail_generation(
        &self,
        session_id: SessionId,
        failure: &str,
        cost: Usd,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = while_generating(&self.sessions, session_id)
            .set("status", text("failed"))
            .set("failure", text(failure))
            .set("updated_at", instant(now))
            .remove("generation_until")
            .add("cost_nano_usd", cost.nanos());
        self.sessions.transaction().with(update).commit("noting a failed generation").await.map(drop)
    }

    /// Gives the generation lease back so that a retry can take it at once.
    pub async fn release_generation(&self, session_id: SessionId, cost: Usd) -> Result<(), StoreError> {
        let update = self
            .sessions
            .update(session_key(session_id))
            .remove("generation_until")
            .add("cost_nano_usd", cost.nanos())
            .when("attribute_exists(#session_id)", []);
        self.sessions.transaction().with(update).commit("giving back the generation of a prompt").await.map(drop)
    }
}

//! Keeping what a person in danger has said and was told, without a model.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::turn::{Asked, Taken, TurnTaking};
use super::{CoachService, CoachingAnswer};
use crate::service::error::{Conflict, Result};
use crate::service::talk::FIXED_TEXT;
use claude::ModelReply;
use domain::money::{TokenUsage, Usd};
use domain::profile::UserId;

/// How long such a message waits for its turn before its person is answered without it being stored.
const PATIENCE: Duration = Duration::from_secs(1);

impl CoachService {
    /// Stores a message with the fixed text that answers it: in its conversation, or in a new one if that is not the
    /// person's or is busy.
    pub async fn store_fixed(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        message_id: Uuid,
        said: &str,
        text: &str,
    ) -> Result<CoachingAnswer> {
        match self.store_fixed_in(user_id, conversation_id, message_id, said, text).await {
            Err(_) if conversation_id.is_some() => self.store_fixed_in(user_id, None, message_id, said, text).await,
            stored => stored,
        }
    }

    async fn store_fixed_in(
        &self,
        user_id: &UserId,
        conversation_id: Option<Uuid>,
        message_id: Uuid,
        said: &str,
        text: &str,
    ) -> Result<CoachingAnswer> {
        let turn_taking = TurnTaking { patience: PATIENCE, ..self.turn_taking.clone() };
        let place = turn_taking.place(user_id, conversation_id, said).await?;
        let asked = Asked { user_id, message_id, text: said, arrived: Instant::now(), used_up: None, key: None };
        let Taken::Turn(turn) = turn_taking.take(&asked, place).await? else {
            return Err(Conflict::AnswerPending.into());
        };
        let reply = ModelReply {
            text: text.to_owned(),
            model: FIXED_TEXT.to_owned(),
            usage: TokenUsage::default(),
            cost: Usd::ZERO,
        };
        self.store(&turn, reply, None, None, None).await
    }
}

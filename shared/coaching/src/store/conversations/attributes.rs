//! Messages and headers as items, and back.

use chrono::{DateTime, Duration, Utc};

use super::{OpenedWith, header_key, message_key, opening_key};
use crate::store::StoreError;
use crate::store::item::{
    Item, Stored, flag, instant, item, native, number, ordered, ordered_instant, read_flag, read_instant, read_native,
    read_number, text,
};
use crate::store::write::Update;
use domain::conversation::{CoachMessage, CoachMessageBody, CoachReply, Conversation, Role};
use domain::lease::Lease;
use domain::money::Usd;
use domain::profile::UserId;
use domain::recipe::VariantName;

/// How long the words of a first message are remembered: as long as somebody may send them again after an outage.
const WORDS_REMEMBERED: Duration = Duration::days(1);

/// The item of a message.
pub(in crate::store) fn of_message(message: &CoachMessage) -> Item {
    let CoachMessage { message_id, conversation_id, position, created_at, .. } = message;
    let mut attributes = message_key(message);
    attributes.extend(item([
        ("by_time", text(format!("message#{}#{message_id}", ordered(*created_at)))),
        ("message_id", text(message_id.to_string())),
        ("conversation_id", text(conversation_id.to_string())),
        ("position", number(*position)),
        ("role", native(&message.role())),
        ("text", text(message.text())),
        ("created_at", instant(*created_at)),
    ]));
    attributes.extend(message.is_declined().then(|| ("declined".to_owned(), flag(true))));
    if let CoachMessageBody::Reply(reply) = &message.body {
        attributes.extend(item([
            ("in_reply_to", text(reply.in_reply_to.to_string())),
            ("model", text(&reply.model)),
            ("usage", native(&reply.usage)),
            ("cost_nano_usd", number(reply.cost.nanos())),
        ]));
        let optional = [
            ("system_prompt_version_used", reply.system_prompt_version_used.map(number)),
            ("targets_revision", reply.targets_revision.map(number)),
            ("variant", reply.variant.as_ref().map(|variant| text(variant.as_str()))),
        ];
        attributes.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    attributes
}

/// Reads a message.
pub(super) fn read_message(stored: &Stored) -> Result<CoachMessage, StoreError> {
    let text = stored.text("text")?;
    let declined = stored.or_missing("declined", read_flag).unwrap_or_default();
    let system_prompt_version_used: Option<u32> = stored.optional("system_prompt_version_used", read_number)?;
    let body = match stored.native("role")? {
        Role::User => CoachMessageBody::Question { text, declined },
        Role::Assistant => CoachMessageBody::Reply(CoachReply {
            text,
            in_reply_to: stored.native("in_reply_to")?,
            system_prompt_version_used,
            targets_revision: stored.optional("targets_revision", read_number)?,
            // A reply from before there were variants was written by the standard one.
            variant: stored
                .optional("variant", read_native)?
                .or_else(|| system_prompt_version_used.map(|_| VariantName::default())),
            declined,
            model: stored.text("model")?,
            usage: stored.native("usage")?,
            cost: Usd::from_nanos(stored.number("cost_nano_usd")?),
        }),
    };
    Ok(CoachMessage {
        user_id: UserId::new(stored.text("user_id")?),
        message_id: stored.native("message_id")?,
        conversation_id: stored.native("conversation_id")?,
        position: stored.number("position")?,
        body,
        created_at: stored.instant("created_at")?,
    })
}

/// The item of a header.
pub(in crate::store) fn of_header(conversation: &Conversation) -> Item {
    let Conversation { user_id, conversation_id, first_words, last_message_at, message_count, answering } =
        conversation;
    let mut attributes = header_key(user_id, *conversation_id);
    attributes.extend(item([
        ("by_time", by_time(conversation)),
        ("conversation_id", text(conversation_id.to_string())),
        ("first_words", text(first_words)),
        ("last_message_at", instant(*last_message_at)),
        ("message_count", number(*message_count)),
    ]));
    attributes.extend(answering.map(|lease| ("answering_until".to_owned(), ordered_instant(lease.until))));
    attributes
}

/// Sets in a header what a message changes.
pub(super) fn set_progress(update: Update, conversation: &Conversation) -> Update {
    update
        .set("by_time", by_time(conversation))
        .set("last_message_at", instant(conversation.last_message_at))
        .set("message_count", number(conversation.message_count))
        .set_or_remove("answering_until", conversation.answering.map(|lease| ordered_instant(lease.until)))
}

fn by_time(conversation: &Conversation) -> aws_sdk_dynamodb::types::AttributeValue {
    text(format!("conversation#{}#{}", ordered(conversation.last_message_at), conversation.conversation_id))
}

/// Reads a header.
pub(super) fn read_header(stored: &Stored) -> Result<Conversation, StoreError> {
    Ok(Conversation {
        user_id: UserId::new(stored.text("user_id")?),
        conversation_id: stored.native("conversation_id")?,
        first_words: stored.text("first_words")?,
        last_message_at: stored.instant("last_message_at")?,
        message_count: stored.number("message_count")?,
        answering: stored.optional("answering_until", read_instant)?.map(|until| Lease { until }),
    })
}

/// The item that leads from the words of a first message to their conversation.
pub(super) fn of_opening(question: &CoachMessage, answered_at: Option<DateTime<Utc>>) -> Item {
    let mut attributes = opening_key(&question.user_id, question.text());
    attributes.extend(item([
        ("conversation_id", text(question.conversation_id.to_string())),
        ("answered", flag(answered_at.is_some())),
        ("expires_at", number((question.created_at + WORDS_REMEMBERED).timestamp())),
    ]));
    attributes.extend(answered_at.map(|at| ("answered_at".to_owned(), instant(at))));
    attributes
}

/// Reads which conversation began with some words.
pub(super) fn read_opening(stored: &Stored) -> Result<OpenedWith, StoreError> {
    // Those that were answered before the time was noted were answered long ago.
    let at = stored.optional("answered_at", read_instant)?.unwrap_or(DateTime::UNIX_EPOCH);
    let answered_at = stored.flag("answered")?.then_some(at);
    Ok(OpenedWith { conversation_id: stored.native("conversation_id")?, answered_at })
}

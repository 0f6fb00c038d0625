//! Rows of the directory as items, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use super::{DirectoryRow, Epoch, RowChange, SpoiltRow};
use crate::store::StoreError;
use crate::store::item::{
    Item, Stored, flag, instant, item, native, number, ordered_instant, read_instant, read_native,
};
use crate::store::item::{read_number, text};
use crate::store::write::{Delete, Put};
use domain::directory::{Counts, ListedUser, Outcome};
use domain::profile::{Email, Name, UserId};

/// The one partition of everybody by address, and of everybody with a prompt.
pub(super) const LISTED: &str = "all";

/// The key of a user's row.
pub(super) fn key(user_id: &UserId) -> Item {
    item([("user_id", text(user_id.as_str()))])
}

/// The row of a user, with what `row` says of the write.
pub(super) fn of_user(user: &ListedUser, row: &DirectoryRow) -> Item {
    let mut attributes = key(&user.user_id);
    attributes.extend(item([
        ("email", text(user.email.as_str())),
        ("listed", text(LISTED)),
        ("name", text(user.name.as_str())),
        ("created_at", ordered_instant(user.created_at)),
        ("state", text(user.state().name())),
        ("consultation_enabled", flag(user.consultation_enabled)),
        ("suspended", flag(user.suspended)),
        ("risk", native(&user.risk)),
        ("counted", native(&row.counted)),
        ("epoch", number(row.epoch.0)),
    ]));
    let optional = [
        ("prompt_generation", user.generation.as_ref().map(native)),
        ("system_prompt_version", user.version.map(number)),
        ("prompt_withdrawn_at", user.prompt_withdrawn_at.map(instant)),
        ("last_prompt_update", user.last_prompt_update.map(instant)),
        ("next_check_at", user.next_check_at.map(sortable)),
        ("prompted", user.version.map(|_| text(LISTED))),
        ("outcome", user.outcome.as_ref().map(native)),
        ("mark", row.mark.clone()),
    ];
    attributes.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    attributes
}

/// An instant in whole seconds, all of one width: a sort key.
fn sortable(at: DateTime<Utc>) -> AttributeValue {
    text(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// The identity of a write as it is stored.
pub(super) fn mark(mark: Uuid) -> AttributeValue {
    text(mark.to_string())
}

/// Reads a row.
pub(super) fn read(stored: &Stored) -> Result<DirectoryRow, SpoiltRow> {
    let (user, mark) = (read_user(stored).ok(), stored.item().get("mark").cloned());
    let counted = stored.native("counted").and_then(|counted| Ok((counted, Epoch(stored.number("epoch")?))));
    match counted.and_then(|counted| stored.native::<Uuid>("mark").map(|_| counted)) {
        Ok((counted, epoch)) => Ok(DirectoryRow { user, counted, epoch, mark }),
        Err(cause) => {
            let uncounted = DirectoryRow { user, counted: Counts::default(), epoch: Epoch::default(), mark };
            Err(SpoiltRow { cause, uncounted: Box::new(uncounted) })
        }
    }
}

/// Reads what a row says of its user.
pub(super) fn read_user(stored: &Stored) -> Result<ListedUser, StoreError> {
    Ok(ListedUser {
        user_id: UserId::new(stored.text("user_id")?),
        email: stored.required("email", |value| Email::parse("email", value.as_s().ok()?).ok())?,
        name: stored.required("name", |value| Name::stored(value.as_s().ok()?))?,
        created_at: stored.instant("created_at")?,
        consultation_enabled: stored.flag("consultation_enabled")?,
        suspended: stored.flag("suspended")?,
        generation: stored.or_missing("prompt_generation", read_native),
        version: stored.optional("system_prompt_version", read_number)?,
        prompt_withdrawn_at: stored.optional("prompt_withdrawn_at", read_instant)?,
        last_prompt_update: stored.optional("last_prompt_update", read_instant)?,
        next_check_at: stored.optional("next_check_at", read_instant)?,
        risk: stored.native("risk")?,
        outcome: stored.optional("outcome", read_native::<Outcome>)?,
    })
}

/// A row that is written only if nobody has changed it since it was read.
pub(super) fn unchanged(put: Put, change: &RowChange) -> Put {
    match change.before.as_ref().map(|row| &row.mark) {
        None => put.only_new("user_id"),
        Some(Some(mark)) => put.when("#mark = :read_mark", [(":read_mark", mark.clone())]),
        Some(None) => put.when("attribute_exists(#user_id) AND attribute_not_exists(#mark)", []),
    }
}

/// The end of a row, under the same condition.
pub(super) fn gone(delete: Delete, change: &RowChange) -> Delete {
    match change.before.as_ref().map(|row| &row.mark) {
        None => delete.when("attribute_not_exists(#user_id)", []),
        Some(Some(mark)) => delete.when("#mark = :read_mark", [(":read_mark", mark.clone())]),
        Some(None) => delete.when("attribute_exists(#user_id) AND attribute_not_exists(#mark)", []),
    }
}

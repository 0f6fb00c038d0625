//! Typed readers and writers of an item's attributes.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use tracing::error;

use crate::store::StoreError;
use crate::telemetry::events;
use domain::safety::{Health, Risk};

/// An item, or a part of one.
pub(super) type Item = HashMap<String, AttributeValue>;

/// An item of the given attributes.
pub(super) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Text.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A yes or no.
pub(super) const fn flag(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

/// A whole number.
pub(super) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A decimal number; it must be finite.
pub(super) fn decimal(value: f64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A calendar day, `2026-11-22`.
pub(super) fn day(value: NaiveDate) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// An instant in RFC 3339, UTC, with as many decimals as it has.
pub(super) fn instant(value: DateTime<Utc>) -> AttributeValue {
    AttributeValue::S(value.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// An instant in RFC 3339, UTC, always with nine decimals, so that DynamoDB can tell which of two is earlier.
pub(super) fn ordered_instant(value: DateTime<Utc>) -> AttributeValue {
    AttributeValue::S(ordered(value))
}

/// The text of [`ordered_instant`], for keys that begin with an instant.
pub(super) fn ordered(value: DateTime<Utc>) -> String {
    value.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// Anything that serialises to JSON, as DynamoDB's own types.
pub(super) fn native(value: &impl Serialize) -> AttributeValue {
    serde_dynamo::to_attribute_value(value).expect("a stored type has text keys and serialises")
}

/// An item that was read, and by which operation: its readers name both in their errors.
#[derive(Clone)]
pub(super) struct Stored {
    operation: &'static str,
    item: Item,
}

impl Stored {
    /// An item that `operation` has read.
    pub(super) const fn new(operation: &'static str, item: Item) -> Self {
        Self { operation, item }
    }

    /// Which operation has read it.
    pub(super) const fn operation(&self) -> &'static str {
        self.operation
    }

    /// The attributes.
    pub(super) const fn item(&self) -> &Item {
        &self.item
    }

    /// The error of an attribute that is missing or cannot be read.
    pub(super) fn corrupt(&self, attribute: &str) -> StoreError {
        StoreError::Corrupt { operation: self.operation, attribute: attribute.to_owned() }
    }

    /// Reads an attribute that may be missing; `null` counts as missing.
    pub(super) fn optional<T>(
        &self,
        attribute: &str,
        read: impl FnOnce(&AttributeValue) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        match self.item.get(attribute) {
            None | Some(AttributeValue::Null(_)) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.corrupt(attribute)),
        }
    }

    /// Reads an attribute that must be there.
    pub(super) fn required<T>(
        &self,
        attribute: &str,
        read: impl FnOnce(&AttributeValue) -> Option<T>,
    ) -> Result<T, StoreError> {
        self.optional(attribute, read)?.ok_or_else(|| self.corrupt(attribute))
    }

    /// Reads an attribute that may be missing, and that counts as missing where it cannot be read: what it says is found out
    /// again, or does not stop its owner. A line of the log names it.
    pub(super) fn or_missing<T>(&self, attribute: &str, read: impl FnOnce(&AttributeValue) -> Option<T>) -> Option<T> {
        let told = |cause: &StoreError| error!(%cause, attribute, "{}", events::ITEM_UNREADABLE);
        self.optional(attribute, read).inspect_err(told).ok().flatten()
    }

    /// A count; a missing one is 0.
    pub(super) fn count<N: FromStr + Default>(&self, attribute: &str) -> Result<N, StoreError> {
        Ok(self.optional(attribute, read_number)?.unwrap_or_default())
    }

    /// Text.
    pub(super) fn text(&self, attribute: &str) -> Result<String, StoreError> {
        self.required(attribute, read_text)
    }

    /// A number.
    pub(super) fn number<N: FromStr>(&self, attribute: &str) -> Result<N, StoreError> {
        self.required(attribute, read_number)
    }

    /// A yes or no.
    pub(super) fn flag(&self, attribute: &str) -> Result<bool, StoreError> {
        self.required(attribute, read_flag)
    }

    /// A calendar day.
    pub(super) fn day(&self, attribute: &str) -> Result<NaiveDate, StoreError> {
        self.required(attribute, |value| value.as_s().ok()?.trim().parse().ok())
    }

    /// An instant.
    pub(super) fn instant(&self, attribute: &str) -> Result<DateTime<Utc>, StoreError> {
        self.required(attribute, read_instant)
    }

    /// A value in DynamoDB's own types.
    pub(super) fn native<T: DeserializeOwned>(&self, attribute: &str) -> Result<T, StoreError> {
        self.required(attribute, read_native)
    }
}

/// Text.
pub(super) fn read_text(value: &AttributeValue) -> Option<String> {
    value.as_s().ok().cloned()
}

/// A yes or no.
pub(super) fn read_flag(value: &AttributeValue) -> Option<bool> {
    value.as_bool().ok().copied()
}

/// A number.
pub(super) fn read_number<N: FromStr>(value: &AttributeValue) -> Option<N> {
    value.as_n().ok()?.parse().ok()
}

/// An instant in RFC 3339. Operators edit items by hand: any offset and any number of decimals will do, and a time without
/// an offset is UTC.
pub(super) fn read_instant(value: &AttributeValue) -> Option<DateTime<Utc>> {
    let text = value.as_s().ok()?.trim();
    let with_offset = text.parse::<DateTime<Utc>>();
    with_offset.or_else(|_| text.parse::<NaiveDateTime>().map(|time| time.and_utc())).ok()
}

/// What a person has told of their health; conditions that another release asks for are left out.
pub(super) fn read_health(value: &AttributeValue) -> Option<Health> {
    let told = value.as_m().ok()?.iter().filter(|(_, has)| !has.is_null());
    let told = told.map(|(name, has)| Some((name.as_str(), *has.as_bool().ok()?)));
    Some(Health::named(told.collect::<Option<Vec<_>>>()?))
}

/// The risk state that a text was written for. One that this release does not know counts as none: whomever the coach has to
/// be careful with gets the text written anew.
pub(super) fn read_written_for(value: &AttributeValue) -> Option<Risk> {
    let word = value.as_s().ok()?;
    Some(Risk::ALL.into_iter().find(|risk| risk.name() == word).unwrap_or_default())
}

/// A value in DynamoDB's own types.
pub(super) fn read_native<T: DeserializeOwned>(value: &AttributeValue) -> Option<T> {
    serde_dynamo::from_attribute_value(value.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(value: AttributeValue) -> Stored {
        Stored::new("reading a test", item([("at", value)]))
    }

    #[test]
    fn an_instant_that_was_edited_by_hand_is_understood() {
        for written in [
            "2026-11-22T03:00:00Z",
            "2026-11-22T04:00:00+01:00",
            "2026-11-22T03:00:00.000+00:00",
            "2026-11-22T03:00:00",
        ] {
            let read = stored(text(written)).instant("at").expect(written);
            assert_eq!(read.to_rfc3339(), "2026-11-22T03:00:00+00:00", "{written}");
        }
    }

    #[test]
    fn an_attribute_that_cannot_be_read_is_named_and_its_contents_are_not() {
        for value in [text("next secret week"), number(3), AttributeValue::Null(true)] {
            let error = stored(value).instant("at").expect_err("not an instant");
            assert_eq!(error.to_string(), "reading a test read an item whose attribute at is missing or malformed");
        }
    }

    #[test]
    fn ordered_instants_sort_as_text_the_way_they_sort_in_time() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let written = |text| ordered_instant(at(text)).as_s().expect("text").clone();
        assert!(written("2026-11-22T03:00:00Z") < written("2026-11-22T03:00:00.1Z"));
        assert!(written("2026-11-22T03:00:00.1Z") < written("2026-11-22T03:00:00.11Z"));
    }

    #[test]
    fn null_counts_as_missing() {
        let read = stored(AttributeValue::Null(true)).optional("at", read_text);
        assert_eq!(read.expect("missing is not malformed"), None);
    }
}

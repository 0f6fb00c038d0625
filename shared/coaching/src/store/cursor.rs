//! Cursors: the key of the last item of a page, as hexadecimal text, so that it survives a query string unchanged.
//!
//! A cursor comes back from the outside. It is used only if it names exactly the key attributes of the list, and only for
//! the partition that the list reads anyway, so that nobody can read on in someone else's items.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value, json};

use super::item::{Item, native, read_native};
use crate::store::{Cursor, SORT_KEY_MAX, StoreError};

/// Key attributes that are whole numbers; all others are texts.
const NUMERIC_KEYS: [&str; 1] = ["version"];

/// The cursor behind `item` in a list whose keys are `keys`; `None` if the item lacks one of them.
pub(super) fn behind(item: &Item, keys: &[&str]) -> Option<Cursor> {
    let members = keys
        .iter()
        .map(|key| Some(((*key).to_owned(), read_native(item.get(*key)?)?)))
        .collect::<Option<Map<_, _>>>()?;
    Some(Cursor(hexadecimal(&Value::Object(members).to_string())))
}

/// The cursor of the beginning of a partition, in a list that goes through several.
pub(super) fn beginning(partition: (&str, &str)) -> Cursor {
    Cursor(hexadecimal(&json!({partition.0: partition.1}).to_string()))
}

/// In which partition, by its key `attribute`, a cursor of a list that goes through several lies, and whether it is the
/// beginning of it.
pub(super) fn partition_of(cursor: &Cursor, attribute: &str) -> Result<(String, bool), StoreError> {
    let key = read(&cursor.0).ok_or(StoreError::ForeignCursor)?;
    let partition = key.get(attribute).and_then(|value| value.as_s().ok()).ok_or(StoreError::ForeignCursor)?;
    Ok((partition.clone(), key.len() == 1))
}

fn hexadecimal(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hexadecimal, byte| {
        write!(hexadecimal, "{byte:02x}").expect("writing to a string cannot fail");
        hexadecimal
    })
}

/// The key that `cursor` stands for, if it is one of a list whose keys are `keys` and whose partition is `partition`.
pub(super) fn key_of(cursor: &Cursor, keys: &[&str], partition: (&str, &str)) -> Result<Item, StoreError> {
    let within =
        |key: &Item| key.get(partition.0).and_then(|value| value.as_s().ok()).is_some_and(|value| value == partition.1);
    key_of_any(cursor, keys).ok().filter(within).ok_or(StoreError::ForeignCursor)
}

/// The key that `cursor` stands for, if it is one of a list of all partitions whose keys are `keys`.
pub(super) fn key_of_any(cursor: &Cursor, keys: &[&str]) -> Result<Item, StoreError> {
    let complete =
        |key: &Item| key.len() == keys.len() && keys.iter().all(|name| key.get(*name).is_some_and(|it| fits(name, it)));
    read(&cursor.0).filter(complete).ok_or(StoreError::ForeignCursor)
}

/// Whether a value can be one of the key attribute `name`: DynamoDB answers any other with an error of its own.
fn fits(name: &str, value: &AttributeValue) -> bool {
    match value {
        AttributeValue::N(number) => NUMERIC_KEYS.contains(&name) && number.parse::<u32>().is_ok(),
        AttributeValue::S(text) => !NUMERIC_KEYS.contains(&name) && (1..=SORT_KEY_MAX).contains(&text.len()),
        _ => false,
    }
}

fn read(text: &str) -> Option<Item> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let bytes: Vec<u8> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect::<Option<_>>()?;
    let Value::Object(members) = serde_json::from_slice(&bytes).ok()? else { return None };
    members
        .into_iter()
        .map(|(name, value)| {
            let value = native(&value);
            matches!(value, AttributeValue::S(_) | AttributeValue::N(_)).then_some((name, value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::item::{item, number, text};

    const KEYS: [&str; 2] = ["user_id", "version"];

    fn key() -> Item {
        item([("user_id", text("ana")), ("version", number(7))])
    }

    fn cursor() -> Cursor {
        let mut whole = key();
        whole.insert("prompt".to_owned(), text("not for the cursor"));
        behind(&whole, &KEYS).expect("both keys are there")
    }

    #[test]
    fn a_cursor_leads_back_to_its_key_and_to_nothing_else() {
        assert_eq!(key_of(&cursor(), &KEYS, ("user_id", "ana")).expect("our own"), key());
    }

    #[test]
    fn a_cursor_of_another_partition_or_list_is_refused() {
        assert!(key_of(&cursor(), &KEYS, ("user_id", "ben")).is_err());
        assert!(key_of(&cursor(), &["user_id", "item"], ("user_id", "ana")).is_err());
        assert!(key_of(&cursor(), &["user_id"], ("user_id", "ana")).is_err());
    }

    #[test]
    fn a_cursor_whose_key_is_of_another_type_is_refused() {
        let forged = item([("user_id", text("ana")), ("version", text("seven"))]);
        let forged = behind(&forged, &KEYS).expect("both keys are there");
        assert!(key_of(&forged, &KEYS, ("user_id", "ana")).is_err());
    }

    #[test]
    fn a_cursor_whose_number_no_item_can_have_is_refused() {
        for number in ["1e-300", "1.5e308", "-1", "7.5", "99999999999"] {
            let text = format!(r#"{{"user_id":"ana","version":{number}}}"#);
            let forged = Cursor(hexadecimal(&text));
            assert!(key_of(&forged, &KEYS, ("user_id", "ana")).is_err(), "{number}");
        }
    }

    #[test]
    fn a_cursor_whose_text_no_key_can_have_is_refused() {
        let keys = ["user_id", "item"];
        let with = |item_key: String| behind(&item([("user_id", text("ana")), ("item", text(item_key))]), &keys);
        let within = with("a".repeat(SORT_KEY_MAX)).expect("both keys are there");
        assert!(key_of(&within, &keys, ("user_id", "ana")).is_ok());
        for forged in [String::new(), "a".repeat(SORT_KEY_MAX + 1)] {
            let forged = with(forged).expect("both keys are there");
            assert!(key_of(&forged, &keys, ("user_id", "ana")).is_err());
        }
    }

    #[test]
    fn what_is_not_a_cursor_is_refused() {
        for text in ["", "7", "zz", "+1", "é", "5b5d", "7b7d", "{\"user_id\":\"ana\"}"] {
            assert!(key_of(&Cursor(text.to_owned()), &KEYS, ("user_id", "ana")).is_err(), "{text}");
        }
    }
}

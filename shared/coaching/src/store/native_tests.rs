//! Nested values are kept in DynamoDB's own types, so that an operator can read and edit them.

use aws_sdk_dynamodb::types::AttributeValue;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::item::{native, read_native};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1_000_000_i32..1_000_000).prop_map(|number| Value::from(f64::from(number) + 0.25)),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_json_value_is_read_back_as_it_was_written(value in any_json()) {
        prop_assert_eq!(read_native(&native(&value)), Some(value));
    }
}

#[test]
fn a_number_keeps_its_value_in_whatever_form_the_database_returns_it() {
    let read = |digits: &str| read_native::<Value>(&AttributeValue::N(digits.to_owned()));
    assert_eq!(read("18446744073709551615"), Some(json!(u64::MAX)));
    assert_eq!(read("-3"), Some(json!(-3)));
    assert_eq!(read("0.25"), Some(json!(0.25)));
    assert_eq!(read("1E-7"), Some(json!(1e-7)));
    assert_eq!(native(&30.0), AttributeValue::N("30".to_owned()));
}

#[test]
fn a_set_has_no_json_form() {
    assert_eq!(read_native::<bool>(&AttributeValue::Ss(vec!["a".to_owned()])), None);
}

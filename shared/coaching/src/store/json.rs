//! Between JSON and DynamoDB's own types, so that a nested value such as the measured behaviour is a native map that an
//! operator can read and edit.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Number, Value};

/// The attribute that holds `value`.
pub(super) fn to_attribute(value: Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(flag) => AttributeValue::Bool(flag),
        Value::Number(number) => AttributeValue::N(canonical(&number)),
        Value::String(text) => AttributeValue::S(text),
        Value::Array(values) => AttributeValue::L(values.into_iter().map(to_attribute).collect()),
        Value::Object(members) => AttributeValue::M(
            members.into_iter().map(|(name, value)| (name, to_attribute(value))).collect::<HashMap<_, _>>(),
        ),
    }
}

/// The JSON value that `attribute` holds; `None` for what JSON has no word for: binary values and sets.
pub(super) fn from_attribute(attribute: &AttributeValue) -> Option<Value> {
    Some(match attribute {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(flag) => Value::Bool(*flag),
        AttributeValue::N(digits) => Value::Number(number(digits)?),
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::L(values) => Value::Array(values.iter().map(from_attribute).collect::<Option<_>>()?),
        AttributeValue::M(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| Some((name.clone(), from_attribute(value)?)))
                .collect::<Option<Map<_, _>>>()?,
        ),
        _ => return None,
    })
}

/// DynamoDB keeps no trailing zeros: 0.0 is written the way it comes back, as 0.
fn canonical(number: &Number) -> String {
    let digits = number.to_string();
    digits.strip_suffix(".0").map(str::to_owned).unwrap_or(digits)
}

/// A whole number stays one, whatever its size: counts are compared exactly.
fn number(digits: &str) -> Option<Number> {
    let unsigned = digits.parse::<u64>().map(Number::from);
    let whole = unsigned.or_else(|_| digits.parse::<i64>().map(Number::from));
    whole.ok().or_else(|| digits.parse().ok().and_then(Number::from_f64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

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
            prop_assert_eq!(from_attribute(&to_attribute(value.clone())), Some(value));
        }
    }

    #[test]
    fn a_number_keeps_its_value_in_whatever_form_the_database_returns_it() {
        let read = |digits: &str| from_attribute(&AttributeValue::N(digits.to_owned()));
        assert_eq!(read("18446744073709551615"), Some(json!(u64::MAX)));
        assert_eq!(read("-3"), Some(json!(-3)));
        assert_eq!(read("0.25"), Some(json!(0.25)));
        assert_eq!(read("1E-7"), Some(json!(1e-7)));
        assert_eq!(to_attribute(json!(30.0)), AttributeValue::N("30".to_owned()));
    }

    #[test]
    fn a_set_has_no_json_form() {
        assert_eq!(from_attribute(&AttributeValue::Ss(vec!["a".to_owned()])), None);
    }
}

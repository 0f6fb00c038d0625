//! The forms of schemas that generators of clients understand best.

use serde_json::{Value, json};

/// Simplifies a schema and everything within it.
///
/// - Words, each with its meaning, become one `enum` whose description lists the meanings: generators make a type with
///   named values of it, and none of a choice between constants.
/// - Formats that only Rust knows (`uint32`) go; the least value says the same.
pub(super) fn simplify(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(simplify),
        Value::Object(members) => {
            members.values_mut().for_each(simplify);
            if members.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("uint")) {
                members.remove("format");
            }
            let choice = ["oneOf", "anyOf"].into_iter().find(|choice| members.contains_key(*choice));
            if let Some((choice, words)) = choice.and_then(|choice| Some((choice, words(&members[choice])?))) {
                let listed: Vec<String> =
                    words.iter().map(|(word, meaning)| format!("- `{word}`: {meaning}")).collect();
                let description = members.get("description").and_then(Value::as_str).unwrap_or_default();
                let description = format!("{description}\n\n{}", listed.join("\n"));
                members.remove(choice);
                members.insert("type".to_owned(), json!("string"));
                members.insert("enum".to_owned(), words.iter().map(|(word, _)| word.as_str()).collect());
                members.insert("description".to_owned(), json!(description.trim()));
            }
        }
        _ => {}
    }
}

/// The words of a choice between constants, with their meanings.
fn words(choice: &Value) -> Option<Vec<(String, String)>> {
    let word = |each: &Value| {
        let meaning = each.get("description").and_then(Value::as_str).unwrap_or_default();
        Some((each.get("const")?.as_str()?.to_owned(), meaning.replace('\n', " ")))
    };
    choice.as_array()?.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_meanings_become_one_enum() {
        let words = json!([
            {"const": "me", "type": "string", "description": "The one\nwho speaks."}, {"const": "you", "type": "string"}]);
        let expected = json!({
            "type": "string", "enum": ["me", "you"], "description": "Who.\n\n- `me`: The one who speaks.\n- `you`:"});
        for choice in ["oneOf", "anyOf"] {
            let mut schema = json!({"description": "Who.", choice: words});
            simplify(&mut schema);
            assert_eq!(schema, expected, "{choice}");
        }
    }

    #[test]
    fn a_choice_between_shapes_stays() {
        let choice = json!({"oneOf": [{"const": "calculated", "type": "string"}, {"type": "object"}]});
        let mut schema = choice.clone();
        simplify(&mut schema);
        assert_eq!(schema, choice);
    }

    #[test]
    fn formats_of_rust_go_and_others_stay() {
        let mut schema = json!({"properties": {"n": {"type": "integer", "format": "uint64"}, "d": {"format": "date"}}});
        simplify(&mut schema);
        assert_eq!(schema, json!({"properties": {"n": {"type": "integer"}, "d": {"format": "date"}}}));
    }
}

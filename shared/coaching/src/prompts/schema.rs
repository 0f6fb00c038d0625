//! The JSON schemas that structured answers follow.
//!
//! The service takes a subset of JSON Schema: every object is closed and names all its properties as required; what may be
//! unknown is nullable. Lengths and ranges are not part of that subset and are checked after parsing.

use serde_json::{Map, Value, json};

use domain::coaching_prompt::Section;
use domain::profile::Goal;
use domain::safety::{Condition, Signal};

/// A whole coaching prompt: one property a section, triggers as a list of pairs.
#[must_use]
pub fn coaching_prompt_schema() -> Value {
    sections_schema(Section::ALL.into_iter())
}

/// The two sections that follow behaviour.
#[must_use]
pub fn behavior_sections_schema() -> Value {
    sections_schema(Section::ALL.into_iter().filter(|section| section.follows_behavior()))
}

/// Sections that a repair may change: null for one that stays as it is.
#[must_use]
pub fn repair_schema(sections: &[Section]) -> Value {
    let or_null = |section: &Section| (section.key(), json!({"anyOf": [section_schema(*section), {"type": "null"}]}));
    object(&sections.iter().map(or_null).collect::<Vec<_>>())
}

fn sections_schema(sections: impl Iterator<Item = Section>) -> Value {
    object(&sections.map(|section| (section.key(), section_schema(section))).collect::<Vec<_>>())
}

fn section_schema(section: Section) -> Value {
    let text = json!({"type": "string"});
    match section {
        Section::BehavioralTriggers => {
            json!({"type": "array", "items": object(&[("when", text.clone()), ("coach_does", text)])})
        }
        _ => text,
    }
}

/// One answer of the consultation AI.
#[must_use]
pub fn consultation_schema() -> Value {
    let text = || json!({"type": "string"});
    let maybe = |kind: &str| json!({"anyOf": [{"type": kind}, {"type": "null"}]});
    let one_of = |values: &[&str]| json!({"anyOf": [{"type": "string", "enum": values}, {"type": "null"}]});
    let fact = |category: &str, fields: Vec<(&'static str, Value)>| {
        let shared = vec![
            ("category", json!({"type": "string", "enum": [category]})),
            ("subject", text()),
            ("summary", text()),
            ("quote", text()),
        ];
        object(&shared.into_iter().chain(fields).collect::<Vec<_>>())
    };
    let facts = [
        fact(
            "training",
            vec![
                ("activity", text()),
                ("sessions_per_week", maybe("integer")),
                ("minutes_per_session", maybe("integer")),
                ("experience", one_of(&["beginner", "intermediate", "advanced"])),
            ],
        ),
        fact(
            "meals",
            vec![
                ("habit", text()),
                ("meal_type", one_of(&["breakfast", "lunch", "dinner", "snack"])),
                ("usual_time", maybe("string")),
            ],
        ),
        fact(
            "goals",
            vec![
                ("objective", text()),
                ("target", maybe("string")),
                ("deadline", maybe("string")),
                ("motivation", maybe("string")),
            ],
        ),
        fact("challenges", vec![("obstacle", text()), ("trigger", maybe("string")), ("past_attempt", maybe("string"))]),
    ];
    let body = object(&[
        ("sex", one_of(&["female", "male"])),
        ("height_cm", maybe("integer")),
        ("activity_level", one_of(&["sedentary", "light", "moderate", "active", "very_active"])),
        ("diet", maybe("string")),
    ]);
    let conditions = Condition::ALL.map(Condition::name);
    let condition = object(&[("condition", json!({"type": "string", "enum": conditions})), ("quote", text())]);
    object(&[
        ("reply", text()),
        ("section_covered", json!({"type": "boolean"})),
        ("facts", json!({"type": "array", "items": {"anyOf": facts}})),
        ("body", body),
        ("goal", one_of(&Goal::ALL.map(Goal::name))),
        ("health", json!({"type": "array", "items": condition})),
    ])
}

/// What a model that reads along has found in a message.
#[must_use]
pub fn safety_schema() -> Value {
    let signal = json!({"type": "string", "enum": Signal::ALL.map(Signal::name)});
    object(&[
        ("signals", json!({"type": "array", "items": signal})),
        ("language", json!({"anyOf": [{"type": "string"}, {"type": "null"}]})),
    ])
}

fn object(properties: &[(&'static str, Value)]) -> Value {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let named: Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({"type": "object", "properties": named, "required": required, "additionalProperties": false})
}

//! The JSON schemas that structured answers follow.
//!
//! The service takes a subset of JSON Schema: every object is closed. Lengths and ranges are not part of that subset and are
//! checked after parsing. At most 24 properties of a schema may be left out, and few in the items of a list, where each makes
//! the grammar that the service compiles much larger: there, what may be unknown is nullable.

use serde_json::{Map, Value, json};

use domain::coaching_prompt::Section;
use domain::consultation::{Category, Concern, ConsultationSection};
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
    let list = |items: Value| json!({"type": "array", "items": items});
    let word = |values: &[&str]| json!({"type": "string", "enum": values});
    let fact = |categories: &[&str], fields: Vec<(&'static str, Value)>| {
        let shared = vec![("category", word(categories)), ("subject", text()), ("summary", text()), ("quote", text())];
        object(&shared.into_iter().chain(fields).collect::<Vec<_>>())
    };
    let training = Category::Training.name();
    let others = Category::ALL.map(Category::name).into_iter().filter(|name| *name != training).collect::<Vec<_>>();
    // Only of training are there fields that something is decided by.
    let facts = [
        fact(
            &[training],
            vec![
                ("sessions_per_week", maybe("integer")),
                ("experience", one_of(&["beginner", "intermediate", "advanced"])),
            ],
        ),
        fact(&others, Vec::new()),
    ];
    let body = object(&[
        ("sex", one_of(&["female", "male"])),
        ("height_cm", maybe("integer")),
        ("weight_kg", maybe("number")),
        ("activity_level", one_of(&["sedentary", "light", "moderate", "active", "very_active"])),
        ("diet", maybe("string")),
    ]);
    let sections = ConsultationSection::ALL.map(ConsultationSection::name);
    let goal = object(&[("goal", word(&Goal::ALL.map(Goal::name))), ("quote", text())]);
    let conditions = Condition::ALL.map(Condition::name);
    let condition = object(&[("condition", word(&conditions)), ("quote", text())]);
    let maybe_told = [
        ("facts", list(json!({"anyOf": facts}))),
        ("replaces", list(text())),
        ("sections_covered", list(word(&sections))),
        ("declined_questions", list(word(&sections))),
        ("body", body),
        ("goal", goal),
        ("health", list(condition)),
        ("concerns", list(word(&Concern::ALL.map(Concern::name)))),
        ("doubts", list(text())),
        ("doubts_settled", list(text())),
        ("language", text()),
    ];
    // Most messages tell of few of these, and what is left out costs nothing.
    object_with(&[("reply", text())], &maybe_told)
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
    object_with(properties, &[])
}

/// An object with properties that it has, and with others that it may have.
fn object_with(properties: &[(&'static str, Value)], optional: &[(&'static str, Value)]) -> Value {
    let required: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let all = properties.iter().chain(optional);
    let named: Map<String, Value> = all.map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({"type": "object", "properties": named, "required": required, "additionalProperties": false})
}

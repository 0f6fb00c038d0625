//! The coaching prompt and its weekly update: sections of the asked lengths, in the language and with the words of the person.

use serde_json::{Map, Value, json};

use super::bank::{Bank, shuffled};
use super::length::{self, Asked, Part, Unit, budget, count};
use super::material::Material;
use super::{Length, SECTIONS, words};
use crate::validation::{MessagesRequest, Role, Turn};

/// The section with the rules.
const RULES: &str = "behavioral_triggers";
/// The section that tells of the person.
const PERSON: &str = "user_profile_and_context";
/// The section that a weekly update writes beside the rules.
const ACCOUNTABILITY: &str = "accountability_protocol";
/// Quotations in a whole prompt.
const QUOTATIONS: usize = 3;
/// Measured changes that an update names.
const CHANGES: usize = 2;

/// What a whole prompt is long if nobody says it.
const WHOLE: Asked = Asked { least: 500, most: 800, unit: Unit::Words };
/// The same of the two sections of an update.
const TWO_SECTIONS: Asked = Asked { least: 90, most: 170, unit: Unit::Words };

/// The hints for a whole prompt.
pub fn write(request: &MessagesRequest, length: Length) -> Value {
    let instructions = request.system_text();
    let (bank, asked) = (Bank::asked_for(&instructions), Asked::read(&instructions).unwrap_or(WHOLE));
    let (material, target) = (Material::of(request), asked.target(length));
    let share = |section: &str| budget(&instructions, section).unwrap_or(target / SECTIONS.len());
    let rules = rules(bank, &material, share(RULES).min(target / 4), asked.unit);
    let names: Vec<&str> = SECTIONS.into_iter().filter(|name| *name != RULES).collect();
    let parts = names.iter().map(|name| {
        let sentences = match *name {
            PERSON => material.portrait(bank, QUOTATIONS),
            other => material.told(bank.sections.get(other).map_or(&[], Vec::as_slice)),
        };
        Part { sentences, budget: share(name) }
    });
    let texts = length::grow(parts.collect(), rules.1, target, asked.unit, length);
    let mut hints: Map<String, Value> =
        names.iter().zip(texts).map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    hints.insert(RULES.to_owned(), rules.0);
    changed(request, hints)
}

/// The hints for a weekly update.
pub fn update(request: &MessagesRequest, length: Length) -> Value {
    let instructions = request.system_text();
    let (bank, asked) = (Bank::asked_for(&instructions), Asked::read(&instructions).unwrap_or(TWO_SECTIONS));
    let (material, target) = (Material::of(request), asked.target(length));
    let (mut rules, mut used) = rules(bank, &material, target * 3 / 5, asked.unit);
    let mut sentences = material.told(bank.sections.get(ACCOUNTABILITY).map_or(&[], Vec::as_slice));
    if length == Length::Short {
        // One rule and one sentence are too little whatever was asked for.
        rules = json!([rules[0]]);
        (used, sentences) = (0, sentences.into_iter().take(1).collect());
    } else if let Some(change) = bank.changed.as_ref().and_then(|frame| changes(frame, &material.seed)) {
        sentences.insert(0, change);
    }
    let parts = vec![Part { sentences, budget: target }];
    let accountability = length::grow(parts, used, target, asked.unit, length).concat();
    changed(request, Map::from_iter([(RULES.to_owned(), rules), (ACCOUNTABILITY.to_owned(), json!(accountability))]))
}

/// Three to five rules, and how long they are.
fn rules(bank: &Bank, material: &Material, budget: usize, unit: Unit) -> (Value, usize) {
    let (mut rules, mut total) = (Vec::new(), 0);
    for [when, coach_does] in shuffled(&bank.rules, &material.seed) {
        let length = count(when, unit) + count(coach_does, unit) + 1;
        if rules.len() < 3 || (rules.len() < 5 && total + length <= budget) {
            rules.push(json!({"when": when, "coach_does": coach_does}));
            total += length;
        }
    }
    (json!(rules), total)
}

/// The first measured changes in a sentence, with their numbers as they were given; without those of energy, which no coach is
/// to repeat.
fn changes(frame: &str, text: &str) -> Option<String> {
    let lines = words::tagged(text, "change").into_iter().flat_map(str::lines);
    let lines = lines.map(|line| line.trim().trim_start_matches(['-', ' ']).trim_end_matches('.'));
    let told: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.contains("kcal")).take(CHANGES).collect();
    (!told.is_empty()).then(|| frame.replace("{change}", &told.join("; ")))
}

/// What a repair returns: only the sections that the answer before did not have like that.
fn changed(request: &MessagesRequest, hints: Map<String, Value>) -> Value {
    let before = request.turns.iter().rev().find(|turn| turn.role == Role::Assistant).map(Turn::text);
    let before: Value = before.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let unchanged = |name: &String, hint: &Value| before[name.as_str()] == *hint && may_be_null(request, name);
    Value::Object(hints.into_iter().filter(|(name, hint)| !unchanged(name, hint)).collect())
}

fn may_be_null(request: &MessagesRequest, section: &str) -> bool {
    let schema = request.schema.as_ref().map(|schema| &schema["properties"][section]["anyOf"]);
    schema.and_then(Value::as_array).is_some_and(|variants| variants.iter().any(|variant| variant["type"] == "null"))
}

//! The weekly update: triggers and accountability, rewritten from what the last weeks measured.

use serde_json::{Value, json};

use super::facts::Category;
use super::person::Person;
use super::{Length, compose, prompt, words};
use crate::validation::MessagesRequest;

/// The hints for the structured answer.
pub fn write(request: &MessagesRequest, schema: &Value, length: Length) -> Value {
    let asked = super::all_user_text(request);
    let instructions = format!("{}\n{asked}", request.system_text());
    let (least, most) = words::asked_words(&instructions).unwrap_or((120, 200));
    let target = match length {
        Length::Asked => usize::midpoint(least, most),
        Length::Short => (least / 3).max(8),
        Length::Long => most * 2,
    };
    let changes = changes(&asked);
    let person = Person::read(&asked);
    let triggers = match length {
        Length::Short => vec!["If a day slips, then log it.".to_owned()],
        _ => prompt::triggers(&person, &known(&asked), 5, target / 2),
    };
    let used: usize = triggers.iter().map(|trigger| words::count(trigger)).sum();
    let left = target.saturating_sub(used).max(8);
    let accountability = match length {
        Length::Short => "Ask for the log.".to_owned(),
        _ => compose::compose(&required(&changes, &person), &compose::owned(&optional(length)), left),
    };
    json!({
        "behavioral_triggers": prompt::as_asked(schema, &triggers),
        "accountability_protocol": accountability,
    })
}

/// What changed, a line each, with its numbers as they were given.
fn changes(text: &str) -> Vec<String> {
    let blocks = words::tagged(text, "change");
    let blocks = if blocks.is_empty() { words::tagged(text, "changes") } else { blocks };
    let lines = blocks.iter().flat_map(|block| block.lines());
    lines
        .map(|line| line.trim().trim_start_matches(['-', '*', '•']).trim().trim_end_matches('.').to_owned())
        .filter(|line| words::count(line) > 1)
        .collect()
}

/// Rules for the patterns that are measured, by the pattern's name.
const PATTERNS: [(&str, &str); 9] = [
    (
        "weekend",
        "If it is Friday noon, then ask them to decide the weekend's two large meals and log them before eating.",
    ),
    (
        "evening eating",
        "If it is past nine in the evening, then ask them to have the planned snack or tea, and nothing from the packet.",
    ),
    ("late", "If it is past nine in the evening, then ask them to close the kitchen after the planned snack."),
    ("stress", "If the day was stressful, then ask them to step away for ten minutes before they eat anything."),
    (
        "switching",
        "If a new plan tempts them, then ask them to write it down and raise it when the eight weeks are over.",
    ),
    (
        "drop off",
        "If two days pass without a log, then ask them to log one meal, however small, and say what got in the way.",
    ),
    ("all or nothing", "If one meal goes over, then ask them to keep the next one ordinary and let the day count."),
    ("restrict", "If a day was far below the target, then ask them to eat a full breakfast and make up for nothing."),
    (
        "under eating",
        "If the day is far below the target by evening, then ask them to eat a proper dinner and say how they are.",
    ),
];

/// Lines for what the measurements show, and for what the prompt before already had.
fn known(text: &str) -> Vec<String> {
    let behavior = words::tagged(text, "behavior").join("\n").to_lowercase().replace('_', " ");
    let seen: Vec<&str> =
        behavior.lines().filter(|line| line.contains("pattern") && !line.contains("no failure pattern")).collect();
    let seen = seen.join("\n");
    let measured = PATTERNS.iter().filter(|(name, _)| seen.contains(name)).map(|(_, line)| (*line).to_owned());
    let mut lines: Vec<String> = measured.take(3).collect();
    let before = words::sentences(text)
        .into_iter()
        .map(|sentence| sentence.text.trim_start_matches(['"', '[', ' ', ',']))
        .filter(|line| line.starts_with("If ") && line.contains(" then ") && words::count(line) > 6);
    lines.extend(before.take(3).map(|line| format!("{}.", line.trim_end_matches(['"', ']', ',']))));
    lines
}

fn required(changes: &[String], person: &Person) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let opening = match index {
            0 => "Say plainly what the last weeks show:",
            1 => "Also:",
            _ => "And:",
        };
        sentences.push(format!("{opening} {change}."));
    }
    if changes.is_empty() {
        sentences.push("Say plainly what the last weeks show, in numbers.".to_owned());
    }
    if let Some(fact) = person.of(Category::Challenges).first() {
        sentences.push(format!("Connect it with what they told you: “{}”.", words::clip(&fact.quote, 16)));
    }
    sentences
}

fn optional(length: Length) -> Vec<&'static str> {
    let once = [
        "Ask for the reason once, and agree on one repair for this week.",
        "Check on it the next day and again at the end of the week.",
        "Name what held as exactly as what slipped.",
        "Two unlogged days in a row are a reason to ask directly.",
        "Compare the week's average with the target in a single sentence.",
        "If the number has improved, say what they did to earn it.",
        "Keep the approach as it is; only the way you follow up changes.",
        "Do not mention the same slip twice.",
        "Ask for tomorrow's critical hour before you say goodbye.",
        "Agree on a floor for the worst day: one logged meal.",
    ];
    match length {
        Length::Long => once.repeat(12),
        _ => once.to_vec(),
    }
}

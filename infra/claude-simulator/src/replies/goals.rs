//! Sentences about what a person wants.

use serde_json::json;

use super::facts::{self, Category, Fact, Topic, clause_from};
use super::{voice, words};

const WANTS: &[&str] = &[
    "want",
    "want to",
    "wanna",
    "goal",
    "goals",
    "aim",
    "aiming",
    "target",
    "hope",
    "hoping",
    "i'd like",
    "would like",
    "i'd love",
    "would love",
    "dream",
    "wish",
    "my plan is",
    "need to",
    "going to",
    "determined",
    "commit",
    "ready to",
    "signed up",
    "rather not",
    "like to",
    "love to",
    "tired of",
    "sick of",
    "i'll log",
    "i will log",
    "i'll keep",
    "i will keep",
    "i promise",
];

const OBJECTIVES: &[Topic] = &[
    (
        "weight loss",
        &[
            "lose",
            "losing",
            "weight loss",
            "slimmer",
            "drop",
            "fat",
            "lean",
            "leaner",
            "get down to",
            "down to",
            "kilos",
            "pounds",
            "stone",
        ],
    ),
    ("muscle gain", &["build muscle", "muscle", "stronger", "strength", "bulk", "gain weight"]),
    ("a race", &["marathon", "half marathon", "5k", "10k", "race", "triathlon", "parkrun"]),
    ("health", &["health", "healthy", "healthier", "blood pressure", "diabetes", "doctor", "cholesterol"]),
    ("energy", &["energy", "energetic", "sleep better", "less tired"]),
    ("a routine", &["consistent", "consistency", "routine", "habit", "habits", "stick to", "stick with", "keep going"]),
    (
        "confidence",
        &[
            "confident",
            "confidence",
            "feel good",
            "feel better",
            "wedding",
            "clothes",
            "jeans",
            "mirror",
            "photos",
            "proud",
        ],
    ),
    ("fitness", &["fit", "fitter", "fitness", "shape", "run", "swim", "lift"]),
];

/// How strongly a sentence is about a goal.
pub fn score(text: &str) -> u32 {
    if words::mentions(text, &["don't want", "do not want", "never want"]) {
        return 0;
    }
    let wants = u32::from(words::mentions(text, WANTS));
    let objectives = facts::hits(text, OBJECTIVES).min(2);
    if wants > 0 {
        return if objectives > 0 { 2 + objectives } else { 1 };
    }
    u32::from(objectives > 0 && words::mentions(text, &["by", "because", "so that", "for my"]))
}

/// The fact in a sentence about a goal.
pub fn fact(text: &str) -> Fact {
    let objective = objective(text);
    let subject = facts::topic(text, OBJECTIVES).map_or_else(|| start(&objective), str::to_owned);
    let reasons = ["because", "so that", "so i can", "since my", "tired of", "sick of", "for my"];
    // What one signs up for is the goal itself, not its reason.
    let reasons = if text.contains("signed up for") { &reasons[..6] } else { &reasons[..] };
    let motivation = clause_from(text, reasons);
    let deadline = deadline(text).map(|deadline| voice::to_they(&voice::small(deadline)));
    let mut summary = voice::capital(&words::clip(&objective, 16));
    if let Some(deadline) = deadline.as_ref().filter(|deadline| !objective.contains(*deadline)) {
        summary = format!("{summary} ({deadline})");
    }
    Fact {
        category: Category::Goals,
        subject,
        summary,
        quote: text.to_owned(),
        details: json!({
            "objective": objective,
            "target": target(text),
            "deadline": deadline,
            "motivation": motivation.map(voice::to_they),
        }),
    }
}

/// Which of the four goals of a coach the facts speak of, if one.
pub fn kind(facts: &[Fact]) -> Option<&'static str> {
    facts.iter().filter(|fact| fact.category == Category::Goals).find_map(|fact| match fact.subject.as_str() {
        "weight loss" => Some("lose_weight"),
        "muscle gain" => Some("build_muscle"),
        "a race" => Some("improve_performance"),
        _ => None,
    })
}

/// The first words of a wish, to name it by.
fn start(objective: &str) -> String {
    objective.split_whitespace().take(4).collect::<Vec<_>>().join(" ")
}

/// What the person wants to do, as it would follow "they want to", without the reason and the date.
fn objective(text: &str) -> String {
    let verbs = [
        "want to be able to ",
        "want to ",
        "like to ",
        "love to ",
        "goal is to ",
        "aim is to ",
        "aiming to ",
        "hoping to ",
        "hope to ",
        "need to ",
        "going to ",
        "ready to ",
        "promise to ",
        "determined to ",
        "I'll ",
        "I will ",
        "I can ",
    ];
    let things = [
        "want ",
        "goal is ",
        "target is ",
        "I need ",
        "I'd like ",
        "I'd love ",
        "hoping for ",
        "tired of ",
        "sick of ",
    ];
    let after = |start: &&str| text.split_once(*start).map(|(_, wanted)| wanted);
    if let Some(wanted) = verbs.iter().find_map(after) {
        return voice::to_they(until_reason(wanted));
    }
    if let Some(wanted) = after(&"commit to ") {
        return format!("commit to {}", voice::to_they(until_reason(wanted)));
    }
    if let Some(wanted) = after(&"signed up for ") {
        return format!("finish {}", voice::to_they(until_reason(wanted)));
    }
    if let Some((start, wanted)) = things.iter().find_map(|start| Some((start, after(start)?))) {
        let wanted = voice::to_they(until_reason(wanted));
        return match wanted.split_once(" to be ") {
            Some((thing, state)) => format!("see {thing} be {state}"),
            None if start.ends_with(" of ") => format!("stop {wanted}"),
            None => format!("have {wanted}"),
        };
    }
    if ["by ", "before ", "in time"].iter().any(|start| text.to_lowercase().starts_with(start)) {
        return format!("be ready {}", voice::to_they(&voice::small(text)));
    }
    format!("change this: {}", voice::to_they(&voice::small(text)))
}

/// The wish alone: what comes before its reason and its date.
fn until_reason(wanted: &str) -> &str {
    let reasons = [" because", " so that", " so I can", " for my", ",", " in time for"];
    let reason = reasons.iter().filter_map(|end| wanted.find(end)).filter(|at| *at > 3);
    let date = deadline(wanted).and_then(|deadline| wanted.find(deadline));
    let end = reason.chain(date.filter(|at| *at > 3)).min().unwrap_or(wanted.len());
    wanted[..end].trim()
}

fn deadline(text: &str) -> Option<&str> {
    const TIMES: [&str; 26] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "spring",
        "summer",
        "autumn",
        "fall",
        "winter",
        "christmas",
        "easter",
        "weeks",
        "months",
        "year",
        "wedding",
        "birthday",
        "holiday",
        "end",
    ];
    let clause = clause_from(text, &["by", "before", "until", "within", "in time for", "in"])?;
    let short = clause.split(" because").next()?.split(" so ").next()?.split(" and ").next()?.trim();
    words::mentions(short, &TIMES).then_some(short)
}

/// A measurable target: a number with its unit, the second one in "from 94 kg down to 84".
fn target(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split_whitespace().map(|part| part.trim_matches([',', '.', '(', ')'])).collect();
    let measured = |at: usize| {
        let part = *parts.get(at)?;
        let digits = part.trim_end_matches(|character: char| character.is_alphabetic() || character == '%');
        digits.parse::<f64>().ok()?;
        let glued = part.trim_start_matches(digits);
        let unit = if glued.is_empty() { parts.get(at + 1).copied().unwrap_or("") } else { glued };
        UNITS.contains(&unit).then(|| (digits.to_owned(), unit.to_owned()))
    };
    let (number, unit) = (0..parts.len()).find_map(measured)?;
    let goal = parts.iter().position(|part| *part == "from").and_then(|from| {
        let to = parts[from..].iter().position(|part| *part == "to")? + from;
        parts.get(to + 1)?.trim_end_matches(char::is_alphabetic).parse::<f64>().ok()
    });
    Some(format!("{} {unit}", goal.map_or(number, |goal| goal.to_string())))
}

const UNITS: [&str; 17] = [
    "kg", "kilos", "km", "k", "pounds", "lbs", "stone", "hours", "hour", "minutes", "%", "percent", "g", "kcal",
    "push-ups", "pull-ups", "cm",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_becomes_what_they_want_to_do() {
        for (text, objective, target) in [
            ("I want to get from 94 kg down to 84", "get from 94 kg down to 84", json!("84 kg")),
            ("I signed up for my first half marathon", "finish their first half marathon", json!(null)),
            ("I'd love to finish under 2 hours", "finish under 2 hours", json!("2 hours")),
            ("I want my energy back for my two boys", "have their energy back", json!(null)),
            ("I can commit to eating before each run", "commit to eating before each run", json!(null)),
        ] {
            let fact = fact(text);
            assert_eq!((&fact.details["objective"], &fact.details["target"]), (&json!(objective), &target), "{text}");
        }
        assert_eq!(score("I don't want numbers to become that again"), 0);
    }
}

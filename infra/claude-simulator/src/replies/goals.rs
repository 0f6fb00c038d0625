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
    let wants = u32::from(words::mentions(text, WANTS));
    let objectives = facts::hits(text, OBJECTIVES).min(2);
    if wants > 0 {
        return if objectives > 0 { 2 + objectives } else { 1 };
    }
    u32::from(objectives > 0 && words::mentions(text, &["by", "because", "so that", "for my"]))
}

/// The fact in a sentence about a goal.
pub fn fact(text: &str) -> Fact {
    let subject = facts::topic(text, OBJECTIVES).unwrap_or("the change they want");
    let objective = objective(text);
    let motivation =
        clause_from(text, &["because", "so that", "so i can", "for my", "since my", "tired of", "sick of"]);
    let deadline = deadline(text).map(|deadline| voice::to_they(&voice::small(deadline)));
    let mut summary = voice::capital(&words::clip(&objective, 16));
    if let Some(deadline) = deadline.as_ref().filter(|deadline| !objective.contains(*deadline)) {
        summary = format!("{summary} ({deadline})");
    }
    Fact {
        category: Category::Goals,
        subject: subject.to_owned(),
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
        "commit to ",
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
    if let Some((start, wanted)) = things.iter().find_map(|start| Some((start, after(start)?))) {
        let verb = if start.ends_with(" of ") { "stop" } else { "have" };
        return format!("{verb} {}", voice::to_they(until_reason(wanted)));
    }
    if ["by ", "before ", "in time"].iter().any(|start| text.to_lowercase().starts_with(start)) {
        return format!("be ready {}", voice::to_they(&voice::small(text)));
    }
    format!("change this: {}", voice::to_they(&voice::small(text)))
}

fn until_reason(wanted: &str) -> &str {
    let end = [" because", " so that", " so I can", " for my", " by ", " before ", ",", " in time for"]
        .iter()
        .filter_map(|end| wanted.find(end))
        .filter(|at| *at > 3)
        .min()
        .unwrap_or(wanted.len());
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

/// A measurable target: a number with its unit.
fn target(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let part = part.trim_matches([',', '.', '(', ')']);
        let next = parts.get(at + 1).map_or("", |next| next.trim_matches([',', '.']));
        let digits = part.trim_end_matches(|character: char| character.is_alphabetic());
        digits.parse::<f64>().ok()?;
        let unit = part.trim_start_matches(digits);
        let units = [
            "kg", "kilos", "km", "k", "pounds", "lbs", "stone", "minutes", "%", "percent", "g", "kcal", "push-ups",
            "pull-ups",
        ];
        if unit.is_empty() && units.contains(&next) {
            Some(format!("{digits} {next}"))
        } else {
            units.contains(&unit).then(|| part.to_owned())
        }
    })
}

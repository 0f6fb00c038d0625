//! A turn of the consultation: a reply in the person's own words, the facts in their last message, the next question.

use serde_json::{Value, json};

use super::facts::{self, Category, Fact};
use super::{body, goals, phrases, voice, words};
use crate::validation::{MessagesRequest, Role, Turn};

/// What begins the note on where the consultation is, behind the person's latest words.
const STATE: &str = "<state>";
/// What begins its line of the sections that are still open, in their order.
const OPEN: &str = "Open sections: ";

/// The hints for the structured answer.
pub fn write(request: &MessagesRequest) -> Value {
    let latest = request.last_user_text();
    // What stands behind the person's words is a note and not theirs.
    let (said, state) = latest.rsplit_once(STATE).unwrap_or((&latest, ""));
    let open: Vec<&str> = state
        .lines()
        .find_map(|line| line.strip_prefix(OPEN))
        .map_or_else(Vec::new, |open| open.split(", ").filter(|name| phrases::SECTIONS.contains(name)).collect());
    let section = if state.is_empty() { "goals" } else { open.first().copied().unwrap_or("") };
    let said = said.trim_end();
    let leaning = match section {
        "goals" | "commitment" => Some(Category::Goals),
        "training" => Some(Category::Training),
        "meals" => Some(Category::Meals),
        "challenges" => Some(Category::Challenges),
        _ => None,
    };
    let facts = facts::extract(said, leaning);
    let body = body::hints(said, section == "body");
    let is_covered = covered(section, leaning, said, &facts, &body);
    let (covered, next) = match (section, is_covered) {
        ("", _) => (Vec::new(), None),
        (section, true) => (vec![section], open.get(1).copied()),
        (section, false) => (Vec::new(), Some(section)),
    };
    let mut learned: Vec<Value> = facts.iter().map(Fact::hints).collect();
    if section == "commitment" && is_covered {
        learned.extend(promise(said));
    }
    let goal = facts.iter().find(|fact| fact.category == Category::Goals).zip(goals::kind(&facts));
    json!({
        "reply": reply(next, said, &facts, &body, is_covered, &asked(request)),
        "facts": learned,
        "sections_covered": covered,
        "body": body,
        "goal": goal.map(|(fact, kind)| json!({"goal": kind, "quote": fact.quote})),
    })
}

/// The longest sentence, as what the person commits to.
fn promise(said: &str) -> Option<Value> {
    let sentence = words::sentences(said).into_iter().max_by_key(|sentence| words::count(sentence.text))?;
    let summary = voice::capital(&words::clip(&voice::to_they(&voice::small(sentence.text)), 18));
    Some(json!({"category": "commitments", "subject": "promise", "summary": summary, "quote": sentence.text}))
}

/// A section is covered when the last message taught something about it, in more than a word or two.
fn covered(section: &str, leaning: Option<Category>, said: &str, facts: &[Fact], body: &Value) -> bool {
    match section {
        "body" => body::learned(body),
        "commitment" => {
            let promise =
                ["i will", "i'll", "i can", "i commit", "i promise", "promise", "yes", "ready", "deal", "committed"];
            words::count(said) >= 4 && (words::mentions(said, &promise) || words::mentions(said, &facts::INSTRUCTIONS))
        }
        _ => {
            let about = facts.iter().filter(|fact| Some(fact.category) == leaning);
            about.map(|fact| words::count(&fact.quote)).sum::<usize>() >= 6
        }
    }
}

fn reply(next: Option<&str>, said: &str, facts: &[Fact], body: &Value, covered: bool, asked: &str) -> String {
    let taken_up = match facts
        .iter()
        .max_by_key(|fact| (fact.category == Category::Challenges, words::count(&fact.quote)))
    {
        Some(fact) => acknowledge(fact),
        None if words::mentions(said, &facts::INSTRUCTIONS) => "Noted; that is how you will be spoken to.".to_owned(),
        None if body::learned(body) => "Good, that gives me a realistic starting point for your numbers.".to_owned(),
        None if covered => "Good. I will hold you to that, kindly.".to_owned(),
        None => voice::choose(&phrases::NUDGES, said).to_owned(),
    };
    let question = match next {
        None => phrases::CLOSING,
        Some(next) => fresh(next, missing(next, facts, body), asked),
    };
    format!("{taken_up} {question}")
}

/// All that the interviewer has said so far.
fn asked(request: &MessagesRequest) -> String {
    let turns = request.turns.iter().filter(|turn| turn.role == Role::Assistant);
    turns.map(Turn::text).collect::<Vec<_>>().join("\n")
}

fn acknowledge(fact: &Fact) -> String {
    let wording = voice::choose(&phrases::ACKNOWLEDGEMENTS, &fact.quote);
    let theirs = words::clip(&voice::to_you(&voice::small(&fact.quote)), 28);
    let theirs = theirs.trim_end_matches(['.', ',', '!']);
    let begins = wording.starts_with("{}") || wording.contains(". {}");
    wording.replace("{}", &if begins { voice::capital(theirs) } else { theirs.to_owned() })
}

/// The question of a section that asks for what is missing, or the next one that was not asked before.
fn fresh(section: &str, first: usize, asked: &str) -> &'static str {
    let questions = phrases::questions(section);
    let order = (0..questions.len()).map(|offset| questions[(first + offset) % questions.len()]);
    order.clone().find(|question| !asked.contains(question)).unwrap_or(questions[first % questions.len()])
}

/// Which question asks for what the facts still lack.
fn missing(section: &str, facts: &[Fact], body: &Value) -> usize {
    let lacks = |field: &str| facts.iter().any(|fact| fact.details.get(field).is_some_and(Value::is_null));
    let second = match section {
        "training" => lacks("sessions_per_week"),
        "goals" => lacks("motivation"),
        "challenges" => lacks("trigger"),
        "body" => !body["height_cm"].is_null(),
        _ => false,
    };
    usize::from(second)
}

//! The coaching prompt: nine sections, as long as asked, with the person's numbers and their own words.

use serde_json::{Map, Value, json};

use super::facts::{Category, Fact};
use super::person::Person;
use super::targets::Amounts;
use super::{Length, SECTIONS, compose, prompt_text, voice, words};
use crate::validation::MessagesRequest;

/// The hints for the structured answer.
pub fn write(request: &MessagesRequest, schema: &Value, length: Length) -> Value {
    let asked = super::all_user_text(request);
    let instructions = format!("{}\n{asked}", request.system_text());
    let (least, most) = words::asked_words(&instructions).unwrap_or((500, 800));
    let target = match length {
        Length::Asked => usize::midpoint(least, most),
        Length::Short => least * 2 / 5,
        Length::Long => most * 3 / 2,
    };
    let person = Person::read(&asked);
    let amounts = amounts(&asked);
    let triggers = triggers(&person, &[], if length == Length::Short { 3 } else { 5 }, target / 4);
    let fixed = triggers.iter().map(|trigger| words::count(trigger)).sum();

    let names: Vec<&str> = SECTIONS.into_iter().filter(|name| *name != "behavioral_triggers").collect();
    let mut sections: Vec<Vec<String>> = names.iter().map(|name| section(name, &person, amounts)).collect();
    while length == Length::Long && supply(&sections) + fixed < target {
        for section in &mut sections {
            section.extend_from_within(1..);
        }
    }
    if target < 300 {
        // A short prompt gets the openings only, and short ones.
        for section in &mut sections {
            section[0] = words::clip(&section[0], (target.saturating_sub(fixed) / names.len()).max(6));
        }
    }
    let texts = compose::grow(&sections, fixed, target);
    let mut hints: Map<String, Value> =
        names.iter().zip(texts).map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    hints.insert("behavioral_triggers".to_owned(), as_asked(schema, &triggers));
    Value::Object(hints)
}

fn supply(sections: &[Vec<String>]) -> usize {
    sections.iter().flatten().map(|sentence| words::count(sentence)).sum()
}

/// The triggers as the schema wants them: a list, or one text with a line each.
pub fn as_asked(schema: &Value, triggers: &[String]) -> Value {
    let property = &schema["properties"]["behavioral_triggers"];
    if property["type"] == "array" {
        return json!(triggers);
    }
    json!(triggers.iter().map(|trigger| format!("- {trigger}")).collect::<Vec<_>>().join("\n"))
}

/// Three to five if-then lines: those of the person first, general ones where they named too few. `known` come
/// before both.
pub fn triggers(person: &Person, known: &[String], most: usize, budget: usize) -> Vec<String> {
    let own = person.of(Category::Challenges).into_iter().take(4).map(trigger);
    let general = prompt_text::TRIGGERS.iter().map(|line| (*line).to_owned());
    let mut lines: Vec<String> = Vec::new();
    for line in known.iter().cloned().chain(own).chain(general) {
        if lines.iter().any(|kept| condition(kept) == condition(&line)) {
            continue;
        }
        let total: usize = lines.iter().map(|line| words::count(line)).sum();
        if lines.len() < 3 || (lines.len() < most && total + words::count(&line) <= budget) {
            lines.push(line);
        }
    }
    lines
}

/// What a rule is for: two rules for one situation would be one too many.
fn condition(line: &str) -> String {
    line.split(", then ").next().unwrap_or(line).to_lowercase()
}

fn trigger(fact: &Fact) -> String {
    let response = prompt_text::response(&fact.subject);
    match fact.details["trigger"].as_str() {
        Some(trigger) => {
            format!("If {}, then ask them to {response}.", words::clip(&clause(&voice::small(trigger)), 16))
        }
        None => format!(
            "If {} (“{}”), then ask them to {response}.",
            prompt_text::situation(&fact.subject),
            words::clip(&fact.quote, 14)
        ),
    }
}

/// A situation as it follows "if".
fn clause(situation: &str) -> String {
    let starts = ["when ", "whenever ", "as soon as ", "every time ", "if ", "once "];
    let rest = starts.iter().find_map(|start| situation.strip_prefix(start));
    rest.map_or_else(|| format!("it is one of those times (“{situation}”)"), str::to_owned)
}

/// The targets: those in a block of their own, else those on a line that speaks of targets, else any.
fn amounts(text: &str) -> Amounts {
    let block = words::tagged(text, "targets").join("\n");
    let lines: Vec<&str> = text.lines().filter(|line| line.to_lowercase().contains("target")).collect();
    Amounts::find(&block).or(Amounts::find(&lines.join("\n"))).or(Amounts::find(text))
}

fn section(name: &str, person: &Person, amounts: Amounts) -> Vec<String> {
    let mut sentences = match name {
        "user_profile_and_context" => profile(person),
        "committed_approach" => vec![approach(amounts), routine(person)],
        "core_directive" => vec![directive(person)],
        "accountability_protocol" => vec![accountability(person)],
        "tone_and_style" => {
            vec!["Speak as a calm, direct coach who remembers what was agreed.".to_owned()]
        }
        "prohibited_responses" => vec![prohibition(person)],
        "conflict_resolution" => {
            vec!["When they argue against the approach, listen first and restate their point fairly.".to_owned()]
        }
        _ => vec![metric(amounts)],
    };
    sentences.extend(compose::owned(prompt_text::more(name)));
    sentences
}

fn profile(person: &Person) -> Vec<String> {
    let goal = person.of(Category::Goals).first().map(|goal| {
        let objective = goal.details["objective"].as_str().unwrap_or(&goal.summary);
        let deadline = person.detail(Category::Goals, "deadline");
        let deadline = deadline.filter(|deadline| !objective.contains(deadline));
        let deadline = deadline.map_or_else(String::new, |deadline| format!(" {deadline}"));
        format!("{}{deadline}", words::clip(objective, 16))
    });
    let who = person.name.as_deref().unwrap_or("somebody");
    let mut sentences = vec![match goal {
        Some(goal) => format!("You coach {who}, who wants to {}.", goal.trim_end_matches('.')),
        None => format!("You coach {who}, who has started over too often and wants this time to hold."),
    }];
    for (fact, opening) in
        person.of(Category::Challenges).iter().zip(["What has defeated them so far:", "They also say:", "And:"])
    {
        sentences.push(format!("{opening} “{}”.", words::clip(&fact.quote, 24)));
    }
    if let Some(motive) = person.detail(Category::Goals, "motivation") {
        sentences.push(format!("Their reason is their own: {}.", words::clip(&motive, 16)));
    }
    sentences
}

fn approach(amounts: Amounts) -> String {
    let grams = |amount: Option<u32>, name: &str| amount.map(|amount| format!("{amount} g of {name}"));
    let numbers: Vec<String> = [
        amounts.calories.map(|calories| format!("{calories} kcal")),
        grams(amounts.protein, "protein"),
        grams(amounts.carbs, "carbohydrates"),
        grams(amounts.fat, "fat"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match numbers.split_last() {
        None => "For the next eight weeks there is one approach: their daily targets, logged every day.".to_owned(),
        Some((last, [])) => format!("For the next eight weeks there is one approach: {last} a day, logged every day."),
        Some((last, rest)) => format!(
            "For the next eight weeks there is one approach: {} and {last} a day, logged every day.",
            rest.join(", ")
        ),
    }
}

fn routine(person: &Person) -> String {
    match person.of(Category::Training).first() {
        Some(fact) => format!("Their movement stays as it is: {}.", voice::small(&words::clip(&fact.summary, 16))),
        None => "Their movement starts with a daily walk of twenty minutes and grows from there.".to_owned(),
    }
}

fn directive(person: &Person) -> String {
    match person.of(Category::Challenges).first() {
        Some(fact) => format!("Your one task is to keep {} from ending another attempt.", fact.subject),
        None => "Your one task is to keep a bad day from becoming a lost week.".to_owned(),
    }
}

fn accountability(person: &Person) -> String {
    match person.of(Category::Meals).first() {
        Some(fact) => {
            format!("Ask daily about {}, because they told you: “{}”.", fact.subject, words::clip(&fact.quote, 18))
        }
        None => "Ask daily what was eaten and whether it was logged.".to_owned(),
    }
}

fn prohibition(person: &Person) -> String {
    match person.detail(Category::Challenges, "past_attempt") {
        Some(past) => format!("Never praise or repeat what failed before: {}.", words::clip(&past, 18)),
        None => "Never promise quick results.".to_owned(),
    }
}

fn metric(amounts: Amounts) -> String {
    match (amounts.calories, amounts.protein) {
        (Some(calories), Some(protein)) => {
            format!("Success is a weekly average near {calories} kcal with {protein} g of protein on most days.")
        }
        (Some(calories), None) => format!("Success is a weekly average near {calories} kcal."),
        _ => "Success is a week in which the log has no holes.".to_owned(),
    }
}

//! Who the person is, gathered from a request in whatever form it has them: facts, a transcript, a profile.

use serde::Deserialize;
use serde_json::Value;

use super::facts::{self, Category, Fact};
use super::{challenges, goals, meals, training, words};

/// A person as their own words describe them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// Their first name, where the request has it.
    pub name: Option<String>,
    facts: Vec<Fact>,
}

impl Person {
    /// Reads a request's text.
    pub fn read(text: &str) -> Self {
        let mut person = Self { name: first_name(text), facts: Vec::new() };
        for listed in words::tagged(text, "facts") {
            for fact in listed_facts(listed) {
                person.add(fact);
            }
        }
        for transcript in words::tagged(text, "transcript") {
            for fact in facts::extract(&spoken(transcript), None) {
                person.add(fact);
            }
        }
        for profile in ["profile", "psychological_profile"].iter().flat_map(|tag| words::tagged(text, tag)) {
            for fact in quoted(profile).iter().flat_map(|quote| facts::extract(quote, None)) {
                person.add(fact);
            }
        }
        if person.facts.is_empty() {
            // Words in quotation marks are theirs; without any markup the whole text is.
            let own = if text.contains('<') { quoted(text).join(".\n") } else { text.to_owned() };
            for fact in facts::extract(&own, None) {
                person.add(fact);
            }
        }
        person
    }

    /// The facts of a category, the most telling first.
    pub fn of(&self, category: Category) -> Vec<&Fact> {
        let mut facts: Vec<&Fact> = self.facts.iter().filter(|fact| fact.category == category).collect();
        // What can be measured comes first, then what has a situation or a reason attached.
        facts.sort_by_key(|fact| {
            let details = fact.details.as_object();
            let empty = details.map_or(0, |details| details.values().filter(|value| value.is_null()).count());
            let vague = category == Category::Goals && fact.details["target"].is_null();
            (vague || fact.subject == challenges::UNNAMED, empty, std::cmp::Reverse(words::count(&fact.quote).min(20)))
        });
        facts
    }

    /// A text field of the first fact that has it.
    pub fn detail(&self, category: Category, field: &str) -> Option<String> {
        self.of(category).iter().find_map(|fact| fact.details[field].as_str().map(str::to_owned))
    }

    fn add(&mut self, fact: Fact) {
        let known = self.facts.iter().any(|other| {
            other.quote == fact.quote || (other.category == fact.category && other.subject == fact.subject)
        });
        if !known {
            self.facts.push(fact);
        }
    }
}

/// Facts listed as JSON, as JSON lines, or as plain lines that begin with their category.
fn listed_facts(text: &str) -> Vec<Fact> {
    let text = unescape(text);
    let values: Vec<Value> = match serde_json::from_str(&text) {
        Ok(value) => vec![value],
        Err(_) => {
            text.lines().filter_map(|line| serde_json::from_str(line.trim().trim_end_matches(',')).ok()).collect()
        }
    };
    let mut facts = Vec::new();
    for value in values.iter().filter(|value| value.is_object() || value.is_array()) {
        walk(value, None, &mut facts);
    }
    if facts.is_empty() {
        facts = text.lines().filter_map(plain_fact).collect();
    }
    facts
}

fn walk(value: &Value, key: Option<&str>, facts: &mut Vec<Fact>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, key, facts)),
        Value::Object(object) => {
            let category = object.get("category").and_then(Value::as_str).or(key).and_then(category);
            let words = ["quote", "summary"].iter().find_map(|name| object.get(*name)?.as_str());
            match category.zip(words) {
                Some((category, words)) => facts.push(build(category, words)),
                None => object.iter().for_each(|(key, value)| walk(value, Some(key), facts)),
            }
        }
        _ => {}
    }
}

fn plain_fact(line: &str) -> Option<Fact> {
    let first = words::tokens(line).into_iter().next()?;
    let category = category(&first)?;
    let said = quoted(line).into_iter().next();
    let said = said.or_else(|| line.split_once([':', '|']).map(|(_, said)| said.trim().to_owned()))?;
    Some(build(category, &said))
}

fn category(name: &str) -> Option<Category> {
    match name {
        "training" => Some(Category::Training),
        "meals" | "meal" => Some(Category::Meals),
        "goals" | "goal" => Some(Category::Goals),
        "challenges" | "challenge" => Some(Category::Challenges),
        _ => None,
    }
}

fn build(category: Category, said: &str) -> Fact {
    let said = said.trim().trim_end_matches(['.', '!']);
    match category {
        Category::Training => training::fact(said),
        Category::Meals => meals::fact(said),
        Category::Goals => goals::fact(said),
        Category::Challenges => challenges::fact(said),
    }
}

/// The user's side of a transcript: lines, labels, tags, JSON, or a JSON object a line.
fn spoken(transcript: &str) -> String {
    let turns = transcript.lines().map(str::trim).filter(|line| !line.is_empty());
    if let Ok(turns) = turns.map(serde_json::from_str::<Turn>).collect::<Result<Vec<_>, _>>() {
        let said = turns.into_iter().filter(|turn| of_user(&turn.speaker));
        return said.map(|turn| turn.said).collect::<Vec<_>>().join("\n");
    }
    if let Ok(Value::Array(turns)) = serde_json::from_str::<Value>(transcript) {
        let said = turns.iter().filter(|turn| turn["role"] == "user");
        return said
            .filter_map(|turn| turn["content"].as_str().or(turn["text"].as_str()))
            .collect::<Vec<_>>()
            .join("\n");
    }
    let mut listening = true;
    let mut said = Vec::new();
    let separated = transcript.replace('<', "\n<").replace('>', ">\n");
    for line in separated.lines().map(str::trim) {
        if line.starts_with('<') {
            if !line.starts_with("</") {
                listening = !of_coach(line);
            }
            continue;
        }
        let (label, rest) = line.split_once(':').unwrap_or(("", line));
        let labelled = !label.is_empty() && words::count(label) <= 3 && !label.contains(char::is_numeric);
        if labelled && (of_coach(label) || of_user(label)) {
            listening = of_user(label);
            if listening {
                said.push(rest.trim());
            }
        } else if listening {
            said.push(line);
        }
    }
    unescape(&said.join("\n"))
}

/// What somebody has said, as one object.
#[derive(Deserialize)]
struct Turn {
    speaker: String,
    said: String,
}

fn of_coach(label: &str) -> bool {
    names(label, &["assistant", "coach", "consultation", "consultant", "interviewer", "sharpened", "ai"])
}

fn of_user(label: &str) -> bool {
    names(label, &["user", "client", "person", "me", "member"])
}

/// Whether a label or tag has one of these words.
fn names(label: &str, known: &[&str]) -> bool {
    let label = label.to_lowercase();
    label.split(|character: char| !character.is_alphanumeric()).any(|word| known.contains(&word))
}

/// The first name from a line `Name: ...` about the person.
fn first_name(text: &str) -> Option<String> {
    let person = words::tagged(text, "person");
    let line = person.iter().flat_map(|person| person.lines()).find_map(|line| line.trim().strip_prefix("Name:"))?;
    let name: String =
        line.split_whitespace().next()?.chars().take_while(|character| character.is_alphabetic()).collect();
    (!name.is_empty()).then_some(name)
}

/// The stretches in quotation marks that have at least three words.
fn quoted(text: &str) -> Vec<String> {
    let text = unescape(text);
    let marked = text.replace(['“', '”'], "\"");
    marked
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|quote| words::count(quote) >= 3)
        .map(|quote| quote.trim().to_owned())
        .collect()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(text: &str) -> Vec<String> {
        Person::read(text).of(Category::Challenges).iter().map(|fact| fact.quote.clone()).collect()
    }

    #[test]
    fn only_the_users_side_of_a_transcript_counts() {
        let expected = ["I gave up keto after two weeks"];
        for text in [
            "<transcript>\nCoach: When do you struggle with stress?\nUser: I gave up keto after two weeks.\n</transcript>",
            "<transcript><turn role=\"assistant\">I struggle to hear you.</turn><turn role=\"user\">I gave up keto after two weeks.</turn></transcript>",
            "<transcript>\nConsultation AI: What stops you?\nI quit asking.\nPerson: I gave up keto after two weeks.\n</transcript>",
            "<transcript>\n{\"speaker\":\"consultation AI\",\"said\":\"I quit?\"}\n{\"speaker\":\"person\",\"said\":\"I gave up keto after two weeks.\"}\n</transcript>",
            "<transcript>[{\"role\":\"assistant\",\"content\":\"I quit?\"},{\"role\":\"user\",\"content\":\"I gave up keto after two weeks.\"}]</transcript>",
        ] {
            assert_eq!(challenge(text), expected, "{text}");
        }
    }

    #[test]
    fn facts_are_read_as_json_and_as_lines() {
        let json = r#"<facts>[{"category":"challenges","subject":"stress","summary":"s","quote":"I binge when I am stressed"}]</facts>"#;
        assert_eq!(challenge(json), ["I binge when I am stressed"]);
        for lines in [
            "<facts>\n- challenges: stress eating (\"I binge when I am stressed\")\n- goals: lose weight\n</facts>",
            "<facts>\n- [challenges] stress: Eats. (\"I binge when I am stressed\")\n</facts>",
        ] {
            assert_eq!(challenge(lines), ["I binge when I am stressed"]);
        }
    }
}

//! What a person's own sentences say about them, in the four categories of the consultation.

use serde_json::{Value, json};

use super::words::{self, Sentence};
use super::{challenges, goals, meals, training};

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// How they move.
    Training,
    /// How they eat.
    Meals,
    /// What they want.
    Goals,
    /// What stops them.
    Challenges,
}

impl Category {
    /// The name in a structured answer.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Meals => "meals",
            Self::Goals => "goals",
            Self::Challenges => "challenges",
        }
    }

    const ALL: [Self; 4] = [Self::Challenges, Self::Goals, Self::Meals, Self::Training];
}

/// A fact that rests on a person's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What it is about.
    pub category: Category,
    /// A short name; the same thing said again has the same name.
    pub subject: String,
    /// The fact in a few words.
    pub summary: String,
    /// The words it rests on, exactly as they were written.
    pub quote: String,
    /// The category's own fields.
    pub details: Value,
}

impl Fact {
    /// The fact as hints for a structured answer.
    pub fn hints(&self) -> Value {
        let mut hints = self.details.clone();
        hints["category"] = json!(self.category.name());
        hints["subject"] = json!(self.subject);
        hints["summary"] = json!(self.summary);
        hints["quote"] = json!(self.quote);
        hints
    }
}

/// The facts in a text, one a statement at most, none twice. `leaning` is what the talk is about at the moment: it
/// decides where a sentence could mean two things.
pub fn extract(text: &str, leaning: Option<Category>) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for sentence in words::clauses(text) {
        let Some(category) = categorise(sentence, leaning) else {
            continue;
        };
        let fact = match category {
            Category::Training => training::fact(sentence.text),
            Category::Meals => meals::fact(sentence.text),
            Category::Goals => goals::fact(sentence.text),
            Category::Challenges => challenges::fact(sentence.text),
        };
        let known = facts.iter_mut().find(|other| other.category == category && other.subject == fact.subject);
        match known {
            // The fuller statement of the same thing stays.
            Some(other) if words::count(&other.quote) < words::count(&fact.quote) => *other = fact,
            Some(_) => {}
            None => facts.push(fact),
        }
    }
    facts
}

/// What a sentence is about; questions and small talk are about nothing.
fn categorise(sentence: Sentence<'_>, leaning: Option<Category>) -> Option<Category> {
    if sentence.question || words::count(sentence.text) < 2 || says_nothing(sentence.text) {
        return None;
    }
    let personal = words::mentions(sentence.text, &["i", "i'm", "i've", "i'd", "i'll", "my", "me", "we", "our"]);
    let score = |category: Category| {
        let hits = match category {
            Category::Training => training::score(sentence.text),
            Category::Meals => meals::score(sentence.text),
            Category::Goals => goals::score(sentence.text),
            Category::Challenges => challenges::score(sentence.text),
        };
        if hits > 0 && leaning == Some(category) { hits + 2 } else { hits }
    };
    let best = Category::ALL.into_iter().rev().max_by_key(|category| (score(*category), leaning == Some(*category)))?;
    // Without a first person, only a sentence about the matter at hand is taken to be about the speaker.
    let needed = if personal || leaning == Some(best) { 1 } else { 2 };
    (score(best) >= needed).then_some(best)
}

/// What people say about how they want to be spoken to; it is about the coach and not about them.
pub const INSTRUCTIONS: [&str; 15] = [
    "please",
    "could you",
    "can you",
    "remind me",
    "tell me",
    "tell you",
    "write you",
    "ask me",
    "talk to me",
    "shame me",
    "be direct",
    "be warm",
    "don't let",
    "celebrate",
    "don't tell me",
];

fn says_nothing(text: &str) -> bool {
    if words::mentions(text, &INSTRUCTIONS) {
        return true;
    }
    words::mentions(
        text,
        &[
            "i don't know",
            "not sure",
            "no idea",
            "i can't think",
            "nothing comes to mind",
            "let me think",
            "thank you",
            "thanks",
        ],
    ) && words::count(text) < 8
}

/// The names and words of a topic.
pub type Topic = (&'static str, &'static [&'static str]);

/// The first topic that a text mentions.
pub fn topic(text: &str, topics: &[Topic]) -> Option<&'static str> {
    topics.iter().find(|(_, phrases)| words::mentions(text, phrases)).map(|(name, _)| *name)
}

/// How many of the topics a text mentions.
pub fn hits(text: &str, topics: &[Topic]) -> u32 {
    let hits = topics.iter().filter(|(_, phrases)| words::mentions(text, phrases)).count();
    u32::try_from(hits).unwrap_or(u32::MAX)
}

/// The part of a text from one of these words up to the next comma, the word included.
pub fn clause_from<'a>(text: &'a str, starts: &[&str]) -> Option<&'a str> {
    let lower = text.to_lowercase();
    // Lower case may have another length in rare scripts; then there is no safe place to cut.
    if lower.len() != text.len() {
        return None;
    }
    let at = starts
        .iter()
        .filter_map(|start| {
            let found = lower.find(&format!(" {start} ")).map(|at| at + 1);
            found.or_else(|| lower.starts_with(&format!("{start} ")).then_some(0))
        })
        .min()?;
    let clause = text.get(at..)?.split([',', ';', ':', '–', '—']).next()?.trim();
    (words::count(clause) >= 2).then_some(clause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories(text: &str) -> Vec<(&'static str, String)> {
        extract(text, None).into_iter().map(|fact| (fact.category.name(), fact.subject)).collect()
    }

    #[test]
    fn sentences_find_their_category() {
        assert_eq!(categories("I run three times a week, about 40 minutes."), [("training", "running".to_owned())]);
        assert_eq!(categories("I skip breakfast most days"), [("meals", "breakfast".to_owned())]);
        assert_eq!(categories("I want to lose 8 kg by June."), [("goals", "weight loss".to_owned())]);
        assert_eq!(
            categories("When work gets stressful I eat biscuits until the packet is empty."),
            [("challenges", "stress eating".to_owned())]
        );
    }

    #[test]
    fn small_talk_and_questions_teach_nothing() {
        for text in ["Hello there!", "I don't know.", "What do you mean?", "Thanks", "Nice weather today", "ok"] {
            assert_eq!(extract(text, Some(Category::Goals)), [], "{text}");
        }
    }

    #[test]
    fn a_quote_is_always_the_persons_own_words() {
        let text =
            "So, I've tried keto twice but I gave up after two weeks each time. My knee hurts; I lift on Mondays.";
        let facts = extract(text, None);
        assert!(facts.len() >= 2, "{facts:?}");
        for fact in facts {
            assert!(text.contains(&fact.quote), "{}", fact.quote);
        }
    }
}

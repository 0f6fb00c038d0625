//! What the consultation learns: facts, each with the words it rests on and an id by which a correction names it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::category::Category;
use crate::field::one_line;
use crate::text::is_quoted;
use crate::word;

/// Names a fact within its consultation: `f3`. It stays the same for as long as the fact is known, whatever is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct FactId(u32);

impl FactId {
    /// The id with a number; facts are numbered from 1.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number; 0 of a fact that has none yet.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f{}", self.0)
    }
}

impl From<FactId> for String {
    fn from(id: FactId) -> Self {
        id.to_string()
    }
}

/// A text that names no fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no id of a fact")]
pub struct NoFactId;

impl FromStr for FactId {
    type Err = NoFactId;

    fn from_str(text: &str) -> Result<Self, NoFactId> {
        let number = text.trim().strip_prefix(['f', 'F']).ok_or(NoFactId)?;
        number.parse().map(Self).map_err(|_| NoFactId)
    }
}

impl TryFrom<String> for FactId {
    type Error = NoFactId;

    fn try_from(text: String) -> Result<Self, NoFactId> {
        text.parse()
    }
}

/// How experienced a person is at an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Experience {
    /// Less than half a year.
    Beginner,
    /// Up to a few years.
    Intermediate,
    /// Many years.
    Advanced,
}

/// One thing learned about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// Names it among the facts of its consultation, such as `f3`.
    #[serde(rename = "fact_id", default)]
    pub id: FactId,
    /// What kind of fact it is.
    pub category: Category,
    /// What it is about, in a few words: two facts of one category with the same subject are the same fact, and the later
    /// one replaces the earlier.
    pub subject: String,
    /// The fact in one sentence.
    pub summary: String,
    /// The person's own words that it rests on.
    pub quote: String,
    /// Of training, sessions a week.
    #[serde(default)]
    pub sessions_per_week: Option<u32>,
    /// Of training, for how long they have done it.
    #[serde(default, deserialize_with = "word::known")]
    pub experience: Option<Experience>,
}

impl Fact {
    /// The same fact with each of its texts on one line.
    #[must_use]
    pub fn on_one_line(self) -> Self {
        let (subject, summary, quote) = (one_line(&self.subject), one_line(&self.summary), one_line(&self.quote));
        Self { subject, summary, quote, ..self }
    }

    /// As it is shown.
    #[must_use]
    pub fn shown(self) -> Self {
        Self { category: self.category.shown(), ..self }
    }

    /// What makes two facts the same: category and subject, letters and digits only, in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        let words = fold(&self.subject);
        let category = match &self.category {
            Category::Unknown(word) => word.as_str(),
            known => known.name(),
        };
        format!("{category}#{}", words.join("-"))
    }

    /// Whether it says nothing that `other` does not say, whatever their ids.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        Self { id: other.id, ..self.clone() } == *other
    }

    /// Whether the quoted words were said in `transcript` ([`is_quoted`]). A fact whose words nobody said is the model's
    /// invention.
    #[must_use]
    pub fn is_quoted_from<'a>(&self, transcript: impl Iterator<Item = &'a str>) -> bool {
        is_quoted(&self.quote, transcript)
    }
}

/// Gives every fact that has no id yet, because an earlier release has written it, the lowest number that is free.
#[must_use]
pub fn numbered(mut facts: Vec<Fact>) -> Vec<Fact> {
    let taken: Vec<u32> = facts.iter().map(|fact| fact.id.number()).collect();
    let mut free = (1..).filter(|number| !taken.contains(number));
    for fact in facts.iter_mut().filter(|fact| fact.id == FactId::default()) {
        fact.id = free.next().map(FactId::new).unwrap_or_default();
    }
    facts
}

/// The words of `text` in lower case, without punctuation.
fn fold(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(subject: &str, quote: &str) -> Fact {
        Fact {
            id: FactId::new(3),
            category: Category::Training,
            subject: subject.to_owned(),
            summary: "Runs.".to_owned(),
            quote: quote.to_owned(),
            sessions_per_week: Some(3),
            experience: None,
        }
    }

    #[test]
    fn one_subject_is_one_fact_however_it_is_written() {
        assert_eq!(fact("Morning runs!", "").key(), fact(" morning  RUNS", "").key());
        assert_ne!(fact("morning runs", "").key(), fact("evening runs", "").key());
    }

    #[test]
    fn a_quote_must_have_been_said() {
        let said = ["Well, I run THREE times\na week — mostly.", "Nothing else"];
        assert!(fact("runs", "i run three times a week").is_quoted_from(said.into_iter()));
        assert!(!fact("runs", "I run four times a week").is_quoted_from(said.into_iter()));
        assert!(!fact("runs", "mostly nothing").is_quoted_from(said.into_iter()), "not across two messages");
        assert!(!fact("runs", "…").is_quoted_from(said.into_iter()), "an empty quote proves nothing");
    }

    #[test]
    fn a_fact_is_flat_on_the_wire() {
        let wire = serde_json::to_value(fact("runs", "I run")).expect("a fact serialises");
        assert_eq!(
            (&wire["category"], &wire["fact_id"], &wire["sessions_per_week"]),
            (&"training".into(), &"f3".into(), &3.into())
        );
        assert_eq!(serde_json::from_value::<Fact>(wire).expect("and reads back"), fact("runs", "I run"));
    }

    #[test]
    fn a_fact_of_an_earlier_release_is_read_and_gets_a_free_number() {
        let earlier = r#"{"category": "goals", "subject": "weight", "summary": "Less.", "quote": "eight kilos", "objective": "lose weight",
            "target": "70 kg", "deadline": null, "motivation": null}"#;
        let earlier: Fact = serde_json::from_str(earlier).expect("a fact");
        let ids: Vec<String> = numbered(vec![earlier.clone(), Fact { id: FactId::new(1), ..earlier.clone() }, earlier])
            .iter()
            .map(|fact| fact.id.to_string())
            .collect();
        assert_eq!(ids, ["f2", "f1", "f3"]);
    }

    #[test]
    fn an_id_is_read_as_a_model_writes_it() {
        for (text, id) in [("f12", Some(12)), (" F7 ", Some(7)), ("12", None), ("f", None), ("f-1", None), ("d1", None)]
        {
            assert_eq!(text.parse::<FactId>().ok().map(FactId::number), id, "{text}");
        }
    }
}

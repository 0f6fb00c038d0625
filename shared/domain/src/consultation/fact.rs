//! What the consultation learns: facts of four categories, each with its own fields and the words it rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::one_line;
use crate::meals::MealType;
use crate::text::is_quoted;

/// The four kinds of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// How the person trains.
    Training,
    /// How the person eats.
    Meals,
    /// What the person wants.
    Goals,
    /// What stands in the way.
    Challenges,
}

impl Category {
    /// The name under which the API and the tables speak of the category.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Meals => "meals",
            Self::Goals => "goals",
            Self::Challenges => "challenges",
        }
    }
}

/// One thing learned about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// What it is about, in a few words: two facts of one category with the same subject are the same fact, and the later
    /// one replaces the earlier.
    pub subject: String,
    /// The fact in one sentence.
    pub summary: String,
    /// The person's own words that it rests on.
    pub quote: String,
    /// The fields of its category.
    #[serde(flatten)]
    pub detail: FactDetail,
}

impl Fact {
    /// As it is shown.
    #[must_use]
    pub fn shown(self) -> Self {
        let detail = match self.detail {
            FactDetail::Meals(habit) => {
                FactDetail::Meals(MealHabit { meal_type: habit.meal_type.map(MealType::shown), ..habit })
            }
            other => other,
        };
        Self { detail, ..self }
    }
}

/// The typed fields of a fact, by category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "category", rename_all = "snake_case")]
pub enum FactDetail {
    /// How the person trains.
    Training(Training),
    /// How the person eats.
    Meals(MealHabit),
    /// What the person wants.
    Goals(GoalFact),
    /// What stands in the way.
    Challenges(Challenge),
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

/// How the person trains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Training {
    /// What they do: running, weights, yoga.
    pub activity: String,
    /// Sessions a week.
    pub sessions_per_week: Option<u32>,
    /// Minutes a session.
    pub minutes_per_session: Option<u32>,
    /// How long they have done it.
    pub experience: Option<Experience>,
}

/// How the person eats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MealHabit {
    /// The habit in a few words.
    pub habit: String,
    /// The meal that it is about.
    pub meal_type: Option<MealType>,
    /// When it usually happens, as `HH:MM` local time.
    pub usual_time: Option<String>,
}

/// What the person wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoalFact {
    /// The objective in a few words.
    pub objective: String,
    /// The number to reach, with its unit.
    pub target: Option<String>,
    /// By when.
    pub deadline: Option<String>,
    /// Why it matters to the person.
    pub motivation: Option<String>,
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Challenge {
    /// The obstacle in a few words.
    pub obstacle: String,
    /// What sets it off.
    pub trigger: Option<String>,
    /// What was tried before and how it ended.
    pub past_attempt: Option<String>,
}

impl Fact {
    /// The same fact with each of its texts on one line.
    #[must_use]
    pub fn on_one_line(self) -> Self {
        let (subject, summary, quote) = (one_line(&self.subject), one_line(&self.summary), one_line(&self.quote));
        Self { subject, summary, quote, ..self }
    }

    /// The category of the fact.
    #[must_use]
    pub const fn category(&self) -> Category {
        match self.detail {
            FactDetail::Training(_) => Category::Training,
            FactDetail::Meals(_) => Category::Meals,
            FactDetail::Goals(_) => Category::Goals,
            FactDetail::Challenges(_) => Category::Challenges,
        }
    }

    /// What makes two facts the same: category and subject, letters and digits only, in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        let words = fold(&self.subject);
        format!("{}#{}", self.category().name(), words.join("-"))
    }

    /// Whether the quoted words were said in `transcript` ([`is_quoted`]). A fact whose words nobody said is the model's
    /// invention.
    #[must_use]
    pub fn is_quoted_from<'a>(&self, transcript: impl Iterator<Item = &'a str>) -> bool {
        is_quoted(&self.quote, transcript)
    }
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
            subject: subject.to_owned(),
            summary: "Runs.".to_owned(),
            quote: quote.to_owned(),
            detail: FactDetail::Training(Training {
                activity: "running".to_owned(),
                sessions_per_week: Some(3),
                minutes_per_session: None,
                experience: None,
            }),
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
        assert_eq!(wire["category"], "training");
        assert_eq!(wire["sessions_per_week"], 3);
        assert_eq!(serde_json::from_value::<Fact>(wire).expect("and reads back"), fact("runs", "I run"));
    }
}

//! What facts are about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::word::Word;

/// The kinds of facts.
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
    /// What the person will do, and what they refuse to do.
    Commitments,
    /// How the person wants to be spoken to.
    Style,
    /// Conditions and medicines that the person has told of.
    Health,
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 7] =
        [Self::Training, Self::Meals, Self::Goals, Self::Challenges, Self::Commitments, Self::Style, Self::Health];

    /// The ones without which a coach would be written from nothing, what the person wants first.
    pub const SUBSTANCE: [Self; 4] = [Self::Goals, Self::Training, Self::Meals, Self::Challenges];

    /// The name under which the API and the tables speak of the category.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Meals => "meals",
            Self::Goals => "goals",
            Self::Challenges => "challenges",
            Self::Commitments => "commitments",
            Self::Style => "style",
            Self::Health => "health",
            Self::Unknown(_) => "unknown",
        }
    }
}

crate::word::shown_as_unknown!(Category);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_has_one_name_and_one_of_another_release_is_kept() {
        for category in Category::ALL {
            assert_eq!(serde_json::to_value(category).expect("a word"), category.name());
        }
        let sleep: Category = serde_json::from_str("\"sleep\"").expect("a word");
        assert_eq!(serde_json::to_value(sleep).expect("a word"), "sleep");
        assert_eq!(serde_json::to_value(sleep.shown()).expect("a word"), "unknown");
    }
}

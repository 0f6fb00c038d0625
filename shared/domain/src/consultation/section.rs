//! The sections of a consultation, in order, and honest progress through them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fact::Category;

/// One subject of the consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsultationSection {
    /// What the person wants, and why now.
    Goals,
    /// Height, sex, daily activity and diet.
    Body,
    /// How the person trains.
    Training,
    /// How the person eats.
    Meals,
    /// What made earlier attempts fail, and what sets it off.
    Challenges,
    /// What the person will commit to, and how they want to be coached.
    Commitment,
}

impl ConsultationSection {
    /// All of them, in the order in which they are talked about.
    pub const ALL: [Self; 6] =
        [Self::Goals, Self::Body, Self::Training, Self::Meals, Self::Challenges, Self::Commitment];

    /// The name under which the API and the prompts speak of the section.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Goals => "goals",
            Self::Body => "body",
            Self::Training => "training",
            Self::Meals => "meals",
            Self::Challenges => "challenges",
            Self::Commitment => "commitment",
        }
    }

    /// The category of facts without which the section has taught nothing; `None` where a section is not about a category.
    #[must_use]
    pub const fn category(self) -> Option<Category> {
        match self {
            Self::Goals => Some(Category::Goals),
            Self::Training => Some(Category::Training),
            Self::Meals => Some(Category::Meals),
            Self::Challenges => Some(Category::Challenges),
            Self::Body | Self::Commitment => None,
        }
    }
}

/// How far a consultation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Sections that are behind the person.
    pub sections_completed: usize,
}

impl Progress {
    /// Number of sections.
    pub const TOTAL: usize = ConsultationSection::ALL.len();

    /// The section being talked about; `None` once all are behind.
    #[must_use]
    pub fn current_section(self) -> Option<ConsultationSection> {
        ConsultationSection::ALL.get(self.sections_completed).copied()
    }

    /// Share of sections that are behind the person, rounded down: 100 only when the last one is.
    #[must_use]
    pub const fn percentage(self) -> usize {
        self.sections_completed * 100 / Self::TOTAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_reads_one_hundred_only_after_the_last_section() {
        let percentages: Vec<_> =
            (0..=Progress::TOTAL).map(|sections_completed| Progress { sections_completed }.percentage()).collect();
        assert_eq!(percentages, [0, 16, 33, 50, 66, 83, 100]);
        assert_eq!(Progress { sections_completed: 5 }.current_section(), Some(ConsultationSection::Commitment));
        assert_eq!(Progress { sections_completed: 6 }.current_section(), None);
    }
}

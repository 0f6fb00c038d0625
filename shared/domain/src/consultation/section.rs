//! The sections of a consultation, and honest progress through them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::category::Category;
use crate::word::Word;

/// One subject of the consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
    /// One that this release does not know: another one has written it.
    #[serde(untagged)]
    Unknown(Word),
}

impl ConsultationSection {
    /// All of them, in the order in which they are asked about.
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
            Self::Unknown(_) => "unknown",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }

    /// The category of facts without which the section has taught nothing; `None` where a section is not about a category.
    #[must_use]
    pub const fn category(self) -> Option<Category> {
        match self {
            Self::Goals => Some(Category::Goals),
            Self::Training => Some(Category::Training),
            Self::Meals => Some(Category::Meals),
            Self::Challenges => Some(Category::Challenges),
            Self::Commitment => Some(Category::Commitments),
            Self::Body | Self::Unknown(_) => None,
        }
    }
}

/// How far a consultation has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    covered: BTreeSet<ConsultationSection>,
}

impl Progress {
    /// Number of sections.
    pub const TOTAL: usize = ConsultationSection::ALL.len();

    /// What is stored of it: the sections that are behind the person, and how many they are. A release that knows no
    /// more than a number leaves sections behind in their order, so that where it counts more of them, the first of those
    /// that are missing are behind as well.
    #[must_use]
    pub fn stored(covered: impl IntoIterator<Item = ConsultationSection>, count: usize) -> Self {
        let mut progress = Self { covered: covered.into_iter().collect() };
        while progress.sections_completed() < count
            && let Some(next) = progress.current_section()
        {
            progress.cover(next);
        }
        progress
    }

    /// Leaves a section behind.
    pub fn cover(&mut self, section: ConsultationSection) {
        self.covered.insert(section);
    }

    /// Sections that are behind the person, also those that only another release knows.
    pub fn covered(&self) -> impl Iterator<Item = ConsultationSection> {
        self.covered.iter().copied()
    }

    /// Number of sections that are behind the person.
    #[must_use]
    pub fn sections_completed(&self) -> usize {
        Self::TOTAL - self.open().count()
    }

    /// Sections that are still to be talked about, in their order.
    pub fn open(&self) -> impl Iterator<Item = ConsultationSection> {
        ConsultationSection::ALL.into_iter().filter(|section| !self.covered.contains(section))
    }

    /// The section that is asked about next; `None` once all are behind.
    #[must_use]
    pub fn current_section(&self) -> Option<ConsultationSection> {
        self.open().next()
    }

    /// Share of sections that are behind the person, rounded down: 100 only when the last one is.
    #[must_use]
    pub fn percentage(&self) -> usize {
        self.sections_completed() * 100 / Self::TOTAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ConsultationSection::{Body, Commitment, Goals, Meals, Training};

    #[test]
    fn progress_reads_one_hundred_only_after_the_last_section() {
        let percentages: Vec<_> = (0..=Progress::TOTAL).map(|count| Progress::stored([], count).percentage()).collect();
        assert_eq!(percentages, [0, 16, 33, 50, 66, 83, 100]);
        assert_eq!(Progress::stored([], 5).current_section(), Some(Commitment));
        assert_eq!(Progress::stored([], 6).current_section(), None);
    }

    #[test]
    fn the_first_section_that_is_open_comes_next_whatever_was_talked_about_before() {
        let mut progress = Progress::default();
        for section in [Meals, Goals, Meals] {
            progress.cover(section);
        }
        assert_eq!((progress.sections_completed(), progress.current_section()), (2, Some(Body)));
    }

    #[test]
    fn a_release_that_only_counts_leaves_the_first_open_section_behind() {
        let progress = Progress::stored([Goals, Meals], 3);
        assert_eq!((progress.sections_completed(), progress.current_section()), (3, Some(Training)));
        assert_eq!(Progress::stored([Goals, Meals], 0).sections_completed(), 2);
        assert_eq!(Progress::stored([], 99).percentage(), 100);
    }

    #[test]
    fn a_section_of_another_release_is_kept_and_counts_for_nothing() {
        let sleep: ConsultationSection = serde_json::from_str("\"sleep\"").expect("a word");
        let progress = Progress::stored([sleep, Goals], 1);
        assert_eq!((progress.sections_completed(), progress.covered().count()), (1, 2));
    }

    #[test]
    fn a_section_has_one_name() {
        for section in ConsultationSection::ALL {
            assert_eq!(serde_json::to_value(section).expect("a word"), section.name());
            assert_eq!(ConsultationSection::named(section.name()), Some(section));
        }
    }
}

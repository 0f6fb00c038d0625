//! For whom a prompt is written, and how that follows from what was learned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::consultation::{Category, Experience, Fact};
use crate::profile::{ActivityLevel, Goal};
use crate::word::Word;

/// For whom a prompt is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserType {
    /// Somebody who is new to training, or of whose training too little is known.
    #[default]
    Beginner,
    /// Somebody who has trained regularly for at least half a year.
    Advanced,
    /// Somebody who has trained hard for many years and trains to perform.
    Athlete,
    /// A type that this release does not know: another one has written it. Nobody is given it.
    #[serde(untagged)]
    Unknown(Word),
}

/// Sessions a week of one activity from which somebody trains regularly.
const REGULAR_SESSIONS: u32 = 2;
/// Sessions a week of one activity from which somebody trains as an athlete does.
const ATHLETE_SESSIONS: u32 = 4;

impl UserType {
    /// Every one that people are given, from the least trained.
    pub const ALL: [Self; 3] = [Self::Beginner, Self::Advanced, Self::Athlete];

    /// The word that it is stored, answered and configured as.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Beginner => "beginner",
            Self::Advanced => "advanced",
            Self::Athlete => "athlete",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The type that follows from the typed fields of what was learned; words are not looked at, so that it is the same in
    /// every language. The highest that holds:
    ///
    /// 1. `Athlete`: one activity done for many years (`advanced`) at least four times a week, by somebody who wants to
    ///    perform (`improve_performance`) or trains hard on most days (activity level `active` or `very_active`).
    /// 2. `Advanced`: one activity done for half a year or longer (`intermediate` or `advanced`), at least twice a week.
    ///    Where nobody said how often, an activity level of `moderate` or more stands in. Where nobody said for how long,
    ///    an activity level of `active` or more does.
    /// 3. `Beginner`: everybody else, also when nothing is known. What is written for a beginner harms nobody who is
    ///    further, and an admin can say otherwise; what is written for an athlete can harm a beginner.
    ///
    /// Each activity counts by itself: daily walks beside a first month of weights make nobody an athlete.
    #[must_use]
    pub fn learned(facts: &[Fact], activity_level: Option<ActivityLevel>, goal: Goal) -> Self {
        use ActivityLevel::{Active, Moderate, VeryActive};
        let moves = matches!(activity_level, Some(Moderate | Active | VeryActive));
        let trains_hard = matches!(activity_level, Some(Active | VeryActive));
        let is_athletic = |training: &Fact| {
            training.experience == Some(Experience::Advanced)
                && training.sessions_per_week.is_some_and(|sessions| sessions >= ATHLETE_SESSIONS)
                && (goal == Goal::ImprovePerformance || trains_hard)
        };
        let is_regular = |training: &Fact| match training.experience {
            Some(Experience::Beginner) => false,
            Some(Experience::Intermediate | Experience::Advanced) => {
                training.sessions_per_week.map_or(moves, |sessions| sessions >= REGULAR_SESSIONS)
            }
            None => trains_hard && training.sessions_per_week.is_none_or(|sessions| sessions >= REGULAR_SESSIONS),
        };
        let mut trainings = facts.iter().filter(|fact| fact.category == Category::Training);
        if trainings.clone().any(is_athletic) {
            Self::Athlete
        } else if trainings.any(is_regular) {
            Self::Advanced
        } else {
            Self::Beginner
        }
    }
}

crate::word::shown_as_unknown!(UserType);

#[cfg(test)]
mod tests {
    use super::*;
    use ActivityLevel::{Active, Light, Moderate};
    use Experience::{Advanced, Intermediate};
    use Goal::{ImprovePerformance, LoseWeight};

    fn training(sessions_per_week: Option<u32>, experience: Option<Experience>) -> Fact {
        Fact {
            id: crate::consultation::FactId::default(),
            category: Category::Training,
            subject: "entraînement".to_owned(),
            summary: "Il court.".to_owned(),
            quote: "je cours".to_owned(),
            sessions_per_week,
            experience,
        }
    }

    #[test]
    fn who_is_unknown_is_written_to_as_a_beginner() {
        assert_eq!(UserType::learned(&[], None, ImprovePerformance), UserType::Beginner);
        assert_eq!(
            UserType::learned(&[], Some(Active), ImprovePerformance),
            UserType::Beginner,
            "no training is known"
        );
        assert_eq!(UserType::learned(&[training(None, None)], Some(Moderate), LoseWeight), UserType::Beginner);
        assert_eq!(UserType::learned(&[training(Some(6), None)], Some(Light), LoseWeight), UserType::Beginner);
        let new_to_it = training(Some(6), Some(Experience::Beginner));
        assert_eq!(UserType::learned(&[new_to_it], Some(Active), ImprovePerformance), UserType::Beginner);
    }

    #[test]
    fn half_a_year_of_regular_training_makes_somebody_advanced() {
        let of = |sessions, experience, level| UserType::learned(&[training(sessions, experience)], level, LoseWeight);
        assert_eq!(of(Some(2), Some(Intermediate), None), UserType::Advanced);
        assert_eq!(of(Some(1), Some(Intermediate), Some(Active)), UserType::Beginner, "once a week is not regular");
        assert_eq!(of(None, Some(Intermediate), Some(Moderate)), UserType::Advanced);
        assert_eq!(of(None, Some(Intermediate), Some(Light)), UserType::Beginner);
        assert_eq!(of(None, None, Some(Active)), UserType::Advanced);
        assert_eq!(of(Some(6), Some(Advanced), None), UserType::Advanced, "for years, and not to perform");
    }

    #[test]
    fn an_athlete_trains_often_for_years_and_to_perform() {
        let of = |sessions, level, goal| UserType::learned(&[training(Some(sessions), Some(Advanced))], level, goal);
        assert_eq!(of(4, None, ImprovePerformance), UserType::Athlete);
        assert_eq!(of(4, Some(Active), LoseWeight), UserType::Athlete);
        assert_eq!(of(3, Some(Active), ImprovePerformance), UserType::Advanced);
    }

    #[test]
    fn two_activities_do_not_add_up_to_one() {
        let walks = training(Some(7), Some(Experience::Beginner));
        let once_long_ago = training(Some(1), Some(Advanced));
        assert_eq!(UserType::learned(&[walks, once_long_ago], Some(Active), ImprovePerformance), UserType::Beginner);
    }

    #[test]
    fn a_type_has_one_name() {
        for user_type in UserType::ALL {
            assert_eq!(serde_json::to_value(user_type).expect("a word"), user_type.name());
        }
    }
}

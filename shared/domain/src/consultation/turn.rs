//! What one answer of the consultation AI changes.

use super::fact::Fact;
use super::session::{ConsultationSettings, Session};
use crate::profile::{BodyData, Goal, GoalText, LearnedGoal};
use crate::safety::{Condition, Health};
use crate::text::is_quoted;

/// What the consultation AI made of the person's latest message.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnOutcome {
    /// What it says to the person.
    pub reply: String,
    /// Whether it holds the current section to be covered.
    pub section_covered: bool,
    /// Facts that it claims to have learned.
    pub facts: Vec<Fact>,
    /// Body data that it learned.
    pub body: BodyData,
    /// The goal that it learned.
    pub goal: Option<Goal>,
    /// Conditions that it claims to have learned, each with the words that it rests on.
    pub health: Vec<(Condition, String)>,
}

impl TurnOutcome {
    /// An answer that has learned nothing.
    #[must_use]
    pub fn saying(reply: String) -> Self {
        let body = BodyData::default();
        Self { reply, section_covered: false, facts: Vec::new(), body, goal: None, health: Vec::new() }
    }
}

/// What holds after a turn has been applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// Facts that are new or replace an earlier one with the same key.
    pub facts: Vec<Fact>,
    /// How many claimed facts were refused because nobody said the words they quote.
    pub refused: usize,
}

impl Session {
    /// Keeps which goal the person's own words are, if an answer has learned it. The latest word counts.
    pub fn learn_goal(&mut self, learned: Option<Goal>, words: Option<&GoalText>) {
        if let (Some(goal), Some(words)) = (learned, words) {
            self.goal = Some(LearnedGoal { goal, words: words.clone() });
        }
    }

    /// Applies one answer: keeps the facts that rest on the person's words and are not known already, and moves on to the
    /// next section only if the present one taught something, or if it has taken its full share of messages.
    pub fn apply(
        &mut self,
        outcome: &TurnOutcome,
        said: &[String],
        known: &[Fact],
        settings: &ConsultationSettings,
    ) -> Learned {
        let said_so = |quote: &String| is_quoted(quote, said.iter().map(String::as_str));
        let told = outcome.health.iter().filter(|(_, quote)| said_so(quote)).map(|(condition, _)| *condition);
        self.health = self.health.changed_by(told.fold(Health::default(), Health::with));
        let claimed = outcome.facts.len();
        let quoted: Vec<&Fact> =
            outcome.facts.iter().filter(|fact| fact.is_quoted_from(said.iter().map(String::as_str))).collect();
        let refused = claimed - quoted.len();
        let mut facts: Vec<Fact> = Vec::new();
        for fact in quoted {
            if known.contains(fact) {
                continue;
            }
            facts.retain(|earlier| earlier.key() != fact.key());
            facts.push(fact.clone());
        }
        // Within one talk the latest word counts: people correct themselves.
        self.body = outcome.body.clone().filled_from(&self.body);

        if let Some(section) = self.progress.current_section() {
            let taught = match section.category() {
                Some(category) => known.iter().chain(&facts).any(|fact| fact.category() == category),
                None => self.section_messages > 0,
            };
            if (outcome.section_covered && taught) || self.section_messages >= settings.section_max_messages {
                self.progress.sections_completed += 1;
                self.section_messages = 0;
            }
        }
        Learned { facts, refused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultation::{ConsultationSection, FactDetail, GoalFact};
    use crate::profile::UserId;

    const SETTINGS: ConsultationSettings =
        ConsultationSettings { max_messages: 60, min_messages: 3, section_max_messages: 6 };

    fn session() -> Session {
        let now = "2026-03-01T10:00:00Z".parse().expect("an instant");
        let mut session = Session::start(uuid::Uuid::nil(), UserId::new("ana"), now);
        session.section_messages = 1;
        session
    }

    fn goal(subject: &str, quote: &str, target: Option<&str>) -> Fact {
        Fact {
            subject: subject.to_owned(),
            summary: "Wants to lose weight.".to_owned(),
            quote: quote.to_owned(),
            detail: FactDetail::Goals(GoalFact {
                objective: "lose weight".to_owned(),
                target: target.map(str::to_owned),
                deadline: None,
                motivation: None,
            }),
        }
    }

    fn outcome(section_covered: bool, facts: Vec<Fact>) -> TurnOutcome {
        TurnOutcome {
            reply: "And then?".to_owned(),
            section_covered,
            facts,
            body: BodyData::default(),
            goal: None,
            health: Vec::new(),
        }
    }

    fn said() -> Vec<String> {
        vec!["I want to lose 8 kilos".to_owned()]
    }

    #[test]
    fn a_section_moves_on_when_it_is_covered_and_taught_something() {
        let mut session = session();
        let learned =
            session.apply(&outcome(true, vec![goal("weight", "lose 8 kilos", None)]), &said(), &[], &SETTINGS);
        assert_eq!(learned.facts.len(), 1);
        assert_eq!(session.progress.current_section(), Some(ConsultationSection::Body));
    }

    #[test]
    fn a_section_does_not_move_on_when_nothing_was_learned() {
        let mut session = session();
        session.apply(&outcome(true, vec![]), &said(), &[], &SETTINGS);
        session.apply(&outcome(true, vec![goal("weight", "words nobody said", None)]), &said(), &[], &SETTINGS);
        assert_eq!(session.progress.current_section(), Some(ConsultationSection::Goals));
    }

    #[test]
    fn a_section_that_taught_nothing_is_left_behind_after_its_share_of_messages() {
        let mut session = session();
        session.section_messages = SETTINGS.section_max_messages;
        session.apply(&outcome(false, vec![]), &said(), &[], &SETTINGS);
        assert_eq!(session.progress.current_section(), Some(ConsultationSection::Body));
    }

    #[test]
    fn a_repeat_is_not_learned_twice_and_a_correction_replaces() {
        let known = [goal("weight", "lose 8 kilos", None)];
        let repeat = session().apply(&outcome(false, known.to_vec()), &said(), &known, &SETTINGS);
        assert!(repeat.facts.is_empty());
        let corrected = goal("Weight", "lose 8 kilos", Some("8 kg"));
        let correction = session().apply(&outcome(false, vec![corrected.clone()]), &said(), &known, &SETTINGS);
        assert_eq!(correction.facts, std::slice::from_ref(&corrected));
        assert_eq!(corrected.key(), known[0].key(), "the stored fact is replaced");
    }

    #[test]
    fn an_invented_fact_is_refused_and_counted() {
        let learned =
            session().apply(&outcome(false, vec![goal("x", "I hate mornings", None)]), &said(), &[], &SETTINGS);
        assert_eq!((learned.facts.len(), learned.refused), (0, 1));
    }

    #[test]
    fn of_two_goals_the_latest_word_counts_and_silence_changes_none() {
        let mut session = session();
        let words = GoalText::parse("goal", "put on muscle for rugby").expect("a goal");
        for goal in [None, Some(Goal::LoseWeight), Some(Goal::BuildMuscle), None] {
            session.learn_goal(goal, Some(&words));
        }
        assert_eq!(session.goal, Some(LearnedGoal { goal: Goal::BuildMuscle, words }));
        session.learn_goal(Some(Goal::Maintain), None);
        assert_eq!(
            session.goal.map(|learned| learned.goal),
            Some(Goal::BuildMuscle),
            "of a chosen one nothing is learned"
        );
    }

    #[test]
    fn a_condition_is_known_once_the_person_has_told_of_it() {
        let mut session = session();
        let health = vec![
            (Condition::Insulin, "I inject insulin".to_owned()),
            (Condition::PregnancyOrBreastfeeding, "I am pregnant".to_owned()),
        ];
        let told = TurnOutcome { health, ..outcome(false, Vec::new()) };
        session.apply(&told, &["Since spring I inject insulin.".to_owned()], &[], &SETTINGS);
        assert_eq!(session.health, Health::default().with(Condition::Insulin));
        session.apply(&outcome(false, Vec::new()), &["Nothing else".to_owned()], &[], &SETTINGS);
        assert_eq!(session.health, Health::default().with(Condition::Insulin), "it is not forgotten");
    }
}

//! Whether a profile and a prompt can honestly be written from what was said.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::category::Category;
use super::fact::Fact;
use super::session::{ConsultationSettings, Session, Status};

/// What a session still lacks to be completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "MissingFromConsultation")]
pub struct Lacking {
    /// Messages that have still to be sent.
    pub messages: u32,
    /// How many of `categories` have still to be talked about; `goals` is one of them where it stands among them.
    pub categories_needed: usize,
    /// What was not talked about yet.
    pub categories: Vec<Category>,
}

impl Lacking {
    /// Whether nothing is lacking.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.messages == 0 && self.categories_needed == 0
    }
}

/// Where a session stands on its way to be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether it can be completed now.
    pub can_complete: bool,
    /// Messages that the person has to send before it can.
    pub messages_needed: u32,
    /// Messages that it still takes.
    pub messages_left: u32,
}

impl Session {
    /// Where it stands, with what is known of the person.
    #[must_use]
    pub fn standing(&self, facts: &[Fact], settings: &ConsultationSettings) -> Standing {
        Standing {
            can_complete: self.can_complete(facts, settings),
            messages_needed: self.messages_needed(settings),
            messages_left: self.messages_left(settings),
        }
    }

    /// What is still lacking, with what is known of the person. At the last message that a session takes nothing is: it could
    /// not go on otherwise.
    #[must_use]
    pub fn lacks(&self, facts: &[Fact], settings: &ConsultationSettings) -> Lacking {
        if !self.takes_messages(settings) {
            return Lacking { messages: 0, categories_needed: 0, categories: Vec::new() };
        }
        let talked_about = self.talked_about(facts);
        let missing: Vec<Category> =
            Category::SUBSTANCE.into_iter().filter(|category| !talked_about.contains(category)).collect();
        let known = Category::SUBSTANCE.len() - missing.len();
        let wanted = settings.min_categories.saturating_sub(known);
        let goals = usize::from(settings.min_categories > 0 && missing.contains(&Category::Goals));
        let categories_needed = wanted.max(goals);
        Lacking {
            messages: self.messages_needed(settings),
            categories_needed,
            categories: if categories_needed == 0 { Vec::new() } else { missing },
        }
    }

    /// Whether it can be completed now. What was asked for once can be asked for again: a completion that has failed leaves no
    /// way to say more.
    #[must_use]
    pub fn can_complete(&self, facts: &[Fact], settings: &ConsultationSettings) -> bool {
        match self.status {
            Status::InProgress => self.lacks(facts, settings).is_nothing(),
            Status::Failed => true,
            Status::Generating | Status::Complete | Status::Unknown => false,
        }
    }

    /// Messages that the person has to send before anything can be written: what a model has declined to answer teaches
    /// nothing, and ends the session with the others.
    #[must_use]
    pub fn messages_needed(&self, settings: &ConsultationSettings) -> u32 {
        let sent = self.user_messages.saturating_sub(self.declined_messages);
        settings.min_messages.saturating_sub(sent).min(self.messages_left(settings))
    }

    /// Messages that the session still takes.
    #[must_use]
    pub const fn messages_left(&self, settings: &ConsultationSettings) -> u32 {
        settings.max_messages.saturating_sub(self.user_messages)
    }

    /// What facts are known of, and what the person did not want to talk about.
    fn talked_about(&self, facts: &[Fact]) -> BTreeSet<Category> {
        let declined = self.heard.declined.iter().filter_map(|section| section.category());
        facts.iter().map(|fact| fact.category).chain(declined).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::consultation::{ConsultationSection, FactId};
    use crate::profile::UserId;
    use Category::{Challenges, Goals, Meals, Style, Training};

    const SETTINGS: ConsultationSettings =
        ConsultationSettings { max_messages: 60, min_messages: 3, min_categories: 3, section_max_messages: 6 };

    fn session(user_messages: u32) -> Session {
        let now = "2026-03-01T10:00:00Z".parse().expect("an instant");
        Session { user_messages, ..Session::start(uuid::Uuid::nil(), UserId::new("ana"), now) }
    }

    fn facts(categories: &[Category]) -> Vec<Fact> {
        let fact = |category: &Category| Fact {
            id: FactId::default(),
            category: *category,
            subject: category.name().to_owned(),
            summary: "Told.".to_owned(),
            quote: "as it was told".to_owned(),
            sessions_per_week: None,
            experience: None,
        };
        categories.iter().map(fact).collect()
    }

    #[test]
    fn a_talk_of_a_single_subject_lacks_the_others_by_name() {
        let lacking = session(9).lacks(&facts(&[Meals, Style]), &SETTINGS);
        assert_eq!(
            lacking,
            Lacking { messages: 0, categories_needed: 2, categories: vec![Goals, Training, Challenges] }
        );
    }

    #[test]
    fn without_a_goal_nothing_is_written_however_much_was_said() {
        let lacking = session(9).lacks(&facts(&[Meals, Training, Challenges]), &SETTINGS);
        assert_eq!(lacking, Lacking { messages: 0, categories_needed: 1, categories: vec![Goals] });
        assert!(session(9).can_complete(&facts(&[Goals, Training, Challenges]), &SETTINGS));
    }

    #[test]
    fn a_question_that_was_declined_counts_as_talked_about() {
        let mut session = session(3);
        session.heard.declined = [ConsultationSection::Challenges].into();
        assert!(session.can_complete(&facts(&[Goals, Meals]), &SETTINGS));
    }

    #[test]
    fn a_consultation_that_has_hardly_begun_lacks_messages() {
        let whole = facts(&Category::ALL);
        assert_eq!(session(2).lacks(&whole, &SETTINGS).messages, 1);
        assert!(!session(2).can_complete(&whole, &SETTINGS) && session(3).can_complete(&whole, &SETTINGS));
    }

    #[test]
    fn a_deployment_may_ask_for_no_substance() {
        let settings = ConsultationSettings { min_categories: 0, ..SETTINGS };
        assert!(session(3).can_complete(&[], &settings));
    }

    #[test]
    fn a_completion_that_failed_can_be_asked_for_again_and_one_that_is_over_cannot() {
        let of = |status| Session { status, ..session(1) }.can_complete(&[], &SETTINGS);
        assert_eq!(
            [Status::Failed, Status::Generating, Status::Complete, Status::Unknown].map(of),
            [true, false, false, false]
        );
    }

    #[test]
    fn what_a_model_has_declined_is_not_enough_to_write_from() {
        let settings = ConsultationSettings { max_messages: 5, ..SETTINGS };
        let needed =
            |sent, declined_messages| Session { declined_messages, ..session(sent) }.messages_needed(&settings);
        assert_eq!((needed(4, 2), needed(4, 1), needed(5, 5)), (1, 0, 0));
    }

    proptest! {
        #[test]
        fn a_session_can_always_go_on_or_be_completed(
            max_messages in 1_u32..8, min_messages in 1_u32..8, min_categories in 0_usize..=4, sent in 0_u32..8,
            known in proptest::sample::subsequence(Category::ALL.to_vec(), 0..=7),
        ) {
            let settings = ConsultationSettings { max_messages, min_messages, min_categories, section_max_messages: 6 };
            let (session, facts) = (session(sent.min(max_messages)), facts(&known));
            prop_assert!(session.takes_messages(&settings) || session.can_complete(&facts, &settings));
            let lacking = session.lacks(&facts, &settings);
            prop_assert!(lacking.categories_needed <= lacking.categories.len());
            prop_assert!(session.messages_needed(&settings) <= session.messages_left(&settings));
            // Whoever tells what is lacking can complete.
            let told: Vec<Category> = known.iter().chain(lacking.categories.iter().take(lacking.categories_needed)).copied().collect();
            let later = Session { user_messages: session.user_messages + lacking.messages, ..session };
            prop_assert!(later.can_complete(&self::facts(&told), &settings));
        }
    }
}

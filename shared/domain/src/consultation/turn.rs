//! What one answer of the consultation AI changes.

use std::collections::BTreeSet;

use super::fact::{Fact, FactId};
use super::heard::{Concern, DoubtId};
use super::section::ConsultationSection;
use super::session::{ConsultationSettings, Session};
use crate::locale::Locale;
use crate::profile::{BodyData, Goal, GoalText, LearnedGoal, Weight};
use crate::safety::{Condition, Health};
use crate::text::is_quoted;

/// What the consultation AI made of the person's latest message.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TurnOutcome {
    /// What it says to the person.
    pub reply: String,
    /// Facts that it claims to have learned; their ids say nothing yet.
    pub facts: Vec<Fact>,
    /// Known facts that the message corrects or takes back.
    pub replaces: Vec<FactId>,
    /// Sections that it holds to be covered.
    pub sections_covered: BTreeSet<ConsultationSection>,
    /// Sections about which the person does not want to talk.
    pub declined: BTreeSet<ConsultationSection>,
    /// Body data that it learned.
    pub body: BodyData,
    /// The body weight that it learned.
    pub weight: Option<Weight>,
    /// The goal that it learned, with the words that it rests on.
    pub goal: Option<(Goal, String)>,
    /// Conditions that it claims to have learned, each with the words that it rests on.
    pub health: Vec<(Condition, String)>,
    /// What a coach has to be careful with.
    pub concerns: BTreeSet<Concern>,
    /// Contradictions that the message shows.
    pub doubts: Vec<String>,
    /// Doubts that the message answers.
    pub doubts_settled: Vec<DoubtId>,
    /// The language that the person mainly uses.
    pub language: Option<Locale>,
}

impl TurnOutcome {
    /// An answer that has learned nothing.
    #[must_use]
    pub fn saying(reply: String) -> Self {
        Self { reply, ..Self::default() }
    }
}

/// What is known of a person before their message is answered.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The facts of the session.
    pub facts: &'a [Fact],
    /// The body as the profile has it.
    pub body: &'a BodyData,
    /// The goal in the person's own words, as the profile has it.
    pub goal_text: Option<&'a GoalText>,
}

/// What holds after a turn has been applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// Facts that are new or say something else than before.
    pub facts: Vec<Fact>,
    /// Facts that were corrected or taken back, and are known no longer.
    pub removed: Vec<Fact>,
    /// How many claimed facts were refused because nobody said the words they quote.
    pub refused: usize,
}

impl Learned {
    /// What is known after the turn, if `before` was known before it.
    #[must_use]
    pub fn known(&self, before: &[Fact]) -> Vec<Fact> {
        let gone = |fact: &&Fact| {
            self.facts.iter().chain(&self.removed).any(|other| other.id == fact.id || other.key() == fact.key())
        };
        before.iter().filter(|fact| !gone(fact)).chain(&self.facts).cloned().collect()
    }
}

impl Session {
    /// Applies one answer, given to a message that was sent when the session last changed: keeps the facts that rest on the
    /// person's words and are not known already, drops those that the message corrects, and leaves a section behind only if it
    /// taught something, if the person does not want to talk about it, or if it has taken its full share of messages.
    pub fn apply(
        &mut self,
        outcome: &TurnOutcome,
        said: &[String],
        known: Known<'_>,
        settings: &ConsultationSettings,
    ) -> Learned {
        let said_so = |quote: &str| is_quoted(quote, said.iter().map(String::as_str));
        let told = outcome.health.iter().filter(|(_, quote)| said_so(quote)).map(|(condition, _)| *condition);
        self.health = self.health.changed_by(told.fold(Health::default(), Health::with));
        let goal = outcome.goal.as_ref().filter(|(_, quote)| said_so(quote)).map(|(goal, _)| *goal);
        self.learn_details(outcome, goal, known.goal_text);
        self.heard.concerns.extend(&outcome.concerns);
        self.heard.declined.extend(&outcome.declined);
        self.heard.doubt(&outcome.doubts_settled, &outcome.doubts);
        if let Some(language) = &outcome.language {
            self.heard.language = Some(language.clone());
        }
        let learned = self.learn_facts(outcome, said, known.facts);
        self.move_on(outcome, &learned.known(known.facts), known.body, settings);
        learned
    }

    /// Within one talk the latest word counts: people correct themselves.
    fn learn_details(&mut self, outcome: &TurnOutcome, goal: Option<Goal>, words: Option<&GoalText>) {
        self.heard.told_at.note(outcome.weight, &outcome.body, self.updated_at);
        self.body = outcome.body.clone().filled_from(&self.body);
        self.heard.weight = outcome.weight.or(self.heard.weight);
        if let Some(goal) = goal {
            self.heard.told_at.goal = Some(self.updated_at);
            self.goal = Some(LearnedGoal { goal, words: words.cloned() });
        }
    }

    fn learn_facts(&mut self, outcome: &TurnOutcome, said: &[String], known: &[Fact]) -> Learned {
        let quoted: Vec<&Fact> =
            outcome.facts.iter().filter(|fact| fact.is_quoted_from(said.iter().map(String::as_str))).collect();
        let refused = outcome.facts.len() - quoted.len();
        let mut latest: Vec<Fact> = Vec::new();
        for fact in &quoted {
            latest.retain(|earlier| earlier.key() != fact.key());
            latest.push((*fact).clone());
        }
        let restated = |fact: &Fact| latest.iter().any(|other| other.key() == fact.key());
        let removed: Vec<Fact> =
            known.iter().filter(|fact| outcome.replaces.contains(&fact.id) && !restated(fact)).cloned().collect();
        let highest = known.iter().map(|fact| fact.id.number()).max().unwrap_or(0);
        self.heard.facts_numbered = self.heard.facts_numbered.max(highest);
        let mut facts = Vec::new();
        for fact in latest {
            let before = known.iter().find(|other| other.key() == fact.key());
            if before.is_some_and(|before| fact.says_the_same_as(before)) {
                continue;
            }
            let id = before.map_or_else(|| self.next_fact(), |before| before.id);
            facts.push(Fact { id, ..fact });
        }
        Learned { facts, removed, refused }
    }

    fn next_fact(&mut self) -> FactId {
        self.heard.facts_numbered += 1;
        FactId::new(self.heard.facts_numbered)
    }

    fn move_on(&mut self, outcome: &TurnOutcome, known: &[Fact], body: &BodyData, settings: &ConsultationSettings) {
        let current = self.progress.current_section();
        let taught = |section: ConsultationSection| match section.category() {
            Some(category) => known.iter().any(|fact| fact.category == category),
            None => [&self.body, body].iter().any(|body| **body != BodyData::default()),
        };
        let covered: Vec<ConsultationSection> =
            outcome.sections_covered.iter().copied().filter(|section| taught(*section)).collect();
        let worn_out = current.filter(|_| self.section_messages >= settings.section_max_messages);
        for section in covered.into_iter().chain(outcome.declined.iter().copied()).chain(worn_out) {
            self.progress.cover(section);
        }
        if self.progress.current_section() != current {
            self.section_messages = 0;
        }
    }
}

#[cfg(test)]
mod tests;

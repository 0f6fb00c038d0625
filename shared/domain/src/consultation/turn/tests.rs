//! What a turn of the talk leaves behind.

use proptest::prelude::*;

use super::*;
use crate::consultation::Category;
use crate::profile::{Height, UserId};
use ConsultationSection::{Body, Challenges, Commitment, Goals, Meals, Training};

const SETTINGS: ConsultationSettings =
    ConsultationSettings { max_messages: 60, min_messages: 3, min_categories: 3, section_max_messages: 6 };

fn session() -> Session {
    let now = "2026-03-01T10:00:00Z".parse().expect("an instant");
    let mut session = Session::start(uuid::Uuid::nil(), UserId::new("ana"), now);
    session.section_messages = 1;
    session
}

fn fact(category: Category, subject: &str, summary: &str, quote: &str) -> Fact {
    Fact {
        id: FactId::default(),
        category,
        subject: subject.to_owned(),
        summary: summary.to_owned(),
        quote: quote.to_owned(),
        sessions_per_week: None,
        experience: None,
    }
}

fn goal(subject: &str, quote: &str) -> Fact {
    fact(Category::Goals, subject, "Wants to lose weight.", quote)
}

fn covering(sections: &[ConsultationSection], facts: Vec<Fact>) -> TurnOutcome {
    TurnOutcome { sections_covered: sections.iter().copied().collect(), facts, ..TurnOutcome::default() }
}

fn said() -> Vec<String> {
    vec!["I want to lose 8 kilos. I run three times a week, and I will cook on Sundays".to_owned()]
}

fn apply(session: &mut Session, outcome: &TurnOutcome, known: &[Fact]) -> Learned {
    let known = Known { facts: known, body: &BodyData::default(), goal_text: None };
    session.apply(outcome, &said(), known, &SETTINGS)
}

fn ids(facts: &[Fact]) -> Vec<String> {
    facts.iter().map(|fact| fact.id.to_string()).collect()
}

#[test]
fn one_message_covers_every_section_that_it_taught_something_about() {
    let mut session = session();
    let facts = vec![
        goal("weight", "lose 8 kilos"),
        fact(Category::Training, "running", "Runs.", "I run three times a week"),
        fact(Category::Commitments, "Sundays", "Cooks on Sundays.", "I will cook on Sundays"),
    ];
    let learned = apply(&mut session, &covering(&[Goals, Training, Meals, Commitment, Body], facts), &[]);
    assert_eq!(ids(&learned.facts), ["f1", "f2", "f3"]);
    let open: Vec<_> = session.progress.open().collect();
    assert_eq!(open, [Body, Meals, Challenges], "of meals and the body nothing was learned");
    assert_eq!(session.section_messages, 0, "another section is asked about");
}

#[test]
fn a_section_is_not_covered_by_words_that_nobody_said() {
    let mut session = session();
    apply(&mut session, &covering(&[Goals], vec![]), &[]);
    apply(&mut session, &covering(&[Goals], vec![goal("weight", "words that nobody said")]), &[]);
    assert_eq!(session.progress.current_section(), Some(Goals));
}

#[test]
fn a_section_that_the_person_declines_is_left_behind_at_once() {
    let mut session = session();
    let declines = TurnOutcome { declined: [Goals, Challenges].into(), ..TurnOutcome::default() };
    apply(&mut session, &declines, &[]);
    assert_eq!(session.progress.open().collect::<Vec<_>>(), [Body, Training, Meals, Commitment]);
    assert!(session.heard.declined.contains(&Challenges));
}

#[test]
fn a_section_that_taught_nothing_is_left_behind_after_its_share_of_messages() {
    let mut session = session();
    session.section_messages = SETTINGS.section_max_messages;
    apply(&mut session, &TurnOutcome::default(), &[]);
    assert_eq!(session.progress.current_section(), Some(Body));
}

#[test]
fn a_body_that_the_form_knows_need_not_be_told_again() {
    let body = BodyData { height: Height::parse("height_cm", 171.0).ok(), ..BodyData::default() };
    let mut session = session();
    let known = Known { facts: &[], body: &body, goal_text: None };
    session.apply(&covering(&[Body], vec![]), &said(), known, &SETTINGS);
    assert!(session.progress.covered().any(|section| section == Body));
}

#[test]
fn a_repeat_is_not_learned_twice_and_a_fact_keeps_its_id() {
    let mut session = session();
    let known = apply(&mut session, &covering(&[], vec![goal("weight", "lose 8 kilos")]), &[]).known(&[]);
    let repeat = apply(&mut session, &covering(&[], vec![goal("weight", "lose 8 kilos")]), &known);
    assert!(repeat.facts.is_empty() && repeat.known(&known) == known);
    let corrected = Fact { summary: "Wants to lose 8 kg.".to_owned(), ..goal("Weight!", "lose 8 kilos") };
    let correction = apply(&mut session, &covering(&[], vec![corrected]), &known);
    assert_eq!((ids(&correction.facts), correction.removed.len()), (vec!["f1".to_owned()], 0));
}

#[test]
fn a_correction_replaces_by_id_and_a_retraction_removes() {
    let mut session = session();
    let runs = fact(Category::Training, "running", "Runs.", "I run three times a week");
    let known = apply(&mut session, &covering(&[], vec![runs, goal("weight", "lose 8 kilos")]), &[]).known(&[]);
    let stopped = fact(Category::Training, "no training", "Stopped in August.", "I will cook on Sundays");
    let outcome = TurnOutcome { replaces: vec![known[0].id, FactId::new(99)], ..covering(&[], vec![stopped]) };
    let corrected = apply(&mut session, &outcome, &known);
    assert_eq!((ids(&corrected.removed), ids(&corrected.facts)), (vec!["f1".to_owned()], vec!["f3".to_owned()]));
    let known = corrected.known(&known);
    assert_eq!(ids(&known), ["f2", "f3"]);
    let taken_back = TurnOutcome { replaces: vec![FactId::new(3)], ..TurnOutcome::default() };
    let known = apply(&mut session, &taken_back, &known).known(&known);
    assert_eq!(ids(&known), ["f2"]);
    let again = apply(&mut session, &covering(&[], vec![goal("race", "lose 8 kilos")]), &known);
    assert_eq!(ids(&again.facts), ["f4"], "no number is used twice");
}

#[test]
fn an_invented_fact_is_refused_and_counted() {
    let learned = apply(&mut session(), &covering(&[], vec![goal("x", "I hate mornings")]), &[]);
    assert_eq!((learned.facts.len(), learned.refused), (0, 1));
}

#[test]
fn a_goal_needs_the_persons_words_and_of_two_the_latest_counts() {
    let mut session = session();
    let words = GoalText::parse("goal", "put on muscle for rugby").expect("a goal");
    for (goal, quote) in [
        (Goal::LoseWeight, "I want to lose 8 kilos"),
        (Goal::BuildMuscle, "I run three times a week"),
        (Goal::Maintain, "words that nobody said"),
    ] {
        let outcome = TurnOutcome { goal: Some((goal, quote.to_owned())), ..TurnOutcome::default() };
        let known = Known { facts: &[], body: &BodyData::default(), goal_text: Some(&words) };
        session.apply(&outcome, &said(), known, &SETTINGS);
    }
    apply(&mut session, &TurnOutcome::default(), &[]);
    assert_eq!(session.goal, Some(LearnedGoal { goal: Goal::BuildMuscle, words: Some(words) }));
}

#[test]
fn of_two_heights_the_latest_word_counts_and_silence_changes_none() {
    let mut session = session();
    for cm in [Some(168.0), Some(186.0), None] {
        let height = cm.and_then(|cm| Height::parse("height_cm", cm).ok());
        let outcome = TurnOutcome { body: BodyData { height, ..BodyData::default() }, ..TurnOutcome::default() };
        apply(&mut session, &outcome, &[]);
    }
    assert_eq!(session.body.height.map(Height::cm), Some(186.0));
    assert_eq!(session.heard.told_at.height, Some(session.updated_at));
}

#[test]
fn a_condition_is_known_once_the_person_has_told_of_it() {
    let mut session = session();
    let health = vec![
        (Condition::Insulin, "I inject insulin".to_owned()),
        (Condition::PregnancyOrBreastfeeding, "I am pregnant".to_owned()),
    ];
    let told = TurnOutcome { health, ..TurnOutcome::default() };
    let known = Known { facts: &[], body: &BodyData::default(), goal_text: None };
    session.apply(&told, &["Since spring I inject insulin.".to_owned()], known, &SETTINGS);
    assert_eq!(session.health, Health::default().with(Condition::Insulin));
    session.apply(&TurnOutcome::default(), &["Nothing else".to_owned()], known, &SETTINGS);
    assert_eq!(session.health, Health::default().with(Condition::Insulin), "it is not forgotten");
}

proptest! {
    #[test]
    fn whatever_an_answer_claims_ids_are_distinct_and_what_is_replaced_is_gone(
        turns in proptest::collection::vec(
            (proptest::collection::vec((0_usize..7, 0_u8..4, any::<bool>()), 0..4), proptest::collection::vec(0_u32..12, 0..3)),
            1..8,
        ),
    ) {
        let (mut session, mut known) = (session(), Vec::<Fact>::new());
        for (claims, replaces) in turns {
            let facts = claims.iter().map(|(category, subject, true_words)| {
                let quote = if *true_words { "I want to lose 8 kilos" } else { "words that nobody said" };
                fact(Category::ALL[*category], &subject.to_string(), quote, quote)
            });
            let replaces: Vec<FactId> = replaces.into_iter().map(FactId::new).collect();
            let outcome = TurnOutcome { replaces: replaces.clone(), facts: facts.collect(), ..TurnOutcome::default() };
            let learned = apply(&mut session, &outcome, &known);
            let after = learned.known(&known);
            let mut ids: Vec<FactId> = after.iter().map(|fact| fact.id).collect();
            let mut keys: Vec<String> = after.iter().map(Fact::key).collect();
            ids.sort_unstable();
            ids.dedup();
            keys.sort_unstable();
            keys.dedup();
            prop_assert_eq!((ids.len(), keys.len()), (after.len(), after.len()));
            prop_assert!(after.iter().all(|fact| fact.quote == "I want to lose 8 kilos" && fact.id.number() > 0));
            let restated = |fact: &Fact| outcome.facts.iter().any(|other| other.key() == fact.key());
            prop_assert!(after.iter().all(|fact| !replaces.contains(&fact.id) || restated(fact) || !known.contains(fact)));
            known = after;
        }
    }
}

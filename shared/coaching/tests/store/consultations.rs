//! Consultations: one session a person, one answer a message, and what was learned.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::TestDatabase;
use super::samples::{at, fact, goal, heard, message, profile, session, user};
use coaching::store::{Answered, Begun, ConsultationTable, StoreError, WriteOutcome};
use domain::consultation::{
    Category, ConsultationMessage, ConsultationSection, Fact, FactId, Progress, Session, SessionId,
};
use domain::conversation::Role;
use domain::lease::Lease;
use domain::money::Usd;
use test_support::Stores;

pub(super) fn noon() -> DateTime<Utc> {
    at("2026-11-02T12:00:00Z")
}

/// A lease for half a minute; `nudge` tells two of the same moment apart.
pub(super) fn lease(now: DateTime<Utc>, nudge: i64) -> Lease {
    Lease::from(now, Duration::seconds(30) + Duration::nanoseconds(nudge))
}

/// The session of ana, just opened.
pub(super) async fn opened() -> (Stores, SessionId) {
    opened_in(&TestDatabase::create().await).await
}

/// A consultation of Ana that has just been opened.
async fn opened_in(database: &TestDatabase) -> (Stores, SessionId) {
    let stores = database.stores();
    assert_eq!(stores.profiles.create_unclaimed(&profile("ana")).await.expect("stored"), WriteOutcome::Written);
    let id = Uuid::now_v7();
    let opening = message(0, Role::Assistant, "What brings you here?");
    let outcome = stores.consultations.open(&session(id, &user("ana")), &opening).await;
    assert_eq!(outcome.expect("opened"), WriteOutcome::Written);
    (stores, id)
}

pub(super) async fn read(consultations: &ConsultationTable, id: SessionId) -> Session {
    consultations.get(id).await.expect("readable").expect("there")
}

/// `before` after its person said something that is being answered under `lease`.
fn asked(before: &Session, lease: Lease) -> (Session, ConsultationMessage) {
    let mut session = before.clone();
    session.message_count += 1;
    session.user_messages += 1;
    session.section_messages += 1;
    session.answering = Some(lease);
    (session, message(before.message_count, Role::User, "I want to lose eight kilos."))
}

/// `asked` after the answer.
fn answered(asked: &Session) -> (Session, ConsultationMessage) {
    let mut session = asked.clone();
    session.message_count += 1;
    session.answering = None;
    session.progress = Progress::stored([ConsultationSection::Goals, ConsultationSection::Meals], 2);
    session.heard = heard();
    session.body = profile("ana").body;
    session.cost = Usd::from_nanos(12_345);
    (session, message(asked.message_count, Role::Assistant, "By when?"))
}

#[tokio::test]
async fn an_opened_session_is_read_back_and_named_in_the_profile() {
    let (stores, id) = opened().await;
    assert_eq!(read(&stores.consultations, id).await, session(id, &user("ana")));
    let transcript = stores.consultations.transcript(id).await.expect("readable");
    assert_eq!(transcript, [message(0, Role::Assistant, "What brings you here?")]);
    let profile = stores.profiles.get(&user("ana")).await.expect("readable").expect("there");
    assert_eq!(profile.consultation_session_id, Some(id));
    assert_eq!(stores.consultations.get(Uuid::nil()).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_person_has_one_session_however_often_they_start() {
    let (stores, id) = opened().await;
    let second = Uuid::now_v7();
    let opening = message(0, Role::Assistant, "Hello again.");
    let again = stores.consultations.open(&session(second, &user("ana")), &opening).await;
    assert_eq!(again.expect("an answer"), WriteOutcome::Conflict);
    assert_eq!(stores.consultations.get(second).await.expect("an answer"), None);
    assert_eq!(stores.consultations.transcript(second).await.expect("an answer"), []);
    let profile = stores.profiles.get(&user("ana")).await.expect("readable").expect("there");
    assert_eq!(profile.consultation_session_id, Some(id));
    let nobody = stores.consultations.open(&session(second, &user("ben")), &opening).await;
    assert_eq!(nobody.expect("an answer"), WriteOutcome::Conflict, "ben has no profile");
}

#[tokio::test]
async fn a_turn_stores_message_answer_facts_and_progress() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let (asked, question) = asked(&read(consultations, id).await, lease(noon(), 0));
    let begun = consultations.begin_turn(&asked, Some(&question), noon(), None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);
    assert_eq!(read(consultations, id).await, asked, "stored before anyone has answered");

    let (done, reply) = answered(&asked);
    let facts = [goal(1, "weight", "Less."), goal(2, "a race", "Ten kilometres.")];
    let turn = Answered { session: &done, reply: &reply, facts: &facts, removed: &[], declined: None };
    assert_eq!(
        consultations.finish_turn(&turn, lease(noon(), 0), None).await.expect("an answer"),
        WriteOutcome::Written
    );
    assert_eq!(read(consultations, id).await, done);
    let transcript = consultations.transcript(id).await.expect("readable");
    assert_eq!(transcript[1..], [question, reply]);
    assert_eq!(
        consultations.facts(id).await.expect("readable"),
        [goal(2, "a race", "Ten kilometres."), goal(1, "weight", "Less.")]
    );
}

#[tokio::test]
async fn one_message_sent_twice_at_once_is_stored_and_answered_once() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let before = read(consultations, id).await;
    let ((one, question), (other, _)) = (asked(&before, lease(noon(), 1)), asked(&before, lease(noon(), 2)));
    let outcomes = tokio::join!(
        consultations.begin_turn(&one, Some(&question), noon(), None),
        consultations.begin_turn(&other, Some(&question), noon(), None)
    );
    let outcomes = [outcomes.0.expect("an answer"), outcomes.1.expect("an answer")];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Begun::Written).count(), 1);
    assert_eq!(consultations.transcript(id).await.expect("readable").len(), 2);
}

#[tokio::test]
async fn nobody_speaks_while_a_message_is_being_answered_until_the_lease_lapses() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let (first, question) = asked(&read(consultations, id).await, lease(noon(), 0));
    let begun = consultations.begin_turn(&first, Some(&question), noon(), None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);

    let just_before = noon() + Duration::seconds(30) - Duration::nanoseconds(1);
    let (next, more) = asked(&first, lease(just_before, 0));
    let too_soon = consultations.begin_turn(&next, Some(&more), just_before, None).await;
    assert_eq!(too_soon.expect("an answer"), Begun::Conflict);

    let lapsed = noon() + Duration::seconds(30);
    let again = Session { answering: Some(lease(lapsed, 0)), ..first.clone() };
    let resumed = consultations.begin_turn(&again, None, lapsed, None).await;
    assert_eq!(resumed.expect("an answer"), Begun::Written, "the stored message is taken up again");
    let (done, reply) = answered(&first);
    let late =
        Answered { session: &done, reply: &reply, facts: &[goal(1, "weight", "Less.")], removed: &[], declined: None };
    let outcome = consultations.finish_turn(&late, lease(noon(), 0), None).await;
    assert_eq!(outcome.expect("an answer"), WriteOutcome::Conflict, "the lease is someone else's now");
    assert_eq!(consultations.transcript(id).await.expect("readable").len(), 2);
    assert_eq!(consultations.facts(id).await.expect("readable"), [], "a late answer leaves no trace");
}

#[tokio::test]
async fn an_answer_given_up_frees_the_session_and_its_cost_stays() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let (first, question) = asked(&read(consultations, id).await, lease(noon(), 0));
    let begun = consultations.begin_turn(&first, Some(&question), noon(), None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);

    consultations.abandon_turn(id, lease(noon(), 9), Usd::from_nanos(5), None).await.expect("an answer");
    assert_eq!(read(consultations, id).await.answering, first.answering, "someone else's lease stays");
    consultations.abandon_turn(id, lease(noon(), 0), Usd::from_nanos(7), None).await.expect("given back");
    let freed = read(consultations, id).await;
    assert_eq!((freed.answering, freed.cost), (None, Usd::from_nanos(12)), "money that was spent counts");

    let retried = Session { answering: Some(lease(noon(), 1)), ..freed };
    let begun = consultations.begin_turn(&retried, None, noon(), None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);
    assert_eq!(consultations.transcript(id).await.expect("readable").len(), 2, "the message is still there, once");
}

/// Says something and has it answered by what was learned and what is known no longer.
async fn learn(consultations: &ConsultationTable, id: SessionId, facts: &[Fact], removed: &[Fact]) {
    let state = read(consultations, id).await;
    let (asked, question) = asked(&state, lease(noon(), 0));
    let begun = consultations.begin_turn(&asked, Some(&question), noon(), None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);
    let (done, reply) = answered(&asked);
    let turn = Answered { session: &done, reply: &reply, facts, removed, declined: None };
    let finished = consultations.finish_turn(&turn, lease(noon(), 0), None).await;
    assert_eq!(finished.expect("an answer"), WriteOutcome::Written);
}

#[tokio::test]
async fn a_corrected_fact_replaces_the_earlier_one_and_facts_come_by_category() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let of = |number, category| Fact { id: FactId::new(number), ..fact(category, "knees", "Sore knees.") };
    let (challenge, training) = (of(1, Category::Challenges), of(4, Category::Training));
    let long = goal(3, &"very ".repeat(600), "Long.");
    learn(consultations, id, &[challenge.clone(), goal(2, "weight", "Less."), long.clone()], &[]).await;
    learn(consultations, id, &[goal(2, "Weight!", "Eight kilos less."), training.clone()], &[]).await;
    let facts = consultations.facts(id).await.expect("readable");
    assert_eq!(facts, [training, long, goal(2, "Weight!", "Eight kilos less."), challenge]);
}

#[tokio::test]
async fn a_fact_that_is_taken_back_is_gone_with_the_answer_that_says_so() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let (runs, long) = (goal(1, "a race", "Runs."), goal(2, &"very ".repeat(600), "Long."));
    learn(consultations, id, &[runs.clone(), long.clone()], &[]).await;
    learn(consultations, id, &[goal(3, "no race", "Stopped in August.")], &[runs, long]).await;
    let facts = consultations.facts(id).await.expect("readable");
    assert_eq!(facts, [goal(3, "no race", "Stopped in August.")]);
}

#[tokio::test]
async fn a_session_of_an_earlier_release_goes_on_where_its_number_of_sections_says() {
    let database = TestDatabase::create().await;
    let (stores, id) = opened_in(&database).await;
    learn(&stores.consultations, id, &[], &[]).await;
    let key = [("session_id", AttributeValue::S(id.to_string())), ("item", AttributeValue::S("session".to_owned()))];
    let table = &database.tables.consultation_sessions;
    super::edit(&database, table, &key, "sections_completed", Some(AttributeValue::N("3".to_owned()))).await;
    let both = read(&stores.consultations, id).await.progress;
    assert_eq!((both.sections_completed(), both.current_section()), (3, Some(ConsultationSection::Training)));
    for attribute in ["sections_covered", "heard"] {
        super::edit(&database, table, &key, attribute, None).await;
    }
    let counted = read(&stores.consultations, id).await;
    assert_eq!(counted.progress.current_section(), Some(ConsultationSection::Meals));
    assert_eq!(counted.heard, domain::consultation::Heard::default());
}

#[tokio::test]
async fn a_long_transcript_is_read_whole_and_in_order() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let mut state = read(consultations, id).await;
    for _ in 0..6 {
        let (asked, mut question) = asked(&state, lease(noon(), 0));
        question.text = "x".repeat(120_000);
        let begun = consultations.begin_turn(&asked, Some(&question), noon(), None).await;
        assert_eq!(begun.expect("an answer"), Begun::Written);
        let (done, mut reply) = answered(&asked);
        reply.text = "y".repeat(120_000);
        let turn = Answered { session: &done, reply: &reply, facts: &[], removed: &[], declined: None };
        assert_eq!(
            consultations.finish_turn(&turn, lease(noon(), 0), None).await.expect("an answer"),
            WriteOutcome::Written
        );
        state = done;
    }
    let transcript = consultations.transcript(id).await.expect("readable");
    assert_eq!(transcript.iter().map(|message| message.sequence).collect::<Vec<_>>(), (0..13).collect::<Vec<_>>());
    assert!(
        transcript.iter().map(|message| message.text.len()).sum::<usize>() > 1_048_576,
        "more than one answer holds"
    );
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_an_error_that_names_the_attribute_and_a_message_is_left_out() {
    let database = TestDatabase::create().await;
    let (stores, id) = opened_in(&database).await;
    let table = &database.tables.consultation_sessions;
    for (item, attribute) in [("session", "status"), ("message#000000", "role")] {
        let key = [("session_id", AttributeValue::S(id.to_string())), ("item", AttributeValue::S(item.to_owned()))];
        super::edit(&database, table, &key, attribute, Some(AttributeValue::N("1".to_owned()))).await;
    }
    let error = stores.consultations.get(id).await.expect_err("spoiled");
    assert!(matches!(error, StoreError::Corrupt { attribute, .. } if attribute == "status"));
    assert_eq!(stores.consultations.transcript(id).await.expect("readable"), []);
}

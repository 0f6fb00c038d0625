//! From a finished talk to a prompt: one worker at a time, and a failure that can be tried again.

use chrono::Duration;

use super::consultations::{lease, noon, opened, read};
use super::samples::{user, version};
use coaching::store::{Begun, NewVersion, WriteOutcome};
use domain::consultation::{Session, Status};
use domain::money::Usd;

#[tokio::test]
async fn a_session_is_completed_by_one_request_and_written_by_one_worker() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let leased = consultations.lease_generation(id, lease(noon(), 0), noon()).await;
    assert_eq!(leased.expect("an answer"), WriteOutcome::Conflict, "nobody has asked to complete it");

    let ana = user("ana");
    let both = tokio::join!(
        consultations.begin_generation(&ana, id, noon()),
        consultations.begin_generation(&ana, id, noon())
    );
    let both = [both.0.expect("an answer"), both.1.expect("an answer")];
    assert_eq!(both.iter().filter(|outcome| **outcome == WriteOutcome::Written).count(), 1);
    assert_eq!(read(consultations, id).await.status, Status::Generating);

    let workers = (1..=4).map(|nudge| consultations.lease_generation(id, lease(noon(), nudge), noon()));
    let outcomes = futures_util::future::try_join_all(workers).await.expect("answers");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == WriteOutcome::Written).count(), 1);
    let lapsed = noon() + Duration::seconds(31);
    let next = consultations.lease_generation(id, lease(lapsed, 0), lapsed).await;
    assert_eq!(next.expect("an answer"), WriteOutcome::Written, "a worker that vanished does not block for ever");
    consultations.release_generation(id, lease(lapsed, 0)).await.expect("given back");
    let again = consultations.lease_generation(id, lease(lapsed, 1), lapsed).await;
    assert_eq!(again.expect("an answer"), WriteOutcome::Written);
}

#[tokio::test]
async fn a_session_is_not_completed_while_a_message_is_being_answered() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let busy = Session { answering: Some(lease(noon(), 0)), ..read(consultations, id).await };
    assert_eq!(consultations.begin_turn(&busy, None, noon(), None).await.expect("an answer"), Begun::Written);
    assert_eq!(
        consultations.begin_generation(&user("ana"), id, noon()).await.expect("an answer"),
        WriteOutcome::Conflict
    );
    let lapsed = noon() + Duration::seconds(30);
    assert_eq!(
        consultations.begin_generation(&user("ana"), id, lapsed).await.expect("an answer"),
        WriteOutcome::Written
    );
    let session = read(consultations, id).await;
    assert_eq!((session.status, session.answering), (Status::Generating, None));
    let talk = Session { answering: Some(lease(lapsed, 0)), ..session };
    let begun = consultations.begin_turn(&talk, None, lapsed, None).await;
    assert_eq!(begun.expect("an answer"), Begun::Conflict, "the talk is over");
}

#[tokio::test]
async fn a_failure_is_explained_frees_the_session_and_can_be_tried_again() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    let fail = async |why: &str| {
        consultations.fail_generation(&user("ana"), id, lease(noon(), 0), why, noon()).await.expect("noted");
        consultations.withdraw_generation(&user("ana"), id, why, noon()).await.expect("noted");
    };
    fail("nothing is being generated").await;
    assert_eq!(read(consultations, id).await.status, Status::InProgress, "without effect");

    assert_eq!(
        consultations.begin_generation(&user("ana"), id, noon()).await.expect("an answer"),
        WriteOutcome::Written
    );
    let leased = consultations.lease_generation(id, lease(noon(), 0), noon()).await;
    assert_eq!(leased.expect("an answer"), WriteOutcome::Written);
    consultations
        .save_profile_text(id, lease(noon(), 0), "Steady and kind.", Usd::from_nanos(100))
        .await
        .expect("kept");
    consultations.withdraw_generation(&user("ana"), id, "A worker is at it.", noon()).await.expect("without effect");
    fail("The model was cut off.").await;
    let failed = read(consultations, id).await;
    assert_eq!((failed.status, failed.generation), (Status::Failed, None));
    assert_eq!(failed.failure.as_deref(), Some("The model was cut off."));
    assert_eq!(failed.conversational_profile.as_deref(), Some("Steady and kind."), "a retry does not pay again");
    assert_eq!(failed.cost, Usd::from_nanos(100));

    assert_eq!(
        consultations.begin_generation(&user("ana"), id, noon()).await.expect("an answer"),
        WriteOutcome::Written
    );
    let retried = read(consultations, id).await;
    assert_eq!((retried.status, retried.failure), (Status::Generating, None));
}

#[tokio::test]
async fn a_complete_session_stays_complete_and_keeps_its_profile() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    assert_eq!(
        consultations.begin_generation(&user("ana"), id, noon()).await.expect("an answer"),
        WriteOutcome::Written
    );
    let leased = consultations.lease_generation(id, lease(noon(), 0), noon()).await;
    assert_eq!(leased.expect("an answer"), WriteOutcome::Written);
    consultations.save_profile_text(id, lease(noon(), 0), "The first.", Usd::from_nanos(1)).await.expect("kept");
    let mut completing = NewVersion { completes: Some(id), ..version(&user("ana"), 0) };
    let written = stores.versions.add_prompt_version(&mut completing).await;
    assert_eq!(written.expect("an answer"), WriteOutcome::Written);

    consultations.save_profile_text(id, lease(noon(), 0), "A late one.", Usd::from_nanos(2)).await.expect("an answer");
    consultations.fail_generation(&user("ana"), id, lease(noon(), 0), "too late", noon()).await.expect("an answer");
    consultations.release_generation(id, lease(noon(), 0)).await.expect("an answer");
    assert_eq!(
        consultations.begin_generation(&user("ana"), id, noon()).await.expect("an answer"),
        WriteOutcome::Conflict
    );
    let again = consultations.lease_generation(id, lease(noon(), 1), noon()).await;
    assert_eq!(again.expect("an answer"), WriteOutcome::Conflict);
    let session = read(consultations, id).await;
    assert_eq!((session.status, session.generation, session.failure), (Status::Complete, None, None));
    assert_eq!(session.conversational_profile.as_deref(), Some("The first."));
    assert_eq!(session.cost, Usd::from_nanos(3), "what the late worker spent counts");
}

#[tokio::test]
async fn a_worker_whose_lease_has_lapsed_changes_nothing_of_what_the_next_one_holds() {
    let (stores, id) = opened().await;
    let consultations = &stores.consultations;
    assert_eq!(
        consultations.begin_generation(&user("ana"), id, noon()).await.expect("an answer"),
        WriteOutcome::Written
    );
    let later = noon() + Duration::seconds(30);
    let (lapsed, held) = (lease(noon(), 0), lease(later, 0));
    for (lease, now) in [(lapsed, noon()), (held, later)] {
        let leased = consultations.lease_generation(id, lease, now).await;
        assert_eq!(leased.expect("an answer"), WriteOutcome::Written);
    }
    consultations.save_profile_text(id, held, "The next one's.", Usd::from_nanos(1)).await.expect("kept");
    let before = read(consultations, id).await;

    consultations.release_generation(id, lapsed).await.expect("without effect");
    consultations.fail_generation(&user("ana"), id, lapsed, "It came too late.", later).await.expect("without effect");
    assert_eq!(read(consultations, id).await, before);
    consultations.save_profile_text(id, lapsed, "A late one.", Usd::from_nanos(2)).await.expect("its cost is kept");
    assert_eq!(read(consultations, id).await, Session { cost: Usd::from_nanos(3), ..before });
}

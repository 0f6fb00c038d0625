//! Prompt versions: one writer a version, a history that is never overwritten, and all that is written with a version.

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::samples::{at, behavior, check, decision, entry, message, profile, recipe, session, user, version};
use super::{TestDatabase, edit, pages};
use coaching::store::{
    Actor, AuditAction, AuditEntry, CheckOutcome, CheckResult, CheckedAs, NewVersion, PageRequest, StoreError,
    WriteOutcome,
};
use domain::consultation::Status;
use domain::conversation::Role;
use domain::profile::{PendingUpdate, PersonalPrompt, Profile, PromptWithdrawal};
use domain::recipe::Recipe;
use domain::safety::{Reason, Risk};
use test_support::Stores;

/// What a run has decided on.
fn pending() -> PendingUpdate {
    let run_id = Some("2026-11-29T03:00:00Z".to_owned());
    PendingUpdate { decision: decision(), metrics: behavior(2_400), recipe: recipe(), run_id }
}

async fn with(name: &str) -> Stores {
    let stores = TestDatabase::create().await.stores();
    assert_eq!(stores.profiles.create_unclaimed(&profile(name)).await.expect("stored"), WriteOutcome::Written);
    stores
}

async fn read(stores: &Stores, name: &str) -> Profile {
    stores.profiles.get(&user(name)).await.expect("readable").expect("there")
}

async fn add(stores: &Stores, version: &NewVersion) -> WriteOutcome {
    stores.versions.add_prompt_version(&mut version.clone()).await.expect("an answer")
}

#[tokio::test]
async fn a_version_is_in_the_profile_and_in_the_history_at_once() {
    let stores = with("ana").await;
    let first = NewVersion { conversational_profile: Some("Steady.".to_owned()), ..version(&user("ana"), 0) };
    assert_eq!(add(&stores, &first).await, WriteOutcome::Written);
    let expected = Profile {
        conversational_profile: Some("Steady.".to_owned()),
        prompt: Some(PersonalPrompt {
            text: first.entry.prompt.clone(),
            sections: None,
            version: 1,
            last_prompt_update: first.entry.created_at,
            prompt_behavioral_data: first.entry.behavioral_data.clone(),
            risk: Risk::Caution,
            recipe: first.entry.recipe.clone(),
            next_check_at: first.next_check_at,
        }),
        behavioral_data: first.entry.behavioral_data.clone(),
        last_behavior_check: Some(first.entry.created_at),
        ..profile("ana")
    };
    assert_eq!(read(&stores, "ana").await, expected);
    let history = &stores.prompt_history;
    assert_eq!(history.get(&user("ana"), 1).await.expect("readable"), Some(first.entry));
    assert_eq!(history.get(&user("ana"), 2).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_version_from_before_there_were_recipes_is_one_of_the_default() {
    let database = TestDatabase::create().await;
    let stores = database.stores();
    assert_eq!(stores.profiles.create_unclaimed(&profile("ana")).await.expect("stored"), WriteOutcome::Written);
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    let id = || AttributeValue::S("ana".to_owned());
    let profile = database.client.update_item().table_name(&database.tables.profiles).key("user_id", id());
    profile.update_expression("REMOVE recipe").send().await.expect("removed");
    let row = database.client.update_item().table_name(&database.tables.prompt_history).key("user_id", id());
    let row = row.key("version", AttributeValue::N("1".to_owned())).update_expression("REMOVE recipe");
    row.send().await.expect("removed");
    assert_eq!(read(&stores, "ana").await.prompt.expect("a prompt").recipe, Recipe::default());
    let row = stores.prompt_history.get(&user("ana"), 1).await.expect("readable").expect("there");
    assert_eq!(row.recipe, Recipe::default());
}

#[tokio::test]
async fn of_two_writers_of_one_version_one_wins_and_the_other_leaves_no_trace() {
    let stores = with("ana").await;
    let mut weekly = version(&user("ana"), 0);
    weekly.entry.prompt = "weekly".to_owned();
    let mut manual = version(&user("ana"), 0);
    manual.entry.prompt = "manual".to_owned();
    let outcomes = tokio::join!(add(&stores, &weekly), add(&stores, &manual));
    let winner = match outcomes {
        (WriteOutcome::Written, WriteOutcome::Conflict) => "weekly",
        (WriteOutcome::Conflict, WriteOutcome::Written) => "manual",
        both => panic!("one must win: {both:?}"),
    };
    let prompt = read(&stores, "ana").await.prompt.expect("a prompt");
    assert_eq!((prompt.text.as_str(), prompt.version), (winner, 1));
    let listed = stores.prompt_history.list(&user("ana"), &PageRequest::first(10)).await.expect("a page").items;
    assert_eq!(listed.iter().map(|entry| entry.prompt.as_str()).collect::<Vec<_>>(), [winner]);
}

#[tokio::test]
async fn a_restored_version_tells_where_its_text_comes_from_and_leaves_the_person_in_their_shard() {
    let stores = with("ana").await;
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    assert_eq!(add(&stores, &version(&user("ana"), 1)).await, WriteOutcome::Written);
    let restored = NewVersion { update_shard: None, ..version(&user("ana"), 2) };
    assert!(restored.entry.restored.is_some());
    assert_eq!(add(&stores, &restored).await, WriteOutcome::Written);
    let read = stores.prompt_history.get(&user("ana"), 3).await.expect("readable");
    assert_eq!(read, Some(restored.entry));
    let due =
        stores.profiles.due_page("007", at("2027-01-01T00:00:00Z"), &PageRequest::first(10)).await.expect("a page");
    let found = due.items.into_iter().next().expect("ana is there").expect("readable");
    assert_eq!((found.user_id, found.version), (user("ana"), 3));
}

#[tokio::test]
async fn what_was_decided_or_written_when_a_prompt_is_withdrawn_is_refused_unless_an_admin_writes_it() {
    let stores = with("ana").await;
    let entry = AuditEntry {
        user_id: user("ana"),
        at: at("2026-11-23T08:00:00Z"),
        id: Uuid::from_u128(1),
        actor: Actor::Admin(user("boss")),
        action: AuditAction::PromptWithdrawalSet {
            withdrawn: true,
            reason: Reason::parse("reason", "It does not fit.").expect("a reason"),
        },
    };
    let withdrawal = PromptWithdrawal {
        at: at("2026-11-23T08:00:00Z"),
        reason: Reason::parse("reason", "It does not fit.").expect("a reason"),
    };
    let set = async |withdrawal: Option<&PromptWithdrawal>| {
        let profiles = &stores.profiles;
        profiles.set_prompt_withdrawal(&user("ana"), withdrawal, &stores.audit, &entry).await.expect("an answer")
    };
    assert_eq!(set(Some(&withdrawal)).await, WriteOutcome::Conflict, "there is no prompt yet");
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    let changed = CheckResult::Changed(pending());
    let check = CheckOutcome { result: changed, ..check(1, CheckedAs::Batched) };
    assert_eq!(stores.profiles.record_check(&user("ana"), &check).await.expect("noted"), WriteOutcome::Written);
    assert_eq!(set(Some(&withdrawal)).await, WriteOutcome::Written);
    assert_eq!(read(&stores, "ana").await.pending_update, None);
    let again = PromptWithdrawal { at: at("2026-11-24T08:00:00Z"), ..withdrawal.clone() };
    assert_eq!(set(Some(&again)).await, WriteOutcome::Conflict, "the first withdrawal stands");
    let mut later = CheckOutcome { as_of: at("2026-12-13T03:00:00Z"), ..check };
    later.mark.page_id = "shard#007#later".to_owned();
    assert_eq!(stores.profiles.record_check(&user("ana"), &later).await.expect("noted"), WriteOutcome::Conflict);
    assert_eq!(add(&stores, &version(&user("ana"), 1)).await, WriteOutcome::Conflict);
    assert_eq!(stores.prompt_history.get(&user("ana"), 2).await.expect("an answer"), None);
    let unchanged = CheckOutcome { result: CheckResult::Withdrawn, ..later };
    assert_eq!(stores.profiles.record_check(&user("ana"), &unchanged).await.expect("noted"), WriteOutcome::Written);
    let audited = AuditEntry { id: Uuid::from_u128(2), ..entry.clone() };
    let written =
        stores.versions.add_audited_version(&mut version(&user("ana"), 1), &stores.audit, |_| audited.clone()).await;
    assert_eq!(written.expect("an answer"), WriteOutcome::Written);
    assert_eq!(read(&stores, "ana").await.prompt_withdrawn, Some(withdrawal));
    assert_eq!(set(None).await, WriteOutcome::Written);
    assert_eq!(read(&stores, "ana").await.prompt_withdrawn, None);
    assert_eq!(set(None).await, WriteOutcome::Conflict, "it is in use already");
}

#[tokio::test]
async fn a_version_follows_only_the_one_in_force() {
    let stores = with("ana").await;
    assert_eq!(add(&stores, &version(&user("ana"), 1)).await, WriteOutcome::Conflict, "there is no version 1 yet");
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Conflict, "version 1 again");
    assert_eq!(add(&stores, &version(&user("ana"), 1)).await, WriteOutcome::Written);
    assert_eq!(read(&stores, "ana").await.prompt.expect("a prompt").version, 2);
    assert_eq!(add(&stores, &version(&user("ben"), 0)).await, WriteOutcome::Conflict, "there is no such person");
    assert_eq!(stores.prompt_history.get(&user("ben"), 1).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_version_takes_the_place_of_the_behaviour_and_of_the_waiting_decision() {
    let stores = with("ana").await;
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    let pending = pending();
    let check = CheckOutcome { result: CheckResult::Changed(pending.clone()), ..check(1, CheckedAs::Batched) };
    let noted = stores.profiles.record_check(&user("ana"), &check).await.expect("an answer");
    assert_eq!(noted, WriteOutcome::Written);
    let waiting = read(&stores, "ana").await;
    let prompt = waiting.prompt.expect("a prompt");
    assert_eq!(waiting.behavioral_data, Some(behavior(1_501)), "until the change has reached a prompt");
    assert_eq!(
        prompt.prompt_behavioral_data,
        Some(behavior(1_501)),
        "the prompt still rests on what it was written from"
    );
    assert_eq!(prompt.last_prompt_update, entry(&user("ana"), 1).created_at, "a check is not an update");
    assert_eq!((waiting.last_behavior_check, prompt.next_check_at), (Some(check.checked_at), check.next_check_at));
    assert_eq!(waiting.pending_update, Some(pending));
    let mark = stores.profiles.check_mark(&user("ana")).await.expect("an answer");
    assert_eq!(mark, Some((check.mark, 1)));

    assert_eq!(add(&stores, &version(&user("ana"), 1)).await, WriteOutcome::Written);
    let done = read(&stores, "ana").await;
    assert_eq!(done.pending_update, None);
    assert_eq!(done.behavioral_data, done.prompt.expect("a prompt").prompt_behavioral_data);
    assert_eq!(stores.profiles.check_mark(&user("ana")).await.expect("an answer"), None, "another run's business");
}

#[tokio::test]
async fn of_two_workers_that_check_a_user_one_goes_on() {
    let stores = with("ana").await;
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    let first = check(1, CheckedAs::Unchanged);
    let mut second = first.clone();
    second.mark.page_id = "shard#007#another".to_owned();
    let record = async |check: &CheckOutcome| stores.profiles.record_check(&user("ana"), check).await;
    assert_eq!(record(&first).await.expect("an answer"), WriteOutcome::Written);
    assert_eq!(record(&second).await.expect("an answer"), WriteOutcome::Conflict);
    assert_eq!(record(&first).await.expect("an answer"), WriteOutcome::Written, "a repetition of the same write");
    let mark = stores.profiles.check_mark(&user("ana")).await.expect("an answer");
    assert_eq!(mark, Some((first.mark, 1)));
}

#[tokio::test]
async fn a_rewriting_that_failed_leaves_the_behaviour_that_it_was_compared_with() {
    let stores = with("ana").await;
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    let pending = pending();
    let begun = CheckOutcome { result: CheckResult::Changed(pending), ..check(1, CheckedAs::Begun) };
    let noted = stores.profiles.record_check(&user("ana"), &begun).await.expect("an answer");
    assert_eq!(noted, WriteOutcome::Written);
    for _ in 0..2 {
        assert_eq!(stores.profiles.fail_update(&user("ana"), 1).await.expect("an answer"), WriteOutcome::Written);
    }
    let failed = read(&stores, "ana").await;
    assert_eq!((failed.pending_update, failed.behavioral_data), (None, Some(behavior(1_501))));
    let (mark, _) = stores.profiles.check_mark(&user("ana")).await.expect("an answer").expect("a mark");
    assert_eq!(mark.outcome, CheckedAs::Failed);
    assert_eq!(add(&stores, &version(&user("ana"), 1)).await, WriteOutcome::Written);
    assert_eq!(stores.profiles.fail_update(&user("ana"), 1).await.expect("an answer"), WriteOutcome::Conflict);
}

#[tokio::test]
async fn a_check_that_is_taken_back_was_never_made() {
    let stores = with("ana").await;
    assert_eq!(add(&stores, &version(&user("ana"), 0)).await, WriteOutcome::Written);
    let before = read(&stores, "ana").await;
    let due_at = before.prompt.as_ref().expect("a prompt").next_check_at;
    let pending = pending();
    let begun = CheckOutcome { result: CheckResult::Changed(pending), ..check(1, CheckedAs::Begun) };
    let noted = stores.profiles.record_check(&user("ana"), &begun).await.expect("an answer");
    assert_eq!(noted, WriteOutcome::Written);
    let taken_back = stores.profiles.reopen_check(&user("ana"), 1, due_at).await.expect("an answer");
    assert_eq!(taken_back, WriteOutcome::Written);
    let after = read(&stores, "ana").await;
    assert_eq!(Profile { last_behavior_check: before.last_behavior_check, ..after }, before);
    assert_eq!(stores.profiles.check_mark(&user("ana")).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_check_of_a_version_that_is_no_longer_in_force_changes_nothing() {
    let stores = with("ana").await;
    let check = check(1, CheckedAs::Unchanged);
    let record = async |name: &str| stores.profiles.record_check(&user(name), &check).await.expect("an answer");
    assert_eq!(record("ana").await, WriteOutcome::Conflict, "no prompt yet");
    assert_eq!(record("ben").await, WriteOutcome::Conflict, "no such person");
    assert_eq!(stores.profiles.get(&user("ben")).await.expect("an answer"), None);
    for after in [0, 1] {
        assert_eq!(add(&stores, &version(&user("ana"), after)).await, WriteOutcome::Written);
    }
    let before = read(&stores, "ana").await;
    assert_eq!(record("ana").await, WriteOutcome::Conflict, "version 2 is in force");
    assert_eq!(read(&stores, "ana").await, before);
}

#[tokio::test]
async fn a_consultation_is_complete_exactly_when_its_prompt_exists() {
    let stores = with("ana").await;
    let id = Uuid::now_v7();
    let opened = session(id, &user("ana"));
    let opening = message(0, Role::Assistant, "Hello.");
    assert_eq!(stores.consultations.open(&opened, &opening).await.expect("opened"), WriteOutcome::Written);
    let first = NewVersion { completes: Some(id), ..version(&user("ana"), 0) };
    let status = async || stores.consultations.get(id).await.expect("readable").expect("there").status;

    assert_eq!(add(&stores, &first).await, WriteOutcome::Conflict, "nobody has asked to complete it");
    assert_eq!((status().await, read(&stores, "ana").await.prompt), (Status::InProgress, None));
    assert_eq!(stores.prompt_history.get(&user("ana"), 1).await.expect("an answer"), None);

    let begun = stores.consultations.begin_generation(&user("ana"), id, at("2026-11-02T11:00:00Z")).await;
    assert_eq!(begun.expect("an answer"), WriteOutcome::Written);
    assert_eq!(add(&stores, &first).await, WriteOutcome::Written);
    assert_eq!(status().await, Status::Complete);
    assert_eq!(
        add(&stores, &NewVersion { after: 1, entry: entry(&user("ana"), 2), ..first }).await,
        WriteOutcome::Conflict
    );
    assert_eq!(read(&stores, "ana").await.prompt.expect("a prompt").version, 1, "completed once");
}

#[tokio::test]
async fn versions_are_listed_newest_first_and_page_by_page() {
    let stores = with("ana").await;
    for after in 0..11 {
        assert_eq!(add(&stores, &version(&user("ana"), after)).await, WriteOutcome::Written);
    }
    assert_eq!(stores.profiles.create_unclaimed(&profile("ben")).await.expect("stored"), WriteOutcome::Written);
    assert_eq!(add(&stores, &version(&user("ben"), 0)).await, WriteOutcome::Written);
    let history = &stores.prompt_history;
    let listed = pages(5, async |page| history.list(&user("ana"), &page).await.expect("a page")).await;
    let versions: Vec<Vec<u32>> = listed.iter().map(|page| page.iter().map(|entry| entry.version).collect()).collect();
    assert_eq!(versions, [vec![11, 10, 9, 8, 7], vec![6, 5, 4, 3, 2], vec![1]]);
    let whole = history.list(&user("ana"), &PageRequest::first(11)).await.expect("a page");
    assert_eq!((whole.items.len(), whole.next), (11, None), "a full last page is known to be the last");
}

#[tokio::test]
async fn nobody_reads_on_in_the_history_of_another() {
    let stores = with("ana").await;
    for after in [0, 1] {
        assert_eq!(add(&stores, &version(&user("ana"), after)).await, WriteOutcome::Written);
    }
    let first = stores.prompt_history.list(&user("ana"), &PageRequest::first(1)).await.expect("a page");
    let request = PageRequest { limit: 1, cursor: first.next };
    assert!(request.cursor.is_some());
    let refused = stores.prompt_history.list(&user("ben"), &request).await;
    assert!(matches!(refused, Err(StoreError::ForeignCursor)));
}

#[tokio::test]
async fn a_number_that_only_the_history_has_is_passed_over_and_its_row_stays() {
    let database = TestDatabase::create().await;
    let stores = database.stores();
    assert_eq!(stores.profiles.create_unclaimed(&profile("ana")).await.expect("stored"), WriteOutcome::Written);
    for after in 0..3 {
        assert_eq!(add(&stores, &version(&user("ana"), after)).await, WriteOutcome::Written);
    }
    // As after the profiles were restored from a backup.
    let earlier = Some(AttributeValue::N("1".to_owned()));
    let key = [("user_id", AttributeValue::S("ana".to_owned()))];
    edit(&database, &database.tables.profiles, &key, "system_prompt_version", earlier).await;
    let mut next = NewVersion { entry: entry(&user("ana"), 2), ..version(&user("ana"), 1) };
    "written by the next writer".clone_into(&mut next.entry.prompt);
    assert_eq!(stores.versions.add_prompt_version(&mut next).await.expect("an answer"), WriteOutcome::Written);
    assert_eq!(next.entry.version, 4, "the first number that is free");
    let prompt = read(&stores, "ana").await.prompt.expect("a prompt");
    assert_eq!((prompt.version, prompt.text.as_str()), (4, "written by the next writer"));
    for number in [2, 3] {
        let row = stores.prompt_history.get(&user("ana"), number).await.expect("readable").expect("there");
        assert_eq!(row, entry(&user("ana"), number));
    }
}

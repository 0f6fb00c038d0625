//! The index of due users: who is listed, in which order, and who is due.

use aws_sdk_dynamodb::types::AttributeValue;

use super::samples::{at, behavior, check, profile, user, version_due};
use super::{TestDatabase, edit, pages};
use coaching::store::{
    CheckOutcome, CheckResult, CheckedAs, Cursor, DueUser, PageRequest, ProfileTable, StoreError, WriteOutcome,
};
use test_support::Stores;

const CHECKS: [(&str, &str); 5] = [
    ("ana", "2026-11-22T03:00:00Z"),
    ("ben", "2026-11-15T03:00:00Z"),
    ("cleo", "2026-11-22T02:59:59Z"),
    ("dora", "2026-11-29T03:00:00Z"),
    ("emil", "2026-11-15T03:00:00Z"),
];

/// Five people with a prompt, of whom [`CHECKS`] says when they are due.
pub(super) async fn with_prompts() -> (TestDatabase, ProfileTable) {
    let database = TestDatabase::create().await;
    let Stores { profiles, versions, .. } = database.stores();
    for (name, next_check_at) in CHECKS {
        assert_eq!(profiles.create_unclaimed(&profile(name)).await.expect("stored"), WriteOutcome::Written);
        let mut version = version_due(&user(name), 0, next_check_at);
        assert_eq!(versions.add_prompt_version(&mut version).await.expect("an answer"), WriteOutcome::Written);
    }
    // The index may lag by moments.
    for _ in 0..200 {
        if names(&all(&profiles).await).len() == CHECKS.len() {
            break;
        }
    }
    (database, profiles)
}

/// By then everybody with a prompt is due.
pub(super) const LATER: &str = "2027-01-01T00:00:00Z";

async fn all(profiles: &ProfileTable) -> Vec<DueUser> {
    due(profiles, LATER).await
}

async fn due(profiles: &ProfileTable, as_of: &str) -> Vec<DueUser> {
    let page = profiles.due_page("007", at(as_of), &PageRequest::first(100)).await.expect("a page");
    page.items.into_iter().map(|user| user.expect("a readable entry")).collect()
}

pub(super) fn names(users: &[DueUser]) -> Vec<&str> {
    users.iter().map(|user| user.user_id.as_str()).collect()
}

#[tokio::test]
async fn due_users_come_longest_due_first_and_only_if_due_strictly_before() {
    let (_database, profiles) = with_prompts().await;
    let users = due(&profiles, "2026-11-22T03:00:00Z").await;
    let mut longest_due = names(&users)[..2].to_vec();
    longest_due.sort_unstable();
    assert_eq!((longest_due, &names(&users)[2..]), (vec!["ben", "emil"], &["cleo"][..]));
    assert_eq!(names(&due(&profiles, "2026-11-22T03:00:00.9Z").await).len(), 3, "the same second");
    assert_eq!(names(&due(&profiles, "2026-11-22T03:00:01Z").await).len(), 4);
    assert!(due(&profiles, "2026-11-15T03:00:00Z").await.is_empty());
    for user in due(&profiles, "2026-11-22T03:00:01Z").await {
        assert!(domain::due::is_due(user.next_check_at, at("2026-11-22T03:00:01Z")));
    }
}

#[tokio::test]
async fn the_list_tells_all_that_a_check_needs() {
    let (_database, profiles) = with_prompts().await;
    let whole = profiles.get(&user("cleo")).await.expect("readable").expect("there");
    let (calendar, weekend) = (whole.calendar(), whole.circumstances().weekend);
    let prompt = whole.prompt.expect("a prompt");
    let listed = due(&profiles, "2026-11-22T03:00:00Z").await.pop().expect("someone is due");
    let expected = DueUser {
        user_id: whole.user_id,
        calendar,
        weekend,
        pauses: whole.pauses,
        targets: whole.targets,
        first_day: whole.first_day,
        version: prompt.version,
        behavioral_data: whole.behavioral_data,
        prompt_behavioral_data: prompt.prompt_behavioral_data,
        next_check_at: prompt.next_check_at,
    };
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn people_without_a_prompt_and_people_of_other_shards_are_not_on_the_list() {
    let (_database, profiles) = with_prompts().await;
    assert_eq!(profiles.create_unclaimed(&profile("fynn")).await.expect("stored"), WriteOutcome::Written);
    let listed = all(&profiles).await;
    assert_eq!(names(&listed)[2..], ["cleo", "ana", "dora"]);
    assert!(names(&listed)[..2].contains(&"ben") && names(&listed)[..2].contains(&"emil"), "at the same instant");
    let other = profiles.due_page("008", at(LATER), &PageRequest::first(100)).await.expect("a page");
    assert!(other.items.is_empty() && other.next.is_none());
}

#[tokio::test]
async fn a_check_moves_a_user_to_the_end_of_the_list_or_to_another_shard() {
    let (_database, profiles) = with_prompts().await;
    let checked = |update_shard: &str| CheckOutcome {
        result: CheckResult::Unchanged(behavior(1_800)),
        next_check_at: at("2026-12-01T15:00:00.75Z"),
        update_shard: update_shard.to_owned(),
        ..check(1, CheckedAs::Unchanged)
    };
    assert_eq!(profiles.record_check(&user("ben"), &checked("007")).await.expect("an answer"), WriteOutcome::Written);
    assert_eq!(profiles.record_check(&user("emil"), &checked("008")).await.expect("an answer"), WriteOutcome::Written);
    let mut listed = all(&profiles).await;
    for _ in 0..200 {
        if listed.len() == 4 && names(&listed).last() == Some(&"ben") {
            break;
        }
        listed = all(&profiles).await;
    }
    assert_eq!(names(&listed), ["cleo", "ana", "dora", "ben"]);
    assert_eq!(listed[3].next_check_at, at("2026-12-01T15:00:00Z"), "whole seconds");
    assert_eq!(listed[3].behavioral_data, Some(behavior(1_800)));
}

#[tokio::test]
async fn the_list_is_read_page_by_page_even_while_users_leave_it() {
    let (_database, profiles) = with_prompts().await;
    let as_of = at("2026-12-24T03:00:00Z");
    let listed = pages(2, async |page| {
        let page = profiles.due_page("007", as_of, &page).await.expect("a page");
        for due in page.items.iter().map(|user| user.as_ref().expect("a readable entry")) {
            let check = CheckOutcome {
                as_of,
                next_check_at: at("2026-12-31T03:00:00Z"),
                ..check(due.version, CheckedAs::Unchanged)
            };
            assert_eq!(profiles.record_check(&due.user_id, &check).await.expect("an answer"), WriteOutcome::Written);
        }
        page
    })
    .await;
    let mut seen: Vec<String> = listed.iter().flatten().flatten().map(|due| due.user_id.to_string()).collect();
    seen.sort();
    assert_eq!(seen, CHECKS.map(|(name, _)| name));
}

#[tokio::test]
async fn a_shard_is_looked_at_while_it_lists_somebody_who_is_due() {
    let (_database, profiles) = with_prompts().await;
    for (shard, as_of, lists) in [
        ("007", "2026-11-15T03:00:00Z", false),
        ("007", "2026-11-15T03:00:01Z", true),
        ("007", LATER, true),
        ("008", LATER, false),
    ] {
        assert_eq!(profiles.lists_due(shard, at(as_of)).await.expect("an answer"), lists, "{shard}, {as_of}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_shard_or_of_later_users_is_refused() {
    let (_database, profiles) = with_prompts().await;
    let page = profiles.due_page("007", at(LATER), &PageRequest::first(4)).await.expect("a page");
    let cursor = PageRequest { limit: 2, cursor: page.next };
    let other_shard = profiles.due_page("008", at(LATER), &cursor).await;
    assert!(matches!(other_shard, Err(StoreError::ForeignCursor)));
    let not_yet_due = profiles.due_page("007", at("2026-11-16T00:00:00Z"), &cursor).await;
    assert!(matches!(not_yet_due, Err(StoreError::ForeignCursor)));
    let nonsense = PageRequest { limit: 2, cursor: Some(Cursor("nonsense".to_owned())) };
    assert!(matches!(profiles.due_page("007", at(LATER), &nonsense).await, Err(StoreError::ForeignCursor)));
}

#[tokio::test]
async fn a_next_check_that_was_edited_by_hand_still_falls_due() {
    let (database, profiles) = with_prompts().await;
    let key = [("user_id", AttributeValue::S("dora".to_owned()))];
    for written in ["2026-11-20T03:00:00+00:00", "2026-11-20T03:00:00.123Z", "2026-11-20T03:00:00"] {
        let value = Some(AttributeValue::S(written.to_owned()));
        edit(&database, &database.tables.profiles, &key, "next_check_at", value).await;
        let mut users = Vec::new();
        for _ in 0..200 {
            users = due(&profiles, "2026-11-21T03:00:00Z").await;
            if users.len() == 3 {
                break;
            }
        }
        assert_eq!(names(&users)[2..], ["dora"], "{written}");
    }
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_does_not_hide_the_others() {
    let (database, profiles) = with_prompts().await;
    let key = [("user_id", AttributeValue::S("ben".to_owned()))];
    edit(&database, &database.tables.profiles, &key, "timezone", Some(AttributeValue::S("Nowhere/Land".to_owned())))
        .await;
    let mut items = Vec::new();
    for _ in 0..200 {
        let page = profiles.due_page("007", at("2026-11-22T03:00:00Z"), &PageRequest::first(100)).await;
        items = page.expect("a page").items;
        if items.iter().any(Result::is_err) {
            break;
        }
    }
    let unreadable: Vec<_> = items.iter().filter_map(|item| item.as_ref().err()).collect();
    assert_eq!(unreadable.iter().map(|user| user.user_id.as_str()).collect::<Vec<_>>(), ["ben"]);
    assert!(unreadable[0].cause.to_string().contains("timezone"));
    assert_eq!(items.len(), 3);
    assert!(matches!(profiles.due_user(&user("ben")).await, Err(StoreError::Corrupt { .. })));
    let alone = profiles.due_user(&user("cleo")).await.expect("readable").expect("there");
    assert!(items.iter().any(|item| item.as_ref().is_ok_and(|listed| *listed == alone)), "the same as in the list");
    assert_eq!(profiles.due_user(&user("nobody")).await.expect("an answer"), None);
}

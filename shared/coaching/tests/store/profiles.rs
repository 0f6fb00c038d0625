//! People: what is read back, who may write over whom, and what operators may do by hand.

use aws_sdk_dynamodb::types::AttributeValue;

use super::samples::{at, plain_profile, profile, set_access, user};
use super::{TestDatabase, edit};
use coaching::store::{AccessChange, ProfileTable, StoreError, WriteOutcome};
use domain::profile::{BodyData, Email, ManualRegeneration, Name};

async fn with_ana() -> (TestDatabase, ProfileTable) {
    let database = TestDatabase::create().await;
    let profiles = database.stores().profiles;
    assert_eq!(profiles.create_unclaimed(&profile("ana")).await.expect("stored"), WriteOutcome::Written);
    (database, profiles)
}

async fn edit_ana(database: &TestDatabase, attribute: &str, value: AttributeValue) {
    let key = [("user_id", AttributeValue::S("ana".to_owned()))];
    edit(database, &database.tables.profiles, &key, attribute, Some(value)).await;
}

#[tokio::test]
async fn a_profile_is_read_back_exactly_as_it_was_written() {
    let (_database, profiles) = with_ana().await;
    assert_eq!(profiles.get(&user("ana")).await.expect("readable"), Some(profile("ana")));
    assert_eq!(profiles.create_unclaimed(&plain_profile("ben")).await.expect("stored"), WriteOutcome::Written);
    assert_eq!(profiles.get(&user("ben")).await.expect("readable"), Some(plain_profile("ben")));
    assert_eq!(profiles.get(&user("cleo")).await.expect("an answer"), None);
}

#[tokio::test]
async fn signing_up_twice_does_not_replace_the_first_profile() {
    let (_database, profiles) = with_ana().await;
    let second = plain_profile("ana");
    assert_eq!(profiles.create_unclaimed(&second).await.expect("an answer"), WriteOutcome::Conflict);
    assert_eq!(profiles.get(&user("ana")).await.expect("readable"), Some(profile("ana")));
}

#[tokio::test]
async fn of_two_changes_made_from_the_same_revision_one_is_written() {
    let (_database, profiles) = with_ana().await;
    let renamed = |name: &str| {
        let mut changed = profile("ana");
        changed.name = Name::parse("name", name).expect("a name");
        changed
    };
    let (mina, zora) = (renamed("Mina"), renamed("Zora"));
    let outcomes = tokio::join!(profiles.save_details(&mina), profiles.save_details(&zora));
    let outcomes = [outcomes.0.expect("an answer"), outcomes.1.expect("an answer")];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == WriteOutcome::Written).count(), 1);
    let winner = if outcomes[0] == WriteOutcome::Written { mina } else { zora };
    let read = profiles.get(&user("ana")).await.expect("readable").expect("there");
    assert_eq!((&read.name, read.revision), (&winner.name, 1));
}

#[tokio::test]
async fn saving_details_leaves_what_the_person_does_not_write_alone() {
    let (database, profiles) = with_ana().await;
    let before_access = profiles.get(&user("ana")).await.expect("readable").expect("there");
    assert_eq!(set_access(&database.stores(), "ana", true).await.expect("written"), AccessChange::Written);
    let changed = domain::profile::Profile { body: BodyData::default(), ..before_access };
    assert_eq!(profiles.save_details(&changed).await.expect("an answer"), WriteOutcome::Written);
    let read = profiles.get(&user("ana")).await.expect("readable").expect("there");
    assert_eq!(read.body, profile("ana").body, "what is not known here may be a word of another release");
    assert!(read.consultation_enabled, "access is not a detail that the person writes");
}

#[tokio::test]
async fn details_of_nobody_are_not_saved() {
    let profiles = TestDatabase::create().await.stores().profiles;
    assert_eq!(profiles.save_details(&profile("ana")).await.expect("an answer"), WriteOutcome::Conflict);
    assert_eq!(profiles.get(&user("ana")).await.expect("an answer"), None);
}

#[tokio::test]
async fn access_is_given_and_taken_and_nobody_is_made_up() {
    let (database, profiles) = with_ana().await;
    let stores = database.stores();
    for (enabled, change) in
        [(true, AccessChange::Written), (true, AccessChange::Unchanged), (false, AccessChange::Written)]
    {
        assert_eq!(set_access(&stores, "ana", enabled).await.expect("an answer"), change);
        let read = profiles.get(&user("ana")).await.expect("readable").expect("there");
        assert_eq!(read.consultation_enabled, enabled);
    }
    assert_eq!(set_access(&stores, "ben", true).await.expect("an answer"), AccessChange::NoSuchUser);
    assert_eq!(profiles.get(&user("ben")).await.expect("an answer"), None);
}

#[tokio::test]
async fn everyone_with_an_address_is_found() {
    let (_database, profiles) = with_ana().await;
    let twin = domain::profile::Profile { user_id: user("ana-2"), ..profile("ana") };
    assert_eq!(profiles.create_unclaimed(&twin).await.expect("stored"), WriteOutcome::Written);
    assert_eq!(profiles.create_unclaimed(&profile("ben")).await.expect("stored"), WriteOutcome::Written);
    let address = |text| Email::parse("email", text).expect("an address");
    let mut found = Vec::new();
    for _ in 0..100 {
        found = profiles.find_by_email(&address("Ana@Example.com")).await.expect("an answer");
        if found.len() == 2 {
            break;
        }
    }
    found.sort();
    assert_eq!(found, [user("ana"), user("ana-2")]);
    assert_eq!(profiles.find_by_email(&address("cleo@example.com")).await.expect("an answer"), []);
}

#[tokio::test]
async fn a_prompt_can_be_asked_for_once_in_a_while() {
    let (_database, profiles) = with_ana().await;
    let ana = &user("ana");
    let claim = async |now: &str, not_since: &str| {
        profiles.claim_manual_regeneration(ana, at(now), at(not_since)).await.expect("an answer")
    };
    assert_eq!(claim("2026-11-22T10:00:00Z", "2026-11-21T10:00:00Z").await, WriteOutcome::Written);
    assert_eq!(claim("2026-11-23T09:59:59Z", "2026-11-22T09:59:59.999999999Z").await, WriteOutcome::Conflict);
    let held = profiles.get(ana).await.expect("readable").expect("there").manual_regeneration;
    assert_eq!(held, Some(ManualRegeneration { requested_at: at("2026-11-22T10:00:00Z") }));
    assert_eq!(claim("2026-11-23T10:00:00Z", "2026-11-22T10:00:00Z").await, WriteOutcome::Written);

    profiles.release_manual_regeneration(ana, at("2026-11-22T10:00:00Z")).await.expect("an answer");
    assert_eq!(
        claim("2026-11-23T11:00:00Z", "2026-11-22T11:00:00Z").await,
        WriteOutcome::Conflict,
        "another claim stays"
    );
    profiles.release_manual_regeneration(ana, at("2026-11-23T10:00:00Z")).await.expect("an answer");
    assert_eq!(claim("2026-11-23T11:00:00Z", "2026-11-22T11:00:00Z").await, WriteOutcome::Written);
    let nobody = user("ben");
    let claimed = profiles.claim_manual_regeneration(&nobody, at("2026-11-22T10:00:00Z"), at("2026-11-21T10:00:00Z"));
    assert_eq!(claimed.await.expect("an answer"), WriteOutcome::Conflict);
}

#[tokio::test]
async fn of_many_simultaneous_claims_exactly_one_is_granted() {
    let (_database, profiles) = with_ana().await;
    let (now, not_since) = (at("2026-11-22T10:00:00Z"), at("2026-11-21T10:00:00Z"));
    let ana = user("ana");
    let claims = (0..8).map(|_| profiles.claim_manual_regeneration(&ana, now, not_since));
    let outcomes = futures_util::future::try_join_all(claims).await.expect("answers");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == WriteOutcome::Written).count(), 1);
}

#[tokio::test]
async fn instants_that_were_edited_by_hand_are_understood() {
    let (database, profiles) = with_ana().await;
    for written in
        ["2026-11-01T02:30:15.123456-07:00", "2026-11-01T09:30:15.123456+00:00", "2026-11-01T09:30:15.123456"]
    {
        edit_ana(&database, "created_at", AttributeValue::S(written.to_owned())).await;
        assert_eq!(profiles.get(&user("ana")).await.expect(written), Some(profile("ana")), "{written}");
    }
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_is_an_error_that_names_the_attribute_and_nothing_else() {
    let spoiled = [
        ("age", AttributeValue::N("17".to_owned())),
        ("goal", AttributeValue::S("win the secret lottery".to_owned())),
        ("targets_history", AttributeValue::L(Vec::new())),
        ("first_day", AttributeValue::S("yesterday".to_owned())),
        ("consultation_enabled", AttributeValue::S("true".to_owned())),
        ("system_prompt_version", AttributeValue::S("one".to_owned())),
        ("name", AttributeValue::Null(true)),
    ];
    for (attribute, value) in spoiled {
        let (database, profiles) = with_ana().await;
        edit_ana(&database, attribute, value).await;
        let error = profiles.get(&user("ana")).await.expect_err(attribute);
        assert_eq!(
            error.to_string(),
            format!("reading a profile read an item whose attribute {attribute} is missing or malformed")
        );
        assert!(matches!(error, StoreError::Corrupt { .. }));
    }
}

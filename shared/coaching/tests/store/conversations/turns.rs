//! Messages in their places, one turn at a time.

use super::*;
use coaching::store::OpenedWith;
use domain::recipe::VariantName;

#[tokio::test]
async fn messages_and_header_are_read_back_as_they_were_written() {
    let conversations = TestDatabase::create().await.stores().conversations;
    let (one, first) = (talk_id(1), question(talk_id(1), 0, 1));
    let (header, reply) = first_turn(&conversations, &first).await;
    assert_eq!(conversations.header(&user("ana"), one).await.expect("readable"), Some(header.clone()));
    assert_eq!((header.first_words.as_str(), header.message_count), ("Question 1?", 2));

    let second = question(one, 2, 3);
    let asked = asked(&header, &second);
    let begun = conversations.begin_turn(&asked, Some(&second), second.created_at, None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);
    assert_eq!(conversations.header(&user("ana"), one).await.expect("readable"), Some(asked.clone()));
    let generic = reply_to(&second, None);
    let done = answered(&asked, &generic);
    finish(&conversations, &done, &second, &generic).await;
    assert_eq!(conversations.header(&user("ana"), one).await.expect("readable"), Some(done));

    let said = [first, reply, second, generic];
    assert_eq!(conversations.recent(&user("ana"), one, 10).await.expect("readable"), said);
    let last = conversations.recent(&user("ana"), one, 3).await.expect("readable");
    assert_eq!(last, said[1..], "the last, oldest first");
    assert_eq!(conversations.recent(&user("ben"), one, 10).await.expect("an answer"), [], "nobody else's");
    assert_eq!(conversations.header(&user("ben"), one).await.expect("an answer"), None);
    assert_eq!(conversations.recent(&user("ana"), talk_id(2), 10).await.expect("an answer"), []);
    assert_eq!(conversations.header(&user("ana"), talk_id(2)).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_reply_from_before_there_were_variants_was_written_by_the_standard_one() {
    let database = TestDatabase::create().await;
    let question = question(talk_id(1), 0, 1);
    let items = [reply_to(&question, Some(3)), reply_to(&question, None)].map(|reply| {
        let mut item = coach_message(&reply);
        item.remove("variant");
        item
    });
    for (item, expected) in items.into_iter().zip([Some("standard"), None]) {
        fill(&database.client, &database.tables.coach_conversations, [item]).await;
        let stored = database.stores().conversations.recent(&user("ana"), talk_id(1), 1).await.expect("readable");
        let CoachMessageBody::Reply(reply) = &stored[0].body else { panic!("a reply: {stored:?}") };
        assert_eq!(reply.variant.as_ref().map(VariantName::as_str), expected);
    }
}

#[tokio::test]
async fn positions_sort_as_numbers_and_another_conversation_is_never_read() {
    let database = TestDatabase::create().await;
    let conversations = database.stores().conversations;
    let other = (0..150).map(|number| question(talk_id(2), number, 1_000 + number));
    let said: Vec<_> = (0..120).map(|number| question(talk_id(1), number, number)).chain(other).collect();
    store(&database, &said).await;
    let positions = |messages: &[CoachMessage]| messages.iter().map(|message| message.position).collect::<Vec<_>>();
    let recent = conversations.recent(&user("ana"), talk_id(1), 21).await.expect("readable");
    assert_eq!(positions(&recent), (99..120).collect::<Vec<_>>());
    assert!(recent.iter().all(|message| message.conversation_id == talk_id(1)));
}

#[tokio::test]
async fn of_two_messages_at_once_one_gets_the_place_and_nothing_of_the_other_is_stored() {
    let conversations = TestDatabase::create().await.stores().conversations;
    let (header, _) = first_turn(&conversations, &question(talk_id(1), 0, 1)).await;
    let (one, other) = (question(talk_id(1), 2, 3), question(talk_id(1), 2, 4));
    let (one_asked, other_asked) = (asked(&header, &one), asked(&header, &other));
    let (left, right) = tokio::join!(
        conversations.begin_turn(&one_asked, Some(&one), noon(), None),
        conversations.begin_turn(&other_asked, Some(&other), noon(), None),
    );
    let outcomes = [left.expect("an answer"), right.expect("an answer")];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Begun::Written).count(), 1, "{outcomes:?}");
    assert!(outcomes.contains(&Begun::Conflict), "{outcomes:?}");
    let stored = conversations.recent(&user("ana"), talk_id(1), 10).await.expect("readable");
    assert_eq!(stored.len(), 3);
    let winner = if outcomes[0] == Begun::Written { one } else { other };
    assert_eq!(stored[2], winner);
}

#[tokio::test]
async fn nobody_writes_while_a_message_is_being_answered_until_the_lease_lapses() {
    let conversations = TestDatabase::create().await.stores().conversations;
    let first = question(talk_id(1), 0, 0);
    let answering = begun(&first);
    assert_eq!(conversations.open(&answering, &first, None, None).await.expect("an answer"), Begun::Written);

    let more = question(talk_id(1), 1, 1);
    let next = asked(&answering, &more);
    let just_before = noon() + Duration::seconds(30) - Duration::nanoseconds(1);
    let too_soon = conversations.begin_turn(&next, Some(&more), just_before, None).await;
    assert_eq!(too_soon.expect("an answer"), Begun::Conflict);

    let lapsed = noon() + Duration::seconds(30);
    let again = Conversation { answering: Some(lease(lapsed)), ..answering.clone() };
    let resumed = conversations.begin_turn(&again, None, lapsed, None).await;
    assert_eq!(resumed.expect("an answer"), Begun::Written, "the stored question is taken up again");
    let late = reply_to(&first, None);
    let outcome =
        conversations.finish_turn(&answered(&answering, &late), &first, &late, None, lease(noon()), None).await;
    assert_eq!(outcome.expect("an answer"), WriteOutcome::Conflict, "the lease is someone else's now");
    assert_eq!(conversations.recent(&user("ana"), talk_id(1), 10).await.expect("readable"), [first]);
    assert_eq!(conversations.header(&user("ana"), talk_id(1)).await.expect("readable"), Some(again));
}

#[tokio::test]
async fn a_turn_that_is_given_back_frees_the_conversation_and_the_question_stays() {
    let conversations = TestDatabase::create().await.stores().conversations;
    let first = question(talk_id(1), 0, 0);
    let answering = begun(&first);
    assert_eq!(conversations.open(&answering, &first, None, None).await.expect("an answer"), Begun::Written);
    let not_ours = Lease::from(noon(), Duration::seconds(31));
    conversations.abandon_turn(&answering, not_ours, None).await.expect("an answer");
    let header = conversations.header(&user("ana"), talk_id(1)).await.expect("readable").expect("there");
    assert_eq!(header.answering, answering.answering, "someone else's lease stays");
    conversations.abandon_turn(&answering, lease(noon()), None).await.expect("given back");
    let freed = conversations.header(&user("ana"), talk_id(1)).await.expect("readable").expect("there");
    assert_eq!((freed.answering, freed.message_count), (None, 1));
    assert_eq!(conversations.recent(&user("ana"), talk_id(1), 10).await.expect("readable"), [first]);
}

#[tokio::test]
async fn the_same_words_begin_one_conversation_and_another_one_once_it_is_known_that_they_were_answered() {
    let conversations = TestDatabase::create().await.stores().conversations;
    let ana = user("ana");
    let first = question(talk_id(1), 0, 1);
    let twin = CoachMessage { conversation_id: talk_id(2), message_id: id(2), ..first.clone() };
    let (begun_first, begun_twin) = (begun(&first), begun(&twin));
    let (left, right) = tokio::join!(
        conversations.open(&begun_first, &first, None, None),
        conversations.open(&begun_twin, &twin, None, None),
    );
    let outcomes = [left.expect("an answer"), right.expect("an answer")];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Begun::Written).count(), 1, "{outcomes:?}");
    let (first, begun_first) = if outcomes[0] == Begun::Written { (first, begun_first) } else { (twin, begun_twin) };
    let opened = async || conversations.opened_with(&ana, first.text()).await.expect("readable").expect("known");
    assert_eq!(opened().await, OpenedWith { conversation_id: first.conversation_id, answered_at: None });
    assert_eq!(conversations.opened_with(&ana, "Other words").await.expect("an answer"), None);
    assert_eq!(conversations.opened_with(&user("ben"), first.text()).await.expect("an answer"), None);

    let reply = reply_to(&first, None);
    finish(&conversations, &answered(&begun_first, &reply), &first, &reply).await;
    assert_eq!(
        opened().await,
        OpenedWith { conversation_id: first.conversation_id, answered_at: Some(reply.created_at) }
    );
    let anew = CoachMessage { conversation_id: talk_id(3), message_id: id(3), ..first.clone() };
    for (known, outcome) in
        [(None, Begun::Conflict), (Some(talk_id(9)), Begun::Conflict), (Some(first.conversation_id), Begun::Written)]
    {
        let begun = conversations.open(&begun(&anew), &anew, known, None).await;
        assert_eq!(begun.expect("an answer"), outcome, "{known:?}");
    }
    assert_eq!(opened().await, OpenedWith { conversation_id: talk_id(3), answered_at: None });
}

#[tokio::test]
async fn a_reply_to_a_later_message_leaves_the_words_of_the_first_unanswered() {
    let database = TestDatabase::create().await;
    let conversations = database.stores().conversations;
    let first = question(talk_id(1), 0, 1);
    let unanswered = Conversation { answering: None, ..begun(&first) };
    assert_eq!(conversations.open(&unanswered, &first, None, None).await.expect("an answer"), Begun::Written);
    let second = question(talk_id(1), 1, 2);
    let asked = asked(&unanswered, &second);
    let begun = conversations.begin_turn(&asked, Some(&second), second.created_at, None).await;
    assert_eq!(begun.expect("an answer"), Begun::Written);
    let reply = reply_to(&second, None);
    finish(&conversations, &answered(&asked, &reply), &second, &reply).await;
    let opened = conversations.opened_with(&user("ana"), first.text()).await.expect("readable");
    assert_eq!(opened, Some(OpenedWith { conversation_id: talk_id(1), answered_at: None }));
    // Words are remembered for a day.
    let stored = database.client.scan().table_name(&database.tables.coach_conversations).send().await;
    let stored = stored.expect("readable");
    let expiring: Vec<_> = stored.items().iter().filter_map(|item| item.get("expires_at")).collect();
    assert_eq!(expiring, [&aws_sdk_dynamodb::types::AttributeValue::N("1795435260".to_owned())]);
}

#[tokio::test]
async fn a_turn_whose_answers_were_lost_is_taken_once_and_ended_once() {
    let database = TestDatabase::create().await;
    let first = question(talk_id(1), 0, 1);
    let proxy = Behind::proxy(&database, [test_support::Fate::LoseAnswer; 2]).await;
    let conversations = &proxy.stores.conversations;
    let asked = begun(&first);
    assert_eq!(conversations.open(&asked, &first, None, None).await.expect("an answer"), Begun::Written);
    let reply = reply_to(&first, None);
    let lost = Behind::proxy(&database, [test_support::Fate::LoseAnswer]).await;
    finish(&lost.stores.conversations, &answered(&asked, &reply), &first, &reply).await;
    assert_eq!(lost.writes().len(), 2, "the SDK asked again");
    assert_eq!(conversations.recent(&user("ana"), talk_id(1), 10).await.expect("readable"), [first, reply]);
}

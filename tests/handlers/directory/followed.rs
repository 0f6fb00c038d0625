//! Changes of profiles, delivered as the stream does: twice, late, at once, killed, and with one among them that cannot be read.

use aws_sdk_dynamodb::types::AttributeValue;
use coaching::api::streams::{StreamAnswer, StreamEvent};
use coaching::store::PageRequest;
use serde_json::json;

use super::{assert_exact, prompted};
use harness::{Deployment, Interruption, Log, at_every_moment};

#[tokio::test]
async fn everybody_is_counted_once_however_often_their_changes_come() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.prompted(name, &[2_000; 6]).await;
    }
    deployment.sign_up("dan").await;
    let changes = deployment.profile_changes().await;
    for _ in 0..3 {
        assert_eq!(deployment.deliver_changes(&deployment.app(), changes.clone()).await, StreamAnswer::default());
        assert_exact(&deployment, &["ana", "ben", "cleo", "dan"]).await;
    }
    assert_eq!(prompted(&deployment).await, ["ana", "ben", "cleo"]);
    let counts = deployment.stores.counters.counts().await.expect("the sums can be read");
    assert_eq!((counts.prompted(), counts.by_version()[&1]), (3, 3));
}

#[tokio::test]
async fn a_hundred_changes_take_few_transactions() {
    let deployment = Deployment::new().await;
    for person in 0..30 {
        deployment.sign_up(&format!("person-{person}")).await;
    }
    let (interruption, app) = Interruption::of(&deployment, harness::Moment::Never).await;
    deployment.deliver_changes(&app, deployment.profile_changes().await).await;
    let writes: usize =
        interruption.seen().iter().filter(|(kind, _)| kind.starts_with("TransactWriteItems")).map(|(_, n)| n).sum();
    assert_eq!(writes, 1, "{:?}", interruption.seen());
    assert!(interruption.seen().values().sum::<usize>() <= 4, "{:?}", interruption.seen());
}

#[tokio::test]
async fn a_change_of_what_nobody_lists_or_counts_reads_and_writes_nothing() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.follow_profiles().await;
    deployment.edit_profile("ana", "diet", AttributeValue::S("vegetarian".to_owned())).await;
    let (interruption, app) = Interruption::of(&deployment, harness::Moment::Never).await;
    deployment.deliver_changes(&app, deployment.profile_changes().await).await;
    assert!(interruption.seen().is_empty(), "{:?}", interruption.seen());
}

#[tokio::test]
async fn a_watcher_that_vanishes_at_any_point_is_followed_by_one_that_counts_everybody_once() {
    at_every_moment(|moment| async move {
        let deployment = Deployment::new().await;
        for name in ["ana", "ben"] {
            deployment.sign_up(name).await;
        }
        deployment.follow_profiles().await;
        deployment.set_access("ana", true).await;
        deployment.sign_up("cleo").await;
        deployment.remove_profile("ben").await;
        let changes = deployment.profile_changes().await;
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.deliver_changes(&app, changes.clone())).await.is_none();
        deployment.deliver_changes(&deployment.app(), changes).await;
        assert_exact(&deployment, &["ana", "ben", "cleo"]).await;
        vanished
    })
    .await;
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_is_left_as_it_was_with_an_event_and_harms_nobody_else() {
    let log = Log::capture();
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.sign_up(name).await;
    }
    deployment.follow_profiles().await;
    deployment.edit_profile("ben", "consultation_enabled", AttributeValue::S("yes please".to_owned())).await;
    deployment.set_access("cleo", true).await;
    deployment.follow_profiles().await;
    let page = PageRequest::first(10);
    let in_state = async |state| {
        let page = deployment.stores.directory.in_state(state, &page).await.expect("the list can be read");
        page.items.into_iter().map(|user| user.user_id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(in_state(domain::profile::UserState::Waiting).await.len(), 2, "ben among them");
    assert_eq!(in_state(domain::profile::UserState::Consulting).await, ["cleo"]);
    let [line] = &log.of("user_not_listed")[..] else { panic!("one line") };
    assert_eq!(line["user_id"], "ben");
    assert!(line["cause"].as_str().is_some_and(|cause| cause.contains("consultation_enabled")), "{line}");

    deployment.edit_profile("ben", "consultation_enabled", AttributeValue::Bool(true)).await;
    deployment.follow_profiles().await;
    assert_exact(&deployment, &["ana", "ben", "cleo"]).await;
}

#[tokio::test]
async fn what_is_no_change_of_a_profile_is_passed_over() {
    let deployment = Deployment::new().await;
    let event: StreamEvent = serde_json::from_value(json!({"Records": [
        {}, {"dynamodb": {}}, {"dynamodb": {"Keys": {"user_id": {"N": "7"}}, "NewImage": {"name": {"S": "Ana"}}}},
        {"dynamodb": {"Keys": {"user_id": {"S": "nobody"}}, "NewImage": {"name": {"S": "Ana"}}, "SequenceNumber": "1"}},
    ]}))
    .expect("an event");
    assert_eq!(deployment.deliver_changes(&deployment.app(), event).await, StreamAnswer::default());
    assert_exact(&deployment, &["nobody"]).await;
}

#[tokio::test]
async fn changes_that_cannot_be_followed_are_delivered_again_from_the_first_on() {
    let mut deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    let changes = deployment.profile_changes().await;
    let first = changes.records[0].dynamodb.sequence_number.clone();
    let table = deployment.tables.user_directory.clone();
    deployment.set("USER_DIRECTORY_TABLE", "no-such-table");
    let answer = deployment.deliver_changes(&deployment.app(), changes.clone()).await;
    assert_eq!(answer.failures.iter().map(|failure| &failure.sequence_number).collect::<Vec<_>>(), [&first]);
    deployment.set("USER_DIRECTORY_TABLE", &table);
    deployment.deliver_changes(&deployment.app(), changes).await;
    assert_exact(&deployment, &["ana", "ben"]).await;
}

//! The recount mends what was missed, and says by how much.

use std::slice::from_ref;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::service::Recounted;
use coaching::store::RowChange;
use domain::profile::UserId;
use serde_json::json;
use test_support::{client_at, endpoint};
use uuid::Uuid;

use super::assert_exact;
use harness::{Deployment, Interruption, Log, at_every_moment};

#[tokio::test]
async fn people_from_before_there_was_a_directory_are_listed_and_counted_by_the_first_recount() {
    let deployment = Deployment::new().await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    let answer = deployment.recount().await;
    assert!(matches!(&answer, Recounted::Done { rows_corrected: 2, sums_off } if sums_off.is_empty()), "{answer:?}");
    assert_exact(&deployment, &["ana", "ben"]).await;
}

#[tokio::test]
async fn what_was_never_delivered_is_mended_and_a_sum_that_was_wrong_is_right_again() {
    let log = Log::capture();
    let deployment = Deployment::new().await;
    for name in ["ana", "ben", "cleo"] {
        deployment.prompted(name, &[2_000; 6]).await;
    }
    deployment.follow_profiles().await;
    deployment.set_access("ana", false).await;
    deployment.remove_profile("ben").await;
    // Somebody has changed a sum by hand.
    let request = client_at(endpoint()).update_item().table_name(&deployment.tables.counters);
    let request = request.key("scope", AttributeValue::S("users".to_owned()));
    let request = request.key("part", AttributeValue::S("0000000000#03".to_owned()));
    let request = request.update_expression("ADD #sum :wrong").expression_attribute_names("#sum", "state#waiting");
    request.expression_attribute_values(":wrong", AttributeValue::N("7".to_owned())).send().await.expect("changed");

    let answer = serde_json::to_value(deployment.recount().await).expect("an answer");
    assert_eq!(answer, json!({"outcome": "done", "rows_corrected": 2, "sums_off": {"state#waiting": 7}}));
    assert_exact(&deployment, &["ana", "ben", "cleo"]).await;
    let [line] = &log.of("directory_recounted")[..] else { panic!("one line") };
    assert_eq!((&line["rows_corrected"], &line["sums_off"]), (&json!(2), &json!({"state#waiting": 7})));
}

/// Spoils an attribute of somebody's row, or takes it away.
async fn spoil(deployment: &Deployment, name: &str, attribute: &str, value: Option<AttributeValue>) {
    let request = client_at(endpoint()).update_item().table_name(&deployment.tables.user_directory);
    let request = request.key("user_id", AttributeValue::S(name.to_owned()));
    let expression = if value.is_some() { "SET #spoilt = :value" } else { "REMOVE #spoilt" };
    let request = request.update_expression(expression).expression_attribute_names("#spoilt", attribute);
    let request = request.set_expression_attribute_values(value.map(|value| [(":value".to_owned(), value)].into()));
    request.send().await.expect("the table takes it");
}

#[tokio::test]
async fn rows_that_were_spoilt_are_written_anew_by_the_recount_and_everybody_is_counted_once() {
    let everybody = ["ana", "ben", "cleo", "dan"];
    let deployment = Deployment::new().await;
    for name in everybody {
        deployment.sign_up(name).await;
    }
    deployment.follow_profiles().await;
    spoil(&deployment, "ana", "counted", Some(AttributeValue::S("one".to_owned()))).await;
    spoil(&deployment, "ben", "epoch", Some(AttributeValue::S("the last".to_owned()))).await;
    spoil(&deployment, "cleo", "mark", None).await;
    spoil(&deployment, "dan", "mark", Some(AttributeValue::Bool(true))).await;
    deployment.remove_profile("dan").await;
    deployment.set_access("ana", true).await;
    deployment.follow_profiles().await;

    let answer = deployment.recount().await;
    assert!(matches!(answer, Recounted::Done { rows_corrected: 4, .. }), "{answer:?}");
    assert_exact(&deployment, &everybody).await;
}

#[tokio::test]
async fn somebody_new_is_counted_in_no_epoch_that_is_over_whoever_leaves_at_the_same_time() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.follow_profiles().await;
    deployment.remove_profile("ana").await;
    deployment.sign_up("ben").await;
    let (stores, now) = (&deployment.stores, deployment.now());
    let (ana, ben) = (UserId::new("ana"), UserId::new("ben"));
    // A watcher has read all that it needs when a recount begins: what Ben adds to the sums Ana takes away.
    let epoch = stores.counters.epoch().await.expect("an epoch");
    let row = stores.directory.rows(from_ref(&ana)).await.expect("rows").remove(&ana).expect("a row").expect("whole");
    let listed = stores.profiles.for_directory(from_ref(&ben)).await.expect("profiles").remove(&ben);
    let listed = listed.expect("a profile").expect("whole");
    stores.counters.recount(now, now).await.expect("a recount begins");
    let change =
        |user_id: &UserId, before, after| RowChange { user_id: user_id.clone(), before, after, mark: Uuid::now_v7() };
    let changes = [change(&ana, Some(row), None), change(&ben, None, Some(listed))];
    let refused = stores.directory.change(&stores.counters, &changes, epoch).await.expect("an answer");
    assert_eq!(refused, [ana, ben], "to be looked at again");
    deployment.recount().await;
    assert_exact(&deployment, &["ana", "ben"]).await;
}

#[tokio::test]
async fn a_recount_begins_once_a_week_and_finds_nothing_where_everything_was_followed() {
    let deployment = Deployment::new().await;
    deployment.prompted("ana", &[]).await;
    deployment.follow_profiles().await;
    for _ in 0..3 {
        let answer = serde_json::to_value(deployment.recount().await).expect("an answer");
        assert_eq!(answer, json!({"outcome": "done", "rows_corrected": 0, "sums_off": {}}));
        for _ in 0..6 {
            deployment.pass(Duration::days(1));
            assert_eq!(deployment.recount().await, Recounted::NotDue);
        }
        deployment.pass(Duration::days(1));
        assert_exact(&deployment, &["ana"]).await;
    }
}

#[tokio::test]
async fn a_recounter_that_vanishes_at_any_point_is_followed_by_one_that_ends_its_work() {
    at_every_moment(|moment| async move {
        let deployment = Deployment::new().await;
        for name in ["ana", "ben", "cleo"] {
            deployment.sign_up(name).await;
        }
        deployment.follow_profiles().await;
        deployment.set_access("ana", true).await;
        deployment.remove_profile("ben").await;
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.recount_through(&app)).await.is_none();
        // People go on meanwhile.
        deployment.sign_up("dan").await;
        deployment.follow_profiles().await;
        deployment.recount().await;
        assert_exact(&deployment, &["ana", "ben", "cleo", "dan"]).await;
        vanished
    })
    .await;
}

//! The recount mends what was missed, and says by how much.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use coaching::service::Recounted;
use serde_json::json;
use test_support::{client_at, endpoint};

use super::assert_exact;
use crate::harness::{Deployment, Interruption, Log, at_every_moment};

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

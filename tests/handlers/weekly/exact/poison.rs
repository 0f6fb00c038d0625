//! A user who cannot be handled does not stop the others.

use coaching::jobs::Job;
use coaching::store::RunState;
use domain::profile::UserId;
use domain::run_part::{PartKind, RunPart};

use super::{begin, deployment, run_record, seed, settle};
use harness::Deployment;

/// Makes what a check needs of a person unreadable.
pub(super) async fn damage(deployment: &Deployment, name: &str) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let client = test_support::client_at(test_support::endpoint());
    client
        .update_item()
        .table_name(&deployment.tables.profiles)
        .key("user_id", AttributeValue::S(name.to_owned()))
        .update_expression("SET #zone = :zone")
        .expression_attribute_names("#zone", "timezone")
        .expression_attribute_values(":zone", AttributeValue::S("Nowhere/Land".to_owned()))
        .send()
        .await
        .expect("damaged");
}

#[tokio::test]
async fn a_poison_user_ends_in_the_dead_letter_queue_and_the_others_are_handled() {
    for mode in ["batch", "immediate"] {
        let deployment = deployment(mode, &[]).await;
        for (name, changed) in [("ana", true), ("ben", true), ("cleo", false)] {
            seed(&deployment, name, changed).await;
        }
        damage(&deployment, "ana").await;
        let (run_id, job) = begin(&deployment).await;
        assert!(deployment.deliver(&job).await.batch_item_failures.is_empty());
        let dead = deployment.run_queue().await;
        let [Job::Part(RunPart { kind: PartKind::User { user_id }, .. })] = &dead[..] else {
            panic!("one user's job: {dead:?}")
        };
        assert_eq!(*user_id, UserId::new("ana"));
        settle(&deployment).await;
        let run = run_record(&deployment, &run_id).await;
        assert_eq!(run.state, RunState::Done, "{mode}: nobody waits for the poison user");
        assert_eq!((run.counters.checked, run.counters.isolated), (2, 1), "{mode}");
        assert_eq!(deployment.versions("ben").await, [2, 1], "{mode}");
        assert_eq!(deployment.behavior("cleo").await["last_behavior_check"], serde_json::json!(run.as_of), "{mode}");
    }
}

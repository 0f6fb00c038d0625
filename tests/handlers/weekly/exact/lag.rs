//! The index of due users lists who is not due any more, or is gone: the table says so, and they are passed over.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use test_support::{Exchange, Fate, Intercept, client_at, endpoint};

use super::{assert_done, begin, deployment, seed, settle};
use harness::{Deployment, Log};

/// Ana's account is erased and Ben is checked by somebody else, after the index has told of both and before the table does.
struct Meanwhile {
    client: Client,
    table: String,
    asked: Mutex<Vec<String>>,
}

impl Meanwhile {
    fn of(deployment: &Deployment) -> Arc<Self> {
        let (client, table) = (client_at(endpoint()), deployment.tables.profiles.clone());
        Arc::new(Self { client, table, asked: Mutex::default() })
    }

    /// How many requests of a kind there were.
    fn asked(&self, kind: &str) -> usize {
        self.asked.lock().expect("nobody panics while holding it").iter().filter(|asked| *asked == kind).count()
    }
}

#[async_trait]
impl Intercept for Meanwhile {
    async fn before(&self, exchange: &Exchange) -> Fate {
        self.asked.lock().expect("nobody panics while holding it").push(exchange.kind.clone());
        if exchange.kind == "BatchGetItem profiles" {
            let text = |value: &str| AttributeValue::S(value.to_owned());
            let ana = self.client.delete_item().table_name(&self.table).key("user_id", text("ana"));
            ana.send().await.expect("erased");
            let ben = self.client.update_item().table_name(&self.table).key("user_id", text("ben"));
            let ben = ben.update_expression("SET next_check_at = :next");
            ben.expression_attribute_values(":next", text("2027-01-01T00:00:00Z")).send().await.expect("checked");
        }
        Fate::Pass
    }
}

#[tokio::test]
async fn who_is_erased_or_checked_since_the_index_was_read_is_passed_over_and_the_others_are_handled() {
    for mode in ["batch", "immediate"] {
        let deployment = deployment(mode, &[]).await;
        for name in ["ana", "ben", "cleo", "dan"] {
            seed(&deployment, name, name != "dan").await;
        }
        let (run_id, job) = begin(&deployment).await;
        let meanwhile = Meanwhile::of(&deployment);
        let app = deployment.app_through(meanwhile.clone()).await;
        let log = Log::capture();
        assert!(deployment.deliver_through(&app, &job).await.batch_item_failures.is_empty(), "{mode}");
        assert!(log.of("prompt_update_user_isolated").is_empty(), "{mode}: nobody is set aside");
        assert_eq!(meanwhile.asked("Query meals"), 2, "{mode}: nothing is read of who is passed over");
        assert_eq!(deployment.run_queue().await, [], "{mode}");
        settle(&deployment).await;
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!((counters.unchanged, counters.updated, counters.isolated), (1, 1, 0), "{mode}");
        assert_eq!(deployment.versions("ben").await, [1], "{mode}");
        assert_eq!(deployment.versions("cleo").await, [2, 1], "{mode}");
    }
}

#[tokio::test]
async fn a_page_of_the_index_on_which_nobody_is_due_any_more_is_no_page_of_the_run() {
    let deployment = deployment("batch", &[]).await;
    for name in ["ana", "ben"] {
        seed(&deployment, name, true).await;
    }
    let (run_id, job) = begin(&deployment).await;
    let meanwhile = Meanwhile::of(&deployment);
    let app = deployment.app_through(meanwhile.clone()).await;
    assert!(deployment.deliver_through(&app, &job).await.batch_item_failures.is_empty());
    assert_eq!(meanwhile.asked("PutItem update-runs"), 0, "no page is opened");
    assert_eq!(assert_done(&deployment, &run_id, 0).await.isolated, 0);
    assert!(deployment.claude.requests().iter().all(|request| request.body["requests"].is_null()));
}

//! Which shapes an item was written by.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::profile::UserId;
use domain::realtime::{Cause, Request};

use super::{lived_in, scan};

#[tokio::test]
async fn every_item_of_every_table_says_by_which_shapes_it_was_written() {
    let deployment = lived_in().await;
    deployment.recount().await;
    let request = Request {
        requested_at: deployment.now(),
        cause: Cause::NewDanger { noticed_on: deployment.now().date_naive() },
        queued: true,
    };
    let _ = deployment.stores.streaks.claim(&UserId::new("ana"), &request, None, None).await.expect("stored");
    let tables = deployment.tables.variables().into_iter().filter(|(variable, _)| variable.ends_with("_TABLE"));
    for (variable, table) in tables {
        let items = scan(&table).await;
        assert!(!items.is_empty(), "{variable} has nothing to look at");
        for item in items {
            assert_eq!(item.get("schema"), Some(&AttributeValue::N("1".to_owned())), "{variable}: {:?}", item.keys());
        }
    }
}

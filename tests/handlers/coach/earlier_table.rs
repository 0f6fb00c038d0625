//! A stack whose table of conversations was made by an earlier version.

use coaching::store::schema::{KeyAttribute, KeyKind, TABLES, TableDefinition};
use test_support::{TestDatabase, client_at, endpoint};

use harness::{Call, Deployment, Log};

const OLD_KEY: &[KeyAttribute] =
    &[KeyAttribute { name: "user_id", kind: KeyKind::Text }, KeyAttribute { name: "message_id", kind: KeyKind::Text }];

#[tokio::test]
async fn the_log_names_the_table_that_has_to_be_replaced_and_nobody_gets_a_wrong_answer() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    let table = TABLES.iter().find(|table| table.name == "coach_conversations").expect("a table");
    let tables = deployment.tables.clone();
    let database = TestDatabase { client: client_at(endpoint()), tables };
    database.remake(&TableDefinition { key: OLD_KEY, indexes: &[], ..*table }).await;

    let log = Log::capture();
    deployment.tell("ana", "Good morning, coach").await.assert_problem(500, "internal_error");
    deployment.send(Call::to("list-coach-messages").by("ana")).await.assert_problem(500, "internal_error");
    assert!(deployment.claude.requests().is_empty());
    let failures = log.of("request_failed");
    assert_eq!(failures.len(), 2);
    for failure in failures {
        let cause = failure["cause"].as_str().expect("a cause");
        assert!(cause.contains(&deployment.tables.coach_conversations), "{cause}");
        assert!(cause.contains("delete it, and deploy again"), "{cause}");
    }
    // Everything else works.
    deployment.profile("ana").await;
}

//! One table from a backup, while all others stand as they are.

use aws_sdk_dynamodb::types::AttributeValue;
use coaching::store::schema::TABLES;
use serde_json::json;
use test_support::{client_at, endpoint};

use super::{CHANGED, put, scan};
use harness::{Call, Deployment, Item};

/// A table as it was at an instant.
struct Backup {
    table: String,
    keys: Vec<&'static str>,
    items: Vec<Item>,
}

impl Backup {
    async fn of(deployment: &Deployment, variable: &str) -> Self {
        let definition = TABLES.iter().find(|table| table.variable == variable).expect("a table");
        let table = deployment.tables.variables()[variable].clone();
        let items = scan(&table).await;
        Self { table, keys: definition.key.iter().map(|key| key.name).collect(), items }
    }

    /// Puts the table back: what was written since is gone.
    async fn restore(&self) {
        for item in scan(&self.table).await {
            let request = client_at(endpoint()).delete_item().table_name(&self.table);
            let request = self.keys.iter().fold(request, |request, key| request.key(*key, item[*key].clone()));
            request.send().await.expect("the table takes it");
        }
        for item in &self.items {
            put(&self.table, item).await;
        }
    }
}

async fn rewriting(more: &[(&str, &str)]) -> Deployment {
    let mut variables = vec![("PROMPT_UPDATE_MODE", "immediate"), ("UPDATE_SHARDS", "1")];
    variables.extend(more);
    Deployment::with(&variables).await
}

/// A week in which everything is used that has a table.
async fn week(deployment: &Deployment, days: &[u32]) {
    deployment.live("ana", days).await;
    deployment.weekly().await;
    assert_eq!(deployment.tell("ana", "Good evening").await.status, 200);
    deployment.follow_profiles().await;
    deployment.recount().await;
}

/// Asserts that Ana and admins are served.
async fn assert_served(deployment: &Deployment, because: &str) {
    for function in
        ["get-profile", "get-behavior", "list-meals", "list-prompts", "list-coach-messages", "list-conversations"]
    {
        let reply = deployment.send(Call::to(function).by("ana")).await;
        assert_eq!(reply.status, 200, "{function} with {because}: {reply:?}");
    }
    for function in ["get-report", "list-runs", "list-audit", "list-replies", "get-spending", "list-consultation-keys"]
    {
        let reply = deployment.send(Call::to(function).by_admin("boss")).await;
        assert_eq!(reply.status, 200, "{function} with {because}: {reply:?}");
    }
    let said = deployment.tell("ana", &format!("What now, with {because}?")).await;
    assert_eq!(said.status, 200, "{because}: {said:?}");
}

async fn version_in_force(deployment: &Deployment) -> u64 {
    deployment.profile("ana").await["system_prompt_version"].as_u64().expect("a version")
}

#[tokio::test]
async fn after_any_table_but_that_of_people_was_put_back_everybody_is_served_and_the_next_version_follows() {
    let deployment = rewriting(&[("ENABLE_CHANGE_DETECTION", "false")]).await;
    deployment.prompted("ana", &[2_000; 10]).await;
    let mut version = 1;
    for table in TABLES.iter().filter(|table| table.name != "profiles") {
        let backup = Backup::of(&deployment, table.variable).await;
        week(&deployment, &[2_000, 0, 0, 0, 0, 0, 0]).await;
        version += 1;
        assert_eq!(version_in_force(&deployment).await, version, "before {} is put back", table.name);
        backup.restore().await;
        assert_served(&deployment, table.name).await;
    }
    week(&deployment, &[2_000, 0, 0, 0, 0, 0, 0]).await;
    assert_eq!(version_in_force(&deployment).await, version + 1);
}

#[tokio::test]
async fn people_and_their_history_put_back_together_get_the_next_version_although_it_was_written_once() {
    let deployment = rewriting(&[]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    let profiles = Backup::of(&deployment, "PROFILES_TABLE").await;
    let history = Backup::of(&deployment, "PROMPT_HISTORY_TABLE").await;
    week(&deployment, &CHANGED).await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    profiles.restore().await;
    history.restore().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    week(&deployment, &CHANGED).await;
    assert_eq!((version_in_force(&deployment).await, deployment.versions("ana").await), (2, vec![2, 1]));
}

#[tokio::test]
async fn a_version_without_its_row_is_in_use_and_can_be_followed_and_not_come_back() {
    let deployment = rewriting(&[]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    let history = Backup::of(&deployment, "PROMPT_HISTORY_TABLE").await;
    week(&deployment, &CHANGED).await;
    history.restore().await;
    assert_eq!(deployment.versions("ana").await, [1]);
    let told = deployment.tell("ana", "Good morning").await;
    assert_eq!(told.body["system_prompt_version_used"], 2);
    let asked = deployment.send(Call::to("regenerate-prompt").by("ana")).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [3, 1]);
    let restore = |version: &str| Call::to("restore-prompt").by("ana").path("version", version);
    deployment.send(restore("2")).await.assert_problem(404, "prompt_version_not_found");
}

#[tokio::test]
async fn who_is_put_back_to_before_their_sign_up_signs_up_again_with_their_own_address() {
    let deployment = rewriting(&[]).await;
    let before = Backup::of(&deployment, "PROFILES_TABLE").await;
    deployment.sign_up("ana").await;
    before.restore().await;
    deployment.send(Call::to("get-profile").by("ana")).await.assert_problem(404, "profile_not_found");
    deployment.sign_up("ana").await;
    assert_eq!(deployment.profile("ana").await["email"], json!("ana@example.com"));
}

#[tokio::test]
async fn a_consultation_put_back_to_before_its_completion_ends_with_the_prompt_that_there_is() {
    let deployment = rewriting(&[]).await;
    let session_id = deployment.talked("ana").await;
    let sessions = Backup::of(&deployment, "CONSULTATION_SESSIONS_TABLE").await;
    deployment.complete("ana", &session_id).await;
    deployment.run_jobs().await;
    let paid = deployment.spent_today().await;
    sessions.restore().await;
    let again = deployment.complete("ana", &session_id).await;
    assert_eq!(again.status, 202, "{again:?}");
    deployment.run_jobs().await;
    let again = deployment.complete("ana", &session_id).await;
    assert_eq!((again.status, &again.body["system_prompt_version"]), (200, &json!(1)), "{again:?}");
    assert_eq!((deployment.versions("ana").await, deployment.spent_today().await), (vec![1], paid));
}

#[tokio::test]
async fn an_item_without_the_shapes_that_it_was_written_by_is_read_as_one() {
    let deployment = rewriting(&[]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    for (variable, table) in deployment.tables.variables() {
        if variable.ends_with("_TABLE") {
            for mut item in scan(&table).await {
                assert!(matches!(item.remove("schema"), Some(AttributeValue::N(_))), "{variable}");
                put(&table, &item).await;
            }
        }
    }
    assert_served(&deployment, "no shapes").await;
    week(&deployment, &CHANGED).await;
    assert_eq!(version_in_force(&deployment).await, 2);
}

#[tokio::test]
async fn people_put_back_without_their_history_get_the_next_number_that_is_free() {
    let deployment = rewriting(&[]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    let profiles = Backup::of(&deployment, "PROFILES_TABLE").await;
    week(&deployment, &CHANGED).await;
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    profiles.restore().await;
    assert_eq!((version_in_force(&deployment).await, deployment.versions("ana").await), (1, vec![2, 1]));
    assert_served(&deployment, "people put back").await;
    week(&deployment, &CHANGED).await;
    assert_eq!((version_in_force(&deployment).await, deployment.versions("ana").await), (3, vec![3, 2, 1]));
}

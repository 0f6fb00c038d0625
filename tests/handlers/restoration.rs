//! Earlier versions of a prompt that come back, for the person and for an admin.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use claude_simulator::Task;
use domain::profile::UserId;
use domain::recipe::UserType;
use serde_json::{Value, json};
use test_support::{client_at, endpoint};

use harness::{Call, Deployment, Interruption, Reply, at_every_moment};

const REASON: &str = "Version 2 took a joke of hers for a goal.";

fn restore(name: &str, version: &str) -> Call {
    Call::to("restore-prompt").by(name).path("version", version)
}

fn restore_for(user: &str, version: &str) -> Call {
    let call = Call::to("admin-restore-prompt").path("user", user).path("version", version);
    call.json(&json!({"reason": REASON}))
}

/// Decides on a risk state, and lets the prompt be rewritten for it.
async fn risk(deployment: &Deployment, name: &str, risk: &str) {
    deployment.pass(Duration::minutes(1));
    let call = Call::to("set-risk").by_admin("boss").path("user", name);
    deployment.read(call.json(&json!({"risk": risk, "reason": REASON}))).await;
    deployment.run_jobs().await;
}

async fn withdraw(deployment: &Deployment, name: &str, withdrawn: bool) {
    let call = Call::to("withdraw-prompt").by_admin("boss").path("user", name);
    deployment.read(call.json(&json!({"withdrawn": withdrawn, "reason": REASON}))).await;
}

/// Gives somebody other targets.
async fn targeted(deployment: &Deployment, name: &str, calories: u32) {
    let carbs = (calories - 120 * 4 - 60 * 9) / 4;
    let targets = json!({"daily_calories": calories, "protein_g": 120, "carbs_g": carbs, "fat_g": 60});
    deployment.read(Call::to("update-profile").by(name).json(&json!({"targets": targets}))).await;
}

/// Has a fresh prompt written for somebody whose targets have changed, so that its text is another one.
async fn rewritten(deployment: &Deployment, name: &str, calories: u32) {
    targeted(deployment, name, calories).await;
    deployment.pass(Duration::minutes(1));
    let reply = deployment.send(Call::to("regenerate-prompt").by(name)).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    deployment.run_jobs().await;
}

/// Ana with versions 1 and 2.
async fn with_two_versions(variables: &[(&str, &str)]) -> Deployment {
    let deployment = Deployment::with(variables).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    rewritten(&deployment, "ana", 1_850).await;
    deployment.claude.clear();
    deployment
}

#[tokio::test]
async fn an_earlier_version_comes_back_as_a_new_one_and_costs_nothing() {
    let deployment = with_two_versions(&[]).await;
    let (before, spent) = (deployment.prompts("ana").await, deployment.spent_today().await);
    deployment.pass(Duration::hours(1));
    let answer = deployment.read(restore("ana", "1")).await;
    assert_eq!(answer, json!({"system_prompt_version": 3, "restored_from": 1}));
    let history = deployment.prompts("ana").await;
    assert_eq!(history[1..], before, "an old version never changes");
    let (restored, first) = (&history[0], &history[2]);
    assert_eq!((words(restored), &restored["model"]), (words(first), &first["model"]));
    assert_eq!((&restored["reason"], &restored["restored_from"]), (&json!("restored"), &json!(1)));
    assert_eq!((&restored["cost_usd"], &restored["decision"]), (&json!(0.0), &Value::Null));
    assert!(
        restored["diff"].as_str().is_some_and(|diff| diff.starts_with("--- version 2\n+++ version 3")),
        "{restored:?}"
    );
    let profile = deployment.profile("ana").await;
    assert_eq!(
        (&profile["system_prompt_version"], &profile["last_prompt_update"]),
        (&json!(3), &json!(deployment.now()))
    );
    assert!(deployment.claude.requests().is_empty());
    assert_eq!(deployment.spent_today().await, spent);
    let reply = deployment.tell("ana", "What shall I eat today?").await.body;
    assert_eq!((&reply["system_prompt_version_used"], &reply["personalized"]), (&json!(3), &json!(true)));
    let told = deployment.asked(Task::Coach).remove(0).system_text();
    assert!(told.contains(restored["prompt"].as_str().expect("a prompt")), "the coach is given what was restored");
}

/// A version's text without its numbers: those are of the targets in force.
fn words(version: &Value) -> String {
    version["prompt"].as_str().expect("a prompt").chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[tokio::test]
async fn a_restored_text_names_the_targets_in_force_as_everything_else_does() {
    let deployment = with_two_versions(&[]).await;
    deployment.read(restore("ana", "1")).await;
    deployment.tell("ana", "What shall I eat today?").await;
    let asked = deployment.asked(Task::Coach).remove(0);
    assert!(asked.system_text().contains("1850 kcal") && !asked.system_text().contains("2000 kcal"), "{asked:?}");
    assert!(asked.last_text().contains("Targets: 1850 kcal"), "{}", asked.last_text());
}

#[tokio::test]
async fn what_is_restored_stays_until_behaviour_changes_again() {
    let deployment = Deployment::with(&[("UPDATE_SHARDS", "1"), ("PROMPT_UPDATE_MODE", "immediate")]).await;
    deployment.prompted("ana", &[2_000; 30]).await;
    deployment.live("ana", &[3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000]).await;
    deployment.weekly().await;
    deployment.read(restore("ana", "1")).await;
    assert_eq!(deployment.begin_weekly().await, 0, "it is left alone for as long as any new version");
    deployment.live("ana", &[2_000; 7]).await;
    deployment.weekly().await;
    assert_eq!(
        deployment.versions("ana").await,
        [3, 2, 1],
        "the change that version 2 was written for is none any more"
    );
    deployment.live("ana", &[3_000, 3_000, 3_000, 3_000, 3_000, 2_000, 2_000]).await;
    deployment.weekly().await;
    let history = deployment.prompts("ana").await;
    assert_eq!((&history[0]["version"], &history[0]["reason"]), (&json!(4), &json!("weekly")));
}

#[tokio::test]
async fn a_fresh_prompt_that_was_asked_for_before_does_not_overwrite_what_is_restored() {
    let deployment = with_two_versions(&[]).await;
    deployment.pass(Duration::days(2));
    assert_eq!(deployment.send(Call::to("regenerate-prompt").by("ana")).await.status, 202);
    deployment.pass(Duration::seconds(1));
    deployment.read(restore("ana", "1")).await;
    deployment.run_jobs().await;
    assert_eq!(deployment.versions("ana").await, [3, 2, 1]);
    assert!(deployment.claude.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_again_with_its_key_it_is_restored_once_wherever_its_function_vanishes() {
    at_every_moment(|moment| async move {
        let deployment = with_two_versions(&[]).await;
        let call = restore("ana", "1").header("idempotency-key", "k-1");
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let vanished = interruption.run(deployment.send_through(&app, call.clone())).await.is_none();
        deployment.pass(Duration::minutes(2));
        for _ in 0..2 {
            let again: Reply = deployment.send(call.clone()).await;
            assert_eq!((again.status, &again.body["system_prompt_version"]), (200, &json!(3)), "{moment:?}: {again:?}");
        }
        assert_eq!(deployment.versions("ana").await, [3, 2, 1], "{moment:?}");
        vanished
    })
    .await;
}

#[tokio::test]
async fn asked_for_from_two_tabs_at_once_it_is_restored_once() {
    let deployment = with_two_versions(&[]).await;
    let (one, other) = tokio::join!(deployment.send(restore("ana", "1")), deployment.send(restore("ana", "1")));
    let refused = if one.status == 200 { other } else { one };
    refused.assert_problem(409, "version_in_force");
    assert_eq!(deployment.versions("ana").await, [3, 2, 1]);
}

#[tokio::test]
async fn the_version_in_force_and_its_text_cannot_be_restored() {
    let deployment = with_two_versions(&[]).await;
    deployment.send(restore("ana", "2")).await.assert_problem(409, "version_in_force");
    deployment.read(restore("ana", "1")).await;
    for version in ["3", "1"] {
        deployment.send(restore("ana", version)).await.assert_problem(409, "version_in_force");
    }
    assert_eq!(deployment.read(restore("ana", "2")).await["system_prompt_version"], 4);
}

#[tokio::test]
async fn there_is_nothing_to_restore_but_versions_of_ones_own() {
    let deployment = with_two_versions(&[]).await;
    for version in ["0", "3", "4294967296", "-1", "1.0", "one", ""] {
        deployment.send(restore("ana", version)).await.assert_problem(404, "prompt_version_not_found");
        let call = restore_for("ana", version).by_admin("boss");
        deployment.send(call).await.assert_problem(404, "prompt_version_not_found");
    }
    deployment.sign_up("eve").await;
    deployment.send(restore("eve", "1")).await.assert_problem(409, "no_prompt_yet");
    deployment.send(restore("nobody", "1")).await.assert_problem(404, "profile_not_found");
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn what_was_written_for_another_risk_state_does_not_come_back() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    for (state, version, refused) in [("no_deficit", 2, "1"), ("none", 3, "2")] {
        risk(&deployment, "ana", state).await;
        assert_eq!(deployment.versions("ana").await[0], version, "{state}");
        deployment.send(restore("ana", refused)).await.assert_problem(409, "version_unsuitable");
        let call = restore_for("ana", refused).by_admin("boss");
        deployment.send(call).await.assert_problem(409, "version_unsuitable");
        assert_eq!(deployment.versions("ana").await[0], version, "{state}");
    }
}

#[tokio::test]
async fn a_restored_version_keeps_the_risk_that_it_was_written_for() {
    let deployment = Deployment::new().await;
    deployment.consulted("ana").await;
    for state in ["no_deficit", "none"] {
        risk(&deployment, "ana", state).await;
    }
    rewritten(&deployment, "ana", 2_150).await;
    assert_eq!(deployment.read(restore("ana", "1")).await["system_prompt_version"], 5);
    deployment.tell("ana", "What shall I eat today?").await;
    assert!(deployment.take_jobs().is_empty(), "it suits the state");
    deployment.tell("ana", "I am eight weeks pregnant, by the way").await;
    let reply = deployment.tell("ana", "What shall I eat tomorrow?").await.body;
    assert_eq!(reply["system_prompt_version_used"], Value::Null, "it was written for somebody with a deficit");
    risk(&deployment, "ana", "no_deficit").await;
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "safety", "it is rewritten like any other");
}

/// Changes an attribute of the first version's row.
async fn change_the_first_version(deployment: &Deployment, attribute: &str, value: AttributeValue) {
    let request = client_at(endpoint()).update_item().table_name(&deployment.tables.prompt_history);
    let request = request.key("user_id", AttributeValue::S("ana".to_owned()));
    let request = request.key("version", AttributeValue::N("1".to_owned()));
    let request =
        request.update_expression("SET #attribute = :value").expression_attribute_names("#attribute", attribute);
    request.expression_attribute_values(":value", value).send().await.expect("written");
}

#[tokio::test]
async fn a_restored_version_keeps_the_recipe_that_it_was_written_by() {
    let deployment = with_two_versions(&[]).await;
    let words = [("user_type", "athlete"), ("variant", "blunt")];
    let recipe = words.map(|(name, word)| (name.to_owned(), AttributeValue::S(word.to_owned())));
    change_the_first_version(&deployment, "recipe", AttributeValue::M(recipe.into())).await;
    deployment.read(restore("ana", "1")).await;
    let user_id = UserId::new("ana");
    let profile = deployment.stores.profiles.get(&user_id).await.expect("readable").expect("ana");
    let row = deployment.stores.prompt_history.get(&user_id, 3).await.expect("readable").expect("version 3");
    let in_force = profile.prompt.expect("a prompt").recipe;
    assert_eq!((in_force.user_type, in_force.variant.as_str()), (Some(UserType::Athlete), "blunt"));
    assert_eq!(row.recipe, in_force);
}

#[tokio::test]
async fn who_has_restored_a_version_of_another_variant_is_not_assigned_by_chance_any_more_and_keeps_the_variant() {
    let deployment = with_two_versions(&[("PROMPT_VARIANTS", "standard=1,direct=1")]).await;
    let shown =
        async || deployment.read(Call::to("get-user").by_admin("boss").path("user", "ana")).await["recipe"].clone();
    let by_chance = shown().await;
    assert_eq!(by_chance["assigned"], "random");
    deployment.read(restore("ana", "1")).await;
    assert_eq!(shown().await, by_chance, "the same variant is no choice");
    let other = if by_chance["variant"] == "direct" { "standard" } else { "direct" };
    let words = [("user_type", "beginner"), ("variant", other), ("assigned", "random")];
    let recipe = words.map(|(name, word)| (name.to_owned(), AttributeValue::S(word.to_owned())));
    change_the_first_version(&deployment, "recipe", AttributeValue::M(recipe.into())).await;
    deployment.read(restore("ana", "2")).await;
    deployment.read(restore("ana", "1")).await;
    let restored = json!({"user_type": "beginner", "variant": other, "assigned": "restored"});
    assert_eq!(shown().await, restored);
    deployment.pass(Duration::days(2));
    rewritten(&deployment, "ana", 2_100).await;
    assert_eq!(shown().await, restored, "nobody takes back what was restored");
}

#[tokio::test]
async fn a_version_that_asks_for_less_than_the_person_needs_now_does_not_come_back() {
    let deployment = with_two_versions(&[]).await;
    let heading = "## Committed approach (locked for 8 weeks)\n";
    let first = deployment.prompts("ana").await.pop().expect("version 1");
    let text = first["prompt"].as_str().expect("a prompt");
    let low = text.replace(heading, &format!("{heading}Aim for 1,600 kcal a day. "));
    assert_ne!(low, text);
    change_the_first_version(&deployment, "prompt", AttributeValue::S(low)).await;
    // As a release without sections has stored it.
    change_the_first_version(&deployment, "prompt_sections", AttributeValue::Null(true)).await;
    let changed = async |body: Value| deployment.read(Call::to("update-profile").by("ana").json(&body)).await;
    changed(json!({"weight_kg": 110, "height_cm": 200, "sex": "male"})).await;
    deployment.send(restore("ana", "1")).await.assert_problem(409, "version_unsuitable");
    assert_eq!(deployment.versions("ana").await, [2, 1]);
    changed(json!({"weight_kg": 82.5, "height_cm": 168, "sex": "female"})).await;
    assert_eq!(deployment.read(restore("ana", "1")).await["system_prompt_version"], 3, "it is enough for her");
}

#[tokio::test]
async fn a_version_that_does_not_know_of_a_danger_does_not_come_back() {
    let never =
        [("ADHERENCE_CHANGE_THRESHOLD", "1"), ("LOGGING_CHANGE_THRESHOLD", "1"), ("STREAK_CHANGE_THRESHOLD", "365")];
    let deployment = Deployment::with(&never).await;
    deployment.prompted("ana", &[2_000; 10]).await;
    deployment.live("ana", &[500; 20]).await;
    targeted(&deployment, "ana", 1_850).await;
    deployment.tell("ana", "Good morning").await;
    deployment.run_jobs().await;
    assert_eq!(deployment.prompts("ana").await[0]["reason"], "safety");
    deployment.send(restore("ana", "1")).await.assert_problem(409, "version_unsuitable");
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn what_an_admin_has_withdrawn_comes_back_by_an_admin_alone() {
    let deployment = with_two_versions(&[]).await;
    withdraw(&deployment, "ana", true).await;
    deployment.send(restore("ana", "1")).await.assert_problem(409, "prompt_withdrawn");
    deployment.read(restore_for("ana", "1").by_admin("boss")).await;
    let generic = deployment.tell("ana", "What shall I eat today?").await.body;
    assert_eq!(generic["system_prompt_version_used"], Value::Null, "it stays withdrawn until it is given back");
    withdraw(&deployment, "ana", false).await;
    let own = deployment.tell("ana", "What shall I eat tomorrow?").await.body;
    assert_eq!(own["system_prompt_version_used"], 3);
}

#[tokio::test]
async fn a_table_that_cannot_be_reached_restores_nothing() {
    let mut deployment = with_two_versions(&[]).await;
    deployment.lose_meals(true);
    deployment.send(restore("ana", "1")).await.assert_retry(503, "temporarily_unavailable");
    deployment.lose_meals(false);
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn an_admin_restores_for_a_user_and_it_is_audited_with_the_reason() {
    let deployment = with_two_versions(&[]).await;
    let answer = deployment.read(restore_for("Ana@Example.com", "1").by_admin("boss")).await;
    assert_eq!(answer, json!({"user_id": "ana", "system_prompt_version": 3, "restored_from": 1}));
    deployment.pass(Duration::seconds(1));
    // Nothing has to be said.
    let silent = Call::to("admin-restore-prompt").by_admin("boss").path("user", "ana").path("version", "2");
    assert_eq!(deployment.read(silent).await["system_prompt_version"], 4);
    let mut audited = deployment.audited("ana").await;
    audited.retain(|entry| entry["action"] == "prompt_restored");
    let by_boss = json!({"actor": "boss", "action": "prompt_restored"});
    let expected =
        [json!({"restored_from": 1, "version": 3, "reason": REASON}), json!({"restored_from": 2, "version": 4})];
    for (entry, details) in audited.iter().zip(&expected) {
        let whole = by_boss.as_object().into_iter().chain(details.as_object()).flatten();
        assert_eq!(entry, &Value::Object(whole.map(|(name, value)| (name.clone(), value.clone())).collect()));
    }
    assert_eq!(audited.len(), 2);
    assert_eq!(deployment.versions("ana").await, [4, 3, 2, 1]);
}

#[tokio::test]
async fn without_its_audit_entry_nothing_is_restored() {
    let mut deployment = with_two_versions(&[]).await;
    deployment.set("AUDIT_TABLE", "no-such-table");
    let call = restore_for("ana", "1").by_admin("boss");
    deployment.send(call).await.assert_retry(503, "temporarily_unavailable");
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn a_reason_of_unbounded_length_and_unknown_fields_are_refused() {
    let deployment = with_two_versions(&[]).await;
    let send = |body: Value| deployment.send(restore_for("ana", "1").by_admin("boss").json(&body));
    for reason in [json!(" "), json!("x".repeat(501)), json!(7)] {
        send(json!({"reason": reason})).await.assert_invalid(&["reason"]);
    }
    send(json!({"because": "x"})).await.assert_invalid(&["because"]);
    send(json!([REASON])).await.assert_problem(400, "malformed_body");
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

#[tokio::test]
async fn an_admin_restores_for_users_alone() {
    let deployment = with_two_versions(&[]).await;
    for user in ["nobody", "nobody@example.com", ""] {
        deployment.send(restore_for(user, "1").by_admin("boss")).await.assert_problem(404, "user_not_found");
    }
    deployment.sign_up("eve").await;
    deployment.send(restore_for("eve", "1").by_admin("boss")).await.assert_problem(409, "no_prompt_yet");
    for name in ["ana", "eve"] {
        deployment.send(restore_for("ana", "1").by(name)).await.assert_problem(403, "admins_only");
    }
    deployment.edit_profile("eve", "email", AttributeValue::S("ana@example.com".to_owned())).await;
    deployment.send(restore_for("ana@example.com", "1").by_admin("boss")).await.assert_problem(409, "ambiguous_email");
    assert_eq!(deployment.versions("ana").await, [2, 1]);
}

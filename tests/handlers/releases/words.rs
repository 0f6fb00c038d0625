//! A word or a number that another release has written: it is kept, shown as unknown, and stops nobody.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{lived_in, map, put, scan, text};
use harness::{Call, Deployment, Item, Log};

/// A value that no release writes there.
const NONSENSE: AttributeValue = AttributeValue::Bool(true);

/// Where a value stands: the table, a text that the item's key ends with, and the way to the value from the item on. The name
/// of a member leads into a map, a number into a list.
type Place<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Sets the value at a place of Ana's item, and answers with the item before and after.
async fn set(table: &str, (name, key, path): Place<'_>, value: AttributeValue) -> (Item, Item) {
    let ends_with = |item: &Item| {
        ["item", "part", "at", "version", "request", "scope"].iter().any(|name| match item.get(*name) {
            Some(AttributeValue::S(text)) => text.contains(key),
            Some(AttributeValue::N(number)) => number == key,
            _ => false,
        })
    };
    let is_anas = |item: &&Item| item.get("user_id").is_none_or(|user| *user == text("ana") || name == "audit");
    let has = |item: &&Item| path.len() == 1 || item.contains_key(path[0]);
    let items = scan(table).await;
    let found = items.iter().filter(is_anas).filter(has).find(|item| key.is_empty() || ends_with(item));
    let before = found.unwrap_or_else(|| panic!("{table} has an item {key} with {path:?}")).clone();
    let mut item = AttributeValue::M(before.clone());
    let (last, way) = path.split_last().expect("a way");
    let mut at = &mut item;
    for step in way {
        at = match at {
            AttributeValue::M(map) => map.get_mut(*step).unwrap_or_else(|| panic!("{path:?} ends at {step}")),
            AttributeValue::L(members) => &mut members[step.parse::<usize>().expect("a place in a list")],
            other => panic!("{other:?} has no members"),
        };
    }
    match at {
        AttributeValue::M(map) => drop(map.insert((*last).to_owned(), value)),
        AttributeValue::L(members) => members.push(value),
        other => panic!("{other:?} has no members"),
    }
    let AttributeValue::M(after) = item else { unreachable!("it began as an item") };
    put(table, &after).await;
    (before, after)
}

/// Everything that Ana, Ben and an admin look at and do.
fn looks(session_id: &str) -> Vec<Call> {
    let mut calls = vec![
        Call::to("get-consultation").by("ana").path("session_id", session_id),
        Call::to("get-report").by_admin("boss"),
        Call::to("get-user").by_admin("boss").path("user", "ana"),
        Call::to("list-users").by_admin("boss").query("state", "coached"),
        Call::to("list-users").by_admin("boss").query("state", "at_risk"),
        Call::to("list-runs").by_admin("boss"),
        Call::to("list-audit").by_admin("boss"),
        Call::to("list-audit").by_admin("boss").query("user", "ana"),
        Call::to("list-replies").by_admin("boss"),
        Call::to("get-spending").by_admin("boss"),
        Call::to("list-consultation-keys").by_admin("boss"),
    ];
    for function in
        ["get-profile", "get-behavior", "list-meals", "list-prompts", "list-coach-messages", "list-conversations"]
    {
        calls.push(Call::to(function).by("ana"));
    }
    calls.extend([
        Call::to("send-coach-message").by("ana").json(&json!({"message": "What do I have for dinner?"})),
        Call::to("update-profile").by("ana").json(&json!({"weight_kg": 81})),
        Call::to("get-profile").by("ben"),
        Call::to("send-coach-message").by("ben").json(&json!({"message": "And I?"})),
    ]);
    calls
}

/// Asserts that every look is answered with 200.
async fn assert_served(deployment: &Deployment, session_id: &str, because: &str) {
    for call in looks(session_id) {
        let function = call.function();
        let reply = deployment.send(call).await;
        assert_eq!(reply.status, 200, "{function} with {because}: {reply:?}");
        // Admins are told of an action by its own name, with its details.
        let shows_it = reply.body.to_string().contains("later_word") && function != "list-audit";
        assert!(!shows_it, "{function} with {because} shows the word itself");
    }
}

async fn session_of(deployment: &Deployment, name: &str) -> String {
    let id = deployment.profile(name).await["consultation_session_id"].clone();
    id.as_str().expect("a session").to_owned()
}

#[tokio::test]
async fn no_word_of_another_release_is_an_error_for_anybody() {
    let deployment = lived_in().await;
    let session_id = session_of(&deployment, "ana").await;
    let word = || text("later_word");
    let heard = map([("day", text("2026-11-18")), ("until", text("2026-11-19T12:00:00Z"))]);
    let fact = map([
        ("category", word()),
        ("subject", text("sleep")),
        ("summary", text("Sleeps.")),
        ("quote", text("I sleep")),
    ]);
    let cases: Vec<(Place, AttributeValue)> = vec![
        (("profiles", "", &["behavioral_data", "patterns", "0", "kind"]), word()),
        (("profiles", "", &["behavioral_data", "patterns", "0", "severity"]), word()),
        (("profiles", "", &["prompt_behavioral_data", "patterns", "0", "kind"]), word()),
        (("profiles", "", &["goal"]), word()),
        (("profiles", "", &["sex"]), word()),
        (("profiles", "", &["activity_level"]), word()),
        (("profiles", "", &["targets_history", "0", "basis"]), word()),
        (("profiles", "", &["recipe", "user_type"]), word()),
        (("profiles", "", &["recipe", "assigned"]), word()),
        (("profiles", "", &["health", "later_word"]), AttributeValue::Bool(true)),
        (("profiles", "", &["risk", "lasting"]), word()),
        (("profiles", "", &["risk", "heard", "later_word"]), heard),
        (("profiles", "", &["risk", "answers", "later_word"]), AttributeValue::N("2".to_owned())),
        (("profiles", "", &["risk", "followed", "new"]), word()),
        (("profiles", "", &["prompt_risk"]), word()),
        (("profiles", "", &["check_outcome"]), word()),
        (("profiles", "", &["prompt_generation"]), map([("state", word())])),
        (("prompt_history", "2", &["reason"]), word()),
        (("prompt_history", "2", &["decision", "rules", "0", "rule"]), word()),
        (("prompt_history", "2", &["decision", "rules", "0", "baseline"]), word()),
        (("prompt_history", "2", &["behavioral_data", "patterns", "0", "kind"]), word()),
        (("prompt_history", "2", &["recipe", "user_type"]), word()),
        (("prompt_history", "2", &["prompt_risk"]), word()),
        (("consultation_sessions", "session", &["status"]), word()),
        (("consultation_sessions", "session", &["body", "sex"]), word()),
        (("consultation_sessions", "message#000001", &["role"]), word()),
        (("consultation_sessions", "fact#", &["fact"]), fact),
        (("coach_conversations", "#0000000000", &["role"]), word()),
        (("meals", "meal#", &["meal_type"]), word()),
        (("meals", "day#", &["later_word"]), AttributeValue::N("3".to_owned())),
        (("audit", "", &["signal"]), word()),
        (("audit", "", &["action"]), word()),
        (("update_runs", "run", &["state"]), word()),
        (("user_directory", "", &["risk", "lasting"]), word()),
        (("user_directory", "", &["prompt_generation"]), map([("state", word())])),
        (("counters", "0", &["later_word#2"]), AttributeValue::N("3".to_owned())),
        (("spending", "pool#", &["later_word_live_nano_usd"]), AttributeValue::N("3".to_owned())),
    ];
    for (place, value) in cases {
        let because = format!("{place:?}");
        let table = table(&deployment, place.0);
        let (before, _) = set(&table, place, value).await;
        assert_served(&deployment, &session_id, &because).await;
        put(&table, &before).await;
    }
}

fn table(deployment: &Deployment, name: &str) -> String {
    deployment.tables.variables()[&format!("{}_TABLE", name.to_uppercase())].clone()
}

#[tokio::test]
async fn what_is_measured_and_cannot_be_read_is_measured_again_and_a_line_names_it() {
    let deployment = lived_in().await;
    let session_id = session_of(&deployment, "ana").await;
    for (table_name, attribute) in [
        ("profiles", "behavioral_data"),
        ("profiles", "prompt_behavioral_data"),
        ("profiles", "pending_update"),
        ("profiles", "recipe"),
        ("prompt_history", "decision"),
        ("prompt_history", "behavioral_data"),
    ] {
        let table = table(&deployment, table_name);
        let key = if table_name == "prompt_history" { "2" } else { "" };
        let (before, _) = set(&table, (table_name, key, &[attribute]), NONSENSE).await;
        let log = Log::capture();
        assert_served(&deployment, &session_id, attribute).await;
        let told = log.of("item_unreadable").iter().any(|line| line["attribute"] == attribute);
        assert!(told, "no line names {attribute}");
        drop(log);
        put(&table, &before).await;
    }
    let table = table(&deployment, "profiles");
    set(&table, ("profiles", "", &["behavioral_data"]), NONSENSE).await;
    set(&table, ("profiles", "", &["prompt_behavioral_data"]), NONSENSE).await;
    deployment.live("ana", &[900; 7]).await;
    deployment.weekly().await;
    assert_eq!(deployment.versions("ana").await, [3, 2, 1], "what was measured anew is compared with nothing");
}

#[tokio::test]
async fn a_word_of_another_release_is_written_back_as_it_was_read() {
    let deployment = lived_in().await;
    let profiles = table(&deployment, "profiles");
    let word = || text("later_word");
    for path in [&["goal"] as &[&str], &["sex"], &["targets_history", "0", "basis"], &["risk", "followed", "new"]] {
        set(&profiles, ("profiles", "", path), word()).await;
    }
    deployment.read(Call::to("update-profile").by("ana").json(&json!({"name": "Ana-Maria"}))).await;
    let stored = deployment.stored_profiles().await.remove("ana").expect("ana");
    let AttributeValue::L(targets) = &stored["targets_history"] else { panic!("a list") };
    let AttributeValue::M(risk) = &stored["risk"] else { panic!("a map") };
    let AttributeValue::L(followed) = &risk["followed"] else { panic!("a list") };
    assert_eq!((&stored["goal"], &stored["sex"], stored["name"].clone()), (&word(), &word(), text("Ana-Maria")));
    assert_eq!(targets[0].as_m().expect("a map")["basis"], word());
    assert!(followed.contains(&word()), "{followed:?}");
}

#[tokio::test]
async fn a_word_of_another_release_is_shown_as_unknown() {
    let deployment = lived_in().await;
    let (profiles, history) = (table(&deployment, "profiles"), table(&deployment, "prompt_history"));
    set(&profiles, ("profiles", "", &["goal"]), text("recomposition")).await;
    let rule: Place = ("prompt_history", "2", &["decision", "rules", "0", "rule"]);
    set(&history, rule, text("sleep")).await;
    set(&history, ("prompt_history", "2", &["reason"]), text("seasonal")).await;
    set(&history, ("prompt_history", "2", &["behavioral_data", "patterns", "0", "kind"]), text("night_eating")).await;
    set(&table(&deployment, "meals"), ("meals", "meal#", &["meal_type"]), text("brunch")).await;
    assert_eq!(deployment.profile("ana").await["goal"], "unknown");
    let version = deployment.prompts("ana").await.remove(0);
    let shown = |pointer: &str| version.pointer(pointer).cloned().unwrap_or(Value::Null);
    for pointer in ["/reason", "/decision/rules/0/rule", "/behavioral_data/patterns/0/kind"] {
        assert_eq!(shown(pointer), "unknown", "{pointer}");
    }
    assert_eq!(shown("/behavioral_data/most_common_failure_pattern"), "unknown");
    let meals = deployment.read(Call::to("list-meals").by("ana").query("from", "2026-10-01").query("limit", "100"));
    let meals = meals.await.to_string();
    assert!(meals.contains(r#""meal_type":"unknown""#), "{meals}");
}

#[tokio::test]
async fn a_consultation_in_a_state_of_another_release_is_refused_with_what_to_do() {
    let deployment = Deployment::new().await;
    let session_id = deployment.talked("ana").await;
    let sessions = table(&deployment, "consultation_sessions");
    let status: Place = ("consultation_sessions", "session", &["status"]);
    // The items of a consultation name no user but in the session itself.
    set(&sessions, status, text("paused")).await;
    let code = "consultation_state_unknown";
    deployment.say("ana", &session_id, "I am back.").await.assert_problem(409, code);
    deployment.send(Call::to("start-consultation").by("ana")).await.assert_problem(409, code);
    deployment.complete("ana", &session_id).await.assert_problem(409, code);
    assert_eq!(deployment.session("ana", &session_id).await["status"], "unknown");
}

#[tokio::test]
async fn a_risk_of_another_release_makes_the_coach_as_careful_as_it_can_be() {
    let deployment = lived_in().await;
    for path in [&["risk", "lasting"] as &[&str], &["risk", "heard", "grief"]] {
        let profiles = table(&deployment, "profiles");
        let heard = map([("day", text("2026-11-18")), ("until", text("2027-11-19T12:00:00Z"))]);
        let value = if path.len() == 2 { text("watched") } else { heard };
        let (mut before, _) = set(&profiles, ("profiles", "", &["risk"]), map([("heard", map([]))])).await;
        let (_, after) = set(&profiles, ("profiles", "", path), value).await;
        assert_eq!(deployment.profile("ana").await["risk"], "referred", "{after:?}");
        before.insert("risk".to_owned(), map([]));
        put(&profiles, &before).await;
        assert_eq!(deployment.profile("ana").await["risk"], "none");
    }
}

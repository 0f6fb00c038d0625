//! Keys with which people let themselves into the consultation.

use chrono::Duration;
use serde_json::{Value, json};

use harness::{Call, Deployment, Interruption, Log, Moment, Reply, items};

/// A key that nobody has issued.
const NO_KEY: &str = "7K3Q-XXXX-0000-1111-2222-3333-ABCD";

fn issue(uses: u32) -> Call {
    let body = json!({"uses": uses, "expires_at": "2026-12-31T23:59:59Z", "label": "Beta testers"});
    Call::to("issue-consultation-key").by_admin("boss").json(&body)
}

/// Issues a key and answers with it and its id.
async fn issued(deployment: &Deployment, uses: u32) -> (String, String) {
    let reply = deployment.send(issue(uses)).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let text = |name: &str| reply.body[name].as_str().expect("text").to_owned();
    (text("key"), text("key_id"))
}

fn start(name: &str, key: &str) -> Call {
    Call::to("start-consultation").by(name).json(&json!({"key": key}))
}

async fn redeem(deployment: &Deployment, name: &str, key: &str) -> Reply {
    deployment.send(start(name, key)).await
}

async fn uses_left(deployment: &Deployment) -> Vec<u64> {
    let list = deployment.read(Call::to("list-consultation-keys").by_admin("boss")).await;
    items(&list).iter().map(|key| key["uses_left"].as_u64().expect("a number")).collect()
}

async fn with_people(names: &[&str]) -> Deployment {
    let deployment = Deployment::new().await;
    for name in names {
        deployment.sign_up(name).await;
    }
    deployment
}

#[tokio::test]
async fn a_key_opens_the_consultation_for_as_many_people_as_it_has_uses() {
    let deployment = with_people(&["ana", "ben", "cleo"]).await;
    let (key, _) = issued(&deployment, 2).await;
    for (name, left) in [("ana", 1), ("ben", 0)] {
        let started = redeem(&deployment, name, &key).await;
        assert_eq!((started.status, &started.body["resumed"]), (200, &json!(false)), "{started:?}");
        assert_eq!(deployment.profile(name).await["consultation_enabled"], true);
        assert_eq!(uses_left(&deployment).await, [left]);
    }
    redeem(&deployment, "cleo", &key).await.assert_problem(403, "consultation_key_used_up");
    assert_eq!(deployment.profile("cleo").await["consultation_enabled"], false);
}

#[tokio::test]
async fn a_key_is_taken_however_it_is_typed() {
    let deployment = with_people(&["ana", "ben", "cleo"]).await;
    let (key, _) = issued(&deployment, 3).await;
    assert_eq!(key.len(), 34, "28 symbols in groups of four");
    let typed = [key.to_lowercase(), key.replace('-', ""), format!(" {} ", key.replace('-', " – ").replace('0', "o"))];
    for (name, typed) in ["ana", "ben", "cleo"].into_iter().zip(typed) {
        assert_eq!(redeem(&deployment, name, &typed).await.status, 200, "{typed}");
    }
    assert_eq!(uses_left(&deployment).await, [0]);
}

#[tokio::test]
async fn of_two_people_at_once_over_the_last_use_exactly_one_gets_in() {
    let deployment = with_people(&["ana", "ben"]).await;
    let (key, _) = issued(&deployment, 1).await;
    let (one, other) = tokio::join!(redeem(&deployment, "ana", &key), redeem(&deployment, "ben", &key));
    let (inside, outside) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(inside.status, 200, "{inside:?}");
    outside.assert_problem(403, "consultation_key_used_up");
    assert_eq!(uses_left(&deployment).await, [0]);
}

#[tokio::test]
async fn one_person_uses_a_key_once_however_often_they_send_it() {
    let deployment = with_people(&["ana"]).await;
    let (key, _) = issued(&deployment, 5).await;
    let (one, other) = tokio::join!(redeem(&deployment, "ana", &key), redeem(&deployment, "ana", &key));
    let again = redeem(&deployment, "ana", &key).await;
    for started in [&one, &other, &again] {
        assert_eq!((started.status, &started.body["session_id"]), (200, &one.body["session_id"]), "{started:?}");
    }
    assert_eq!(uses_left(&deployment).await, [4]);
}

#[tokio::test]
async fn a_request_that_is_sent_again_after_a_lost_answer_uses_one() {
    let deployment = with_people(&["ana"]).await;
    let (key, _) = issued(&deployment, 5).await;
    for step in 0..100 {
        // Whatever was written before the function vanished, the request with its key is carried out to the end.
        let (lost, app) = Interruption::of(&deployment, Moment::After(step)).await;
        let call = start("ana", &key).header("idempotency-key", "k-1");
        if lost.run(deployment.send_through(&app, call)).await.is_some() {
            assert!(step > 3, "only {step} steps were tried");
            break;
        }
        deployment.pass(Duration::minutes(2));
    }
    let again = deployment.send(start("ana", &key).header("idempotency-key", "k-1")).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
    assert_eq!(uses_left(&deployment).await, [4]);
}

#[tokio::test]
async fn who_is_let_in_already_uses_no_key_up() {
    let deployment = with_people(&["ana"]).await;
    let (key, _) = issued(&deployment, 1).await;
    deployment.set_access("ana", true).await;
    for key in [key.as_str(), NO_KEY] {
        assert_eq!(redeem(&deployment, "ana", key).await.status, 200);
    }
    assert_eq!(uses_left(&deployment).await, [1]);
}

#[tokio::test]
async fn a_key_does_not_undo_what_an_admin_has_closed_since() {
    let deployment = with_people(&["ana"]).await;
    let (key, _) = issued(&deployment, 5).await;
    assert_eq!(redeem(&deployment, "ana", &key).await.status, 200);
    deployment.set_access("ana", false).await;
    redeem(&deployment, "ana", &key).await.assert_problem(403, "consultation_key_used_up");
    let (another, _) = issued(&deployment, 5).await;
    assert_eq!(redeem(&deployment, "ana", &another).await.status, 200);
}

#[tokio::test]
async fn a_key_is_good_until_it_expires() {
    let deployment = with_people(&["ana", "ben"]).await;
    let body = json!({"uses": 5, "expires_at": deployment.now() + Duration::days(1), "label": "A day"});
    let call = Call::to("issue-consultation-key").by_admin("boss").json(&body);
    let reply = deployment.send(call).await;
    let key = reply.body["key"].as_str().expect("a key").to_owned();
    deployment.pass(Duration::days(1) - Duration::seconds(1));
    assert_eq!(redeem(&deployment, "ana", &key).await.status, 200);
    deployment.pass(Duration::seconds(1));
    redeem(&deployment, "ben", &key).await.assert_problem(403, "consultation_key_expired");
    assert_eq!(uses_left(&deployment).await, [4]);
}

#[tokio::test]
async fn without_a_key_a_closed_consultation_says_what_to_do_as_before() {
    let deployment = with_people(&["ana"]).await;
    for call in [
        Call::to("start-consultation").by("ana"),
        Call::to("start-consultation").by("ana").text(" \n"),
        Call::to("start-consultation").by("ana").json(&json!({})),
        Call::to("start-consultation").by("ana").json(&json!({"key": null})),
    ] {
        deployment.send(call).await.assert_problem(403, "consultation_access_denied");
    }
}

#[tokio::test]
async fn a_body_that_holds_no_key_is_refused() {
    let deployment = with_people(&["ana"]).await;
    for text in ["{", "[]", "7", "\"key\""] {
        let call = Call::to("start-consultation").by("ana").text(text);
        deployment.send(call).await.assert_problem(400, "malformed_body");
    }
    for (body, field) in [
        (json!({"key": 7}), "key"),
        (json!({"key": ""}), "key"),
        (json!({"key": "x".repeat(101)}), "key"),
        (json!({"kez": "x"}), "kez"),
    ] {
        let call = Call::to("start-consultation").by("ana").json(&body);
        deployment.send(call).await.assert_invalid(&[field]);
    }
    redeem(&deployment, "nobody", NO_KEY).await.assert_problem(404, "profile_not_found");
}

#[tokio::test]
async fn after_some_wrong_keys_none_is_looked_at_for_an_hour() {
    let deployment = with_people(&["ana", "ben"]).await;
    let (key, _) = issued(&deployment, 5).await;
    for _ in 0..5 {
        redeem(&deployment, "ana", NO_KEY).await.assert_problem(403, "consultation_key_wrong");
        deployment.pass(Duration::minutes(1));
    }
    for tried in [NO_KEY, &key] {
        let seconds = redeem(&deployment, "ana", tried).await.assert_retry(429, "consultation_key_limit");
        assert_eq!(seconds, 55 * 60, "an hour after the first");
    }
    assert_eq!(redeem(&deployment, "ben", &key).await.status, 200, "it is one person's limit");
    deployment.pass(Duration::minutes(55));
    redeem(&deployment, "ana", NO_KEY).await.assert_problem(403, "consultation_key_wrong");
    redeem(&deployment, "ana", NO_KEY).await.assert_retry(429, "consultation_key_limit");
    deployment.pass(Duration::minutes(1));
    assert_eq!(redeem(&deployment, "ana", &key).await.status, 200);
}

#[tokio::test]
async fn of_many_wrong_keys_at_once_no_more_are_looked_at_than_may_be_sent() {
    let deployment = Deployment::with(&[("CONSULTATION_KEY_ATTEMPTS", "2")]).await;
    deployment.sign_up("ana").await;
    let tries = (0..6).map(|_| redeem(&deployment, "ana", NO_KEY));
    let replies = futures_util::future::join_all(tries).await;
    let wrong = replies.iter().filter(|reply| reply.status == 403).count();
    assert_eq!(wrong, 2, "{replies:?}");
    let (key, _) = issued(&deployment, 1).await;
    redeem(&deployment, "ana", &key).await.assert_retry(429, "consultation_key_limit");
}

#[tokio::test]
async fn keys_that_are_right_but_expired_or_used_up_count_as_no_wrong_ones() {
    let deployment = Deployment::with(&[("CONSULTATION_KEY_ATTEMPTS", "1")]).await;
    for name in ["ana", "ben"] {
        deployment.sign_up(name).await;
    }
    let (key, _) = issued(&deployment, 1).await;
    assert_eq!(redeem(&deployment, "ana", &key).await.status, 200);
    for _ in 0..3 {
        redeem(&deployment, "ben", &key).await.assert_problem(403, "consultation_key_used_up");
    }
    redeem(&deployment, "ben", NO_KEY).await.assert_problem(403, "consultation_key_wrong");
}

#[tokio::test]
async fn keys_are_listed_the_latest_first_and_never_shown_again() {
    let deployment = Deployment::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (key, key_id) = issued(&deployment, 7).await;
        let list = deployment.read(Call::to("list-consultation-keys").by_admin("boss")).await;
        assert!(!list.to_string().contains(&key) && !list.to_string().contains(&key.replace('-', "")));
        ids.insert(0, key_id);
        deployment.pass(Duration::minutes(1));
    }
    let (mut call, mut listed) = (Call::to("list-consultation-keys").by_admin("boss").query("limit", "2"), Vec::new());
    loop {
        let page = deployment.read(call.clone()).await;
        listed.extend(items(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        call = call.query("cursor", cursor);
    }
    let expected: Vec<Value> = ids
        .iter()
        .map(|key_id| {
            json!({"key_id": key_id, "label": "Beta testers", "uses_left": 7, "expires_at": "2026-12-31T23:59:59Z"})
        })
        .collect();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn no_table_holds_a_key() {
    let deployment = with_people(&["ana"]).await;
    let reply = deployment.send(issue(3).header("idempotency-key", "k-1")).await;
    let key = reply.body["key"].as_str().expect("a key").to_owned();
    let started = deployment.send(start("ana", &key).header("idempotency-key", "k-2")).await;
    assert_eq!(started.status, 200);
    let held = deployment.everything_stored().await;
    assert!(held.contains("Beta testers"), "the tables were read");
    assert!(!held.contains(&key) && !held.contains(&key.replace('-', "")));
}

#[tokio::test]
async fn a_key_that_is_issued_again_with_its_idempotency_key_is_one_and_not_shown_twice() {
    let deployment = Deployment::new().await;
    let first = deployment.send(issue(3).header("idempotency-key", "k-1")).await;
    let again = deployment.send(issue(3).header("idempotency-key", "k-1")).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!((&again.body["key_id"], &again.body["key"]), (&first.body["key_id"], &Value::Null));
    assert_eq!(uses_left(&deployment).await, [3]);
    deployment.send(issue(4).header("idempotency-key", "k-1")).await.assert_problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn issuing_and_redeeming_are_audited_without_the_key() {
    let deployment = with_people(&["ana"]).await;
    let (key, key_id) = issued(&deployment, 2).await;
    assert_eq!(redeem(&deployment, "ana", &key).await.status, 200);
    let list = deployment.read(Call::to("list-audit").by_admin("boss")).await;
    let mut entries = items(&list);
    entries.sort_by_key(|entry| entry["action"].to_string());
    let at = deployment.now();
    assert_eq!(
        entries,
        [
            json!({"user_id": "boss", "at": at, "actor": "boss", "action": "consultation_key_issued", "details": {
                "key_id": key_id, "label": "Beta testers", "uses": 2, "expires_at": "2026-12-31T23:59:59Z"}}),
            json!({"user_id": "ana", "at": at, "actor": "ana", "action": "consultation_key_redeemed",
                "details": {"key_id": key_id}}),
        ]
    );
}

#[tokio::test]
async fn no_key_reaches_the_log() {
    let deployment = with_people(&["ana"]).await;
    let log = Log::capture();
    let (key, _) = issued(&deployment, 2).await;
    redeem(&deployment, "ana", NO_KEY).await.assert_problem(403, "consultation_key_wrong");
    assert_eq!(redeem(&deployment, "ana", &key).await.status, 200);
    let written = log.text();
    assert!(written.contains("consultation_access_denied"), "{written}");
    assert!(!written.contains(&key) && !written.contains(NO_KEY));
}

#[tokio::test]
async fn a_key_without_its_audit_entry_is_neither_issued_nor_redeemed() {
    let mut deployment = with_people(&["ana"]).await;
    let (key, _) = issued(&deployment, 2).await;
    let audit = deployment.tables.audit.clone();
    deployment.set("AUDIT_TABLE", "no-such-table");
    deployment.send(issue(1)).await.assert_retry(503, "temporarily_unavailable");
    redeem(&deployment, "ana", &key).await.assert_retry(503, "temporarily_unavailable");
    deployment.set("AUDIT_TABLE", &audit);
    assert_eq!(uses_left(&deployment).await, [2]);
    assert_eq!(deployment.profile("ana").await["consultation_enabled"], false);
}

#[tokio::test]
async fn a_key_has_uses_a_time_in_the_future_and_a_label() {
    let deployment = Deployment::new().await;
    let good = json!({"uses": 1, "expires_at": "2026-12-01T00:00:00+01:00", "label": "Spring"});
    let send = |field: &str, value: &Value| {
        let mut body = good.clone();
        body[field] = value.clone();
        deployment.send(Call::to("issue-consultation-key").by_admin("boss").json(&body))
    };
    for (field, value) in [
        ("uses", json!(0)),
        ("uses", json!(10_001)),
        ("uses", json!("many")),
        ("uses", json!(1.5)),
        ("uses", json!(null)),
        ("expires_at", json!("2026-11-18T12:00:00Z")),
        ("expires_at", json!("2099-01-01T00:00:00Z")),
        ("expires_at", json!("soon")),
        ("expires_at", json!(null)),
        ("label", json!(" ")),
        ("label", json!("x".repeat(101))),
        ("label", json!("two\nlines")),
        ("label", json!(null)),
        ("key", json!("my-own-key")),
    ] {
        send(field, &value).await.assert_invalid(&[field]);
    }
    assert!(uses_left(&deployment).await.is_empty());
    let nothing = Call::to("issue-consultation-key").by_admin("boss").json(&json!({}));
    deployment.send(nothing).await.assert_invalid(&["uses", "expires_at", "label"]);
}

#[tokio::test]
async fn only_admins_issue_and_list_keys() {
    let deployment = with_people(&["ana"]).await;
    let body = json!({"uses": 1, "expires_at": "2026-12-31T23:59:59Z", "label": "For me"});
    let issue = Call::to("issue-consultation-key").by("ana").json(&body);
    deployment.send(issue).await.assert_problem(403, "admins_only");
    deployment.send(Call::to("list-consultation-keys").by("ana")).await.assert_problem(403, "admins_only");
    assert!(uses_left(&deployment).await.is_empty());
}

//! Lists that come a page at a time.

use serde_json::Value;

use harness::{Call, Deployment, items};

const LISTS: [&str; 3] = ["list-meals", "list-coach-messages", "list-prompts"];

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Ana with five meals, two conversations of two messages each, and three prompts.
async fn ana() -> Deployment {
    let deployment = Deployment::with(&[("MANUAL_REGENERATION_INTERVAL_HOURS", "0")]).await;
    deployment.prompted("ana", &[2_000, 2_100, 0, 1_900, 2_000, 2_200]).await;
    for message in ["Good morning, coach", "Good evening, coach"] {
        deployment.tell("ana", message).await;
        deployment.pass(chrono::Duration::minutes(1));
        deployment.send(Call::to("regenerate-prompt").by("ana")).await;
        deployment.run_jobs().await;
    }
    deployment
}

async fn pages(deployment: &Deployment, list: &'static str, limit: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut call = Call::to(list).by("ana").query("limit", limit);
    for _ in 0..20 {
        let page = deployment.read(call.clone()).await;
        pages.push(items(&page));
        match page["next_cursor"].as_str() {
            None => return pages,
            Some(cursor) => call = call.query("cursor", cursor),
        }
    }
    panic!("{list} does not end");
}

#[tokio::test]
async fn pages_hold_everything_once_and_in_order() {
    let deployment = ana().await;
    for (list, count) in [("list-meals", 5), ("list-coach-messages", 4), ("list-prompts", 3)] {
        let whole = items(&deployment.read(Call::to(list).by("ana")).await);
        assert_eq!(whole.len(), count, "{list}");
        for limit in ["1", "2", "100"] {
            let pages = pages(&deployment, list, limit).await;
            let most = limit.parse().expect("a number");
            assert!(pages.iter().all(|page| page.len() <= most), "{list} by {limit}");
            assert_eq!(pages.concat(), whole, "{list} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_list_without_items_has_no_next_page() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for list in LISTS {
        let page = deployment.read(Call::to(list).by("ana")).await;
        assert!(items(&page).is_empty() && page["next_cursor"].is_null(), "{list}: {page}");
    }
}

#[tokio::test]
async fn a_cursor_leads_nobody_into_another_list_or_another_persons_data() {
    let deployment = ana().await;
    deployment.sign_up("eve").await;
    for from in LISTS {
        let page = deployment.read(Call::to(from).by("ana").query("limit", "1")).await;
        let cursor = page["next_cursor"].as_str().expect("there is more");
        for list in LISTS {
            let reply = deployment.send(Call::to(list).by("eve").query("cursor", cursor)).await;
            reply.assert_problem(422, "invalid_cursor");
            if list != from {
                let reply = deployment.send(Call::to(list).by("ana").query("cursor", cursor)).await;
                reply.assert_problem(422, "invalid_cursor");
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_cursor_is_refused() {
    let deployment = ana().await;
    let forged = [
        String::new(),
        "7".to_owned(),
        "zz".to_owned(),
        hex("{}"),
        hex("[]"),
        hex(r#"{"user_id":"ana"}"#),
        hex(r#"{"user_id":"ben","item":"x","message_id":"x","version":1}"#),
        hex(r#"{"user_id":"ana","message_id":"","item":"","version":0}"#),
        hex(r#"{"user_id":"ana","item":"","by_time":"message#2026"}"#),
        hex(r#"{"user_id":"ana","item":"x","by_time":"conversation#2026"}"#),
    ];
    for list in LISTS {
        for cursor in &forged {
            let reply = deployment.send(Call::to(list).by("ana").query("cursor", cursor)).await;
            assert_eq!(
                (reply.status, &reply.body["code"]),
                (422, &"invalid_cursor".into()),
                "{list} {cursor}: {reply:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_cursor_made_up_for_the_own_list_shows_only_the_own_list() {
    let deployment = ana().await;
    let far = hex(r#"{"user_id":"ana","item":"zzz"}"#);
    let reply = deployment.send(Call::to("list-meals").by("ana").query("cursor", &far)).await;
    assert!([200, 422].contains(&reply.status), "{reply:?}");
    let ahead = hex(r#"{"user_id":"ana","item":"x","by_time":"message#9999"}"#);
    let reply = deployment.send(Call::to("list-coach-messages").by("ana").query("cursor", &ahead)).await;
    assert_eq!((reply.status, items(&reply.body).len()), (200, 4));
    let ahead = hex(r#"{"user_id":"ana","version":99}"#);
    let reply = deployment.send(Call::to("list-prompts").by("ana").query("cursor", &ahead)).await;
    assert_eq!((reply.status, items(&reply.body).len()), (200, 3));
}

#[tokio::test]
async fn a_limit_is_a_whole_number_from_1_to_100() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    for list in LISTS {
        for limit in ["0", "101", "-1", "1.5", "many", "", "99999999999999999999"] {
            let reply = deployment.send(Call::to(list).by("ana").query("limit", limit)).await;
            reply.assert_invalid(&["limit"]);
        }
    }
}

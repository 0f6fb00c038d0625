//! What never stands in a log. That no test of this suite leaves a token, an address, a name, a message or a prompt there is
//! checked at the end of each, by its deployment, at the most verbose level and over every thread; here is that the check
//! would notice, and that the other levels write a part of the same lines.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};
use tracing::{Level, error, info};

use super::journey;
use harness::{Call, Deployment, Log};

/// Where this project's events come from.
const OURS: &str = "coaching::service::coach";

/// A token, as long as real ones are.
const TOKEN: &str =
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvdHRvbGluZSIsImVtYWlsIjoib3R0b2xpbmVAZ3JpenpsZXdvb2QuZXhhbXBsZSJ9.c2lnbmF0dXJl";

/// What the end of a test has to say about a line that `leak` writes after the person has said all this.
async fn objection(leak: impl FnOnce()) -> Option<String> {
    let deployment = Deployment::new().await;
    let body = json!({"name": "Ottoline Grizzlewood", "email": "ottoline@grizzlewood.example", "age": 34, "weight_kg": 82.5,
        "goal": "lose_weight"});
    let claims = json!({"sub": "ottoline", "email": "ottoline@grizzlewood.example", "email_verified": true});
    let call = Call::to("sign-up").claims(&claims).header("authorization", &format!("Bearer {TOKEN}"));
    deployment.send(call.json(&body)).await;
    let message = json!({"message": "I never sleep. The violet hippopotamus sings, and then I eat whatever the kitchen has left from the wedding of my cousin!"});
    deployment.send(Call::to("send-coach-message").claims(&claims).json(&message)).await;
    leak();
    let said = catch_unwind(AssertUnwindSafe(|| drop(deployment))).err()?;
    said.downcast_ref::<String>().cloned()
}

#[tokio::test]
async fn whatever_was_said_or_shown_is_noticed_in_a_line() {
    assert_eq!(objection(|| info!(target: OURS, user_id = "ottoline", "an_event")).await, None, "an id is no name");
    for (text, leaked) in [
        ("Ottoline Grizzlewood", "name: Ottoline Grizzlewood"),
        ("ottoline@grizzlewood.example", "no mail for ottoline@grizzlewood.example"),
        (
            "The violet hippopotamus",
            "The violet hippopotamus sings, and then I eat whatever the kitchen has left from the wed...",
        ),
        (TOKEN, &format!("token={TOKEN}&refused")),
    ] {
        let noticed = objection(|| error!(target: OURS, cause = leaked, "request_failed")).await;
        assert!(noticed.as_ref().is_some_and(|noticed| noticed.contains(text)), "{leaked}: {noticed:?}");
    }
}

#[tokio::test]
async fn what_goes_to_claude_or_comes_from_it_is_noticed_in_a_line() {
    let deployment = Deployment::new().await;
    deployment.sign_up("ana").await;
    deployment.tell("ana", "What does the violet hippopotamus eat?").await;
    let known = deployment.claude.texts();
    assert!(known.iter().any(|text| text.contains("violet hippopotamus")), "{known:?}");
    // The words of the coach itself, not in the log but where the check would find them.
    assert!(known.len() >= 4, "safety rules, prompt, question, numbers and answer: {known:?}");
}

#[tokio::test]
async fn each_level_writes_those_lines_of_the_journey_that_are_as_severe() {
    let mut levels = Vec::new();
    for level in [Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR] {
        let log = Log::capture_at(level);
        let deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate")]).await;
        journey(&deployment).await;
        let told = |line: Value| json!([line["level"], line["message"], line["function"], line["user_id"]]).to_string();
        let mut lines: Vec<(Level, String)> =
            log.lines().into_iter().map(|line| (severity(&line), told(line))).collect();
        lines.sort();
        levels.push((level, lines));
    }
    let (_, all) = &levels[0];
    for (level, lines) in &levels {
        let expected: Vec<_> = all.iter().filter(|(severity, _)| severity <= level).cloned().collect();
        assert_eq!(lines, &expected, "{level}");
    }
}

/// How severe a line is. Metrics are written at every level.
fn severity(line: &Value) -> Level {
    if line["message"] == "metric" {
        return Level::ERROR;
    }
    line["level"].as_str().and_then(|level| level.parse().ok()).expect("every line has a level")
}

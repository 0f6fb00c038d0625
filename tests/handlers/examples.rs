//! The examples of the published contract: what one person, and the admin, get on their journey.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use chrono::Duration;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use harness::{CONSULTATION, Call, Deployment};

/// Set it to have the file written instead of compared.
const UPDATE: &str = "UPDATE_EXAMPLES";
/// The person of the journey, and the identity that stands for theirs in the file.
const PERSON: (&str, &str) = ("nora", "5f8e2c1a-0b7d-4c3e-9a61-2d4b6f8e0c13");
/// Items of a list that an example shows.
const ITEMS: usize = 2;
/// Characters of a long text that an example shows.
const CHARACTERS: usize = 280;

/// Answers by function and status.
#[derive(Default)]
struct Examples(BTreeMap<&'static str, Map<String, Value>>);

impl Examples {
    /// Sends a call and keeps its answer, the latest of its kind.
    async fn keep(&mut self, deployment: &Deployment, call: Call) -> Value {
        let function = call.function();
        let reply = deployment.send(call).await;
        assert!(reply.status < 300, "{reply:?}");
        self.0.entry(function).or_default().insert(reply.status.to_string(), reply.body.clone());
        reply.body
    }

    /// Shows a text in place of one that is drawn anew in every run.
    fn show_instead(&mut self, function: &str, field: &str, text: &str) {
        for answer in self.0.get_mut(function).into_iter().flat_map(Map::values_mut) {
            answer[field] = json!(text);
        }
    }

    /// The file: texts and lists cut short, identities that are the same in every run.
    fn file(self) -> String {
        let mut all = json!(self.0);
        shorten(&mut all);
        let mut text = serde_json::to_string_pretty(&all).expect("answers serialise") + "\n";
        text = text.replace(&format!("\"{}\"", PERSON.0), &format!("\"{}\"", PERSON.1));
        for (number, id) in identities(&text).into_iter().enumerate() {
            text = text.replace(&id, &format!("0192b3c8-52d0-7f11-8a44-{number:012x}"));
        }
        text
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.chars().count() > CHARACTERS => {
            *text = text.chars().take(CHARACTERS).chain(['…']).collect();
        }
        Value::Array(items) => {
            items.truncate(ITEMS);
            items.iter_mut().for_each(shorten);
        }
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

/// The identities that were drawn, in the order in which they appear.
fn identities(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_ascii_hexdigit() && c != '-') {
        // A meal's identity follows its day.
        if Uuid::try_parse(word).is_ok() && word != PERSON.1 && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found
}

async fn journey() -> Examples {
    let mut deployment = Deployment::with(&[("PROMPT_UPDATE_MODE", "immediate"), ("UPDATE_SHARDS", "1")]).await;
    let (name, mut seen) = (PERSON.0, Examples::default());
    let by = |function| Call::to(function).by(name);
    let person = json!({
        "name": "Nora Lindqvist", "email": "nora@example.com", "age": 34, "weight_kg": 78.5, "goal": "lose_weight",
        "timezone": "Europe/Stockholm",
    });
    seen.keep(&deployment, by("sign-up").json(&person)).await;
    let details = json!({"weight_kg": 77.9, "height_cm": 168, "sex": "female", "activity_level": "light"});
    seen.keep(&deployment, by("update-profile").json(&details)).await;
    let open = Call::to("set-consultation-access").by_admin("the_admin").path("user", "nora@example.com");
    seen.keep(&deployment, open.json(&json!({"enabled": true}))).await;
    let cohort = json!({"users": ["nora@example.com", "somebody@example.com"], "enabled": true});
    seen.keep(&deployment, Call::to("set-cohort-access").by_admin("the_admin").json(&cohort)).await;
    let terms = json!({"uses": 20, "expires_at": "2027-01-31T23:59:59Z", "label": "Beta testers, winter"});
    seen.keep(&deployment, Call::to("issue-consultation-key").by_admin("the_admin").json(&terms)).await;
    seen.show_instead("issue-consultation-key", "key", "7K3Q-9F2M-XC4T-0HBV-N8RD-5WJY-E6PA");
    seen.keep(&deployment, Call::to("list-consultation-keys").by_admin("the_admin")).await;
    talk(&mut seen, &deployment, name).await;

    let question = json!({"message": "I just read about another diet. Should I switch?"});
    seen.keep(&deployment, by("send-coach-message").json(&question)).await;
    seen.keep(&deployment, by("list-coach-messages")).await;
    seen.keep(&deployment, by("list-conversations")).await;
    live(&mut seen, &deployment, name).await;
    deployment.weekly().await;
    seen.keep(&deployment, by("get-behavior")).await;
    seen.keep(&deployment, by("list-prompts")).await;
    seen.keep(&deployment, by("get-profile")).await;
    let decision = json!({"risk": "caution", "reason": "Her doctor agrees to a small deficit; we spoke on Monday."});
    let decide = Call::to("set-risk").by_admin("the_admin").path("user", "nora@example.com");
    seen.keep(&deployment, decide.json(&decision)).await;
    let decision = json!({"user_type": null, "variant": "direct", "reason": "She asked for short answers."});
    let decide = Call::to("set-recipe").by_admin("the_admin").path("user", "nora@example.com");
    seen.keep(&deployment, decide.json(&decision)).await;
    seen.keep(&deployment, Call::to("list-users").by_admin("the_admin").query("state", "at_risk")).await;
    let user = Call::to("get-user").by_admin("the_admin").path("user", "nora@example.com");
    seen.keep(&deployment, user).await;
    deployment.follow_profiles().await;
    seen.keep(&deployment, Call::to("get-report").by_admin("the_admin")).await;
    seen.keep(&deployment, Call::to("list-audit").by_admin("the_admin")).await;
    watch(&mut seen, &deployment).await;

    seen.keep(&deployment, by("regenerate-prompt")).await;
    deployment.run_jobs().await;
    deployment.pass(Duration::days(2));
    restore_and_withdraw(&mut seen, &deployment, name).await;
    deployment.pass(Duration::days(2));
    deployment.set("COMPLETION_WAIT_SECONDS", "28");
    let worker = async {
        loop {
            deployment.job_arrival().await;
            deployment.run_jobs().await;
        }
    };
    tokio::select! {
        () = worker => {}
        _ = seen.keep(&deployment, by("regenerate-prompt")) => {}
    }
    days_and_weights(&mut seen, &deployment, name).await;
    seen
}

/// A day that is logged to its end, two weigh-ins, and days that count for nothing.
async fn days_and_weights(seen: &mut Examples, deployment: &Deployment, name: &str) {
    let by = |function| Call::to(function).by(name);
    let today = deployment.today();
    seen.keep(deployment, by("mark-day").path("day", &today.to_string()).json(&json!({"complete": true}))).await;
    for (kg, days_ago) in [(78.9, 7), (78.4, 0)] {
        let measured_at = (deployment.now() - Duration::days(days_ago)).to_rfc3339();
        seen.keep(deployment, by("log-weight").json(&json!({"weight_kg": kg, "measured_at": measured_at}))).await;
    }
    seen.keep(deployment, by("list-weights")).await;
    let pause = json!({"from": today + Duration::days(3), "to": today + Duration::days(12)});
    seen.keep(deployment, by("pause-tracking").json(&pause)).await;
}

/// The consultation, to prompt version 1.
async fn talk(seen: &mut Examples, deployment: &Deployment, name: &str) {
    let by = |function| Call::to(function).by(name);
    let session = seen.keep(deployment, by("start-consultation")).await;
    let session_id = session["session_id"].as_str().expect("a session has an id");
    for message in CONSULTATION {
        deployment.pass(Duration::minutes(2));
        let body = json!({"session_id": session_id, "message": message});
        seen.keep(deployment, by("send-consultation-message").json(&body)).await;
    }
    let complete = || by("complete-consultation").path("session_id", session_id);
    seen.keep(deployment, complete()).await;
    deployment.run_jobs().await;
    seen.keep(deployment, complete()).await;
    seen.keep(deployment, by("get-consultation").path("session_id", session_id)).await;
}

/// What an admin reads of replies, runs and money.
async fn watch(seen: &mut Examples, deployment: &Deployment) {
    let by_admin = |function| Call::to(function).by_admin("the_admin");
    seen.keep(deployment, by_admin("list-replies")).await;
    let runs = seen.keep(deployment, by_admin("list-runs")).await;
    let run_id = runs["items"][0]["run_id"].as_str().expect("a run has an id");
    seen.keep(deployment, by_admin("get-run").path("run_id", run_id)).await;
    seen.keep(deployment, by_admin("get-spending")).await;
}

/// Of two versions the first again, by the person, and the second again, by the admin; and a prompt that is withdrawn and
/// given back.
async fn restore_and_withdraw(seen: &mut Examples, deployment: &Deployment, name: &str) {
    let by_admin = |function| Call::to(function).by_admin("the_admin").path("user", "nora@example.com");
    let withdraw = |withdrawn: bool| {
        let body = json!({"withdrawn": withdrawn, "reason": "It took a joke of hers for a goal."});
        by_admin("withdraw-prompt").json(&body)
    };
    let targets = json!({"targets": {"daily_calories": 1_900, "protein_g": 120, "carbs_g": 220, "fat_g": 60}});
    deployment.read(Call::to("update-profile").by(name).json(&targets)).await;
    deployment.send(Call::to("regenerate-prompt").by(name)).await;
    deployment.run_jobs().await;
    let second = deployment.versions(name).await[0];
    let version = |call: Call, version: u64| call.path("version", &version.to_string());
    seen.keep(deployment, version(Call::to("restore-prompt").by(name), second - 1)).await;
    let why = json!({"reason": "The later version fits her better, she says."});
    seen.keep(deployment, version(by_admin("admin-restore-prompt"), second).json(&why)).await;
    seen.keep(deployment, withdraw(false)).await;
    seen.keep(deployment, withdraw(true)).await;
    deployment.read(withdraw(false)).await;
}

/// Ten days of meals, of which one is corrected.
async fn live(seen: &mut Examples, deployment: &Deployment, name: &str) {
    let by = |function| Call::to(function).by(name);
    for calories in [544, 1_730, 610, 1_820, 590, 1_750, 640, 1_690, 570, 1_800] {
        deployment.pass(Duration::days(1));
        let meal = json!({
            "name": "Salmon, potatoes and broccoli", "meal_type": "dinner", "eaten_at": deployment.now().to_rfc3339(),
            "calories": calories, "protein_g": 38, "carbs_g": 44, "fat_g": 24,
        });
        seen.keep(deployment, by("log-meal").json(&meal)).await;
    }
    let meals = seen.keep(deployment, by("list-meals")).await;
    let meal_id = meals["items"][0]["meal_id"].as_str().expect("a meal has an id");
    let correction = json!({"calories": 1_610, "protein_g": 41, "notes": "with sour cream"});
    seen.keep(deployment, by("update-meal").path("meal_id", meal_id).json(&correction)).await;
}

#[tokio::test]
async fn the_examples_of_the_contract_are_what_the_journey_gets() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/coaching/src/api/examples.json");
    let current = journey().await.file();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &current).expect("the file can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == current,
        "examples.json is not what the journey gets. Run `{UPDATE}=1 cargo test -p coaching-tests --test handlers examples`, \
         then write the contract anew."
    );
}

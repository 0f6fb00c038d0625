//! What the people of the demo cost, and what a month costs with many people, at list prices and with the simulator's token
//! counts: two tables in the README.
//!
//! `UPDATE_COSTS=1 cargo test -p coaching-tests --test handlers costs` measures anew and writes the tables.

mod bill;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use chrono::Duration;
use claude_simulator::Task;
use serde_json::json;

use harness::{Call, Deployment, Person};

const PEOPLE: [&str; 3] = ["diet-switcher", "new-runner", "weekend-overeater"];

/// What a consultation and a weekly update may cost, in USD.
const CONSULTATION_GOAL: f64 = 0.05;
const UPDATE_GOAL: f64 = 0.01;
/// Share of the coach's input that must come from the cache.
const CACHE_GOAL: f64 = 0.7;

/// Set it to have the tables written instead of compared.
const UPDATE: &str = "UPDATE_COSTS";

/// A conversation of twenty messages with the coach.
const CONVERSATION: [&str; 20] = [
    "Good morning! I slept five hours. What should I eat for breakfast?",
    "There is only toast and jam in the house.",
    "Okay, I had two slices and a coffee. How does that fit into my day?",
    "Lunch is with colleagues at an Italian place. What do I order?",
    "They all take pizza. I feel silly with a salad.",
    "I took the minestrone and half of somebody's pizza. Does that ruin the day?",
    "Fine. It is three o'clock and I could fall asleep at my desk. Snack?",
    "There is cake in the kitchen, somebody's birthday.",
    "I had a small piece. I am a bit proud that it was only one.",
    "Should I train today although I am so tired?",
    "Twenty minutes it is. What exactly?",
    "Done! That felt better than I thought.",
    "What is for dinner, with what I have left today?",
    "I have eggs, spinach, potatoes and some feta.",
    "How much of the feta?",
    "Dinner was good. It is nine now and I want something sweet.",
    "Tea. Really? I was thinking of chocolate.",
    "Two squares then, and the rest goes back into the drawer.",
    "The chocolate is in the drawer. What is one thing I should do differently tomorrow?",
    "I will prepare breakfast tonight. Thank you, good night!",
];

/// What one person has cost, in USD.
struct Measured {
    title: String,
    consultation: f64,
    consultation_messages: usize,
    initial: f64,
    weekly: f64,
    coach: f64,
    cached: f64,
}

async fn measure(name: &str) -> Measured {
    let person = Person::load(name);
    let variables = [("UPDATE_SHARDS", "1"), ("MIN_DAYS_BETWEEN_UPDATES", "0"), ("USER_DAILY_BUDGET_USD", "0")];
    let deployment = Deployment::with(&variables).await;
    let reply = deployment.send(Call::to("sign-up").by(name).json(&person.details())).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    deployment.set_access(name, true).await;
    eat(&deployment, name, &person, "before").await;

    let session_id = deployment.start(name).await;
    for message in person.consultation() {
        assert_eq!(deployment.say(name, &session_id, message).await.status, 200);
    }
    let consultation = deployment.spent_today().await.dollars();
    assert_eq!(deployment.complete(name, &session_id).await.status, 202);
    deployment.run_jobs().await;
    assert_eq!(deployment.versions(name).await, [1]);
    let initial = deployment.spent_today().await.dollars() - consultation;

    deployment.claude.clear();
    let mut conversation = json!({});
    for message in CONVERSATION {
        let reply = match conversation.get("conversation_id") {
            None => deployment.tell(name, message).await,
            Some(_) => deployment.tell_in(name, &conversation, message).await,
        };
        assert_eq!(reply.status, 200, "{reply:?}");
        conversation = reply.body;
    }
    let coach = deployment.spent_today().await.dollars() - consultation - initial;
    let cached = cached_share(&deployment);

    eat(&deployment, name, &person, "after").await;
    // A run looks at those whose check came before it.
    deployment.pass(Duration::seconds(1));
    deployment.weekly().await;
    deployment.claude.finish_batches();
    assert_eq!(deployment.collect().await.expect("a collection").prompts_updated, 1, "{name}");
    let weekly = deployment.spent_today().await.dollars() - consultation - initial - coach;
    Measured {
        title: person.title().to_owned(),
        consultation,
        consultation_messages: person.consultation().count(),
        initial,
        weekly,
        coach: coach / 20.0,
        cached,
    }
}

async fn eat(deployment: &Deployment, name: &str, person: &Person, phase: &str) {
    for meal in person.meals(phase, deployment.now()) {
        let reply = deployment.send(Call::to("log-meal").by(name).json(&meal)).await;
        assert_eq!(reply.status, 201, "{reply:?}");
    }
}

/// The share of the coach's input tokens that were read from the cache.
#[expect(clippy::cast_precision_loss, reason = "a conversation has few tokens")]
fn cached_share(deployment: &Deployment) -> f64 {
    let usages = deployment.asked(Task::Coach).into_iter().filter_map(|request| request.usage);
    let (mut read, mut all) = (0, 0);
    for usage in usages {
        read += usage.cache_read_input_tokens;
        all += usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.input_tokens;
    }
    read as f64 / all as f64
}

fn table(people: &[Measured]) -> String {
    let mut table = String::from("| |");
    for Measured { title, consultation_messages, .. } in people {
        let _ = write!(table, " {title} ({consultation_messages} messages) |");
    }
    table.push_str(" required | goal |\n|---|");
    table.push_str(&"---:|".repeat(people.len() + 2));
    let mut row = |name: &str, figure: &dyn Fn(&Measured) -> String, required: &str, goal: &str| {
        let figures: Vec<String> = people.iter().map(figure).collect();
        let _ = write!(table, "\n| {name} | {} | {required} | {goal} |", figures.join(" | "));
    };
    let goal = |most: f64| format!("at most ${most:.2}");
    row("consultation", &|one| format!("${:.4}", one.consultation), "about $0.10", &goal(CONSULTATION_GOAL));
    row("profile and prompt version 1", &|one| format!("${:.4}", one.initial), "", "");
    row("weekly update, in a batch", &|one| format!("${:.4}", one.weekly), "about $0.05", &goal(UPDATE_GOAL));
    row("coach message, of a conversation of 20", &|one| format!("${:.4}", one.coach), "", "");
    let least = format!("at least {:.0}%", CACHE_GOAL * 100.0);
    row("of its input, read from the cache", &|one| format!("{:.0}%", one.cached * 100.0), "", &least);
    table.push('\n');
    table
}

#[tokio::test]
async fn the_people_of_the_demo_cost_what_the_readme_says() {
    let mut people = Vec::new();
    for name in PEOPLE {
        people.push(measure(name).await);
    }
    let table = table(&people);
    println!("{table}");
    compare("costs", &table);
    for Measured { title, consultation, weekly, cached, .. } in &people {
        assert!(*consultation <= CONSULTATION_GOAL, "{title}: ${consultation}");
        assert!(*weekly <= UPDATE_GOAL, "{title}: ${weekly}");
        assert!(*cached >= CACHE_GOAL, "{title}: {cached}");
    }
}

/// Compares what the README says between two marks with `measured`, or writes it there.
fn compare(mark: &str, measured: &str) {
    static README: Mutex<()> = Mutex::new(());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    // Two tests write into it.
    let alone = README.lock();
    let readme = fs::read_to_string(&path).expect("the README is there");
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let with = test_support::between(&readme, &begin, &end, measured).expect("the README has a place for it");
    let update = std::env::var_os(UPDATE).is_some();
    if update {
        fs::write(&path, &with).expect("the README can be written");
    }
    let as_stated = update || readme == with;
    drop(alone);
    assert!(as_stated, "the README says something else than what was measured:\n{measured}\nWrite it with {UPDATE}=1.");
}

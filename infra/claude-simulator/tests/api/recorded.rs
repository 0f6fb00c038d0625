//! Answers that were recorded, in place of the simulator's own.

use std::fs;
use std::path::{Path, PathBuf};

use claude_simulator::{Options, Pace, Simulator, Wanted};
use serde_json::{Value, json};

use crate::client::{ask, small, with};

/// A folder of this test's own, which is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn with(file: &[Value]) -> Self {
        let folder = std::env::temp_dir().join(format!("recorded-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let lines: Vec<String> = file.iter().map(Value::to_string).collect();
        fs::write(folder.join("ana.jsonl"), lines.join("\n")).expect("a file can be written");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

async fn simulator(folder: &Folder, wanted: Option<&Path>) -> Simulator {
    let (recorded, wanted) = (Some(folder.0.clone()), wanted.map(Path::to_owned));
    let options = Options { batch_pace: Pace::Held, recorded, wanted, ..Options::default() };
    Simulator::start(options).await.expect("a free port and readable answers")
}

fn origin() -> Value {
    json!({"name": "Ana Okonkwo", "language": "en", "written_by": "a language model", "on": "2026-12-01"})
}

fn said(message: &str) -> Value {
    let system = "You are a coach.\n\n## User profile and context\nAna is direct.";
    with(
        with(small(), "system", json!(system)),
        "messages",
        json!([{"role": "user", "content": format!("{message}\n\n<today>\nLeft: 900 kcal\n</today>")}]),
    )
}

fn update(current: &str) -> Value {
    let schema = json!({"type": "object", "additionalProperties": false,
        "required": ["behavioral_triggers", "accountability_protocol"],
        "properties": {"behavioral_triggers": {"type": "string"}, "accountability_protocol": {"type": "string"}}});
    let asked = format!("<current_prompt>Ana, Ana and Ana. {current}</current_prompt><change>more</change>");
    let body = with(small(), "messages", json!([{"role": "user", "content": asked}]));
    with(body, "output_config", json!({"format": {"type": "json_schema", "schema": schema}}))
}

#[tokio::test]
async fn what_a_person_says_gets_the_answer_that_was_recorded_for_it_and_everything_else_the_simulators_own() {
    let recorded = json!({"purpose": "coach", "turn": 1, "said": "Can I eat <that>?", "answer": "Eat it, Ana."});
    let folder = Folder::with(&[origin(), recorded]);
    let simulator = simulator(&folder, None).await;
    assert_eq!(ask(&simulator, &said("Can I eat &lt;that>?")).await.words(), "Eat it, Ana.");
    assert_ne!(ask(&simulator, &said("Can I eat something else?")).await.words(), "Eat it, Ana.");
}

#[tokio::test]
async fn an_update_is_the_one_after_that_which_the_prompt_holds() {
    let line = |turn: u32| {
        let answer = json!({"behavioral_triggers": "Rules.", "accountability_protocol": format!("Ask once, as number {turn} has it.")});
        json!({"purpose": "update", "turn": turn, "answer": answer})
    };
    let folder = Folder::with(&[origin(), line(1), line(2)]);
    let simulator = simulator(&folder, None).await;
    for (current, next) in [("Ask nothing.", 1), ("Ask once, as number 1 has it.", 2)] {
        let answer = ask(&simulator, &update(current)).await.structured();
        assert_eq!(answer["accountability_protocol"], format!("Ask once, as number {next} has it."));
    }
}

#[tokio::test]
async fn what_is_not_recorded_is_asked_for_where_somebody_is_to_answer_it() {
    let folder = Folder::with(&[origin()]);
    let wanted = folder.0.join("wanted.json");
    let simulator = simulator(&folder, Some(&wanted)).await;
    assert_eq!(ask(&simulator, &said("Is rice fine?")).await.status, 529);
    let asked: Wanted = serde_json::from_str(&fs::read_to_string(&wanted).expect("it is asked for")).expect("JSON");
    assert_eq!((asked.turn, asked.said.as_deref()), (1, Some("Is rice fine?")));
}

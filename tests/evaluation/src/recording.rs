//! Answers that are added to what is recorded.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use claude_simulator::{Origin, Purpose, RecordedAnswer, Wanted, fill};
use serde_json::Value;

use crate::person::{Person, folder};

/// A request as somebody reads it who is to answer it.
#[must_use]
pub fn shown(wanted: &Wanted) -> String {
    let turns: Vec<String> = wanted.turns.iter().map(|(role, text)| format!("=== {role}\n{text}\n")).collect();
    let schema = wanted
        .schema
        .as_ref()
        .map_or_else(String::new, |schema| format!("=== answer with one JSON object of this schema\n{schema:#}\n"));
    format!(
        "=== {:?} {}: {}, at most {} tokens\n=== system\n{}\n{}{schema}",
        wanted.purpose,
        wanted.turn,
        wanted.model,
        wanted.max_tokens,
        wanted.system,
        turns.concat()
    )
}

/// Adds an answer to what is recorded of a person.
///
/// # Errors
///
/// If a file cannot be read or written, or the answer is not of the shape that the request's schema has.
pub fn add(person: &Person, wanted: &Path, answer: &Path, written_by: &str, on: &str) -> io::Result<()> {
    let invalid = |error: String| io::Error::new(io::ErrorKind::InvalidData, error);
    let wanted: Wanted =
        serde_json::from_str(&fs::read_to_string(wanted)?).map_err(|error| invalid(error.to_string()))?;
    let text = fs::read_to_string(answer)?;
    let answer = match &wanted.schema {
        None => Value::from(text.trim()),
        Some(schema) => {
            let answer: Value = serde_json::from_str(&text).map_err(|error| invalid(format!("no JSON: {error}")))?;
            let shaped = fill(schema, &answer);
            if shaped != answer {
                return Err(invalid(format!("the schema makes of it {shaped:#}")));
            }
            answer
        }
    };
    let path = folder("recorded").join(format!("{}.jsonl", person.id));
    let mut lines = String::new();
    if !path.exists() {
        let origin = Origin {
            name: person.name().to_owned(),
            language: person.language.clone(),
            written_by: written_by.to_owned(),
            on: on.to_owned(),
        };
        lines += &serde_json::to_string(&origin)?;
        lines.push('\n');
    }
    let recorded = RecordedAnswer { purpose: wanted.purpose, turn: wanted.turn, said: wanted.said, answer };
    lines += &serde_json::to_string(&recorded)?;
    lines.push('\n');
    OpenOptions::new().create(true).append(true).open(path)?.write_all(lines.as_bytes())
}

/// What a person's first prompt was made of, if it was recorded: the first try.
///
/// # Errors
///
/// If the file cannot be read.
pub fn first_prompt(person: &Person) -> io::Result<Option<Value>> {
    let path = folder("recorded").join(format!("{}.jsonl", person.id));
    if !path.exists() {
        return Ok(None);
    }
    let file = fs::read_to_string(path)?;
    let answers = file.lines().skip(1).map(serde_json::from_str::<RecordedAnswer>);
    let answers = answers.collect::<Result<Vec<_>, _>>()?;
    let first = answers.into_iter().find(|answer| answer.purpose == Purpose::Prompt && answer.turn == 1);
    Ok(first.map(|answer| answer.answer))
}

//! Answers that a language model wrote for requests like these, in place of the simulator's own.
//!
//! A folder has a file of JSON lines for each person: first `{"name", "language", "written_by", "on"}`, then a line for each
//! answer: `{"purpose", "turn", "said", "answer"}`. An answer is found by the person, by what is asked and by the turn, never
//! by the words of the request, so that it outlives a change of the prompts:
//!
//! | purpose | the turn is |
//! |---|---|
//! | `consultation`, `coach`, `generic_coach` | the one in which the person says `said` |
//! | `profile`, `prompt` | the first; what repairs it is the second |
//! | `update` | the one after the update that the current prompt holds; `update_repair` repairs it |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::replies::{self, Task};
use crate::validation::{MessagesRequest, Role, Turn};

/// How often a text names the person that it is about, at least, if it does not say so in a line of its own.
const NAMED: usize = 3;

/// What an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A turn of the consultation.
    Consultation,
    /// The psychological profile, and its repair.
    Profile,
    /// The coaching prompt, and its repair.
    Prompt,
    /// A rewriting of what follows behaviour.
    Update,
    /// The repair of a rewriting.
    UpdateRepair,
    /// An answer of the coach with a personal prompt.
    Coach,
    /// An answer of the coach that everybody has.
    GenericCoach,
}

/// An answer that was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedAnswer {
    /// What it is for.
    pub purpose: Purpose,
    /// Which of its kind, from 1.
    pub turn: usize,
    /// What the person had said, in a talk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// What the model answered: a text, or what the request's schema asks for.
    pub answer: Value,
}

/// Whose answers a file has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The person's name, as they signed up.
    pub name: String,
    /// The language that they write, as a BCP 47 tag.
    pub language: String,
    /// What wrote the answers.
    pub written_by: String,
    /// The day on which they were written.
    pub on: String,
}

/// What is recorded of one person.
#[derive(Debug)]
struct Person {
    origin: Origin,
    answers: Vec<RecordedAnswer>,
}

/// All that is recorded.
#[derive(Debug, Default)]
pub struct Recordings {
    people: Vec<Person>,
    wanted: Option<PathBuf>,
}

/// An answer that is not recorded yet: what it would be for, and what is asked, to be read by whoever answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What it is for.
    pub purpose: Purpose,
    /// Which of its kind, from 1.
    pub turn: usize,
    /// What the person has said, in a talk.
    pub said: Option<String>,
    /// The model that is asked.
    pub model: String,
    /// The most tokens of its answer.
    pub max_tokens: u64,
    /// Its system prompt.
    pub system: String,
    /// What was said, by whom.
    pub turns: Vec<(String, String)>,
    /// What the answer has to look like.
    pub schema: Option<Value>,
}

impl Recordings {
    /// Reads the files of a folder. What is asked for and not recorded is written to `wanted`, and answered with "overloaded".
    pub fn load(folder: Option<&Path>, wanted: Option<PathBuf>) -> io::Result<Self> {
        let mut people = Vec::new();
        if let Some(folder) = folder {
            let mut paths: Vec<PathBuf> =
                fs::read_dir(folder)?.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>()?;
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
            paths.sort();
            for path in paths {
                people.push(Person::read(&fs::read_to_string(&path)?).map_err(|error| {
                    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
                })?);
            }
        }
        Ok(Self { people, wanted })
    }

    /// The answer that was recorded for a request like this.
    pub fn answer(&self, request: &MessagesRequest, task: Task) -> Option<String> {
        let asked = Asked::of(request, task)?;
        let candidates = self.people.iter().filter_map(|person| Some((person, person.answer(&asked)?)));
        let (_, found) = candidates.max_by_key(|(person, _)| asked.names(person.first_name()))?;
        Some(match &request.schema {
            // As an answer under a schema has to be.
            Some(schema) => replies::fill(schema, found).to_string(),
            None => found.as_str()?.to_owned(),
        })
    }

    /// Writes down what is asked, if somebody is to answer it. Says whether it was written.
    pub fn want(&self, request: &MessagesRequest, task: Task) -> io::Result<bool> {
        let (Some(path), Some(asked)) = (&self.wanted, Asked::of(request, task)) else {
            return Ok(false);
        };
        let turn = self.people.iter().map(|person| person.turn(&asked)).max().unwrap_or(asked.turn);
        let name = |role| match role {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::System => "system",
        };
        let wanted = Wanted {
            purpose: asked.purpose,
            turn,
            said: asked.said,
            model: request.model_name.clone(),
            max_tokens: request.max_tokens,
            system: request.system_text(),
            turns: request.turns.iter().map(|turn| (name(turn.role).to_owned(), turn.text())).collect(),
            schema: request.schema.clone(),
        };
        fs::write(path, serde_json::to_string_pretty(&wanted).map_err(io::Error::other)?)?;
        Ok(true)
    }
}

impl Person {
    fn read(file: &str) -> Result<Self, serde_json::Error> {
        let mut lines = file.lines();
        let origin = serde_json::from_str(lines.next().unwrap_or_default())?;
        let answers = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Self { origin, answers })
    }

    fn first_name(&self) -> &str {
        self.origin.name.split_whitespace().next().unwrap_or_default()
    }

    /// What was recorded for what is asked, if it is asked of this person.
    fn answer(&self, asked: &Asked) -> Option<&Value> {
        if !asked.is_about(&self.origin.name, self.first_name()) {
            return None;
        }
        let turn = self.turn(asked);
        let said = |answer: &RecordedAnswer| answer.said.as_deref().map(letters);
        let found = self.answers.iter().filter(|answer| answer.purpose == asked.purpose).find(|answer| {
            asked.said.as_ref().map_or(answer.turn == turn, |words| said(answer) == Some(letters(words)))
        });
        found.map(|found| &found.answer)
    }

    /// Which of its kind is asked for.
    fn turn(&self, asked: &Asked) -> usize {
        match asked.purpose {
            Purpose::Update | Purpose::UpdateRepair => 1 + self.updates_in(&asked.text),
            _ => asked.turn,
        }
    }

    /// The last update whose words a prompt holds.
    fn updates_in(&self, text: &str) -> usize {
        let text = letters(text);
        let holds = |answer: &&RecordedAnswer| {
            let protocol = answer.answer["accountability_protocol"].as_str().map(letters).unwrap_or_default();
            !protocol.is_empty() && text.contains(&protocol)
        };
        let updates =
            self.answers.iter().filter(|answer| matches!(answer.purpose, Purpose::Update | Purpose::UpdateRepair));
        updates.filter(holds).map(|answer| answer.turn).max().unwrap_or(0)
    }
}

/// What a request asks for.
struct Asked {
    purpose: Purpose,
    turn: usize,
    said: Option<String>,
    /// All that it says.
    text: String,
}

impl Asked {
    fn of(request: &MessagesRequest, task: Task) -> Option<Self> {
        let users: Vec<String> = request.turns.iter().filter(|turn| turn.role == Role::User).map(Turn::text).collect();
        let repairs = users.len() > 1;
        let system = request.system_text();
        let purpose = match task {
            Task::Consultation => Purpose::Consultation,
            Task::Profile => Purpose::Profile,
            Task::Prompt => Purpose::Prompt,
            Task::Update if repairs => Purpose::UpdateRepair,
            Task::Update => Purpose::Update,
            // A prompt that was written for somebody has headings.
            Task::Coach if system.contains("\n## ") => Purpose::Coach,
            Task::Coach => Purpose::GenericCoach,
            Task::Safety | Task::Plain => return None,
        };
        let is_talk = matches!(purpose, Purpose::Consultation | Purpose::Coach | Purpose::GenericCoach);
        let said = is_talk.then(|| users.last().map(|text| typed(text))).flatten();
        let text = [system].into_iter().chain(users.iter().cloned()).collect::<Vec<_>>().join("\n\n");
        Some(Self { purpose, turn: if is_talk { users.len() } else { 1 + usize::from(repairs) }, said, text })
    }

    /// Whether a person of this name can be meant. What was said in a talk decides that by itself.
    fn is_about(&self, name: &str, first_name: &str) -> bool {
        match self.text.lines().find_map(|line| line.trim().strip_prefix("Name:")) {
            _ if self.said.is_some() => true,
            Some(named) => letters(named) == letters(name),
            None => self.names(first_name) >= NAMED,
        }
    }

    fn names(&self, first_name: &str) -> usize {
        self.text.matches(first_name).count()
    }
}

/// What the person typed, without the block that the app puts behind it.
fn typed(text: &str) -> String {
    let end = ["<state>", "<today>"].into_iter().filter_map(|tag| text.rfind(tag)).max().unwrap_or(text.len());
    text[..end].replace("&lt;", "<").replace("&amp;", "&").trim().to_owned()
}

/// The letters and digits of a text.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

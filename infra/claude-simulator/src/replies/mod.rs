//! What the model says. Each kind of request that a coaching system makes has a module; the words of the person in
//! the request decide the answer, and the same request gets the same answer.
//!
//! | a request with | is taken to be |
//! |---|---|
//! | a schema with the properties `reply` and `facts`; `<state>` behind the person's words | a consultation turn |
//! | a schema with the properties `behavioral_triggers` and `core_directive` | a coaching prompt |
//! | a schema with the properties `signals` and `language`; `<message>` in what the user says | a reading for danger |
//! | a schema with `behavioral_triggers` and `accountability_protocol`, and `<change>` or no other section | a weekly update |
//! | no schema, `<transcript>` in what the user says | a profile |
//! | no schema, `<today>` in what the user says or a coach in the system prompt | the coach's answer |
//!
//! Profile, prompt, update and coach speak the languages of `texts/`: neutral sentences that a test can rely on, put together to
//! the length that was asked for, around the person's name and the quotes of `<facts>` or the talk.

mod bank;
mod body;
mod challenges;
mod coach;
mod consultation;
mod facts;
mod goals;
mod length;
mod material;
mod meals;
mod obstacles;
mod phrases;
mod plain;
mod profile;
mod prompt;
mod quantities;
mod safety;
mod schema_fill;
mod today;
mod training;
mod voice;
mod words;

use serde::Serialize;
use serde_json::Value;

use crate::faults::FaultKind;
use crate::validation::MessagesRequest;
pub use schema_fill::fill;

/// The names of the nine sections of a coaching prompt.
pub const SECTIONS: [&str; 9] = [
    "user_profile_and_context",
    "committed_approach",
    "core_directive",
    "behavioral_triggers",
    "accountability_protocol",
    "tone_and_style",
    "prohibited_responses",
    "conflict_resolution",
    "success_metrics",
];

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A turn of the consultation: a reply with the facts learned.
    Consultation,
    /// A psychological profile.
    Profile,
    /// A coaching prompt of nine sections.
    Prompt,
    /// The two sections of a coaching prompt that follow behaviour.
    Update,
    /// The coach's answer.
    Coach,
    /// What a message says of its writer's safety.
    Safety,
    /// Anything else.
    Plain,
}

impl Task {
    /// The faults that change this task's length.
    pub(crate) const fn length_faults(self) -> &'static [FaultKind] {
        match self {
            Self::Prompt | Self::Update => &[FaultKind::ShortPrompt, FaultKind::LongPrompt],
            Self::Profile => &[FaultKind::ShortProfile, FaultKind::LongProfile],
            Self::Consultation | Self::Coach | Self::Safety | Self::Plain => &[],
        }
    }

    /// What the model thinks first, in a sentence.
    pub(crate) const fn thought(self) -> &'static str {
        match self {
            Self::Consultation => "The person told me something concrete; I should take it up before I ask on.",
            Self::Profile => "I look for the pattern behind the failures, and for the words they use for it.",
            Self::Prompt => "The prompt has to hold this person to one approach, so the triggers come from their life.",
            Self::Update => "Only what follows behaviour may change; the numbers say where to look.",
            Self::Coach => "They need today's numbers and one next step, not a lecture.",
            Self::Safety => "What is meant counts, not the words.",
            Self::Plain => "A short answer will do.",
        }
    }
}

/// How long an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// As the request asks.
    Asked,
    /// Far too short.
    Short,
    /// Far too long.
    Long,
}

impl Length {
    /// The length under a fault.
    pub const fn under(fault: Option<FaultKind>) -> Self {
        match fault {
            Some(FaultKind::ShortPrompt | FaultKind::ShortProfile) => Self::Short,
            Some(FaultKind::LongPrompt | FaultKind::LongProfile) => Self::Long,
            _ => Self::Asked,
        }
    }
}

/// Recognises a request by its schema and its tags.
pub fn classify(request: &MessagesRequest) -> Task {
    let system = request.system_text();
    let asked = all_user_text(request);
    if let Some(schema) = &request.schema {
        let has = |name: &str| schema["properties"].get(name).is_some();
        return if has("reply") && has("facts") {
            Task::Consultation
        } else if has("behavioral_triggers") && has("core_directive") && !asked.contains("<change>") {
            Task::Prompt
        } else if has("behavioral_triggers") && has("accountability_protocol") {
            Task::Update
        } else if has("signals") && has("language") {
            Task::Safety
        } else {
            Task::Plain
        };
    }
    if asked.contains("<transcript") {
        Task::Profile
    } else if asked.contains("<today") || system.to_lowercase().contains("coach") {
        Task::Coach
    } else {
        Task::Plain
    }
}

/// The answer's text: words, or JSON where the request has a schema.
pub fn write(request: &MessagesRequest, task: Task, length: Length) -> String {
    match (task, &request.schema) {
        (Task::Consultation, Some(schema)) => structured(schema, &consultation::write(request)),
        (Task::Prompt, Some(schema)) => structured(schema, &prompt::write(request, length)),
        (Task::Update, Some(schema)) => structured(schema, &prompt::update(request, length)),
        (Task::Safety, Some(schema)) => structured(schema, &safety::read(request)),
        (Task::Profile, _) => profile::write(request, length),
        (Task::Coach, _) => coach::write(request),
        (_, Some(schema)) => structured(schema, &plain::hints(request)),
        _ => plain::write(request),
    }
}

/// The first `1/parts` of a text, cut between characters.
pub fn beginning(text: &str, parts: usize) -> &str {
    let mut end = text.len() / parts.max(1);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What the user said over the whole conversation. A repair has the material in the first turn and the complaint in
/// the last.
fn all_user_text(request: &MessagesRequest) -> String {
    let turns = request.turns.iter().filter(|turn| turn.role == crate::validation::Role::User);
    turns.map(crate::validation::Turn::text).collect::<Vec<_>>().join("\n\n")
}

fn structured(schema: &Value, hints: &Value) -> String {
    fill(schema, hints).to_string()
}

#[cfg(test)]
mod judged;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::validation::Endpoint;
    use crate::wire::version::Version;

    fn request(system: &str, said: &str, schema: Option<Value>) -> MessagesRequest {
        let mut body = json!({"model": "claude-sonnet-5-5", "max_tokens": 4000, "system": system,
            "messages": [{"role": "user", "content": said}]});
        if let Some(schema) = schema {
            body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
        }
        MessagesRequest::parse(&body, Endpoint::Messages, Version::October2026).expect("the request is valid")
    }

    fn object(names: &[&str]) -> Value {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        json!({"type": "object", "additionalProperties": false, "required": names, "properties": properties})
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn whatever_people_write_gets_an_answer_and_quotes_are_their_own(
            said in "(\\PC|I |when |By |[0-9'\".,<>&/]| kg| cm|\n|<today>|\"|If |, then |µé){1,60}",
        ) {
            prop_assume!(!said.trim().is_empty());
            for section in phrases::SECTIONS {
                let latest = format!("{said}\n\n<state>\nOpen sections: {section}\n</state>");
                let hints = consultation::write(&request("You interview a person.", &latest, None));
                for fact in hints["facts"].as_array().into_iter().flatten() {
                    prop_assert!(said.contains(fact["quote"].as_str().unwrap_or("?")), "{fact}");
                }
            }
            let material = format!("<transcript>{said}</transcript><facts>{said}</facts><change>{said}</change>");
            for (text, schema) in [
                (said.clone(), None),
                (format!("{said}<today>{said}</today>"), None),
                (material.clone(), None),
                (material.clone(), Some(object(&SECTIONS))),
                (material, Some(object(&["behavioral_triggers", "accountability_protocol"]))),
            ] {
                let request = request("You are a coach. Behavioural triggers", &text, schema);
                for length in [Length::Asked, Length::Short, Length::Long] {
                    prop_assert!(!write(&request, classify(&request), length).is_empty());
                }
            }
        }
    }
}

//! What a message says of its writer's safety. A simulated reader: it knows the words below and nothing more, and how well
//! a real model reads is not to be learned from it.

use serde_json::{Value, json};

use super::words;
use crate::validation::MessagesRequest;

/// A signal and words that tell of it.
type Telling = (&'static str, &'static [&'static str]);

const TELLINGS: &[Telling] = &[
    (
        "self_harm",
        &[
            "kill myself",
            "suicide",
            "suicidarme",
            "won't be here",
            "take care of my cat",
            "forever",
            "the bridge",
            "goodbye",
        ],
    ),
    ("emergency", &["my chest", "fainted", "throwing up blood", "overdose"]),
    ("abuse", &["hits me", "hit me", "locks me in"]),
    ("eating_disorder", &["throw up", "laxatives", "chew it and spit", "afraid of food", "bathroom after every meal"]),
    ("pregnancy", &["pregnant", "breastfeeding", "the baby is due"]),
    ("medical", &["insulin", "warfarin", "blood thinners", "dialysis", "my operation"]),
    ("minor", &["i am 15", "i'm 15", "my homeroom teacher"]),
];

const LANGUAGES: &[(&str, &[&str])] = &[("es", &["quiero", "estoy", "mi"]), ("de", &["ich", "mein", "nicht"])];

/// The signals in the latest message.
pub fn read(request: &MessagesRequest) -> Value {
    let asked = request.last_user_text();
    let said =
        asked.split_once("<message>").and_then(|(_, rest)| rest.split_once("</message>")).map_or("", |(said, _)| said);
    let signals: Vec<&str> =
        TELLINGS.iter().filter(|(_, told)| words::mentions(said, told)).map(|(signal, _)| *signal).collect();
    let language = LANGUAGES.iter().find(|(_, known)| words::mentions(said, known)).map_or("en", |(code, _)| *code);
    json!({"signals": signals, "language": language})
}

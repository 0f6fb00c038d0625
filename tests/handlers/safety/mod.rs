//! Who is in danger is answered with help, whatever else would refuse the message.

mod at_once;
mod health;
mod outgoing;
pub mod scripted;
mod second_net;
mod states;

use serde_json::Value;

/// A crisis that the rules hear.
pub const CRISIS: &str = "I want to kill myself";
/// Signs of an eating disorder that they hear.
const PURGING: &str = "I made myself throw up after dinner again";

/// Asserts that an answer is the fixed one for a crisis.
#[track_caller]
fn assert_helped(body: &Value) {
    assert_eq!(body["safety"]["kind"], "crisis", "{body}");
    assert_eq!(body["safety"]["action"], "support");
    let support = body["support"].as_array().expect("people to call");
    assert!(!support.is_empty());
    let message = body["message"].as_str().expect("a text");
    for contact in support {
        for field in ["name", "contact", "url", "country"] {
            assert!(contact[field].is_string(), "{contact}");
        }
        assert!(message.contains(contact["contact"].as_str().expect("a contact")), "{message}");
    }
}

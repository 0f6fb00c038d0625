//! The talk as the model is sent it.

use crate::prompts;
use claude::Turn;
use domain::consultation::ConsultationMessage;
use domain::conversation::{Role, repeatable};

/// The talk so far, and behind it what changes with every message: where it stands, and what is known. What was declined is
/// left out.
pub(super) fn for_model(transcript: &[ConsultationMessage], state: String) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    // The API wants the person to speak first; the opening is ours, and what it asks is in the instructions.
    for message in repeatable(transcript).into_iter().skip_while(|message| message.role == Role::Assistant) {
        let text = match message.role {
            // What a person types can pass for nothing else.
            Role::User => prompts::data(&message.text),
            Role::Assistant => message.text.clone(),
        };
        match turns.last_mut() {
            Some(last) if last.role == message.role => last.blocks.push(text),
            _ => turns.push(Turn::new(message.role, text)),
        }
    }
    if let Some(answered) = turns.iter_mut().rev().find(|turn| turn.role == Role::Assistant) {
        answered.cache = true;
    }
    if let Some(latest) = turns.last_mut() {
        latest.blocks.push(state);
    }
    turns
}

//! The conversation as the model is sent it.

use super::turn::Turn;
use crate::prompts;
use claude::Turn as ModelTurn;
use domain::conversation::{CoachMessage, Role, repeatable, seen_from};

/// The conversation so far, at most `most` messages of it, then the question, and today's numbers last. Messages that were
/// never answered are joined with the one that follows, because roles must alternate; a conversation cut at its limit
/// begins with the person. What was declined is left out.
pub(super) fn for_model(turn: &Turn, most: u32, today: String) -> Vec<ModelTurn> {
    let first = seen_from(turn.conversation.message_count - 1, most);
    let earlier = repeatable(&turn.others).into_iter().filter(|message| message.position >= first);
    let mut turns: Vec<ModelTurn> = Vec::new();
    for message in earlier.skip_while(|message| message.role() == Role::Assistant) {
        match turns.last_mut() {
            Some(last) if last.role == message.role() => last.blocks.push(sent(message)),
            _ => turns.push(ModelTurn::new(message.role(), sent(message))),
        }
    }
    if let Some(last) = turns.last_mut() {
        last.cache = true;
    }
    match turns.last_mut() {
        Some(last) if last.role == Role::User => last.blocks.push(sent(&turn.question)),
        _ => turns.push(ModelTurn::new(Role::User, sent(&turn.question))),
    }
    turns.last_mut().expect("the question was just added").blocks.push(today);
    turns
}

/// A message as the model is sent it: what a person types can pass for nothing else.
fn sent(message: &CoachMessage) -> String {
    match message.role() {
        Role::User => prompts::data(message.text()),
        Role::Assistant => message.text().to_owned(),
    }
}

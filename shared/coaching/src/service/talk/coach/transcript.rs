//! The conversation as the model is sent it.

use super::turn::Turn;
use claude::Turn as ModelTurn;
use domain::conversation::{Role, seen_from};

/// The conversation so far, at most `most` messages of it, then the question, and today's numbers last. Messages that were
/// never answered are joined with the one that follows, because roles must alternate; a conversation cut at its limit
/// begins with the person.
pub(super) fn for_model(turn: &Turn, most: u32, today: String) -> Vec<ModelTurn> {
    let first = seen_from(turn.conversation.message_count - 1, most);
    let earlier = turn.others.iter().filter(|message| message.position >= first);
    let mut turns: Vec<ModelTurn> = Vec::new();
    for message in earlier.skip_while(|message| message.role() == Role::Assistant) {
        match turns.last_mut() {
            Some(last) if last.role == message.role() => last.blocks.push(message.text().to_owned()),
            _ => turns.push(ModelTurn::new(message.role(), message.text())),
        }
    }
    if let Some(last) = turns.last_mut() {
        last.cache = true;
    }
    match turns.last_mut() {
        Some(last) if last.role == Role::User => last.blocks.push(turn.question.text().to_owned()),
        _ => turns.push(ModelTurn::new(Role::User, turn.question.text())),
    }
    turns.last_mut().expect("the question was just added").blocks.push(today);
    turns
}

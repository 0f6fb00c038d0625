//! Every text that was heard or said, for tests that look for them where they must not be.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::validation::{Block, MessagesRequest};
use crate::wire::message::{ContentBlock, Message};

/// The texts so far, each once. Unlike the log of requests they are not forgotten on request.
#[derive(Debug, Default)]
pub struct Texts {
    kept: Mutex<BTreeSet<String>>,
}

impl Texts {
    /// Keeps what a request says and how it is answered.
    pub fn keep(&self, request: &MessagesRequest, answer: &Message) {
        let blocks = request.system.iter().chain(request.turns.iter().flat_map(|turn| &turn.blocks));
        let heard = blocks.filter_map(Block::text);
        let said = answer.content.iter().filter_map(|block| match block {
            ContentBlock::Text { text, .. } => Some(text.as_str()),
            ContentBlock::Thinking { .. } | ContentBlock::ToolUse { .. } => None,
        });
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(heard.chain(said).map(str::to_owned));
    }

    /// The texts, in the order of the alphabet.
    pub fn all(&self) -> Vec<String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

//! The prompt cache: what of a request's input is read from it, what is written to it, and what is neither.
//!
//! A breakpoint writes one entry: the hash of everything up to its block. A later request reads the longest entry
//! that it begins with, looking back up to twenty blocks from each of its own breakpoints. Prefixes shorter than the
//! model's minimum are never written. Reading an entry renews its time to live.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::tokens;
use crate::validation::{Block, MessagesRequest};
use crate::wire::message::{CacheCreation, Usage};

/// How far back from a breakpoint the cache is searched.
const LOOKBACK: usize = 20;

/// How long an entry lives after its last use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// `5m`, the default.
    FiveMinutes,
    /// `1h`.
    OneHour,
}

impl Lifetime {
    const fn span(self) -> TimeDelta {
        match self {
            Self::FiveMinutes => TimeDelta::minutes(5),
            Self::OneHour => TimeDelta::hours(1),
        }
    }
}

type Key = [u8; 32];

/// The entries written so far.
#[derive(Debug, Default)]
pub struct PromptCache {
    entries: Mutex<HashMap<Key, (DateTime<Utc>, Lifetime)>>,
}

/// A block's end: the hash of the whole prefix, its tokens, and the breakpoint there.
struct Prefix {
    key: Key,
    tokens: u64,
    breakpoint: Option<Lifetime>,
}

/// All the input tokens of a request.
pub fn input_tokens(request: &MessagesRequest) -> u64 {
    prefixes(request).last().map_or(0, |prefix| prefix.tokens) + tokens::REQUEST_OVERHEAD
}

impl PromptCache {
    /// Accounts for a request's input: the usage without its output.
    pub fn account(&self, request: &MessagesRequest, now: DateTime<Utc>) -> Usage {
        let prefixes = prefixes(request);
        let total = prefixes.last().map_or(0, |prefix| prefix.tokens) + tokens::REQUEST_OVERHEAD;
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, (expires, _)| *expires > now);

        let breakpoints: Vec<usize> = (0..prefixes.len())
            .filter(|at| prefixes[*at].breakpoint.is_some() && prefixes[*at].tokens >= request.model.cache_minimum)
            .collect();
        let hit = breakpoints.iter().rev().find_map(|at| {
            let first = at.saturating_sub(LOOKBACK);
            (first..=*at).rev().find(|candidate| entries.contains_key(&prefixes[*candidate].key))
        });
        let read = hit.map_or(0, |at| prefixes[at].tokens);
        for prefix in hit.map_or(&[][..], |at| &prefixes[..=at]) {
            if let Some((expires, lifetime)) = entries.get_mut(&prefix.key) {
                *expires = now + lifetime.span();
            }
        }

        let mut creation = CacheCreation::default();
        let mut covered = read;
        for prefix in breakpoints.iter().map(|at| &prefixes[*at]).filter(|prefix| prefix.tokens > read) {
            let Some(lifetime) = prefix.breakpoint else {
                continue;
            };
            let written = prefix.tokens - covered;
            match lifetime {
                Lifetime::FiveMinutes => creation.ephemeral_5m_input_tokens += written,
                Lifetime::OneHour => creation.ephemeral_1h_input_tokens += written,
            }
            entries.insert(prefix.key, (now + lifetime.span(), lifetime));
            covered = prefix.tokens;
        }
        Usage {
            input_tokens: total - covered,
            cache_creation_input_tokens: covered - read,
            cache_read_input_tokens: read,
            cache_creation: creation,
            service_tier: "standard",
            ..Usage::default()
        }
    }
}

/// The request's blocks as prefixes: tools, the answer's schema, the system prompt, the conversation.
fn prefixes(request: &MessagesRequest) -> Vec<Prefix> {
    let mut chain = Chain { key: Sha256::digest(request.model.id).into(), tokens: 0, prefixes: Vec::new() };
    for tool in &request.tools {
        chain.push("tool", tool, 0);
    }
    if let Some(schema) = &request.schema {
        chain.push("schema", &Block { value: schema.clone(), breakpoint: None }, 0);
    }
    for block in &request.system {
        chain.push("system", block, 0);
    }
    // Thinking and the choice of tools are part of the conversation's prefix, not of the system prompt's.
    chain.mix(&json!([format!("{:?}", request.thinking), format!("{:?}", request.tool_choice)]).to_string());
    for turn in &request.turns {
        let role = format!("{:?}", turn.role);
        for (index, block) in turn.blocks.iter().enumerate() {
            chain.push(&role, block, if index == 0 { tokens::TURN_OVERHEAD } else { 0 });
        }
    }
    chain.prefixes
}

struct Chain {
    key: Key,
    tokens: u64,
    prefixes: Vec<Prefix>,
}

impl Chain {
    fn mix(&mut self, text: &str) {
        self.key = Sha256::new().chain_update(self.key).chain_update(text).finalize().into();
    }

    fn push(&mut self, place: &str, block: &Block, overhead: u64) {
        self.mix(&format!("{place}:{}", block.value));
        self.tokens += overhead + block.text().map_or_else(|| tokens::of_json(&block.value), tokens::of_text);
        self.prefixes.push(Prefix { key: self.key, tokens: self.tokens, breakpoint: block.breakpoint });
    }
}

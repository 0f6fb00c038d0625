//! Texts that no line of the log may hold, whoever writes it.
//!
//! A watch reads every line that the process writes at the most verbose level, on all threads, as long as it stands. What
//! the other levels let through is a part of that.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde_json::Value;
use tracing::Level;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use coaching::telemetry;

use crate::log::settings;

/// Bytes of a sentence that are looked for, in whole words: who logs it, logs its beginning.
const BEGINNING: usize = 80;
/// Where a text is cut: a leak of one of its sentences is a leak. An address is one.
const SENTENCE_ENDS: [&str; 6] = ["\n", "\"", ". ", "! ", "? ", "; "];

static WATCHES: Mutex<Vec<Weak<LogWatch>>> = Mutex::new(Vec::new());

/// A watch over the log.
#[derive(Default)]
pub struct LogWatch {
    texts: Mutex<BTreeSet<String>>,
    lines: Mutex<Vec<Arc<str>>>,
}

impl LogWatch {
    /// Begins to read.
    ///
    /// # Panics
    ///
    /// If something else than this takes the log of the whole process.
    #[must_use]
    pub fn begin() -> Arc<Self> {
        static READING: Once = Once::new();
        READING.call_once(|| {
            let lines = telemetry::layer(&settings(Level::DEBUG), None, publish);
            tracing_subscriber::registry().with(lines).init();
        });
        let watch = Arc::new(Self::default());
        let mut watches = lock(&WATCHES);
        watches.retain(|watch| watch.strong_count() > 0);
        watches.push(Arc::downgrade(&watch));
        watch
    }

    /// Forbids each sentence of `text` that has at least `least` bytes.
    pub fn forbid(&self, text: &str, least: usize) {
        let cut = |pieces: Vec<_>, end| pieces.into_iter().flat_map(|piece: &str| piece.split(end)).collect();
        let sentences: Vec<&str> = SENTENCE_ENDS.into_iter().fold(vec![text], cut);
        let sentences = sentences.into_iter().map(|sentence| sentence.trim().trim_end_matches(['.', '!', '?', ';']));
        let sentences = sentences.filter(|sentence| sentence.len() >= least);
        lock(&self.texts).extend(sentences.map(|sentence| beginning(sentence).to_owned()));
    }

    /// Each line so far that holds a forbidden text, as a whole and not as a part of another word, with that text.
    ///
    /// # Panics
    ///
    /// If a line is not JSON.
    #[must_use]
    pub fn leaks(&self) -> Vec<String> {
        let texts: Vec<String> = lock(&self.texts).iter().cloned().collect();
        // The other kinds take longer to build than a test's lines to search.
        let kind = AhoCorasickKind::NoncontiguousNFA;
        let search = AhoCorasick::builder().kind(Some(kind)).build(&texts).expect("texts fit into memory");
        let lines = lock(&self.lines);
        let leak = |line: &Arc<str>| {
            let value: Value = serde_json::from_str(line).expect("each line is JSON");
            let mut said = String::new();
            add_texts(&value, &mut said);
            let mut found = search.find_overlapping_iter(&said).filter(|found| is_whole(&said, found.range()));
            found.next().map(|found| format!("\"{}\" in {line}", texts[found.pattern()]))
        };
        lines.iter().filter_map(leak).collect()
    }
}

/// The first words of a sentence. A single word, such as a token, is kept whole.
fn beginning(sentence: &str) -> &str {
    let words_end = sentence.char_indices().filter(|(_, letter)| letter.is_whitespace()).map(|(end, _)| end);
    let cut = words_end.take_while(|end| *end <= BEGINNING).last();
    cut.filter(|_| sentence.len() > BEGINNING).map_or(sentence, |end| &sentence[..end])
}

/// Whether no letter, digit or underscore stands right before or behind a part of a text.
fn is_whole(text: &str, part: Range<usize>) -> bool {
    let of_a_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    !text[..part.start].ends_with(of_a_word) && !text[part.end..].starts_with(of_a_word)
}

/// Shows a line to every watch.
pub(crate) fn publish(line: &str) {
    let line: Arc<str> = line.into();
    for watch in lock(&WATCHES).iter().filter_map(Weak::upgrade) {
        lock(&watch.lines).push(Arc::clone(&line));
    }
}

/// The texts of a line, as they were before JSON escaped them.
fn add_texts(value: &Value, said: &mut String) {
    match value {
        Value::String(text) => {
            said.push_str(text);
            said.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| add_texts(item, said)),
        Value::Object(members) => members.values().for_each(|member| add_texts(member, said)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

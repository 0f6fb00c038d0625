//! What no test of this suite may leave in the log, whatever it does: everything that a person has told or proven, and
//! every sentence that came from Claude, went to it or was answered.

use std::thread;

use super::{Call, Deployment, Reply};

/// Shorter texts of a person are words that stand in any line.
const LEAST_TOLD: usize = 4;
/// Shorter sentences may be names of things.
const LEAST_SENTENCE: usize = 16;
/// Lines of a leak that a failure shows.
const SHOWN: usize = 5;

impl Deployment {
    pub(super) fn forbid_in_log(&self, call: &Call) {
        for text in call.personal_texts() {
            self.watch.forbid(&text, LEAST_TOLD);
        }
    }

    pub(super) fn forbid_sentences_in_log(&self, reply: &Reply) {
        for text in reply.sentences() {
            self.watch.forbid(&text, LEAST_SENTENCE);
        }
    }

    /// The lines that hold what they must not.
    pub fn leaks(&self) -> Vec<String> {
        for text in self.claude.texts() {
            self.watch.forbid(&text, LEAST_SENTENCE);
        }
        self.watch.leaks()
    }
}

/// The end of every test reads what was logged while it ran.
impl Drop for Deployment {
    fn drop(&mut self) {
        // A test that fails has its own reason to tell.
        if thread::panicking() {
            return;
        }
        let leaks = self.leaks();
        assert!(leaks.is_empty(), "{} lines say too much: {:#?}", leaks.len(), &leaks[..leaks.len().min(SHOWN)]);
    }
}

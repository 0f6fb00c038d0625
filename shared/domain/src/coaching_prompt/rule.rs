//! A behavioural rule: what can be seen, and what the coach does then.

use serde::{Deserialize, Serialize};

use crate::field::one_line;

/// One rule. The product renders it in the person's language, so that nobody has to look for "if" and "then" in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Something that can be seen in a chat or in the numbers; `None` in a rule of a prompt that was stored as a text, which
    /// says all of it in [`Self::coach_does`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What the coach says or asks then.
    pub coach_does: String,
}

impl Rule {
    /// A rule of two halves, each on one line and without what ends a sentence.
    #[must_use]
    pub fn new(when: &str, coach_does: &str) -> Self {
        Self { when: Some(half(when)), coach_does: half(coach_does) }
    }

    /// A rule that is one sentence.
    #[must_use]
    pub(super) fn of_text(sentence: &str) -> Self {
        Self { when: None, coach_does: sentence.to_owned() }
    }

    /// Whether both halves say something.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.coach_does.is_empty() && self.when.as_ref().is_none_or(|when| !when.is_empty())
    }
}

fn half(text: &str) -> String {
    let line = one_line(text);
    let line = line.trim_start_matches(['-', '*', '#', ' ']);
    line.trim_end_matches(['.', '。', '．', ',', '，', ':', '：', ';', '；', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_one_line_without_what_ends_a_sentence() {
        let rule = Rule::new(" - it is late,\nand raining ", "asks what is for dinner. ");
        assert_eq!(rule.when.as_deref(), Some("it is late, and raining"));
        assert_eq!(rule.coach_does, "asks what is for dinner");
        assert!(rule.is_whole() && !Rule::new(" ", "asks").is_whole() && !Rule::new("late", ".").is_whole());
    }
}

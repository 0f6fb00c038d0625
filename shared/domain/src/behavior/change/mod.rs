//! Whether behaviour changed enough to rewrite a prompt, as a decision that explains itself.

mod decision;
mod explain;
mod finding;

use super::broken_streaks::Streak;
use super::metrics::BehaviorMetrics;
use super::settings::ChangeSettings;

pub use decision::{Baseline, ChangedRule, Decision, Rule};
use finding::findings;

/// Compares `current` with the last check and, with drift detection, with the behaviour that the current prompt was
/// written from. Any one rule that moved strictly more than its threshold against either is a change.
///
/// A prompt that was written without any behaviour on record (`prompt_baseline` is `None`) counts as written from no logged
/// days, so the first sufficient evidence is a change; so does a first check without any baseline. With drift detection
/// off and no last check, the prompt's behaviour stands in for it.
#[must_use]
pub fn detect_change(
    current: &BehaviorMetrics,
    last_check: Option<&BehaviorMetrics>,
    prompt_baseline: Option<&BehaviorMetrics>,
    settings: &ChangeSettings,
) -> Decision {
    if !settings.change_detection {
        return explain::change_detection_is_off();
    }
    let since_last = last_check.or(prompt_baseline.filter(|_| !settings.drift_detection));
    let mut rules = Vec::new();
    if let Some(last) = since_last {
        rules.extend(findings(last, current, settings).map(|finding| explain::rule(finding, Baseline::LastWeek)));
    }
    if let Some(prompt) = prompt_baseline.filter(|_| settings.drift_detection) {
        for finding in findings(prompt, current, settings) {
            let rule = explain::rule(finding, Baseline::CurrentPrompt);
            if !rules.iter().any(|known| rule.repeats(known)) {
                rules.push(rule);
            }
        }
    } else if since_last.is_none() || settings.drift_detection {
        rules.extend(finding::first_evidence(current, settings).map(|finding| explain::rule(finding, Baseline::None)));
    }
    let summary = if rules.is_empty() {
        explain::unchanged(since_last.or(prompt_baseline), current)
    } else {
        explain::changed(&rules)
    };
    Decision { changed: !rules.is_empty(), rules, summary }
}

/// The decision after `broken`, a logging streak of at least `at_least` days, has ended. `current` is the behaviour as it is
/// now. It was noticed as it happened, so no threshold of [`detect_change`] is asked.
#[must_use]
pub fn broken_streak(broken: Streak, current: &BehaviorMetrics, at_least: u32) -> Decision {
    explain::broken_streak(broken, current.meal_logging_streak_days, at_least)
}

#[cfg(test)]
mod tests;

//! Decisions in words that the person concerned can check.

use super::decision::{Baseline, ChangedRule, Decision, Rule};
use super::finding::Finding;
use crate::behavior::broken_streaks::Streak;
use crate::behavior::metrics::BehaviorMetrics;
use crate::behavior::share::{Rate, Share};

/// The decision while change detection is switched off.
pub(super) fn change_detection_is_off() -> Decision {
    let explanation = "Change detection is switched off, so every check rewrites the prompt.".to_owned();
    let rule = ChangedRule {
        rule: Rule::ChangeDetectionOff,
        baseline: Baseline::None,
        from: None,
        to: None,
        change: None,
        threshold: None,
        explanation: explanation.clone(),
    };
    Decision { changed: true, rules: vec![rule], summary: explanation }
}

/// The decision after `broken`, a streak of at least `at_least` days, has ended; `now` is the streak by now, in days.
pub(super) fn broken_streak(broken: Streak, now: u32, at_least: u32) -> Decision {
    let (from, to) = (broken.days, now);
    let now = match now {
        0 => "nothing has been logged since".to_owned(),
        1 => "the next one has 1 day by now".to_owned(),
        days => format!("the next one has {days} days by now"),
    };
    let explanation = format!(
        "A logging streak of at least {from} days ended on {}: nothing was logged for the next day that counts, and {now}. Streaks from \
         {at_least} days on count.",
        broken.last
    );
    let rule = ChangedRule {
        rule: Rule::BrokenStreak,
        baseline: Baseline::EndedStreak,
        from: Some(f64::from(from)),
        to: Some(f64::from(to)),
        change: Some(f64::from(to) - f64::from(from)),
        threshold: Some(f64::from(at_least)),
        explanation: explanation.clone(),
    };
    Decision { changed: true, rules: vec![rule], summary: explanation }
}

/// A finding with its explanation.
pub(super) fn rule(finding: Finding, baseline: Baseline) -> ChangedRule {
    let since = match baseline {
        Baseline::LastWeek => "Since the last check",
        Baseline::CurrentPrompt => "Since the current prompt was written",
        Baseline::EndedStreak => "Since the last streak ended",
        Baseline::None | Baseline::Unknown(_) => "Since nothing was on record",
    };
    let (rule, from, to, threshold, what) = match finding {
        Finding::Rate { rule, from, to, threshold } => {
            (rule, from.ratio(), to.ratio(), threshold.ratio(), rate_moved(rule, from, to, threshold))
        }
        Finding::Days { rule, from, to, threshold } => {
            (rule, f64::from(from), f64::from(to), f64::from(threshold), days_moved(rule, from, to, threshold))
        }
    };
    ChangedRule {
        rule,
        baseline,
        from: Some(from),
        to: Some(to),
        change: Some(((to - from) * 10_000.0).round() / 10_000.0),
        threshold: Some(threshold),
        explanation: format!("{since}, {what}."),
    }
}

/// The summary of a change.
pub(super) fn changed(rules: &[ChangedRule]) -> String {
    rules.iter().map(|rule| rule.explanation.as_str()).collect::<Vec<_>>().join(" ")
}

/// The summary of no change.
pub(super) fn unchanged(baseline: Option<&BehaviorMetrics>, current: &BehaviorMetrics) -> String {
    let Some(baseline) = baseline.filter(|baseline| baseline.has_evidence() || current.has_evidence()) else {
        let reason = current.missing_evidence().unwrap_or_else(|| "nothing to compare with".to_owned());
        return format!("No significant change: {reason}.");
    };
    let percent = |rate: Option<Rate>| rate.map_or_else(|| "unknown".to_owned(), |rate| format!("{}%", rate.percent()));
    format!(
        "No significant change: adherence went from {} to {}, logging from {} to {}, the logging streak from {} to {} days.",
        percent(baseline.adherence_rate()),
        percent(current.adherence_rate()),
        percent(baseline.logging_rate()),
        percent(current.logging_rate()),
        baseline.meal_logging_streak_days,
        current.meal_logging_streak_days,
    )
}

fn rate_moved(rule: Rule, from: Rate, to: Rate, threshold: Share) -> String {
    let (what, of) =
        if rule == Rule::Adherence { ("days in target", "logged days") } else { ("days with logged meals", "days") };
    format!(
        "{what} went from {} of {} {of} ({}%) to {} of {} ({}%), which is more than {} points",
        from.count(),
        from.of(),
        from.percent(),
        to.count(),
        to.of(),
        to.percent(),
        points(threshold),
    )
}

fn days_moved(rule: Rule, from: u32, to: u32, threshold: u32) -> String {
    match rule {
        Rule::Evidence if to > from => {
            format!(
                "there is now enough evidence about eating: {to} logged days, up from {from}; {threshold} are needed"
            )
        }
        Rule::Evidence => {
            format!(
                "there is no longer enough evidence about eating: {to} logged days, down from {from}; {threshold} are needed"
            )
        }
        _ => format!("the logging streak went from {from} to {to} days, which is a change of more than {threshold}"),
    }
}

/// A threshold in percentage points, without decimals unless it has some.
fn points(threshold: Share) -> f64 {
    (threshold.ratio() * 10_000.0).round() / 100.0
}

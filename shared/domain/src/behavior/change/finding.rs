//! The rules themselves, on counts.

use super::decision::Rule;
use crate::behavior::metrics::BehaviorMetrics;
use crate::behavior::settings::ChangeSettings;
use crate::behavior::share::{Rate, Share};

/// Shortest window whose logging rate is compared, in days: a shorter one holds some weekdays and not others.
const LEAST_WINDOW_DAYS: u32 = 7;

/// A rule that found a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// A rate moved.
    Rate { rule: Rule, from: Rate, to: Rate, threshold: Share },
    /// A number of days moved.
    Days { rule: Rule, from: u32, to: u32, threshold: u32 },
}

/// What moved from `baseline` to `current` by more than its threshold.
pub(super) fn findings(
    baseline: &BehaviorMetrics,
    current: &BehaviorMetrics,
    settings: &ChangeSettings,
) -> impl Iterator<Item = Finding> + use<> {
    [eating(baseline, current, settings), logging(baseline, current, settings), streak(baseline, current, settings)]
        .into_iter()
        .flatten()
}

/// The first sufficient evidence about a person of whom nothing was on record.
pub(super) fn first_evidence(current: &BehaviorMetrics, settings: &ChangeSettings) -> Option<Finding> {
    evidence(0, current.days_logged, settings)
}

/// Adherence if it is known on both sides; otherwise whether it became known or unknown.
fn eating(baseline: &BehaviorMetrics, current: &BehaviorMetrics, settings: &ChangeSettings) -> Option<Finding> {
    match (adherence(baseline, settings), adherence(current, settings)) {
        (Some(from), Some(to)) => {
            let threshold = settings.adherence_change_threshold;
            moved(from, to, threshold, either_is_growing(baseline, current)).then_some(Finding::Rate {
                rule: Rule::Adherence,
                from,
                to,
                threshold,
            })
        }
        (None, None) => None,
        // Whoever has paused has logged less for that reason alone.
        _ if [baseline, current].iter().any(|metrics| metrics.days_paused > 0) => None,
        _ => evidence(baseline.days_logged, current.days_logged, settings),
    }
}

/// Becoming known or unknown is a change only if the logged days moved by as many as knowledge needs: somebody who logs
/// four days one month and five the next has not changed.
fn evidence(from: u32, to: u32, settings: &ChangeSettings) -> Option<Finding> {
    let threshold = settings.min_logged_days.max(1);
    (from.abs_diff(to) >= threshold).then_some(Finding::Days { rule: Rule::Evidence, from, to, threshold })
}

fn logging(baseline: &BehaviorMetrics, current: &BehaviorMetrics, settings: &ChangeSettings) -> Option<Finding> {
    if baseline.days_analyzed().min(current.days_analyzed()) < LEAST_WINDOW_DAYS {
        return None;
    }
    let (from, to) = (baseline.logging_rate()?, current.logging_rate()?);
    let threshold = settings.logging_change_threshold;
    moved(from, to, threshold, either_is_growing(baseline, current)).then_some(Finding::Rate {
        rule: Rule::Logging,
        from,
        to,
        threshold,
    })
}

/// Streaks are compared up to the shorter of the two windows, so that a window that was lengthened by configuration does
/// not read as a longer streak, nor one of which a pause has left a few days as a broken one.
fn streak(baseline: &BehaviorMetrics, current: &BehaviorMetrics, settings: &ChangeSettings) -> Option<Finding> {
    let reach = |metrics: &BehaviorMetrics| match metrics.days_paused {
        0 => metrics.analysis_days,
        _ => metrics.days_analyzed().min(metrics.analysis_days),
    };
    let cap = reach(baseline).min(reach(current));
    let (from, to) = (baseline.meal_logging_streak_days.min(cap), current.meal_logging_streak_days.min(cap));
    let threshold = settings.streak_change_threshold;
    (from.abs_diff(to) > threshold).then_some(Finding::Days { rule: Rule::Streak, from, to, threshold })
}

/// Strictly more than the threshold; while a window is still growing, also more than a single day can do.
fn moved(from: Rate, to: Rate, threshold: Share, growing: bool) -> bool {
    from.differs_by_more_than(threshold, to) && (!growing || from.differs_by_more_than_one_day(to))
}

fn either_is_growing(baseline: &BehaviorMetrics, current: &BehaviorMetrics) -> bool {
    [baseline, current].iter().any(|metrics| metrics.days_analyzed() < metrics.analysis_days)
}

/// Adherence by the present minimum of evidence, whatever the minimum was when the baseline was measured.
fn adherence(metrics: &BehaviorMetrics, settings: &ChangeSettings) -> Option<Rate> {
    if metrics.days_logged < settings.min_logged_days {
        None
    } else {
        Rate::new(metrics.days_in_target, metrics.days_logged)
    }
}

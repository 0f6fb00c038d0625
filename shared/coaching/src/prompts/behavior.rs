//! The metrics as short factual lines, for a prompt.

use domain::behavior::{BehaviorMetrics, Pattern, PatternKind, Rate, Severity};

/// What is known, one fact a line; what is not known is said to be unknown and never given as zero.
pub(super) fn in_words(metrics: &BehaviorMetrics) -> Vec<String> {
    let Some(logging) = metrics.logging_rate() else {
        return vec!["No complete day has been measured yet: nothing is known about behaviour.".to_owned()];
    };
    let mut lines = vec![
        format!("Logged meals on {} of the last {} days ({}%).", logging.count(), logging.of(), logging.percent()),
        format!("Current logging streak: {}.", streak(metrics)),
    ];
    match (metrics.adherence_rate(), metrics.missing_evidence()) {
        (Some(adherence), _) => lines.extend(eating(metrics, adherence)),
        (None, reason) => lines.push(format!(
            "Adherence, averages and eating habits are unknown: {}.",
            reason.unwrap_or_else(|| "not enough evidence".to_owned())
        )),
    }
    if metrics.days_paused > 0 {
        lines.push(format!("{} more days were paused and count for nothing.", metrics.days_paused));
    }
    lines.extend(metrics.patterns.iter().map(pattern));
    if let Some(reason) = metrics.missing_completeness() {
        lines.push(format!("Patterns of eating are unknown: {reason}. It does not show whether the person eats little or logs little; ask."));
    } else if metrics.has_evidence() && metrics.patterns.is_empty() {
        lines.push("No failure pattern shows in these days.".to_owned());
    }
    lines
}

fn streak(metrics: &BehaviorMetrics) -> String {
    match metrics.meal_logging_streak_days {
        days if metrics.streak_may_be_longer() => format!("{days} days or more"),
        0 => "none".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

fn eating(metrics: &BehaviorMetrics, adherence: Rate) -> Vec<String> {
    let mut lines = vec![
        format!(
            "Within the calorie target on {} of {} logged days ({}%), over it on {}, under it on {}.",
            adherence.count(),
            adherence.of(),
            adherence.percent(),
            metrics.days_over_target,
            metrics.days_under_target,
        ),
        format!("Longest run of days in target: {}.", metrics.longest_streak_in_target_days),
    ];
    if let (Some(calories), Some(meals), Some(protein), Some(enough)) = (
        metrics.per_logged_day(metrics.calories),
        metrics.per_logged_day(metrics.meals),
        metrics.average_protein_g(),
        metrics.protein_adherence_rate(),
    ) {
        lines.push(format!(
                "On a logged day: {calories:.0} kcal, {:.0} g of protein and {meals:.1} meals on average; enough protein on {} of {} days.",
                protein,
                enough.count(),
                enough.of(),
            ));
    }
    lines
}

/// The pattern, its severity and its evidence in a line.
fn pattern(pattern: &Pattern) -> String {
    let severity = match pattern.severity {
        Severity::Mild => "mild",
        Severity::Moderate => "moderate",
        Severity::Severe => "severe",
        Severity::Unknown(_) => "of unknown severity",
    };
    let name = pattern.kind.name().replace('_', " ");
    let warning = if pattern.kind == PatternKind::UnderEating {
        " This is a safety signal: never praise it, and ask how the person is."
    } else {
        ""
    };
    format!("Pattern, {severity}: {name}. {}{warning}", pattern.evidence.summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{TODAY, measured};
    use domain::behavior::Window;

    #[test]
    fn what_is_known_is_said_in_numbers() {
        let month: Vec<_> =
            (0..30).map(|number| (number % 4 != 0).then_some(if number % 7 == 5 { 2600 } else { 2000 })).collect();
        let lines = in_words(&measured(&month));
        assert_eq!(lines[0], "Logged meals on 22 of the last 30 days (73%).");
        assert_eq!(lines[2], "Within the calorie target on 19 of 22 logged days (86%), over it on 3, under it on 0.");
        assert_eq!(
            lines[4],
            "On a logged day: 2082 kcal, 104 g of protein and 3.0 meals on average; enough protein on 22 of 22 days."
        );
    }

    #[test]
    fn what_is_not_known_is_said_to_be_unknown() {
        let lines = in_words(&measured(&[Some(2000)]));
        assert_eq!(
            lines.last().map(String::as_str),
            Some("Adherence, averages and eating habits are unknown: not enough evidence: 1 logged day, 5 needed.")
        );
        assert!(!lines.iter().any(|line| line.contains("0%")), "{lines:?}");
    }

    #[test]
    fn a_person_of_today_has_no_behaviour_yet() {
        let window = Window::before(TODAY, TODAY, 30);
        let metrics = BehaviorMetrics { window, ..measured(&[]) };
        assert_eq!(in_words(&metrics), ["No complete day has been measured yet: nothing is known about behaviour."]);
    }

    #[test]
    fn under_eating_comes_with_its_warning() {
        let lines = in_words(&measured(&[Some(1100); 30]));
        let line = lines.iter().find(|line| line.contains("under eating")).expect("a line for the pattern");
        assert!(line.starts_with("Pattern, severe: ") && line.contains("never praise it"), "{line}");
    }
}

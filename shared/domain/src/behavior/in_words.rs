//! The metrics as short factual lines, for a prompt.

use super::metrics::BehaviorMetrics;
use super::patterns::{Pattern, PatternKind};
use super::share::Rate;

impl BehaviorMetrics {
    /// What is known, one fact a line; what is not known is said to be unknown and never given as zero.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        let Some(logging) = self.logging_rate() else {
            return vec!["No complete day has been measured yet: nothing is known about behaviour.".to_owned()];
        };
        let mut lines = vec![
            format!("Logged meals on {} of the last {} days ({}%).", logging.count(), logging.of(), logging.percent()),
            format!("Current logging streak: {}.", self.streak_in_words()),
        ];
        match (self.adherence_rate(), self.missing_evidence()) {
            (Some(adherence), _) => lines.extend(self.eating_in_words(adherence)),
            (None, reason) => lines.push(format!(
                "Adherence, averages and eating habits are unknown: {}.",
                reason.unwrap_or_else(|| "not enough evidence".to_owned())
            )),
        }
        lines.extend(self.patterns.iter().map(Pattern::in_words));
        if self.has_evidence() && self.patterns.is_empty() {
            lines.push("No failure pattern shows in these days.".to_owned());
        }
        lines
    }

    fn streak_in_words(&self) -> String {
        match self.meal_logging_streak_days {
            0 => "none".to_owned(),
            1 => "1 day".to_owned(),
            days if days >= self.analysis_days => format!("{days} days or more"),
            days => format!("{days} days"),
        }
    }

    fn eating_in_words(&self, adherence: Rate) -> Vec<String> {
        let mut lines = vec![
            format!(
                "Within the calorie target on {} of {} logged days ({}%), over it on {}, under it on {}.",
                adherence.count(),
                adherence.of(),
                adherence.percent(),
                self.days_over_target,
                self.days_under_target,
            ),
            format!("Longest run of days in target: {}.", self.longest_streak_in_target_days),
        ];
        if let (Some(calories), Some(meals), Some(protein), Some(enough)) = (
            self.per_logged_day(self.calories),
            self.per_logged_day(self.meals),
            self.per_logged_day(self.protein_tenths),
            self.protein_adherence_rate(),
        ) {
            lines.push(format!(
                "On a logged day: {calories:.0} kcal, {:.0} g of protein and {meals:.1} meals on average; enough protein on {} of {} days.",
                protein / 10.0,
                enough.count(),
                enough.of(),
            ));
        }
        lines
    }
}

impl Pattern {
    /// The pattern, its severity and its evidence in a line.
    fn in_words(&self) -> String {
        let severity = match self.severity {
            super::patterns::Severity::Mild => "mild",
            super::patterns::Severity::Moderate => "moderate",
            super::patterns::Severity::Severe => "severe",
        };
        let name = self.kind.name().replace('_', " ");
        let warning = if self.kind == PatternKind::UnderEating {
            " This is a safety signal: never praise it, and ask how the person is."
        } else {
            ""
        };
        format!("Pattern, {severity}: {name}. {}{warning}", self.evidence.summary)
    }
}

#[cfg(test)]
mod tests {
    use crate::behavior::fixtures::{day, history, measured, settings, targets};
    use crate::behavior::{Window, measure};

    const TODAY: &str = "2026-03-31";

    #[test]
    fn what_is_known_is_said_in_numbers() {
        let month: Vec<_> =
            (0..30).map(|number| (number % 4 != 0).then_some(if number % 7 == 5 { 2600 } else { 2000 })).collect();
        let lines = measured(&history(day(TODAY), &month), day(TODAY)).in_words();
        assert_eq!(lines[0], "Logged meals on 22 of the last 30 days (73%).");
        assert_eq!(lines[2], "Within the calorie target on 19 of 22 logged days (86%), over it on 3, under it on 0.");
        assert_eq!(
            lines[4],
            "On a logged day: 2082 kcal, 104 g of protein and 3.0 meals on average; enough protein on 22 of 22 days."
        );
    }

    #[test]
    fn what_is_not_known_is_said_to_be_unknown() {
        let lines = measured(&history(day(TODAY), &[Some(2000)]), day(TODAY)).in_words();
        assert_eq!(
            lines.last().map(String::as_str),
            Some("Adherence, averages and eating habits are unknown: not enough evidence: 1 logged day, 5 needed.")
        );
        assert!(!lines.iter().any(|line| line.contains("0%")), "{lines:?}");
    }

    #[test]
    fn a_person_of_today_has_no_behaviour_yet() {
        let today = day(TODAY);
        let lines = measure(&[], today, &Window::before(today, today, 30), &targets(), &settings()).in_words();
        assert_eq!(lines, ["No complete day has been measured yet: nothing is known about behaviour."]);
    }

    #[test]
    fn under_eating_comes_with_its_warning() {
        let lines = measured(&history(day(TODAY), &[Some(1100); 30]), day(TODAY)).in_words();
        let line = lines.iter().find(|line| line.contains("under eating")).expect("a line for the pattern");
        assert!(line.starts_with("Pattern, severe: ") && line.contains("never praise it"), "{line}");
    }
}

//! The nine sections of a coaching prompt, in their order.

/// One section of a coaching prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// Who the person is and what they have been through.
    UserProfileAndContext,
    /// The plan that the person has committed to, with targets, locked for eight weeks.
    CommittedApproach,
    /// What the coach is to do above all.
    CoreDirective,
    /// If-then rules for the situations in which this person fails.
    BehavioralTriggers,
    /// When and how the coach holds the person to account.
    AccountabilityProtocol,
    /// How the coach sounds.
    ToneAndStyle,
    /// What the coach never says to this person.
    ProhibitedResponses,
    /// What the coach does when the person wants something else than the plan.
    ConflictResolution,
    /// How success is measured.
    SuccessMetrics,
}

impl Section {
    /// All nine, in the order in which they are rendered.
    pub const ALL: [Self; 9] = [
        Self::UserProfileAndContext,
        Self::CommittedApproach,
        Self::CoreDirective,
        Self::BehavioralTriggers,
        Self::AccountabilityProtocol,
        Self::ToneAndStyle,
        Self::ProhibitedResponses,
        Self::ConflictResolution,
        Self::SuccessMetrics,
    ];

    /// The property that carries the section in the model's structured output.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::UserProfileAndContext => "user_profile_and_context",
            Self::CommittedApproach => "committed_approach",
            Self::CoreDirective => "core_directive",
            Self::BehavioralTriggers => "behavioral_triggers",
            Self::AccountabilityProtocol => "accountability_protocol",
            Self::ToneAndStyle => "tone_and_style",
            Self::ProhibitedResponses => "prohibited_responses",
            Self::ConflictResolution => "conflict_resolution",
            Self::SuccessMetrics => "success_metrics",
        }
    }

    /// The one with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.key() == key)
    }

    /// What share of a whole prompt's words the section has, in parts of [`Self::PARTS`]; four rules as a rule.
    const fn parts(self) -> usize {
        match self {
            Self::UserProfileAndContext | Self::AccountabilityProtocol => 80,
            Self::CommittedApproach => 90,
            Self::CoreDirective => 35,
            Self::BehavioralTriggers => 100,
            Self::ToneAndStyle | Self::ProhibitedResponses | Self::ConflictResolution | Self::SuccessMetrics => 50,
        }
    }

    /// The sum of all parts.
    const PARTS: usize = 585;

    /// Words that the section is asked for in a prompt of `whole` words, to the next five.
    #[must_use]
    pub const fn budget(self, whole: usize) -> usize {
        let words = (self.parts() * whole + Self::PARTS / 2) / Self::PARTS;
        let rounded = (words + 2) / 5 * 5;
        if rounded < 5 { 5 } else { rounded }
    }

    /// Whether the weekly update may rewrite the section; the others stay byte for byte.
    #[must_use]
    pub const fn follows_behavior(self) -> bool {
        matches!(self, Self::BehavioralTriggers | Self::AccountabilityProtocol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budgets_of_the_sections_come_to_the_whole_prompt() {
        assert_eq!(Section::ALL.into_iter().map(Section::parts).sum::<usize>(), Section::PARTS);
        for whole in [300, 585, 650, 1_000] {
            let sum: usize = Section::ALL.into_iter().map(|section| section.budget(whole)).sum();
            assert!(sum.abs_diff(whole) <= 15, "{sum} of {whole}");
        }
    }
}

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

    /// The heading under which the section stands.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::UserProfileAndContext => "User profile and context",
            Self::CommittedApproach => "Committed approach (locked for 8 weeks)",
            Self::CoreDirective => "Core directive",
            Self::BehavioralTriggers => "Behavioural triggers",
            Self::AccountabilityProtocol => "Accountability protocol",
            Self::ToneAndStyle => "Tone and style",
            Self::ProhibitedResponses => "Prohibited responses",
            Self::ConflictResolution => "Conflict resolution",
            Self::SuccessMetrics => "Success metrics",
        }
    }

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

    /// Whether the weekly update may rewrite the section; the others stay byte for byte.
    #[must_use]
    pub const fn follows_behavior(self) -> bool {
        matches!(self, Self::BehavioralTriggers | Self::AccountabilityProtocol)
    }
}

//! What can be tuned about measuring and about detecting a change.

use super::share::Share;

/// A tenth.
fn tenth() -> Share {
    Share::from_ratio(0.10).expect("a tenth lies between 0 and 1")
}

/// How behaviour is measured; the configuration checks the ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureSettings {
    /// Length of the analysis window in complete local days.
    pub analysis_days: u32,
    /// How far from the calorie target a day may lie and still be in target.
    pub adherence_tolerance: Share,
    /// Logged days below which adherence and averages are unknown.
    pub min_logged_days: u32,
}

/// What the requirement asks for.
impl Default for MeasureSettings {
    fn default() -> Self {
        Self { analysis_days: 30, adherence_tolerance: tenth(), min_logged_days: 5 }
    }
}

/// What counts as a change; the configuration checks the ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSettings {
    /// Logged days below which adherence is unknown, whatever the minimum was when behaviour was measured.
    pub min_logged_days: u32,
    /// A change of adherence counts if it is strictly more than this.
    pub adherence_change_threshold: Share,
    /// A change of the logging rate counts if it is strictly more than this.
    pub logging_change_threshold: Share,
    /// A change of the logging streak counts if it is strictly more than this many days.
    pub streak_change_threshold: u32,
    /// Whether prompts are rewritten only where behaviour changed; if not, every check is a change.
    pub change_detection: bool,
    /// Whether behaviour is also compared with what the current prompt was written from.
    pub drift_detection: bool,
}

/// What the requirement asks for.
impl Default for ChangeSettings {
    fn default() -> Self {
        Self {
            min_logged_days: MeasureSettings::default().min_logged_days,
            adherence_change_threshold: tenth(),
            logging_change_threshold: tenth(),
            streak_change_threshold: 7,
            change_detection: true,
            drift_detection: true,
        }
    }
}

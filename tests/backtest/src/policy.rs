//! The settings that are compared.

use domain::behavior::{ChangeSettings, Share};

/// The change thresholds for adherence and for logging that are tried, in percentage points.
pub const THRESHOLDS: [u32; 6] = [5, 10, 15, 20, 25, 30];
/// The threshold of the requirement, in percentage points.
pub const REQUIRED_THRESHOLD: u32 = 10;
/// A streak threshold that never triggers: streaks are capped at the window of 30 days.
pub const STREAK_OFF: u32 = 30;
/// The streak thresholds that are tried, in days.
pub const STREAKS: [u32; 4] = [7, 14, 21, STREAK_OFF];

/// One way to decide when a prompt is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Threshold for adherence and for logging, in percentage points.
    pub points: u32,
    /// Threshold for streaks in days.
    pub streak: u32,
    /// Whether behaviour is also compared with what the prompt was written from.
    pub drift: bool,
    /// Weeks between checks.
    pub weeks: u32,
}

impl Policy {
    /// The requirement's defaults with drift detection.
    pub const REQUIRED: Self = Self { points: REQUIRED_THRESHOLD, streak: 7, drift: true, weeks: 1 };

    /// What the replay recommends: see the README.
    pub const RECOMMENDED: Self = Self { points: 20, streak: STREAK_OFF, ..Self::REQUIRED };

    /// Every policy that is replayed: all thresholds with all streak thresholds, all thresholds without drift detection, and
    /// both named policies once a fortnight.
    #[must_use]
    pub fn grid() -> Vec<Self> {
        let thresholds = |policy: Self| THRESHOLDS.map(|points| Self { points, ..policy });
        let mut grid: Vec<_> =
            STREAKS.into_iter().flat_map(|streak| thresholds(Self { streak, ..Self::REQUIRED })).collect();
        for named in [Self::REQUIRED, Self::RECOMMENDED] {
            grid.extend(thresholds(Self { drift: false, ..named }));
            grid.push(Self { weeks: 2, ..named });
        }
        grid
    }

    /// The policy as settings of the behaviour rules; everything else is at its default.
    ///
    /// # Panics
    /// Never: thresholds of the grid are below 100 points.
    #[must_use]
    pub fn settings(&self) -> ChangeSettings {
        let share = |points: u32| Share::from_ratio(f64::from(points) / 100.0).expect("below 100 points");
        ChangeSettings {
            adherence_change_threshold: share(self.points),
            logging_change_threshold: share(self.points),
            streak_change_threshold: self.streak,
            drift_detection: self.drift,
            ..ChangeSettings::default()
        }
    }
}

//! Which targets held on which day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::targets::Targets;

/// How many changes are remembered; far more than one analysis window can hold.
const MOST_CHANGES: usize = 100;

/// Targets with the local day from which each set held, oldest first and never empty.
///
/// A day before the first entry is measured against the first entry: the person had not stated any other intention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(NaiveDate, Targets)>", into = "Vec<(NaiveDate, Targets)>")]
pub struct TargetsHistory {
    entries: Vec<(NaiveDate, Targets)>,
    /// Counts the changes; 0 as long as none was counted.
    revision: u32,
}

/// A stored history without an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a targets history has at least one entry")]
pub struct EmptyHistory;

impl TargetsHistory {
    /// A history that begins with `targets` on `day`.
    #[must_use]
    pub fn starting(day: NaiveDate, targets: Targets) -> Self {
        Self { entries: vec![(day, targets)], revision: 1 }
    }

    /// Puts `targets` in force from `day` on. A second change on one day replaces the first.
    pub fn change(&mut self, day: NaiveDate, targets: Targets) {
        self.entries.retain(|(from, _)| *from < day);
        self.entries.push((day, targets));
        if self.entries.len() > MOST_CHANGES {
            self.entries.remove(0);
        }
        self.revision += 1;
    }

    /// The number of the targets in force, which each change raises: a reply tells by it which ones its person had. 0 for
    /// targets that have not changed since a release that did not count.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// The same history with the number that was stored beside it.
    #[must_use]
    pub fn of_revision(self, revision: u32) -> Self {
        Self { revision, ..self }
    }

    /// The targets that held on `day`.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> &Targets {
        let next = self.entries.partition_point(|(from, _)| *from <= day);
        &self.entries[next.saturating_sub(1)].1
    }

    /// The targets in force now.
    #[must_use]
    pub fn current(&self) -> &Targets {
        &self.entries[self.entries.len() - 1].1
    }
}

impl TryFrom<Vec<(NaiveDate, Targets)>> for TargetsHistory {
    type Error = EmptyHistory;

    fn try_from(entries: Vec<(NaiveDate, Targets)>) -> Result<Self, Self::Error> {
        if entries.is_empty() { Err(EmptyHistory) } else { Ok(Self { entries, revision: 0 }) }
    }
}

impl From<TargetsHistory> for Vec<(NaiveDate, Targets)> {
    fn from(history: TargetsHistory) -> Self {
        history.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::TargetBasis;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a valid day")
    }

    fn targets(daily_calories: u32) -> Targets {
        Targets {
            daily_calories,
            protein_g: 100,
            carbs_g: 200,
            fat_g: 60,
            basis: TargetBasis::Custom,
            least_calories: 0,
        }
    }

    #[test]
    fn each_day_is_measured_against_the_targets_of_that_day() {
        let mut history = TargetsHistory::starting(day("2026-01-10"), targets(2000));
        history.change(day("2026-01-20"), targets(1800));
        assert_eq!(history.on(day("2026-01-01")).daily_calories, 2000);
        assert_eq!(history.on(day("2026-01-19")).daily_calories, 2000);
        assert_eq!(history.on(day("2026-01-20")).daily_calories, 1800);
        assert_eq!(history.current().daily_calories, 1800);
    }

    #[test]
    fn the_last_change_of_a_day_wins() {
        let mut history = TargetsHistory::starting(day("2026-01-10"), targets(2000));
        history.change(day("2026-01-10"), targets(1900));
        assert_eq!(history, TargetsHistory::starting(day("2026-01-10"), targets(1900)).of_revision(2));
    }

    #[test]
    fn an_empty_history_is_refused_when_read() {
        assert!(serde_json::from_str::<TargetsHistory>("[]").is_err());
    }
}

//! Real-time updates: noticing between two weekly runs that a long logging streak has ended or that a danger has
//! appeared, and having the prompt rewritten. `README.md` beside this file says what counts, when it is noticed, and
//! what is written before what.

mod absences;
mod measuring;
mod rewriting;
mod watcher;

pub use absences::{AbsenceCheck, PlannedCheck};
pub use rewriting::RealtimeUpdater;
pub use watcher::{LoggedDays, StreakWatcher};

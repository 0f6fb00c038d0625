//! The weekly run: who is due is checked, and only where behaviour changed is the prompt rewritten. `README.md` beside
//! this file tells its protocol: the states, what is written before what, and who mends what a worker leaves that
//! vanishes.

mod batch_collector;
mod batch_results;
mod batch_submission;
mod custom_id;
mod lost_submissions;
mod overview;
mod run;
mod standing;
mod updater;
mod worker;

pub use batch_collector::{BatchCollector, CollectionSummary};
pub use overview::{RunDetails, RunOverview};
pub use updater::{PlannedRun, WeeklyUpdater};
pub use worker::PartWorker;

//! The use cases, one a file. Each takes validated values, asks the ports, and answers with domain values or a
//! [`ServiceError`].

mod accounts;
mod batch_collector;
mod batch_submission;
mod behavior;
mod behavioral_tracker;
mod claims;
mod coach;
mod consultation;
mod error;
mod meals;
mod metered_model;
mod prompt_history;
mod prompt_update;
mod prompt_worker;
mod regeneration;
mod report;
mod system_prompt_generator;
mod weekly_run;
mod weekly_updater;
mod writing;

pub use accounts::{Accounts, DetailsChange, NewAccount, TargetsChange, UserRef};
pub use batch_collector::{BatchCollector, CollectionSummary};
pub use behavior::{BehaviorService, BehaviorView};
pub use behavioral_tracker::{Behavior, BehavioralTracker};
pub use coach::{CoachMessages, CoachService, CoachingAnswer};
pub use consultation::{
    Completing, Completion, ConsultationAiService, ConsultationTurn, ConsultationView, Opened, Opening, Transcripts,
};
pub use error::{Budget, Conflict, Missing, Result, ServiceError};
pub use meals::{LoggedMeals, MealService};
pub use metered_model::MeteredModel;
pub use prompt_history::{PromptHistory, VersionWithDiff};
pub use prompt_update::{PromptUpdater, TYPICAL_UPDATE};
pub use prompt_worker::PromptWorker;
pub use regeneration::Regenerating;
pub use report::{Report, ReportService};
pub use system_prompt_generator::{Regeneration, SystemPromptGenerator};
pub use weekly_updater::{PlannedRun, WeeklyUpdater};

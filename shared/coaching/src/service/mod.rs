//! The use cases, a file or a folder each. Each takes validated values, asks the ports, and answers with domain values or a
//! [`ServiceError`].

mod accounts;
mod addresses;
mod audit_log;
mod behavior;
mod behavioral_tracker;
mod consultation_access;
mod consultation_keys;
mod dates;
mod directory;
mod error;
mod first_prompts;
pub mod ledger;
mod meals;
mod metered_model;
mod minors;
mod prompt_withdrawals;
mod prompt_worker;
mod prompts;
mod realtime;
mod recipe_decisions;
mod replies;
mod report;
mod risk_decisions;
mod safety;
mod safety_updates;
mod second_net;
mod spending;
mod talk;
mod user_overview;
mod users;
mod weekly;
mod weights;

pub use accounts::{Accounts, DetailsChange, TargetsChange, Updated, UserRef};
pub use addresses::Addresses;
pub use audit_log::AuditLog;
pub use behavior::{BehaviorService, BehaviorView};
pub use behavioral_tracker::{Behavior, BehavioralTracker};
pub use consultation_access::{AccessResult, ConsultationAccess};
pub use consultation_keys::{KeyIssuing, KeyList};
pub use directory::{DirectoryRecount, Recounted, UserDirectory};
pub use error::{Budget, Conflict, Missing, Result, ServiceError};
pub use first_prompts::FirstPrompts;
pub use meals::{LoggedMeals, MealService};
pub use metered_model::MeteredModel;
pub use minors::Minors;
pub use prompt_withdrawals::{PromptWithdrawals, WithdrawalDecision};
pub use prompt_worker::PromptWorker;
pub use prompts::{
    PromptHistory, PromptUpdater, PromptVersions, Regenerating, Restoration, Restoring, RestoringAdmin,
    RestoringForUsers, SystemPromptGenerator, TYPICAL_UPDATE, VersionWithDiff,
};
pub use realtime::{AbsenceCheck, LoggedDays, PlannedCheck, RealtimeUpdater, StreakWatcher};
pub use recipe_decisions::{RecipeDecision, RecipeDecisions};
pub use replies::Replies;
pub use report::{Report, ReportService};
pub use risk_decisions::{RiskDecision, RiskDecisions};
pub use safety::{EarlierSignals, Heard, Safety, SafetyNotice};
pub use safety_updates::SafetyUpdates;
pub use second_net::{Message, SecondNet};
pub use spending::{DayRange, SpendingOverview, SpendingReports};
pub use talk::{
    CoachMessages, CoachService, CoachingAnswer, Completing, Completion, ConsultationAiService, ConsultationTurn,
    ConsultationView, FixedExchange, FixedExchanges, HeardBefore, Keyed, Opened, Opening, Told, Transcripts,
};
pub use user_overview::{UserOverview, UserOverviews};
pub use users::Users;
pub use weekly::{BatchCollector, CollectionSummary, PlannedRun, RunDetails, RunOverview, WeeklyUpdater};
pub use weights::{Weighed, WeightService};

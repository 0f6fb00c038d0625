//! Who a person is: identity, body, goal, targets, and what the coach knows.

mod account;
#[cfg(test)]
mod example;
mod goal;
mod identity;
mod minor;
mod person;
mod record;
mod state;
mod stated;
mod targets;
mod targets_history;

pub use account::NewAccount;
pub use goal::{Goal, GoalText, LearnedGoal, StatedGoal};
pub use identity::{AddressPrefix, Email, UserId};
pub use minor::{of_age_after_a_year, of_age_on};
pub use person::{ActivityLevel, Age, BodyData, Diet, Height, Name, Sex, Weight};
pub use record::{ManualRegeneration, PendingUpdate, PersonalPrompt, Profile, PromptWithdrawal};
pub use state::{FirstPrompt, Standing, UserState};
pub use stated::DetailsStated;
pub use targets::{LEAST_CALORIES, MOST_CALORIES, Subject, TargetBasis, Targets};
pub use targets_history::TargetsHistory;

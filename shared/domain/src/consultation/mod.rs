//! The consultation: its sections, what is learned in it, and how it moves on.

mod fact;
mod key;
mod section;
mod session;
mod turn;
mod wrong_keys;

pub use fact::{Category, Challenge, Experience, Fact, FactDetail, GoalFact, MealHabit, Training};
pub use key::{ConsultationKey, KeyRefusal, KeyState, KeyTerms};
pub use section::{ConsultationSection, Progress};
pub use session::{BudgetWait, ConsultationMessage, ConsultationSettings, NotReady, Session, SessionId, Status};
pub use turn::{Learned, TurnOutcome};
pub use wrong_keys::WrongKeys;

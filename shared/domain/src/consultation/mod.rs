//! The consultation: its sections, what is learned in it, and how it moves on.

mod fact;
mod section;
mod session;
mod turn;

pub use fact::{Category, Challenge, Experience, Fact, FactDetail, GoalFact, MealHabit, Training};
pub use section::{ConsultationSection, Progress};
pub use session::{ConsultationMessage, ConsultationSettings, NotReady, Session, SessionId, Status};
pub use turn::{Learned, TurnOutcome};

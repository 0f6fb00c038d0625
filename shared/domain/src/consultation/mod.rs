//! The consultation: its sections, what is learned in it, and how it moves on.

mod category;
mod fact;
mod heard;
mod key;
mod readiness;
mod section;
mod session;
mod telling;
mod turn;
mod wrong_keys;

pub use category::Category;
pub use fact::{Experience, Fact, FactId, NoFactId, numbered};
pub use heard::{Concern, Doubt, DoubtId, Heard};
pub use key::{ConsultationKey, KeyRefusal, KeyState, KeyTerms};
pub use readiness::{Lacking, Standing};
pub use section::{ConsultationSection, Progress};
pub use session::{BudgetWait, ConsultationMessage, ConsultationSettings, Session, SessionId, Status};
pub use turn::{Known, Learned, TurnOutcome};
pub use wrong_keys::WrongKeys;

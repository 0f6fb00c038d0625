//! What a responsible coach must do, as rules that need neither a model nor a network.
//!
//! [`triage`] reads every message before anything else happens with it. What it finds is answered at once and tightens the
//! person's risk state.

mod amounts;
mod answer;
mod book;
mod data;
mod health;
mod kind;
mod lines;
mod nets;
mod normal;
mod outgoing;
mod pattern;
mod reason;
mod resources;
mod risk;
mod rules;
mod spoken;
mod triage;

pub use amounts::{asks_for_amounts, tells_amounts};
pub use answer::{consultation_opening, fixed_answer, foreword, message_declined, reply_replaced};
pub use health::{Condition, Health};
pub use kind::{Risk, SafetyAction, SafetyKind, Signal};
pub use nets::{Compared, ModelReading};
pub use outgoing::{Objection, objections, objections_among};
pub use reason::Reason;
pub use resources::{Contact, contacts, country};
pub use risk::{Danger, Heard, RiskRecord};
pub use triage::{Triage, triage};

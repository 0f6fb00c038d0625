//! The consultation: opening it, talking, reading it back, and completing it.
//!
//! Access is checked on everything that costs money: opening, talking and completing. If an admin withdraws access in the
//! middle, the person can still read what was said, and goes on where it stopped once access is given again.

mod access;
mod answer;
mod complete;
mod message;
mod open;
mod redemption;
mod transcript;
mod turn;
mod view;

pub use complete::{Completing, Completion};
pub use message::ConsultationAiService;
pub use open::{Opened, Opening};
pub use turn::ConsultationTurn;
pub use view::{ConsultationView, Transcripts};

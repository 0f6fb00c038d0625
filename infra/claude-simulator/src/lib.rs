//! A strict stand-in for the Claude Messages API.
//!
//! The simulator refuses what the real API refuses, with the real error bodies, and answers in its exact wire
//! format: messages, streaming, token counting and message batches. Its answers are derived from the request, so
//! that the words of the person being coached come back in the profile and in the coaching prompt, and the same
//! request always gets the same answer. Tests run it in process:
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use claude_simulator::{FaultKind, Options, Simulator};
//!
//! let simulator = Simulator::start(Options::default()).await?;
//! simulator.inject(FaultKind::Overloaded, 1);
//! // ... point a client at `simulator.base_url()` with the key `Simulator::api_key()` ...
//! assert_eq!(simulator.requests().len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! The binary of the same name serves the local stack. Both offer the control paths under `/_simulator`; see
//! [`control`] for their shapes.

#![forbid(unsafe_code)]

mod api;
mod batches;
mod cache;
mod clock;
pub mod control;
mod faults;
mod generation;
mod hub;
mod limits;
mod log;
mod models;
mod options;
mod recorded;
mod replies;
mod server;
mod texts;
mod tokens;
mod validation;
mod wire;

pub use faults::FaultKind;
pub use log::RecordedRequest;
pub use options::{Options, Pace};
pub use recorded::{Origin, Purpose, RecordedAnswer, Wanted};
pub use replies::{Task, fill};
pub use server::Simulator;
pub use wire::message::{CacheCreation, OutputTokensDetails, Usage};

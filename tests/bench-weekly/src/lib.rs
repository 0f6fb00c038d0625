//! The weekly run over many people, beside the same requests to DynamoDB without any logic.

pub mod bench;
pub mod child;
mod counting;
pub mod database;
pub mod floor;
mod measure;
mod model;
mod pacing;
mod partitions;
pub mod report;
pub mod scene;
pub mod seeding;
pub mod worker;

pub use counting::{Counting, Requests};
pub use measure::{Figures, Usage};
pub use partitions::{Busiest, Busy};

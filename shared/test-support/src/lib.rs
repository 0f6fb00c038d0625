//! What tests and benches stand on.

mod creation;
mod database;
mod log;
mod proxy;
mod stand_ins;

pub use database::{TestDatabase, client_at, endpoint, environment, table_names, unreachable_stores};
pub use log::Log;
pub use proxy::{Exchange, Fate, Intercept, proxy};
pub use stand_ins::{FixedKey, TestClock, TestQueue};

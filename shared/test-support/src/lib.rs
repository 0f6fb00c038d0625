//! What tests and benches stand on.

mod creation;
mod database;
mod filling;
mod log;
mod log_watch;
mod proxy;
mod readme;
mod stand_ins;

pub use database::{Stores, Tables, TestDatabase, app, client_at, endpoint, environment, unreachable_client};
pub use filling::fill;
pub use log::Log;
pub use log_watch::LogWatch;
pub use proxy::{Exchange, Fate, Intercept, proxy};
pub use readme::between;
pub use stand_ins::{FixedKey, TestClock, TestQueue};

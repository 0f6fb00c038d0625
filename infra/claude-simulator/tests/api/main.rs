//! The simulator over HTTP, as a client sees it.

mod batches;
mod caching;
mod client;
mod faults;
mod messages;
mod recorded;
mod refusals;
mod replies;
mod streaming;

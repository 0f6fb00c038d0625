//! Talking to the coach.

mod context;
mod outage;
mod versions;

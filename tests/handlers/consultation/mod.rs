//! The talk that comes before the prompt.

mod facts;
mod limits;
mod outage;
mod talk;

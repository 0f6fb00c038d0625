//! The talk that comes before the prompt.

mod answers;
mod declined;
mod facts;
mod killed;
mod limits;
mod outage;
mod rounds;
mod talk;

//! Talking to the coach.

mod at_once;
mod context;
mod conversations;
mod declined;
mod earlier_table;
mod killed;
mod outage;
mod repeated;
mod rounds;
mod versions;

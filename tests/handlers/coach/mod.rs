//! Talking to the coach.

mod at_once;
mod context;
mod conversations;
mod earlier_table;
mod killed;
mod outage;
mod repeated;
mod rounds;
mod versions;

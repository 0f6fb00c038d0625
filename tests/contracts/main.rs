//! The contracts between code, template and documents.
//!
//! `UPDATE_CONTRACT=1 cargo test -p coaching-tests --test contracts` writes everything that comes from the code.

mod environment;
mod events;
mod named_tests;
mod projection;
mod written;

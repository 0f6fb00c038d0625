//! From a finished talk to profile and prompt version 1.

mod budget;
mod failure;
mod once;
mod result;
